"""Formulas as the talk prints them, each in a function of its own: nothing here is measured, corrected or fitted."""

from . import free_scalar


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1


# 3: parameter space and function space


def deformed_density_cumulants(width, strength):
    """G2, G4c of the density P_N(φ)e^{−λφ⁴/4!} of φ at one point, P_N that of N free neurons (d = 1, Λ = 8, m = 1)."""
    return free_scalar.one_node_cumulants(width, strength)
