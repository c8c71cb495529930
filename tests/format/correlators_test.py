"""`nnft correlators --draw`: files of couplings that are written here, after FORMAT.md, give the correlators of e^-S by quadrature, by
the inverse of a Gaussian, and by `nnft exact` of a theory with two nodes; couplings that are 4 % off do not. Errors cover the truth.
With NNFT_SMALL, for slow programs, less is drawn, and wrong couplings are 10 % off."""

import math
import os
import sys
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))

from action_files import NNFT, run, correlators, tuples, write_action, one_point, by_quadrature, pulls_of

SMALL = bool(os.environ.get("NNFT_SMALL"))
SHARE, OFF = (0.1, 1.1) if SMALL else (0.25, 1.04)

# Quadrature against couplings from the file, and against those of a file where they are off.
cases = {
    "one site": (1, {2: [0.5], 4: [0.1]}, (2, 4, 6), 7.0, 4e6),
    "double well": (1, {2: [-2.0], 4: [0.5]}, (2, 4), 5.0, 4e6),
    "deep double well": (1, {2: [-8.0], 4: [2.0]}, (2, 4), 4.0, 4e6),
    "two sites": (2, {2: [0.4, -0.2, 0.5], 4: [0.08, 0.01, 0.02, -0.01, 0.06], 6: [2e-3, 0, 1e-4, 1e-4, 0, 0, 1e-3]}, (2, 4), 7.0, 8e6),
    "falling quartic": (2, {2: [0.5, 0.1, 0.6], 4: [-0.1, 0, -0.01, 0.005, -0.08], 6: [2e-2, 0, 1e-3, 0, 1e-3, 0, 1e-2]}, (2, 4), 6.0, 8e6),
    "coupled wells": (3, {2: [-1.5, -0.3, 0.1, -1.5, -0.3, -1.5],
                          4: [0.5 if len(set(sites)) == 1 else 0.01 for sites in tuples(3, 4)]}, (2, 4), 4.0, 8e6),
}
for name, (sites, couplings, orders, reach, draws) in cases.items():
    truth = by_quadrature(couplings, sites, orders, reach)
    rms = []
    for factor in (1.0, OFF):
        write_action("case.h5", one_point({degree: factor * np.array(values) for degree, values in couplings.items()}))
        told = correlators("case.h5", f"--draw={SHARE * draws:g}", "--orders", " ".join(map(str, orders)), "-o", "drawn.h5", "--fresh")
        assert "WARNING" not in told, told
        rms.append(np.abs(pulls_of("drawn.h5", truth)).max())
    print(f"{name}: {sum(map(len, truth.values()))} correlators, largest pull {rms[0]:.2f}; couplings off by {OFF}: {rms[1]:.1f}")
    assert rms[0] < 4.5 and rms[1] > 6.0, (name, rms)

# Three Gaussian sites: the inverse; higher correlators vanish.
matrix = np.array([[0.7, -0.2, 0.1], [-0.2, 0.6, -0.25], [0.1, -0.25, 0.8]])
exact = np.linalg.inv(2 * matrix)
truth = {2: np.array([exact[pair] for pair in tuples(3, 2)]), 4: np.zeros(15)}
for factor in (1.0, OFF):
    write_action("gauss.h5", one_point({2: [factor * matrix[pair] for pair in tuples(3, 2)]}))
    told = correlators("gauss.h5", "--draw", "2e5" if SMALL else "1e6", "-o", "drawn.h5", "--fresh")
    largest = np.abs(pulls_of("drawn.h5", truth)).max()
    print(f"three Gaussian sites, couplings times {factor}: largest pull {largest:.2f}")
    assert "around the gaussian part" in told and (largest < 4.5 if factor == 1.0 else largest > 6.0)

