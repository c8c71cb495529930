"""The action of the cos net

Couplings of the field at four sites x_i, measured by the program, are the action of fields φ = Σ f_i G2(·, x_i): by momenta,
∫ φ e^(−c∇²) φ has the terms f_i f_j (σ_a²/2)² (2π/s)^d (4πw)^(−d/2) e^(−|x_i − x_j|²/4w), w = 1/s − c, and the quartic terms likewise
with w = 2/s − c around q = x_i + x_j − x_k − x_l, or w = 1/s − c for each of two pairs. So prefactors and numbers in exponents can be fitted.
"""

import math

import numpy as np

from nnft_results import jackknife_error

from . import printed
from .claims import Claim, Line
from .quartic import distances, square
from .tensors import full

SIGMA_A, WIDTH = 1.3, 16
# (d, σ_w): sites in units of 1/σ_w.
PLACES = {1: [[0.0], [1.3], [2.7], [-1.5]], 2: [[0.0, 0.3], [1.2, -0.4], [-0.9, 0.7], [0.5, 1.6]]}
CASES = ((1, 0.7), (1, 1.1), (2, 1.1))
TERMS = {"gaussian": "S_GP", "abcd": "sum over abcd", "ab,cd": "sum over (ab, cd)"}
SOURCE = "slide \"Concrete Example: Cos-Net Action\""


def sites(d, sigma_w):
    return np.array(PLACES[d]) / sigma_w


def name(d, sigma_w):
    return f"cosnet_action_{d}_{sigma_w:g}"


def run(runner):
    for seed, case in enumerate(CASES, 1):
        d, sigma_w = case
        points = "; ".join(" ".join(f"{v:.17g}" for v in x) for x in sites(*case))
        runner.sample(name(*case), f"[field]\narchitecture = cos\ninput-dim = {d}\nwidth = {WIDTH}\nsigma-weight = {sigma_w}\nsigma-out = {SIGMA_A}\n"
                      f"[sites]\npoints = {points}\n", 3e6, f"--run.seed={seed}")
        runner.action(name(*case), name(*case) + "_couplings", "--order", "1")


def corrected(sigma_w, sigma_a, d, width):
    """As printed.cosnet_action, from the inverse of G2 and the Fourier transform of G4c."""
    s, n = sigma_w**2 / d, width * sigma_a**4
    return {"gaussian": ((s / (2 * math.pi)) ** (d / 2) / sigma_a**2, 1 / (2 * s)),
            "abcd": (-((s / (2 * math.pi)) ** (1.5 * d)) / (4 * n), 3 / (2 * s)),
            "ab,cd": ((s / (2 * math.pi)) ** d / (6 * n), 1 / (2 * s))}


def on_fields(file, legs, order, g2):
    """Terms of the action in f at sorted tuples: value, shape (tuples), and leave-one-out values."""
    tuples = file.tuples(legs)
    index = tuple(np.array(tuples).T)
    letters = "abcd"[:legs]
    contraction = f"z{letters}," + ",".join(f"{a}{b}" for a, b in zip(letters, "ijkl")) + "->z" + "ijkl"[:legs]
    packed = np.concatenate([file.file[f"g{legs}"][order, 0, :1], file.file[f"g{legs}_jackknife"][:, order, 0, 0]])
    terms = np.einsum(contraction, full(packed, tuples, len(g2)), *[g2] * legs, optimize=True)[(slice(None), *index)]
    return terms[0], terms[1:]


def bump(distance2, w, d):
    """∫ d^dk/(2π)^d e^(−wk² + ikr)."""
    return (4 * math.pi * w) ** (-d / 2) * np.exp(-distance2 / (4 * w))


def fit(model, start, value, rows, steps=20):
    """Gauss-Newton; parameters and their leave-one-out values, to first order in what the blocks change."""
    error, parameters = jackknife_error(rows), np.array(start, dtype=float)
    scale = parameters.copy()
    for _ in range(steps):
        slopes = [(model(parameters + h) - model(parameters - h)) / 2e-5 / scale[k] for k, h in enumerate(np.diag(1e-5 * scale))]
        inverse = np.linalg.pinv(np.stack(slopes, axis=1) / error[:, None])
        parameters = parameters + inverse @ ((value - model(parameters)) / error)
    return parameters, parameters + (rows - value) / error @ inverse.T


