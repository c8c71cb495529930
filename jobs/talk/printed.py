"""Formulas as the talk prints them, each in a function of its own: nothing here is measured, corrected or fitted."""

import numpy as np

from . import free_scalar


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1


# 3: parameter space and function space


def parameter_space(function_space):
    """A correlator from ∫dθ P(θ) is that from ∫Dφ e^{−S}."""
    return function_space


def gaussian_four_point():
    """G4c of a Gaussian field, and of independent neurons as N → ∞."""
    return 0.0


def deformed_density_cumulants(width, strength):
    """G2, G4c of the density P_N(φ)e^{−λφ⁴/4!} of φ at one point, P_N that of N free neurons (d = 1, Λ = 8, m = 1)."""
    return free_scalar.one_node_cumulants(width, strength)


# 10: deformations


def deformed_propagator(g, weights, mass2):
    """(G⁻¹ + μ²W)⁻¹ between sites: the action S_G + (μ²/2)∫φ². G of nodes, then sites, which need not have an inverse; W the weights of nodes."""
    nodes = len(weights)
    half = np.sqrt(weights)
    inside = np.eye(nodes) / mass2 + half[:, None] * g[:nodes, :nodes] * half
    outside = g[nodes:, :nodes] * half
    return g[nodes:, nodes:] - outside @ np.linalg.solve(inside, outside.T)


def shifted_mass(r, cutoff, mass2, shift):
    """G(p) = 1/(p² + m² + μ²) up to the cutoff, in one dimension."""
    return float(free_scalar.propagator(r, 1, cutoff, (mass2 + shift) ** 0.5))


# 11: φ⁴ theory


def engineered_field(a, b, c, x, cutoff, mass=1.0, sigma_a=1.0):
    """φ_{a,b,c}(x) of the slide "ϕ⁴ Theory as a NN-FT"; b of shape (N, d)."""
    dimension = len(x)
    volume = {1: 2 * cutoff, 2: np.pi * cutoff**2, 3: 4 / 3 * np.pi * cutoff**3}[dimension]
    return np.sqrt(2 * volume / (sigma_a**2 * (2 * np.pi) ** dimension)) * np.sum(a * np.cos(b @ x + c) / np.sqrt(np.sum(b * b, axis=1) + mass**2))


def engineered_propagator(r, dimension, cutoff, mass=1.0):
    """G⁽²⁾(p) = 1/(p² + m²) for |p| < Λ."""
    return float(free_scalar.propagator(r, dimension, cutoff, mass))


def two_point_coefficients(g, weights, sites):
    """Of λ and λ² in G2c(x, y): diagrams of the action with (λ/4!)∫φ⁴. G of nodes, then sites."""
    n = len(weights)
    lines, loop = g[:n, :n], np.diag(g)[:n]
    a, b = (g[n + site, :n] for site in sites)
    sunset = (weights * a) @ lines**3 @ (weights * b) / 6
    chain = (weights * a * loop) @ lines @ (weights * b * loop) / 4
    double = (weights * a * b) @ lines**2 @ (weights * loop) / 4
    return -0.5 * np.sum(weights * a * loop * b), sunset + chain + double


def four_point_coefficients(g, weights, sites):
    """Of λ and λ² in G4c."""
    n = len(weights)
    lines, loop = g[:n, :n], np.diag(g)[:n]
    a, b, c, d = (g[n + site, :n] for site in sites)
    bubbles = sum((weights * p * q) @ lines**2 @ (weights * r * s) for p, q, r, s in ((a, b, c, d), (a, c, b, d), (a, d, b, c)))
    legs = sum((weights * p * loop) @ lines @ (weights * q * r * s) for p, q, r, s in ((a, b, c, d), (b, a, c, d), (c, a, b, d), (d, a, b, c)))
    return -np.sum(weights * a * b * c * d), 0.5 * (bubbles + legs)


# 12: symmetries


def invariance():
    """A correlator at transformed sites less that at the sites themselves."""
    return 0.0


def reflection_positive(smallest):
    """The eigenvalue nearest to `smallest` that reflection positivity allows."""
    return max(0.0, smallest)
