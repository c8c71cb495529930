"""Packed correlators and couplings as symmetric arrays of shape (sites)^n, and diagrams with correlators as vertices."""

import itertools
import math

import numpy as np


def full(values, tuples, sites):
    """Values of sorted tuples, shape (…, tuples) → (…, sites, …, sites)."""
    order = len(tuples[0])
    place = {t: k for k, t in enumerate(tuples)}
    index = [place[tuple(sorted(t))] for t in itertools.product(range(sites), repeat=order)]
    values = np.asarray(values)
    return values[..., index].reshape(values.shape[:-1] + (sites,) * order)


def symmetric(tensor):
    return sum(np.transpose(tensor, p) for p in itertools.permutations(range(tensor.ndim))) / math.factorial(tensor.ndim)


def on_legs(tensor, inverse):
    """G2⁻¹ on every leg."""
    for axis in range(tensor.ndim):
        tensor = np.moveaxis(np.tensordot(inverse, tensor, axes=(1, axis)), 0, axis)
    return tensor


# (power of 1/N, vertices, internal propagators, how often the contraction occurs over the factorials, legs of vertices that are joined).
DIAGRAMS = {
    2: ((1, (4,), 1, 6 / 24, "abxy,xy->ab"), (2, (6,), 2, 45 / 720, "abxyuv,xy,uv->ab"), (2, (4, 4), 3, 96 / 1152, "axyz,buvw,xu,yv,zw->ab"),
        (2, (4, 4), 3, 144 / 1152, "axyz,buvw,xy,zu,vw->ab"), (2, (4, 4), 3, 144 / 1152, "abxy,zuvw,xz,yu,vw->ab")),
    4: ((1, (4,), 0, 1 / 24, "abcd->abcd"), (2, (6,), 1, 15 / 720, "abcdxy,xy->abcd"), (2, (4, 4), 2, 72 / 1152, "abxy,cduv,xu,yv->abcd"),
        (2, (4, 4), 2, 96 / 1152, "axyz,bcdu,xy,zu->abcd")),
    6: ((2, (6,), 0, 1 / 720, "abcdef->abcdef"), (2, (4, 4), 1, 16 / 1152, "abcx,defy,xy->abcdef")),
}


def couplings(correlators, legs, order, sign):
    """Contribution of an order of 1/N to g_legs from {n: G_nc}; sign(vertices, internal, legs) of each diagram."""
    inverse = np.linalg.inv(correlators[2])
    total = 0.0
    for power, vertices, internal, weight, contraction in DIAGRAMS[legs]:
        if power == order:
            diagram = np.einsum(contraction, *[correlators[n] for n in vertices], *[inverse] * internal)
            total = total + sign(vertices, internal, legs) * weight * symmetric(on_legs(diagram, inverse))
    return total