def measured(files, d, sigma_w):
    """{term: ((prefactor, error), (c, error))}"""
    file, s, x = files[name(d, sigma_w) + "_couplings"], sigma_w**2 / d, sites(d, sigma_w)
    g2 = SIGMA_A**2 / 2 * np.exp(-s * np.array([[square(a - b) for b in x] for a in x]) / 2)
    transform = SIGMA_A**2 / 2 * (2 * math.pi / s) ** (d / 2)  # of G2 at momentum 0
    guess = corrected(sigma_w, SIGMA_A, d, WIDTH)
    ends = {"gaussian": 1 / s, "abcd": 2 / s, "ab,cd": 1 / s}
    start = lambda *terms: [v for t in terms for v in (guess[t][0], ends[t] - guess[t][1])]

    r2 = np.array([square(x[i] - x[j]) for i, j in file.tuples(2)])
    parameters, rows = fit(lambda p: p[0] * transform**2 * bump(r2, p[1], d), start("gaussian"), *on_fields(file, 2, 0, g2))
    apart = np.array([distances(x[list(t)]) for t in file.tuples(4)])  # (tuples, pairings, (q², A, B))
    q, a, b = np.moveaxis(apart, -1, 0)
    quartic = lambda p: transform**4 * (p[0] * bump(q, p[1], d) + p[2] * bump(a, p[3], d) * bump(b, p[3], d)).sum(axis=1)
    more, more_rows = fit(quartic, start("abcd", "ab,cd"), *on_fields(file, 4, 1, g2))
    values, errors = np.concatenate([parameters, more]), jackknife_error(np.hstack([rows, more_rows]))
    return {t: ((values[2 * k], errors[2 * k]), (ends[t] - values[2 * k + 1], errors[2 * k + 1])) for k, t in enumerate(TERMS)}


def claims(files):
    found = {case: measured(files, *case) for case in CASES}

    def lines(term, part, form):
        result = []
        for d, sigma_w in CASES:
            holds = corrected(sigma_w, SIGMA_A, d, WIDTH)[term][part]
            value, error = map(float, found[d, sigma_w][term][part])
            unit = 1 if term == "gaussian" or part == 1 else WIDTH  # prefactors of 1/N times N
            result.append(Line(f"{TERMS[term]}, {('prefactor' + (' × N' if unit > 1 else ''), 'c')[part]}, d = {d}, σ_w = {sigma_w:g}",
                               unit * form(sigma_w, SIGMA_A, d, WIDTH)[term][part], unit * value, unit * error, exact=unit * holds))
        return result

    every = lambda term, form: lines(term, 0, form) + lines(term, 1, form)
    as_printed = lambda *key: printed.cosnet_action(*key)
    dimension = "−∇² has the dimension 1/x², and s = σ_w²/d too: s∇² in an exponent cannot be, while ∇²/s can."
    return [
        Claim("9k", "Cos-net action: Gaussian part", SOURCE, "(2σ_W0/(σ_W1² √d)) ∫ φ e^(−σ_W0²∇²/2d) φ", every("gaussian", as_printed),
              argument="G2 = (σ_a²/2) e^(−s|x−y|²/2) has the transform (σ_a²/2)(2π/s)^(d/2) e^(−k²/2s); half its inverse is\n"
                       "(1/σ_a²)(s/2π)^(d/2) e^(k²/2s). " + dimension + "\n"
                       "The power of s that makes S dimensionless is s^(d/2). In d = 1 the printed prefactor is √(8π) times that: 2 and √(2π).\n"
                       "Read with s = d/σ_W0² the exponent holds, but the prefactor does not."),
        Claim("9l", "Cos-net action: quartic part, sum over abcd", SOURCE, "−(4√6 π^(3/2) σ_W0⁴/(N d² σ_W1⁴)) Σ e^(−σ_W0²∇_abcd²/6d)",
              every("abcd", as_printed),
              argument="−(1/4!) G4c with η = G2⁻¹φ, G4c ∋ (3σ_a⁴/8N) e^(−sq²/2): the transform in q and four factors e^(k²/2s)\n"
                       "leave e^(3k²/2s). " + dimension),
        Claim("9m", "Cos-net action: quartic part, sum over pairs", SOURCE, "+(8π σ_W0⁴/(N d² σ_W1⁴)) Σ e^(−σ_W0²(∇_ab² + ∇_cd²)/2d)",
              every("ab,cd", as_printed),
              argument="−(1/4!) G4c with η = G2⁻¹φ, G4c ∋ −(σ_a⁴/4N) e^(−s(A+B)/2): two transforms and four factors e^(k²/2s)\n"
                       "leave e^(k²/2s) each. " + dimension),
        Claim("9n", "Cos-net action, corrected", "this program",
              "s = σ_W0²/d, σ_a = σ_W1: (1/σ_a²)(s/2π)^(d/2) ∫φ e^(−∇²/2s) φ − (1/4Nσ_a⁴)(s/2π)^(3d/2) Σ e^(−3∇_q²/2s) δ(q) φφφφ"
              " + (1/6Nσ_a⁴)(s/2π)^d Σ e^(−(∇_ab²+∇_cd²)/2s) δ(r_ab)δ(r_cd) φφφφ",
              [line for term in TERMS for line in every(term, corrected)])]
