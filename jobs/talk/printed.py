"""Formulas as the talk prints them, or numbers that follow from them, each in a function of its own: nothing here is measured, corrected or
fitted."""

import math

import numpy as np

from . import free_scalar
from .references import series


# 1: a first NN-FT


def first_network(sigma, a, b, c, x):
    """φ(x) = a σ(b σ(c x)) (slide "A First NN-FT")."""
    return a * sigma(b * sigma(c * x))


# 2: generating functionals


def correlator_from_W(taylor_coefficient, n):
    """G_c⁽ⁿ⁾ = (δ/δJ)ⁿ W[J] at J = 0 (slide "Central Limit Theorem from Generating Functions"): n! times the coefficient of Jⁿ."""
    return math.factorial(n) * taylor_coefficient


def one_neuron_Z(J, h, weights, N, nodes=60):
    """∫dθ P(θ) e^{Jφ} over the parameters of one of N neurons a h(x), a ~ N(0, 1/N) (slide "Fields and Parameter-Space /
    Function-Space Duality"); the others multiply."""
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


# 3: parameter space and function space


def parameter_space(function_space):
    """A correlator from ∫dθ P(θ) is that from ∫Dφ e^{−S} (slide "Fields and Parameter-Space / Function-Space Duality")."""
    return function_space


def gaussian_four_point():
    """G4c of a Gaussian field, and of independent neurons as N → ∞ (slide "Free Theory Limits: NNGP Correspondence")."""
    return 0.0


def deformed_density_cumulants(width, strength):
    """G2, G4c of the density P_N(φ)e^{−λφ⁴/4!} of φ at one point, P_N that of N free neurons (d = 1, Λ = 8, m = 1):
    slide "ϕ⁴ Theory as a NN-FT" with ∫d^dx at one point."""
    return free_scalar.one_node_cumulants(width, strength)


# 4: free theory limits


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


# 5: powers of 1/N


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1


# 6: central limit theorem


def sum_cumulant(one, r, N):
    """κ_r of φ = N^(−½)ΣX_i is κ_r(X)/N^(r/2−1) (slide "Central Limit Theorem: Single Variable Ex.")."""
    return one / N ** (r / 2 - 1)


def sum_W(one, N):
    """W_{X₁+…+X_N} = W_{X₁} + … + W_{X_N} for N alike (the same slide)."""
    return N * one


def field_correlator(one, r, N):
    """G_c⁽ʳ⁾ = G_{c,h}⁽ʳ⁾/N^(r/2−1) of φ(x) = N^(−½)Σh_i(x) (slide "Interactions in NN-FT")."""
    return one / N ** (r / 2 - 1)


# 7: independence breaking


def b7(x, sigma_w, sigma_a, width, alpha):
    """Eq. (B.7): G4c of the cos net under weight-quartic, x of shape (4, d). 𝒫(abcd) is read as the three pairings (ab, cd), and
    Δx_ab + Δx_cd as the three combinations with two plus and two minus signs."""
    d, s2 = x.shape[1], sigma_w**2
    square = lambda v: float(v @ v)
    total = 0.0
    for a, b, c, e in ((0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2)):
        ab, cd, q = square(x[a] - x[b]), square(x[c] - x[e]), square(x[a] - x[b] + x[c] - x[e])
        pair, sum_ = math.exp(-s2 * (ab + cd) / (2 * d)), math.exp(-s2 * q / (2 * d))
        total += -2 * pair + 3 * sum_ + alpha * s2**2 / (d**4 * width) * (
            -6 * d**2 * pair + 3 * d**2 * sum_ + 3 * d * s2 * q * sum_ - 2 * d * s2 * (ab + cd) * pair - 2 * s2**2 * ab * cd * pair)
    return sigma_a**4 / (8 * width) * total


def W_derivatives(e, eV, eV2, V, V2):
    """dW/dα and d²W/dα² at α = 0 of W = log(Π E[e^{JX/√N}] + Σ α^k/k! E[e^{JΣX/√N} 𝒫_k]) (slide "Interactions from Independence Breaking"),
    from averages over independent neurons: P ∝ e^{−αV} has 𝒫₁ = −(V − ⟨V⟩), 𝒫₂ = (V − ⟨V⟩)² − ⟨(V − ⟨V⟩)²⟩."""
    first = -(eV - e * V) / e
    return first, (eV2 - 2 * V * eV + e * V**2 - e * (V2 - V**2)) / e - first**2



