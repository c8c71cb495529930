"""Formulas as the talk prints them, each in a function of its own: nothing here is measured, corrected or fitted."""

import math

import numpy as np


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1


# Claim 1

def first_network(sigma, a, b, c, x):
    """φ(x) = a σ(b σ(c x)) (slide "A First NN-FT")."""
    return a * sigma(b * sigma(c * x))


# Claim 2

def correlator_from_W(taylor_coefficient, n):
    """G_c⁽ⁿ⁾ = (δ/δJ)ⁿ W[J] at J = 0 (slide "Central Limit Theorem from Generating Functions"): n! times the coefficient of Jⁿ."""
    return math.factorial(n) * taylor_coefficient


def one_neuron_Z(J, h, weights, N, nodes=60):
    """∫dθ P(θ) e^{Jφ} over the parameters of one of N neurons a h(x), a ~ N(0, 1/N) (slide "Fields and … Duality"); the others multiply."""
    a, wa = np.polynomial.hermite_e.hermegauss(nodes)
    exponent = sum(j * f for j, f in zip(J, h))[:, None] * a / math.sqrt(N)
    return float(weights @ np.exp(exponent) @ wa) / wa.sum()


def gaussian_W(G, J):
    """½∫∫J G⁽²⁾ J: W[J] with all G_c⁽ⁿ⁾, n > 2, left out (slide "Central Limit Theorem from Generating Functions")."""
    return 0.5 * J @ G @ J
