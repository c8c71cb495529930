"""Couplings by orders from the formal Edgeworth series e^(-S) = exp(Σ_k G_2k·∂^2k/(2k)!) e^(-φ G2⁻¹ φ/2) itself: its logarithm, power by
power of 1/N. No diagrams; as many sites as patience allows (three to second order, two to third, take a second)."""

import itertools
import math

import numpy as np

from series import exponential, gradients_on_gaussian, logarithm, total


def correlators(by_order, sites):
    """[{powers: connected correlator of the fields with these powers at this order}], from [{powers: coefficient of Π φ_i^powers_i in S}].

    The dual of couplings(): e^W = exp(-S_int(∂_J)) e^(J M⁻¹ J/2), M = 2 g2 of order 0, everything of order 1 and above in S_int.
    """
    order = len(by_order) - 1
    m = np.zeros((sites, sites))
    for i, j in sorted_tuples(sites, 2):
        m[i, j] = m[j, i] = by_order[0][powers_of_tuple((i, j), sites)] * (2 if i == j else 1)
    inverse = np.linalg.inv(m)
    vertices = {(k, *powers): -c for k, terms in enumerate(by_order) if k > 0 for powers, c in terms.items() if any(powers)}
    keep = lambda e: e[0] <= order
    hermite = gradients_on_gaussian(4 * order, -inverse)
    series = {}
    for powers, coefficient in exponential(vertices, keep, one=1.0).items():
        series = total(series, {(powers[0], *e): c for e, c in hermite[powers[1:]].items()}, coefficient)
    result = [{} for _ in range(order + 1)]
    for powers, coefficient in logarithm(series, keep, one=1.0).items():
        if any(powers[1:]):
            result[powers[0]][powers[1:]] = coefficient * math.prod(math.factorial(k) for k in powers[1:])
    for i, j in sorted_tuples(sites, 2):
        result[0][powers_of_tuple((i, j), sites)] = float(inverse[i, j])
    return result


def powers_of_tuple(legs, sites):
    return tuple(legs.count(s) for s in range(sites))


def couplings(cumulants, order, degree):
    """[{powers: coefficient of Π φ_i^powers_i in S at this order} for orders 0 … order], constants included.

    cumulants: {n: {sorted site tuple: G_nc}} for n = 2, 4, …, 2 (order + 1). A vertex with 2k legs counts as order k - 1. Powers above
    2 (order + 1) cancel in the logarithm and are left out.
    """
    sites = 1 + max(legs[0] for legs in cumulants[2])
    g2 = np.array([[cumulants[2][tuple(sorted((i, j)))] for j in range(sites)] for i in range(sites)])
    inverse = np.linalg.inv(g2)
    vertices = {}
    for n in range(4, 2 * (order + 1) + 1, 2):
        for legs, value in cumulants[n].items():
            m = powers_of_tuple(legs, sites)
            vertices[(n // 2 - 1, *m)] = value / math.prod(math.factorial(k) for k in m)
    keep = lambda e: e[0] <= order
    series = {(0,) * (sites + 1): 1.0}
    if vertices:
        operator = exponential(vertices, keep, one=1.0)
        hermite = gradients_on_gaussian(4 * order, inverse)
        series = {}
        for powers, coefficient in operator.items():
            series = total(series, {(powers[0], *m): c for m, c in hermite[powers[1:]].items()}, coefficient)
    # The power of 1/N is the first exponent, so that vacuum diagrams are no constants of the series.
    action = {e: -c for e, c in logarithm(series, keep, one=1.0).items()}
    result = [{} for _ in range(order + 1)]
    for powers, coefficient in action.items():
        if sum(powers[1:]) <= min(degree, 2 * (powers[0] + 1)):
            result[powers[0]][powers[1:]] = coefficient
    gaussian = result[0]
    gaussian[(0,) * sites] = 0.5 * float(np.linalg.slogdet(2 * math.pi * g2)[1])
    for i in range(sites):
        for j in range(i, sites):
            gaussian[powers_of_tuple((i, j), sites)] = float(inverse[i, j] * (0.5 if i == j else 1.0))
    return result


def first_order(g2, derivatives, signs=None):
    """{powers: coefficient of Π φ_i^powers_i in S at first order} of e^(-S) when correlators change by derivatives × strength around a
    normal density: -Σ_n (1/n!) G_n'·H_n, H_n the Hermite polynomials, since only one derivative occurs. g2: shape (sites, sites);
    derivatives: {n: {sorted tuple: dG_nc}}; signs: {n: factor of the terms from G_n', 1 if not there}."""
    sites = len(g2)
    hermite = gradients_on_gaussian(max(derivatives), np.linalg.inv(g2))
    result = {}
    for n, values in derivatives.items():
        for legs, value in values.items():
            m = powers_of_tuple(legs, sites)
            factor = -value / math.prod(math.factorial(k) for k in m) * (signs or {}).get(n, 1)
            result = total(result, hermite[m], factor)
    return result


def one_site_density(cumulants, phi):
    """The Edgeworth series of the density through each order of 1/N, shape (rows, orders, points), {n: κ_n of shape (rows)}, φ of shape (points)."""
    order = max(cumulants) // 2 - 1
    operator = {(n // 2 - 1, n): kappa / math.factorial(n) for n, kappa in cumulants.items() if n > 2}
    deviation = np.sqrt(cumulants[2])[:, None]
    x = phi / deviation
    normal = np.exp(-(x**2) / 2) / (math.sqrt(2 * math.pi) * deviation)
    contributions = np.zeros((len(x), order + 1, len(phi)))
    for (k, n), coefficient in exponential(operator, lambda e: e[0] <= order, one=1.0).items():
        hermite = np.polynomial.hermite_e.hermeval(x, [0.0] * n + [1.0])
        contributions[:, k] += np.reshape(coefficient, (-1, 1)) * hermite / deviation**n * normal
    return np.cumsum(contributions, axis=1)


def sorted_tuples(sites, n):
    """In lexicographic order, as files have them."""
    return list(itertools.combinations_with_replacement(range(sites), n))


def packed(coefficients, sites, n):
    """g_n of the sorted tuples, from coefficients of the monomials: the full sum over sites repeats each n!/Π powers! times."""
    values = []
    for legs in sorted_tuples(sites, n):
        m = powers_of_tuple(legs, sites)
        repeats = math.factorial(n) // math.prod(math.factorial(k) for k in m)
        values.append(coefficients.get(m, 0) / repeats)
    return values
