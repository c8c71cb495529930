"""Formulas as the talk prints them, each in a function of its own: nothing here is measured, corrected or fitted."""

import numpy as np

from . import free_scalar


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1


# 3: parameter space and function space


def deformed_density_cumulants(width, strength):
    """G2, G4c of the density P_N(φ)e^{−λφ⁴/4!} of φ at one point, P_N that of N free neurons (d = 1, Λ = 8, m = 1)."""
    return free_scalar.one_node_cumulants(width, strength)


# 10: deformations


def deformed_propagator(g, weights, mass2):
    """Inverse of G⁻¹ + W, W = μ² at the nodes: the action S_G + (μ²/2)∫φ². G of nodes, then sites; returned between sites; no inverse of G is taken."""
    nodes = len(weights)
    half = np.sqrt(weights)
    inside = np.eye(nodes) / mass2 + half[:, None] * g[:nodes, :nodes] * half
    outside = g[nodes:, :nodes] * half
    return g[nodes:, nodes:] - outside @ np.linalg.solve(inside, outside.T)


def shifted_mass(r, cutoff, mass2, shift):
    """G(p) = 1/(p² + m² + μ²) up to the cutoff, in one dimension."""
    return float(free_scalar.propagator(r, 1, cutoff, (mass2 + shift) ** 0.5))