# 8: Edgeworth expansion


def edgeworth(kappa, phi, order):
    """exp[Σ_{r≥3} κ_r/r! (−∂)^r] e^(−φ²/2κ₂) (slide "Edgeworth Expansion") for κ₁ = 0 and even densities, through 1/N^order where κ_2k counts as
    1/N^(k−1). kappa: {r: κ_r, a number or shape (rows, 1)}, φ of shape (points). As printed without 1/√(2πκ₂)."""
    operator = {(0, 0): 1.0}  # {(power of 1/N, derivatives): coefficient}
    for r, value in kappa.items():
        if r < 4:
            continue
        step, result = r // 2 - 1, {}
        for (power, derivatives), c in operator.items():
            for k in range((order - power) // step + 1):
                key = (power + k * step, derivatives + k * r)
                result[key] = result.get(key, 0.0) + c * (value / math.factorial(r)) ** k / math.factorial(k)
        operator = result
    x = phi / np.sqrt(kappa[2])
    terms = (c * np.polynomial.hermite_e.hermeval(x, [0.0] * n + [1.0]) / np.sqrt(kappa[2]) ** n for (_, n), c in operator.items())
    return sum(terms) * np.exp(-(x**2) / 2)


def edgeworth_field(correlators, phi, order):
    """(1/Z) exp(Σ (−1)^r/r! ∫ G_c^(r) δ/δφ…δ/δφ) e^(−S_GP) (same slide, "Field Theory Case") through 1/N^order at sites, for fields of shape
    (points, sites); correlators: {r: {sorted site tuple: G_c}}; Z is that of S_GP."""
    sites = phi.shape[1]
    g2 = np.array([[correlators[2][tuple(sorted((i, j)))] for j in range(sites)] for i in range(sites)])
    inverse = np.linalg.inv(g2)
    vertices = {}
    for r, values in correlators.items():
        for legs, value in values.items() if r > 2 else ():
            powers = tuple(legs.count(s) for s in range(sites))  # r!/∏ powers! of the tuples of the integral are this one
            vertices[(r // 2 - 1, *powers)] = (-1) ** r * value / math.prod(map(math.factorial, powers))
    operator = series.exponential(vertices, lambda e: e[0] <= order, one=1.0)
    gradients = series.gradients_on_gaussian(max(sum(e[1:]) for e in operator), inverse)
    total = 0.0
    for powers, c in operator.items():
        total = total + c * sum(h * np.prod(phi ** np.array(e), axis=1) for e, h in gradients[powers[1:]].items())
    return total * np.exp(-np.einsum("pa,ab,pb->p", phi, inverse, phi) / 2) / math.sqrt(np.linalg.det(2 * math.pi * g2))


def edgeworth_error_power(order):
    """What the expansion through 1/N^order leaves out is of the next order, by the powers of κ_r (slide "Central Limit Theorem: Single Variable
    Ex.")."""
    return order + 1


# 9: couplings


def g4_leading(g4c, inverse):
    """Slide "NN-FT: Actions for 1/N and Independence Breaking": g4 = +(1/4!) ∫ G4c G2⁻¹G2⁻¹G2⁻¹G2⁻¹; shape (sites)^4."""
    return np.einsum("abcd,ai,bj,ck,dl->ijkl", g4c, inverse, inverse, inverse, inverse) / math.factorial(4)


def diagram_sign(vertices, internal, legs):
    """Feynman rules 2 to 4, eqs. (3.22), (3.23) (slide "Actions from Interactions"): propagators +G2⁻¹, each vertex G_c^(n) with
    (−1)^n, divided by (−1)^r of g_r; vertices lists their n, internal counts propagators between them."""
    return (-1) ** sum(vertices) * (+1) ** internal * (-1) ** legs


def strength_sign(n):
    """Prefactor (−1)^(2n−4) of the 2n-leg vertex in g4 at first order in α (slide "NN-FT: Actions for 1/N and Independence Breaking")."""
    return (-1) ** (2 * n - 4)


def duality_sign(r):
    """Of g_r in e^W = c' exp(Σ (−1)^r ∫ g_r δ/δJ…δ/δJ) e^(−S₀[J]) (slide "An Unexpected Source-Field Duality")."""
    return (-1) ** r


def cosnet_action(sigma_w, sigma_a, d, width):
    """Slide "Concrete Example: Cos-Net Action": {term: (prefactor, c of e^(−c∇²))} of S_GP, of the sum over abcd and of that over (ab, cd),
    read with the δ functions that they need and three terms in each sum."""
    n = width * d**2 * sigma_a**4
    return {"gaussian": (2 * sigma_w / (sigma_a**2 * math.sqrt(d)), sigma_w**2 / (2 * d)),
            "abcd": (-4 * math.sqrt(6) * math.pi**1.5 * sigma_w**4 / n, sigma_w**2 / (6 * d)),
            "ab,cd": (8 * math.pi * sigma_w**4 / n, sigma_w**2 / (2 * d))}


# 10: deformations


def deformed_propagator(g, weights, mass2):
    """(G⁻¹ + μ²W)⁻¹ between sites: the action S_G + (μ²/2)∫φ² (slide "Theory Deformations in Function- and
    Parameter-Space"). G of nodes, then sites, which need not have an inverse; W the weights of nodes."""
    nodes = len(weights)
    half = np.sqrt(weights)
    inside = np.eye(nodes) / mass2 + half[:, None] * g[:nodes, :nodes] * half
    outside = g[nodes:, :nodes] * half
    return g[nodes:, nodes:] - outside @ np.linalg.solve(inside, outside.T)


def shifted_mass(r, cutoff, mass2, shift):
    """G(p) = 1/(p² + m² + μ²) up to the cutoff, in one dimension: the same action without a box."""
    return float(free_scalar.propagator(r, 1, cutoff, (mass2 + shift) ** 0.5))


# 11: φ⁴ theory


def engineered_field(a, b, c, x, cutoff, mass=1.0, sigma_a=1.0):
    """φ_{a,b,c}(x) of the slide "ϕ⁴ Theory as a NN-FT"; b of shape (N, d)."""
    dimension = len(x)
    volume = {1: 2 * cutoff, 2: np.pi * cutoff**2, 3: 4 / 3 * np.pi * cutoff**3}[dimension]
    return np.sqrt(2 * volume / (sigma_a**2 * (2 * np.pi) ** dimension)) * np.sum(a * np.cos(b @ x + c) / np.sqrt(np.sum(b * b, axis=1) + mass**2))


def engineered_propagator(r, dimension, cutoff, mass=1.0):
    """G⁽²⁾(p) = 1/(p² + m²) for |p| < Λ (the same slide)."""
    return float(free_scalar.propagator(r, dimension, cutoff, mass))


def two_point_coefficients(g, weights, sites):
    """Of λ and λ² in G2c(x, y): diagrams of the action with (λ/4!)∫φ⁴ (the same slide). G of nodes, then sites."""
    n = len(weights)
    lines, loop = g[:n, :n], np.diag(g)[:n]
    a, b = (g[n + site, :n] for site in sites)
    sunset = (weights * a) @ lines**3 @ (weights * b) / 6
    chain = (weights * a * loop) @ lines @ (weights * b * loop) / 4
    double = (weights * a * b) @ lines**2 @ (weights * loop) / 4
    return -0.5 * np.sum(weights * a * loop * b), sunset + chain + double


def four_point_coefficients(g, weights, sites):
    """The same of G4c."""
    n = len(weights)
    lines, loop = g[:n, :n], np.diag(g)[:n]
    a, b, c, d = (g[n + site, :n] for site in sites)
    bubbles = sum((weights * p * q) @ lines**2 @ (weights * r * s) for p, q, r, s in ((a, b, c, d), (a, c, b, d), (a, d, b, c)))
    legs = sum((weights * p * loop) @ lines @ (weights * q * r * s) for p, q, r, s in ((a, b, c, d), (b, a, c, d), (c, a, b, d), (d, a, b, c)))
    return -np.sum(weights * a * b * c * d), 0.5 * (bubbles + legs)


# 12: symmetries


def invariance():
    """A correlator at transformed sites less that at the sites themselves (slide "NN-FT: Definition and Discussion")."""
    return 0.0


def reflection_positive(smallest):
    """The eigenvalue nearest to `smallest` that reflection positivity allows (the same slide: OS axioms)."""
    return max(0.0, smallest)
