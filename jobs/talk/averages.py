"""Averages over normal weights by quadrature, without sampling, and cumulants made of them."""

import math

import numpy as np

ERF = np.vectorize(math.erf)
ACTIVATIONS = {
    "tanh": np.tanh,
    "erf": ERF,
    "relu": lambda u: np.maximum(u, 0.0),
    "sigmoid": lambda u: 1.0 / (1.0 + np.exp(-u)),
}


def standard_normal(nodes=160, end=13.0):
    """Nodes and weights of E over N(0, 1): Gauss–Legendre on [−end, 0] and [0, end], so that functions may have a kink at 0."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    half = 0.5 * end * (x + 1.0)
    density = 0.5 * end * w * np.exp(-0.5 * half**2) / math.sqrt(2.0 * math.pi)
    return np.concatenate([-half, half]), np.concatenate([density, density])


def pairings(legs):
    """All ways to divide an even number of legs into pairs."""
    if not legs:
        yield []
        return
    for k in range(1, len(legs)):
        for rest in pairings(legs[1:k] + legs[k + 1:]):
            yield [(legs[0], legs[k])] + rest


def cumulants(moments):
    """κ₀ … κ_n of one variable from its moments E[X⁰] … E[Xⁿ]."""
    kappa = [0.0] * len(moments)
    for n in range(1, len(moments)):
        kappa[n] = moments[n] - sum(math.comb(n - 1, k - 1) * kappa[k] * moments[n - k] for k in range(1, n))
    return kappa


def neuron_cumulant4(features, weights, sites):
    """G4c of one neuron a h(x), a ~ N(0, 1): 3 E[hhhh] − Σ E[hh]E[hh]. features[i] is h at site i on the nodes that `weights` belong to."""
    i, j, k, l = sites
    two = lambda a, b: float(np.sum(weights * features[a] * features[b]))
    four = float(np.sum(weights * features[i] * features[j] * features[k] * features[l]))
    return 3.0 * four - sum(two(*p) * two(*q) for p, q in pairings([i, j, k, l]))