# phi = sum_i a_i cos b_i of 100 neurons, sigma_a = 1: the Taylor coefficients of -ln P to phi^6, by Fourier inversion, give back
# G2c = 1/2 and G4c = (3/8)/N, and with the other sign of the quartic coupling they do not. To phi^4 the action is not bounded below.
taylor = {2: [1.007653942], 4: [-0.002637726571], 6: [2.802862e-5]}
for sign in (1, -1):
    write_action("cos.h5", one_point({2: taylor[2], 4: [sign * taylor[4][0]], 6: taylor[6]}))
    correlators("cos.h5", f"--draw={SHARE * 1e7:g}", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    pulls = pulls_of("drawn.h5", {2: np.array([0.5]), 4: np.array([0.00375])})
    with h5py.File("drawn.h5") as file:
        print(f"cosine neurons, sign {sign:+d}: G4c = {file['G4c'][0, 0, 0, 0]:.5f} +- {file['G4c_err'][0, 0, 0, 0]:.5f}, pulls {np.round(pulls, 1)}")
    assert (np.abs(pulls) < 4).all() if sign == 1 else (np.abs(pulls) > 10 * math.sqrt(SHARE)).all()
write_action("cos.h5", one_point({2: taylor[2], 4: taylor[4]}))
assert "its highest form, g4 phi^4, is -0.002638 along phi = (1)" in correlators("cos.h5", "--draw=10", status=3)

# phi^4 theory of infinite width at its own two nodes, and the same theory in `nnft exact`.
with open("phi4.ini", "w") as file:
    file.write("[field]\narchitecture = free-scalar\nwidth = inf\ncutoff = 6\n[sites]\npoints = 0.375; 1.125\n[deformation]\n"
               "kind = field-operator\nstrength = 0 20\nmu2 = 0 1\nbox = 1.5\nnodes = 2\nrule = midpoint\n[run]\nnetworks = 1\n")
run(NNFT, "exact", "phi4.ini", "-o", "exact.h5")
axes = {"width": [math.inf], "strength": [0.0, 20.0], "mu2": [0.0, 1.0]}
for factor in (1.0, OFF):
    with h5py.File("exact.h5") as file:
        kernel = file["G2c"][0, 0, 0]
        truth = {order: file[f"G{order}c"][0] for order in (2, 4)}
    half = 0.5 * factor * np.linalg.inv([[kernel[0], kernel[1]], [kernel[1], kernel[2]]])
    couplings = {2: np.zeros((1, 1, 2, 2, 3)), 4: np.zeros((1, 1, 2, 2, 5))}
    for s, m in np.ndindex(2, 2):
        mass = 0.5 * 0.75 * axes["mu2"][m]
        couplings[2][0, 0, s, m] = [half[0, 0] - mass, half[0, 1], half[1, 1] - mass]
        couplings[4][0, 0, s, m, [0, 4]] = factor * 0.75 * axes["strength"][s] / 24
    source = {order: (value[None], np.zeros_like(value)[None]) for order, value in truth.items()}
    write_action("phi4.h5", couplings, source, axes)
    told = correlators("phi4.h5", f"--draw={SHARE * 5e5:g}", "-o", "drawn.h5", "--fresh", "--all")
    with h5py.File("drawn.h5") as file:
        pulls = np.concatenate([((file[f"G{n}c"][0, 0] - truth[n]) / file[f"G{n}c_err"][0, 0]).ravel() for n in (2, 4)])
    told_pulls = np.array([float(line.split()[-1]) for line in told.splitlines() if line.startswith("  G")])
    assert np.allclose(np.sort(told_pulls), np.sort(pulls), atol=0.006)
    print(f"phi^4 at two nodes, couplings times {factor}: {pulls.size} correlators, largest pull {np.abs(pulls).max():.2f}")
    assert np.abs(pulls).max() < 4.5 if factor == 1.0 else np.abs(pulls).max() > 6.0

# Errors cover the truth: many times the same action, each point with random numbers of its own.
COPIES = 20 if SMALL else 80
couplings = {2: [0.3, -0.1, 0.4], 4: [0.1, 0.01, 0.02, 0.0, 0.08]}
truth = by_quadrature(couplings, 2, (2, 4), 7.0)
copies = {degree: np.tile(np.array(values), (1, COPIES, 1, 1)) for degree, values in couplings.items()}
write_action("copies.h5", copies, axes={"width": np.arange(1.0, COPIES + 1.0), "strength": [0.0]})
correlators("copies.h5", "--draw=1e5", "-o", "copies_drawn.h5", "--blocks=64")
with h5py.File("copies_drawn.h5") as file:
    pulls = np.concatenate([(file[f"G{n}c"][0, :, 0] - truth[n]) / file[f"G{n}c_err"][0, :, 0] for n in (2, 4)], axis=1)
rms, mean = np.sqrt((pulls**2).mean(0)), pulls.mean(0) * math.sqrt(COPIES)
print(COPIES, "runs: rms pulls", np.round(rms, 2), "mean pulls", np.round(mean, 1))
# 80 pulls: their rms is known to 1/sqrt(160) = 8 %; eight numbers.
known = 1 / math.sqrt(2 * COPIES)
assert (np.abs(rms - 1) < 4 * known).all() and (np.abs(mean) < 4).all()
assert SMALL or not (np.abs(1.5 * rms - 1) < 4 * known).all()  # errors a third too small; 20 pulls do not tell

# Orders: powers of 1/N are in the couplings and add up; coefficients of a strength take it from --at.
orders = {2: np.array([[0.3], [0.15], [0.05]]).reshape(3, 1, 1, 1), 4: np.array([[0.0], [0.1], [0.07]]).reshape(3, 1, 1, 1)}
write_action("orders.h5", orders, {2: (np.full((1, 1, 1), 1.0), np.full((1, 1, 1), 0.5))})
for order in (0, 1, 2):
    truth = by_quadrature({2: [orders[2][: order + 1].sum()], 4: [orders[4][: order + 1].sum()]}, 1, (2, 4), 15.0)
    correlators("orders.h5", f"--order={order}", f"--draw={SHARE * 1e6:g}", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    assert np.abs(pulls_of("drawn.h5", truth)).max() < 4.5
    with h5py.File("drawn.h5") as file:
        assert list(file["order"]) == [order]
assert "couplings to order 2 in 1/N" in correlators("orders.h5", "--draw=1e4")
write_action("strength.h5", orders, attributes={"expanded_in": "strength"})
correlators("strength.h5", f"--draw={SHARE * 1e6:g}", "--at=0.5", "-o", "drawn.h5", "--fresh")
truth = by_quadrature({2: [0.3 + 0.5 * 0.15 + 0.25 * 0.05], 4: [0.5 * 0.1 + 0.25 * 0.07]}, 1, (2, 4), 9.0)
assert np.abs(pulls_of("drawn.h5", truth)).max() < 4.5
with h5py.File("drawn.h5") as file:
    assert list(file["strength"]) == [0.5]
