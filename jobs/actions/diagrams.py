"""Diagrams of the couplings counted by brute force: all ways to join labelled legs of the vertices pairwise or leave them external."""

import itertools
import math
import re
from collections import Counter
from fractions import Fraction

from series import exponential, gradients_on_gaussian, logarithm, total


def vertex_lists(order):
    """Ascending lists of even numbers of legs >= 4, a vertex with 2k legs being of order k - 1."""
    def fill(left, smallest):
        if left == 0:
            yield ()
        for k in range(smallest, left + 1):
            for rest in fill(left - k, k):
                yield (2 * (k + 1), *rest)

    return list(fill(order, 1))


def partial_pairings(legs):
    """All sets of disjoint pairs of the legs; the others are external."""
    if not legs:
        yield ()
        return
    first, rest = legs[0], legs[1:]
    yield from partial_pairings(rest)
    for k, other in enumerate(rest):
        for pairs in partial_pairings(rest[:k] + rest[k + 1 :]):
            yield ((first, other), *pairs)


def connected(count, joined):
    reached, todo = {0}, [0]
    while todo:
        vertex = todo.pop()
        for a, b in joined:
            if vertex in (a, b):
                other = a + b - vertex
                if other not in reached:
                    reached.add(other)
                    todo.append(other)
    return len(reached) == count


def classes(vertices):
    """{(external legs, canonical list of lines): symmetry factor} of the connected diagrams with these vertices.

    Two pairings are the same diagram if a permutation of vertices with equally many legs takes the lines (pairs of vertices, with
    multiplicity) of one to those of the other: the smallest sorted list of lines is the name of the class. A pairing has the weight
    1/Π legs! Π (equal vertices)!, and those of a class add up to 1/symmetry factor; external legs are not told apart.
    """
    owner = [v for v, n in enumerate(vertices) for _ in range(n)]
    count = Counter()
    for pairs in partial_pairings(tuple(range(len(owner)))):
        count[tuple(sorted(tuple(sorted((owner[a], owner[b]))) for a, b in pairs))] += 1
    relabellings = [p for p in itertools.permutations(range(len(vertices))) if all(vertices[p[v]] == n for v, n in enumerate(vertices))]
    weight = math.prod(math.factorial(n) for n in vertices) * math.prod(math.factorial(m) for m in Counter(vertices).values())
    found = Counter()
    for lines, ways in count.items():
        if connected(len(vertices), lines):
            name = min(tuple(sorted(tuple(sorted((p[a], p[b]))) for a, b in lines)) for p in relabellings)
            found[(len(owner) - 2 * len(lines), name)] += ways
    factors = {key: Fraction(weight, ways) for key, ways in found.items()}
    if any(f.denominator != 1 for f in factors.values()):
        raise ArithmeticError(f"diagrams with vertices {vertices}: symmetry factors are integers, got {sorted(factors.values())}")
    return {key: int(f) for key, f in factors.items()}


def brute_force(order):
    """{(vertices, external legs): sorted symmetry factors} of all diagrams of this order."""
    result = {}
    for vertices in vertex_lists(order):
        for (legs, _), factor in classes(vertices).items():
            result.setdefault((vertices, legs), []).append(factor)
    return {key: sorted(factors) for key, factors in result.items()}


def zero_dimensional(order):
    """{(vertices, external legs): Σ 1/symmetry factor} through an order, from the logarithm of the Edgeworth series of one variable.

    In formal cumulants κ_4, κ_6, … and with κ_2 = -1, for which all propagators and legs of the rules are +1: the coefficient of
    Π κ φ^legs in ln[exp(Σ κ_r ∂^r/r!) e^(φ²/2)] is the sum over connected diagrams of 1/symmetry factor.
    """
    kinds = [2 * (k + 1) for k in range(1, order + 1)]
    zero = (0,) * len(kinds)
    size = lambda e: sum(k * e[k - 1] for k in range(1, order + 1))
    keep = lambda e: size(e) <= order
    vertex = lambda k: tuple(int(i == k) for i in range(len(kinds)))
    operator = exponential({(*vertex(k), n): Fraction(1, math.factorial(n)) for k, n in enumerate(kinds)}, keep, one=Fraction(1))
    hermite = gradients_on_gaussian(4 * order, [[Fraction(-1)]])
    series = {}
    for powers, coefficient in operator.items():
        series = total(series, {(*powers[:-1], *m): c for m, c in hermite[(powers[-1],)].items()}, coefficient)
    result = {}
    for powers, coefficient in logarithm(series, keep, one=Fraction(1)).items():
        if coefficient and powers[:-1] != zero:
            vertices = tuple(n for k, n in enumerate(kinds) for _ in range(powers[k]))
            result[(vertices, powers[-1])] = coefficient
    return result


LINE = re.compile(r"\s*(\d+)\s+(\d+)\s+(G\d(?: G\d)*)\s\s+(none|\d-\d(?: \d-\d)*)\s+(\d+)\s+([+-])1/(\d+)\s*")


def listed(text):
    """{(vertices, external legs): sorted symmetry factors} of what `nnft action --diagrams` prints. Throws ValueError if a line contradicts
    itself: legs, order and number of propagators, and in S the sign -(-1)^propagators."""
    result = {}
    for line in text.splitlines():
        if not (found := LINE.fullmatch(line)):
            continue
        order, legs, factor = int(found[1]), int(found[2]), int(found[5])
        vertices = tuple(sorted(int(name[1:]) for name in found[3].split()))
        lines = 0 if found[4] == "none" else len(found[4].split())
        sign = "-" if lines % 2 == 0 else "+"
        if sum(vertices) != legs + 2 * lines or sum(n // 2 - 1 for n in vertices) != order or found[6] != sign or int(found[7]) != factor:
            raise ValueError(f"expected a diagram whose legs, order and sign fit, got: {line.strip()}")
        result.setdefault((vertices, legs), []).append(factor)
    return {key: sorted(factors) for key, factors in result.items()}
