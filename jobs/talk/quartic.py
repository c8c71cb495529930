"""Exact four-point functions of nets whose first-layer weights are deformed, by formulas and quadratures of one variable."""

import math

import numpy as np

SIGMA_W, SIGMA_A = 1.1, 1.3
X = {1: np.array([[0.0], [0.5], [1.0], [-0.7]]), 2: np.array([[0.0, 0.0], [0.5, 0.3], [1.0, -0.2], [-0.7, 0.4]])}
PAIRINGS = ((0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))


def square(v):
    return float(v @ v)


def distances(x):
    """q² and A, B of each pairing."""
    return [(square(x[a] - x[b] + x[c] - x[d]), square(x[a] - x[b]), square(x[c] - x[d])) for a, b, c, d in PAIRINGS]


def first_order(x):
    """N² dG4c/dα at α = 0 for N → ∞ of the cos net under weight-quartic."""
    d = x.shape[1]
    s = SIGMA_W**2 / d
    terms = (6 * d * q * math.exp(-s * q / 2) - 4 * (d * (a + b) + s * a * b) * math.exp(-s * (a + b) / 2) for q, a, b in distances(x))
    return SIGMA_A**4 * s**3 / 8 * sum(terms)


def moment(k, c, weights, s):
    """E[R^k e^(ik·W)] of normal weights of variance s, R = ΣW² over all of them, c = s|k|²/2."""
    half, rising = weights / 2, 1.0
    terms = []
    for j in range(k + 1):
        terms.append(math.comb(k, j) * (-c) ** j / rising)
        rising *= half + j
    return (2 * s) ** k * math.prod(half + j for j in range(k)) * math.exp(-c) * sum(terms)


def characteristic(k2, width, d):
    """E[e^(ik·W)] and its first two derivatives in α at α = 0."""
    s, c = SIGMA_W**2 / d, SIGMA_W**2 / d * k2 / 2
    wave = [moment(2 * k, c, width * d, s) / width ** (2 * k) for k in range(3)]  # E[V^k e^(ik·W)]
    v = [moment(2 * k, 0.0, width * d, s) / width ** (2 * k) for k in range(3)]
    return wave[0], -wave[1] + v[1] * wave[0], wave[2] - 2 * v[1] * wave[1] + (2 * v[1] ** 2 - v[2]) * wave[0]


def exact_derivative(x, width, order):
    """d^order G4c/dα^order at α = 0 of the cos net under weight-quartic, order 0 to 2."""
    total = 0.0
    for q, a, b in distances(x):
        f = [characteristic(k2, width, x.shape[1]) for k2 in (q, a + b, a, b)]
        both = sum(math.comb(order, j) * f[2][j] * f[3][order - j] for j in range(order + 1))
        total += 3 / (8 * width) * f[0][order] + (1 - 1 / width) / 4 * f[1][order] - both / 4
    return SIGMA_A**4 * total


def ring_correlator(x, width, alpha):
    """G4c of the cos net under weight-ring."""
    s = SIGMA_W**2 / x.shape[1]
    k = 2 * math.pi * np.arange(width) / width
    c = np.array([np.mean(np.cos(k * r) * s / (1 + 2 * alpha * np.cos(k))) for r in range(width)])
    total = 0.0
    for (q, a, b), (i, j, m, n) in zip(distances(x), PAIRINGS):
        pair = math.exp(-c[0] * (a + b) / 2)
        total += 3 / (8 * width) * math.exp(-c[0] * q / 2) + pair / 4 * (np.sum(np.cosh(c[1:] * float((x[i] - x[j]) @ (x[m] - x[n])))) / width - 1)
    return SIGMA_A**4 * float(total)


def ring_correlator_derivatives(x, width, step=0.01):
    """Value and first two derivatives in α at α = 0, by differences of sixth order."""
    y = {k: ring_correlator(x, width, k * step) for k in range(-3, 4)}
    first = (45 * (y[1] - y[-1]) - 9 * (y[2] - y[-2]) + (y[3] - y[-3])) / (60 * step)
    second = (270 * (y[1] + y[-1]) - 27 * (y[2] + y[-2]) + 2 * (y[3] + y[-3]) - 490 * y[0]) / (180 * step**2)
    return y[0], first, second


def radius_ratio(power, weights, width, alpha, nodes=4000):
    """E_α[R^power]/E_0[R^power] of weight-quartic, density of R ∝ R^(weights/2 − 1) e^(−R/2s − αR²/N²)."""
    s = SIGMA_W**2 / (weights / width)
    r = 2 * s * weights / 2 * (np.arange(nodes) + 0.5) / nodes * 4
    log_density = (weights / 2 - 1) * np.log(r) - r / (2 * s)
    log_density -= log_density.max()
    free, deformed = np.exp(log_density), np.exp(log_density - alpha * r**2 / width**2)
    return float((r**power @ deformed) / deformed.sum() / ((r**power @ free) / free.sum()))


def relu_correlator(x, width, alpha, nodes=20000):
    """G4c of the relu net without biases in two dimensions under weight-quartic; averages over the direction of W by the midpoint rule."""
    s = SIGMA_W**2 / 2
    angle = 2 * math.pi * (np.arange(nodes) + 0.5) / nodes
    h = np.maximum(x @ np.stack([np.cos(angle), np.sin(angle)]), 0.0)
    four = 8 * s**2 * float(np.mean(np.prod(h, axis=0)))
    rho = [radius_ratio(k, 2 * width, width, alpha) for k in (1, 2)]
    total = 0.0
    for a, b, c, d in PAIRINGS:
        product = 4 * s**2 * float(np.mean(h[a] * h[b])) * float(np.mean(h[c] * h[d]))
        total += rho[1] * (four / width + (1 - 1 / width) * product) - rho[0] ** 2 * product
    return SIGMA_A**4 * total
