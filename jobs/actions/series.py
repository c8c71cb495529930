"""Power series in several variables: dictionaries from exponents to coefficients of any field (Fraction, mpf, float)."""

import math


def product(p, q, keep):
    """p q, of which only the powers with keep(exponents) remain."""
    result = {}
    for a, x in p.items():
        for b, y in q.items():
            powers = tuple(i + j for i, j in zip(a, b))
            if keep(powers):
                result[powers] = result.get(powers, 0) + x * y
    return result


def total(p, q, factor=1):
    """p + factor q."""
    result = dict(p)
    for powers, y in q.items():
        result[powers] = result.get(powers, 0) + factor * y
    return result


def powers_of(u, keep):
    """(1, u), (2, u²), … until nothing is left; u has no constant, and keep refuses all high powers."""
    k, power = 1, {e: x for e, x in u.items() if keep(e)}
    while power:
        yield k, power
        k, power = k + 1, product(power, u, keep)


def exponential(u, keep, one=1):
    """e^u of a series without constant; `one` is the 1 of the field."""
    result = {tuple(0 for _ in next(iter(u))): one}
    for k, power in powers_of(u, keep):
        result = total(result, power, one / math.factorial(k))
    return result


def logarithm(p, keep, one=1):
    """ln p of a series whose constant is 1."""
    result = {}
    for k, power in powers_of({e: x for e, x in p.items() if any(e)}, keep):
        result = total(result, power, (-1) ** (k + 1) * one / k)
    return result


def gradients_on_gaussian(order, a):
    """H_m for all multi-indices m with |m| <= order, where ∂^m e^(-φaφ/2) = H_m(φ) e^(-φaφ/2), as {m: series in φ}.

    a: shape (sites, sites). H_(m + e_i) = ∂_i H_m - (aφ)_i H_m (multivariate Hermite polynomials; McCullagh 1987, §5.4).
    """
    sites = len(a)
    unit = [tuple(int(i == j) for j in range(sites)) for i in range(sites)]
    hermite, newest = {(0,) * sites: {(0,) * sites: 1}}, [(0,) * sites]
    for _ in range(order):
        grown = {}
        for m in newest:
            for i in range(sites):
                raised = tuple(x + y for x, y in zip(m, unit[i]))
                if raised in grown:
                    continue
                slope = {tuple(x - y for x, y in zip(e, unit[i])): e[i] * c for e, c in hermite[m].items() if e[i]}
                field = {unit[j]: a[i][j] for j in range(sites)}
                grown[raised] = total(slope, product(hermite[m], field, lambda _: True), -1)
        hermite.update(grown)
        newest = list(grown)
    return hermite
