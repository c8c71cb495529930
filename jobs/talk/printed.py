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


def gaussian_correlator(n):
    """G_c⁽ⁿ⁾ of a Gaussian field for n > 2 (slide "Central Limit Theorem from Generating Functions")."""
    assert n > 2
    return 0.0


# Claim 4

def neuron(sigma, b, x):
    """Σⱼ σ(bⱼxⱼ), what aᵢ multiplies (slide "Example: φ: R^d → R width N, depth 1")."""
    return sum(sigma(b_j * x_j) for b_j, x_j in zip(b, x))


def arcsine_kernel(sigma, xx, xy, yy, d):
    """G⁽²⁾ for erf (C. Williams, 1997), a ~ N(0, σ²/N), b ~ N(0, σ²/d); xx, xy, yy are the scalar products of the sites."""
    s = 2.0 * sigma**2 / d
    return sigma**2 * 2.0 / math.pi * math.asin(s * xy / math.sqrt((1.0 + s * xx) * (1.0 + s * yy)))


def arccosine_kernel(sigma, xx, xy, yy, d):
    """G⁽²⁾ for ReLU (Y. Cho, L. Saul, 2009), a ~ N(0, σ²/N), b ~ N(0, σ²/d)."""
    angle = math.acos(max(-1.0, min(1.0, xy / math.sqrt(xx * yy))))
    return sigma**2 * sigma**2 / d * math.sqrt(xx * yy) * (math.sin(angle) + (math.pi - angle) * math.cos(angle)) / (2.0 * math.pi)


def finite_width_ratio(one_neuron, k, N):
    """G_c⁽²ᵏ⁾ ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"), given its value for one neuron."""
    return one_neuron / N ** (k - 1)


def correlators_at_infinite_width(k):
    """Gaussian because higher connected correlators vanish (the same slide)."""
    assert k > 1
    return 0.0


def free_action(G):
    """S[φ] = ∫∫φ G⁻¹ φ (slide "Free Theory Limits: NNGP Correspondence"): the coefficients of φ_aφ_b."""
    return np.linalg.inv(G)


def gaussian_action(G):
    """S_GP[φ] = ½∫∫φ G⁻¹ φ (slide "Edgeworth Expansion"): the coefficients of φ_aφ_b."""
    return 0.5 * np.linalg.inv(G)


# Claim 6

def sum_cumulant(one, r, N):
    """κ_r of φ = N^(−½)ΣX_i is κ_r(X)/N^(r/2−1) (slide "Central Limit Theorem: Single Variable Ex.")."""
    return one / N ** (r / 2 - 1)


def sum_W(one, N):
    """W_{X₁+…+X_N} = W_{X₁} + … + W_{X_N} for N alike (the same slide)."""
    return N * one


def field_correlator(one, r, N):
    """G_c⁽ʳ⁾ = G_{c,h}⁽ʳ⁾/N^(r/2−1) of φ(x) = N^(−½)Σh_i(x) (slide "Interactions in NN-FT")."""
    return one / N ** (r / 2 - 1)
