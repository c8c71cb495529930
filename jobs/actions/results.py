"""Files of `nnft action` and of correlators as the parts of tables.py read them, checks, and what becomes of errors with N."""

import math

import h5py
import mpmath
import numpy as np

DIMENSIONS = {2: "pair", 4: "quad", 6: "sextet", 8: "octet"}
failures = []


def check(holds, text):
    print(f"  {'ok' if holds else 'FAILED'}: {text}")
    if not holds:
        failures.append(text)


class Result:
    """Any file with the axes width, strength; every further axis is of length 1."""

    def __init__(self, name):
        self.file = h5py.File(name + ".h5")
        self.widths = [float(n) for n in self.file["width"][:]]
        self.sites = len(self.file["site_x"])

    def tuples(self, n):
        """Sorted site tuples of order n in the order of the file."""
        legs = [self.file[f"{DIMENSIONS[n]}_{chr(ord('i') + k)}"][:] for k in range(n)]
        return [tuple(int(s) for s in row) for row in np.array(legs).T]

    def correlators(self, width, highest, name="G{}c"):
        """{n: {tuple: value}}, n = 2, 4, …, highest."""
        place = (self.widths.index(width), 0)
        return {n: dict(zip(self.tuples(n), map(float, self.file[name.format(n)][place]))) for n in range(2, highest + 1, 2)}


class Couplings(Result):
    """Couplings g_n by orders of the expansion parameter."""

    def __init__(self, name):
        super().__init__(name)
        if self.file.attrs["kind"] not in ("action", b"action"):
            raise ValueError(f"{name}.h5: expected a file of `nnft action`, got kind {self.file.attrs['kind']}")
        self.orders = len(self.file["order"])

    def at(self, variable, width):
        """Shape (orders, tuples), or (orders) of constants."""
        return self.file[variable][(slice(None), self.widths.index(width), 0)]

    def at_width(self, variable, width):
        """Of what has no orders."""
        return self.file[variable][self.widths.index(width), 0]

    def through(self, n, order, width):
        return self.at(f"g{n}", width)[: order + 1].sum(axis=0)

    def jackknife(self, n, width):
        """Shape (blocks, orders, tuples)."""
        return self.file[f"g{n}_jackknife"][(slice(None), slice(None), self.widths.index(width), 0)]


def full_sum(values, tuples, fields):
    """Σ over all sites of g φ…φ from the values at sorted tuples; fields of shape (sites, samples)."""
    total = 0.0
    for value, legs in zip(values, tuples):
        repeats = math.factorial(len(legs)) // math.prod(math.factorial(legs.count(s)) for s in set(legs))
        total = total + repeats * value * np.prod([fields[s] for s in legs], axis=0)
    return total


def power(errors, widths):
    """p of |errors| ∝ width^-p between two widths."""
    return math.log(abs(errors[0] / errors[1])) / math.log(widths[1] / widths[0])


def half(samples, first):
    """Entries of shape (blocks / 2, quantities) whose product with themselves is the covariance of the mean of all blocks."""
    blocks = len(samples)
    entries = samples[first::2] - samples[first::2].mean(axis=0)
    return entries * (blocks - 1) / math.sqrt(blocks * (len(entries) - 1))


def hotelling(deviations, samples):
    """T², modes and p of deviations with leave-one-out values of shape (blocks, quantities), as `nnft compare` does it: every second
    block chooses the modes (above 1e-4 of the largest, at most blocks/8), the others estimate their covariance."""
    choosing = half(samples, 0)
    scale = 1.0 / np.linalg.norm(choosing, axis=0)
    _, singular, vectors = np.linalg.svd(choosing * scale, full_matrices=False)
    modes = min(int(np.sum(singular**2 > 1e-4 * singular[0] ** 2)), len(samples) // 8)
    basis = (scale * vectors[:modes] / singular[:modes, None]).T
    entries = half(samples, 1) @ basis
    projected = basis.T @ deviations
    t2 = float(projected @ np.linalg.solve(entries.T @ entries, projected))
    dof = len(entries) - 1
    second = dof - modes + 1
    ratio = t2 * second / (dof * modes)
    p = mpmath.betainc(second / 2, modes / 2, 0, second / (second + modes * ratio), regularized=True)
    return t2, modes, float(p)
