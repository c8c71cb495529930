"""W[J] by powers of α: what dependence between neurons adds to the generating functional"""

import math

import numpy as np
from nnft_results import jackknife_error

from . import printed
from .claims import Claim, Line

SIGMA_W, SIGMA_A, WIDTH = 1.1, 1.3, 10
POINTS = (0.0, 0.5, 1.0, -0.7)
SOURCES = ((1.0, 0.0, 0.0, -1.0), (0.0, 1.5, -1.0, 0.0), (1.0, -1.0, 1.0, 0.0))
STRENGTHS = tuple(0.03 * k for k in range(6))
CONFIG = f"""[field]
architecture = cos
width = {WIDTH}
sigma-weight = {SIGMA_W}
sigma-out = {SIGMA_A}
[sites]
points = {"; ".join(map(str, POINTS))}
[deformation]
kind = weight-quartic
strength = {" ".join(f"{a:g}" for a in STRENGTHS)}
[measure]
orders = 2
sources = {"; ".join(" ".join(map(str, s)) for s in SOURCES)}
"""
BLOCKS, BATCH = 64, 2**16  # of independent neurons drawn here


def run(runner):
    runner.sample("series_W", CONFIG, 4e6)


def independent_neurons(seed=11):
    """Block means of e, eV, eV², V, V² for each source, e = E_a[e^{Jφ}] = e^{½JKJ}, V = (ΣW²/N)²: shape (blocks, sources, 5)."""
    random, x, J = np.random.default_rng(seed), np.array(POINTS), np.array(SOURCES)
    means = []
    for _ in range(BLOCKS):
        W, b = SIGMA_W * random.standard_normal((BATCH, WIDTH)), random.uniform(-math.pi, math.pi, (BATCH, WIDTH))
        field = np.cos(W[:, :, None] * x + b[:, :, None]) @ J.T
        e = np.exp(0.5 * SIGMA_A**2 / WIDTH * (field**2).sum(axis=1))
        V = ((W**2).sum(axis=1) / WIDTH)[:, None] ** 2
        means.append(np.stack([m.mean(axis=0) + np.zeros(len(SOURCES)) for m in (e, e * V, e * V**2, V, V**2)], axis=1))
    return np.array(means)


def derivatives(W):
    """First and second derivative at α = 0 of the polynomial through W at all strengths, (…, strength, source)."""
    powers = np.linalg.inv(np.vander(STRENGTHS, increasing=True))
    return np.einsum("ks,...sj->k...j", powers[1:3] * np.array([[1.0], [2.0]]), W)


def claims(files):
    file = files["series_W"]
    W = np.array([file.at("W", strength=a) for a in STRENGTHS])
    measured, rows = derivatives(W), derivatives(np.stack([file.leave_one_out("W", strength=a) for a in STRENGTHS], axis=1))
    means = independent_neurons()
    left_out = (means.sum(axis=0) - means) / (BLOCKS - 1)
    lines = {1: [], 2: []}
    for k, source in enumerate(SOURCES):
        series, spread = printed.W_derivatives(*means.mean(axis=0)[k]), np.array([printed.W_derivatives(*m[k]) for m in left_out])
        for order in lines:
            lines[order].append(Line(f"J = ({', '.join(f'{j:g}' for j in source)})", series[order - 1], float(measured[order - 1, k]),
                                     float(jackknife_error(rows[order - 1, :, k])), printed_error=float(jackknife_error(spread[:, order - 1]))))
    slide = "slide \"Interactions from Independence Breaking\""
    formula = ("W_φ[J] = log( Π_j E[e^{JX_j/√N}] + Σ_k (α^k/k!) E[e^{JΣX_i/√N} 𝒫_k] ), E of independent neurons, 𝒫_k = ∂ᵏP/P:\n"
               "the coefficient of ORDER, averaged over independent neurons drawn apart, beside networks at α = 0 … 0.15 (cos net, N = 10, weight-quartic)")
    return [Claim("7i", "The series of W[J] in α: first order", slide, formula.replace("ORDER", "α"), lines[1]),
            Claim("7j", "The series of W[J] in α: second order", slide, formula.replace("ORDER", "α²/2"), lines[2])]
