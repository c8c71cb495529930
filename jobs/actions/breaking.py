"""Couplings by powers of the strength of independence breaking: a shared scale at infinite width beside the exact action of the mixture
of normal densities, and derivatives measured by score beside exact ones."""

import math

import numpy as np

import density
import edgeworth
from results import Couplings, Result, check, hotelling, power

LARGEST_PULL = 4.5


def two_point(file):
    """G2c at the first scan point, shape (sites, sites)."""
    g2 = np.zeros((file.sites, file.sites))
    for (i, j), value in zip(file.tuples(2), file.file["G2c"][0, 0]):
        g2[i, j] = g2[j, i] = value
    return g2


def shared_scale():
    """P = E_v[N(φ; vK)], v ~ Gamma of mean 1 and variance α, Q = φK⁻¹φ: S = Q/2 - (α/2) [n(n + 2)/4 - (1 + n/2) Q + Q²/4] + O(α²) at n
    sites, all of it from dG4c/dα = Σ KK; dG6c/dα = 0."""
    file = Couplings("shared_scale")
    sites, highest = file.sites, file.orders - 1
    g2 = two_point(file)
    inverse = np.linalg.inv(g2)
    strengths = (0.004, 0.001)
    exact = {a: density.shared_scale(inverse, a) for a in strengths}
    constant = 0.5 * float(np.linalg.slogdet(2 * math.pi * g2)[1])
    print(f"\nshared-scale, N = inf, {sites} sites: couplings through powers of α beside the exact mixture")
    print(f"  {'':12} " + " ".join(f"{f'α^{k}':>13}" for k in range(highest + 1))
          + " ".join(f"{'exact, α = ' + format(a, 'g'):>20} " + " ".join(f"{f'off, α^{k}':>10}" for k in range(1, highest + 1)) for a in strengths))
    falls = {k: [] for k in range(1, highest + 1)}
    for n in (0, 2, 4, 6):
        values = file.at(f"g{n}", math.inf).reshape(file.orders, -1)
        packed = {a: np.array([float(v) for v in edgeworth.packed(exact[a], sites, n)]) + (constant if n == 0 else 0.0) for a in strengths}
        for k, legs in enumerate(edgeworth.sorted_tuples(sites, n)):
            off = {a: [float(packed[a][k] - sum(a**j * values[j, k] for j in range(o + 1))) for o in falls] for a in strengths}
            for o in falls:
                falls[o].append(-power([off[a][o - 1] for a in strengths], strengths))
            if len(set(legs)) <= 1 or legs == tuple(sorted(s % sites for s in range(n))):
                print(f"  g{n}({''.join(map(str, legs))}){'':{8 - n}} " + " ".join(f"{v:13.6g}" for v in values[:, k])
                      + " ".join(f"{packed[a][k]:20.10g} " + " ".join(f"{o:10.2e}" for o in off[a]) for a in strengths))
    for o, p in falls.items():
        check(all(abs(q - o - 1) < 0.1 for q in p), f"{len(p)} couplings through α^{o} are off by α^{min(p):.3f} to α^{max(p):.3f}, expected α^{o + 1}")
    quartic = file.at("g4", math.inf)[1]
    expected = [-(inverse[a, b] * inverse[c, d] + inverse[a, c] * inverse[b, d] + inverse[a, d] * inverse[b, c]) / 24 for a, b, c, d in file.tuples(4)]
    worst = float(np.max(np.abs(quartic - expected)) / np.max(np.abs(expected)))
    check(worst < 1e-9, f"g4 at order α is -(1/24) Σ K⁻¹K⁻¹, apart {worst:.1e}; + would be off by 2")


def weight_quartic():
    measured, exact = Couplings("quartic"), Couplings("quartic.exact_couplings")
    width = measured.widths[0]
    print(f"\nweight-quartic, cos, N = {width:g}: coefficients of α by score beside those of exact derivatives (diagrams with one derivative"
          "\nas vertex around the Gaussian part of the undeformed net)")
    print(f"  {'':12} {'measured':>14} {'error':>9} {'exact':>14} {'pull':>6}")
    deviations, samples, pulls, truths = [], [], [], []
    for n in (2, 4):
        value, truth = measured.at(f"g{n}", width)[1], exact.at(f"g{n}", width)[1]
        error = measured.file[f"g{n}_err"][1, 0, 0]
        for k, legs in enumerate(measured.tuples(n)):
            if len(set(legs)) == 1 or legs == tuple(sorted(s % measured.sites for s in range(n))):
                print(f"  g{n}({''.join(map(str, legs))}){'':{8 - n}} {value[k]:14.6g} {error[k]:9.2g} {truth[k]:14.6g} {(value[k] - truth[k]) / error[k]:+6.2f}")
        deviations.append(value - truth)
        truths.append(truth)
        samples.append(measured.jackknife(n, width)[:, 1])
        pulls += list((value - truth) / error)
    deviations, truths, samples = np.concatenate(deviations), np.concatenate(truths), np.hstack(samples)
    rms, largest = float(np.sqrt(np.mean(np.square(pulls)))), float(np.max(np.abs(pulls)))
    check(largest < LARGEST_PULL, f"{len(pulls)} pulls, rms {rms:.2f}, largest {largest:.2f} < {LARGEST_PULL}")
    t2, modes, p = hotelling(deviations, samples)
    check(p > 1e-4, f"all together: T² = {t2:.1f} in {modes} modes, p = {p:.3g}")
    t2, modes, p = hotelling(deviations + 0.1 * truths, samples)
    check(p < 1e-6, f"coefficients that are 10 % smaller are rejected: T² = {t2:.4g} in {modes} modes, p = {p:.2g}")


def signs_of_vertices():
    """At order α a vertex G_2n' with n - 2 self-loops contributes to g4 with the sign (-1)^(n - 1); the talk has (-1)^(2n - 4) = 1 for all."""
    file, source = Couplings("quartic.exact_couplings"), Result("quartic.exact")
    width = file.widths[0]
    g2 = two_point(file)
    derivatives = source.correlators(width, 6, "G{}c_dstrength")
    print(f"\nweight-quartic, N = {width:g}: g4 at order α from the logarithm of the Edgeworth series, vertex by vertex, beside nnft")
    parts = {n: edgeworth.packed(edgeworth.first_order(g2, {n: derivatives[n]}), file.sites, 4) for n in (4, 6)}
    nnft = file.at("g4", width)[1]
    print(f"  {'':12} {'G4 vertex':>14} {'G6, one loop':>14} {'sum':>14} {'nnft':>14}")
    for k, legs in enumerate(file.tuples(4)):
        if len(set(legs)) == 1 or legs == (0, 0, 1, 2):
            print(f"  g4({''.join(map(str, legs))}){'':4} {parts[4][k]:14.6g} {parts[6][k]:14.6g} {parts[4][k] + parts[6][k]:14.6g} {nnft[k]:14.6g}")
    apart = lambda n, coefficients: float(np.max(np.abs(file.at(f"g{n}", width)[1] - coefficients)) / np.max(np.abs(coefficients)))
    series = edgeworth.first_order(g2, derivatives)
    worst = max(apart(n, edgeworth.packed(series, file.sites, n)) for n in (2, 4, 6))
    check(worst < 1e-9, f"g2, g4 and g6 at order α are those of the series, apart {worst:.1e} of the largest")
    same = apart(4, edgeworth.packed(edgeworth.first_order(g2, derivatives, {6: -1}), file.sites, 4))
    check(same > 0.01, f"with the same sign for both vertices g4 would be off by {same:.2g} of the largest")


def tables():
    shared_scale()
    weight_quartic()
    signs_of_vertices()
