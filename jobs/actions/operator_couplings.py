"""φ⁴ theory on two nodes: the couplings that its exact correlators give back by diagrams are those that were put into the density, with
errors that fall by one more power of λ with each order."""

import math

import h5py
import numpy as np

from results import check

POWER_TOLERANCE = 0.15
NODE_WEIGHT = 0.5  # a box of side 1, two nodes of the midpoint rule


def put_in(file, place):
    """{n: g_n, shape (tuples)} of S = ½φK⁻¹φ + Σ_z w (λ/4! φ⁴ - μ²/2 φ²), K the covariance without interaction; no φ⁶."""
    kernel = file["G2c"][0, 0, 0]
    inverse = np.linalg.inv([[kernel[0], kernel[1]], [kernel[1], kernel[2]]])
    strength, mu2 = file["strength"][place[0]], file["mu2"][place[1]]
    g2 = 0.5 * np.array([inverse[0, 0], inverse[0, 1], inverse[1, 1]]) - 0.5 * NODE_WEIGHT * mu2 * np.array([1.0, 0.0, 1.0])
    g4 = NODE_WEIGHT * strength / 24 * np.array([1.0, 0.0, 0.0, 0.0, 1.0])
    return {2: g2, 4: g4, 6: np.zeros(7)}


def tables():
    with h5py.File("operator.h5") as file:
        strengths = file["strength"][:]
        print(f"\nφ⁴ theory, free-scalar at N = ∞, nodes at the sites, μ² = {file['mu2'][0]:g} and {file['mu2'][1]:g}: largest error of the"
              " couplings through each order of λ")
        print(f"  {'':10} {'put in':>14} " + " ".join(f"{'order ' + str(k):>14}" for k in (1, 2, 3)))
        for m in (0, 1):
            for n, name in ((2, "g2(00)"), (4, "g4(0000)"), (6, "g6")):
                errors = {}
                for s in range(1, len(strengths)):
                    truth = put_in(file, (s, m))[n]
                    found = np.cumsum(file[f"g{n}"][:, 0, s, m], axis=0)
                    errors[s] = [np.abs(found[order] - truth).max() for order in (1, 2, 3)]
                    print(f"  {name:9} λ = {strengths[s]:<6g} {truth[0]:14.8g} " + " ".join(f"{e:14.3e}" for e in errors[s]))
                for order in (1, 2, 3):
                    if order < n // 2 - 1:
                        continue
                    fall = math.log(errors[2][order - 1] / errors[1][order - 1]) / math.log(strengths[2] / strengths[1])
                    # φ⁶ is absent: what is left of it is of order λ^(order + 1), too.
                    check(abs(fall - order - 1) < POWER_TOLERANCE, f"μ² = {file['mu2'][m]:g}: {name} through λ^{order} is off by λ^{fall:.2f}, expected λ^{order + 1}")
        bare = NODE_WEIGHT * strengths[1] / 24
        leading = file["g4"][1, 0, 1, 0, 0]
        last = file["g4"][:, 0, 1, 0, 0].sum()
        check(abs(last / bare - 1) < 1e-5 < abs(leading / bare - 1), f"λ = {strengths[1]:g}: g4 is λw/4! to {abs(last / bare - 1):.1e}, at"
              f" leading order to {abs(leading / bare - 1):.1e}")
