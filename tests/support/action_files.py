"""Files of couplings written after FORMAT.md, what `nnft correlators` makes of them, and the correlators of e^-S by quadrature."""

import itertools
import math

import h5py
import numpy as np

from program import MPIEXEC, NNFT, run

PACKED = {2: "pair", 4: "quad", 6: "sextet", 8: "octet"}


def correlators(*words, ranks=2, status=0):
    launcher = (MPIEXEC, "-n", str(ranks)) if ranks else ()
    return run(*launcher, NNFT, "correlators", *words, status=status)


def tuples(sites, order):
    return list(itertools.combinations_with_replacement(range(sites), order))


def write_action(path, couplings, source=None, axes=None, attributes=None):
    """couplings: degree -> array (order, *axes, tuple); source: order -> (value, error), arrays (*axes, tuple)."""
    axes = axes or {"width": [8.0], "strength": [0.0]}
    source = source or {}
    orders, pairs = couplings[2].shape[0], couplings[2].shape[-1]
    sites = (math.isqrt(8 * pairs + 1) - 1) // 2
    degrees = sorted(set(couplings) | set(source))
    with h5py.File(path, "w", track_order=True) as file:
        for name, text in {"nnft_format": "2", "kind": "action", "expanded_in": "1/N", **(attributes or {})}.items():
            file.attrs[name] = text

        def scale(name, values):
            file.create_dataset(name, data=values)
            file[name].make_scale(name)

        def variable(name, dimensions, values):
            file.create_dataset(name, data=np.asarray(values))
            for place, dimension in enumerate(dimensions):
                file[name].dims[place].attach_scale(file[dimension])

        scale("order", np.arange(orders))
        for name, values in axes.items():
            scale(name, np.asarray(values, float))
        scale("site", np.arange(sites))
        scale("component", np.arange(1))
        for degree in degrees:
            scale(PACKED[degree], np.arange(len(tuples(sites, degree))))
        variable("site_x", ["site", "component"], np.linspace(0.0, 1.0, sites)[:, None])
        for degree in degrees:
            for leg in range(degree):
                name = f"{PACKED[degree]}_{chr(ord('i') + leg)}"
                variable(name, [PACKED[degree]], [sorted_sites[leg] for sorted_sites in tuples(sites, degree)])
        for order, (value, error) in source.items():
            variable(f"G{order}c", [*axes, PACKED[order]], value)
            variable(f"G{order}c_err", [*axes, PACKED[order]], error)
        for degree, values in couplings.items():
            variable(f"g{degree}", ["order", *axes, PACKED[degree]], values.astype(float))


def one_point(couplings):
    return {degree: np.asarray(values, float).reshape(1, 1, 1, -1) for degree, values in couplings.items()}


def orders_of(sorted_sites):
    count = math.factorial(len(sorted_sites))
    for site in set(sorted_sites):
        count //= math.factorial(sorted_sites.count(site))
    return count


def action(couplings, phi):
    """S of fields, shape (sites, ...): the sum over sorted tuples, each as often as its sites can be ordered."""
    return sum(g * orders_of(sites) * np.prod([phi[site] for site in sites], axis=0)
               for degree, values in couplings.items() for g, sites in zip(values, tuples(len(phi), degree)))


def connected(moment, sites):
    """Order 2, 4 or 6 from moments of an even density."""
    if not sites:
        return 0.0
    first, total = sites[0], moment(sites)
    for size in range(1, len(sites) - 1, 2):  # the block of the first leg is smaller than everything
        for others in itertools.combinations(range(1, len(sites)), size):
            block = (first, *(sites[k] for k in others))
            total -= connected(moment, block) * moment(tuple(sites[k] for k in range(1, len(sites)) if k not in others))
    return total


def by_quadrature(couplings, sites, orders, reach):
    """Trapezoids, which converge faster than any power for smooth densities that vanish at the ends."""
    line = np.linspace(-reach, reach, {1: 4001, 2: 601, 3: 121}[sites])
    grid = np.array(np.meshgrid(*[line] * sites, indexing="ij"))
    weight = action(couplings, grid)
    weight = np.exp(weight.min() - weight)
    edges = max(weight.take(end, axis).max() for axis in range(sites) for end in (0, -1))
    assert edges < 1e-12, edges
    known = {}

    def moment(which):
        which = tuple(sorted(which))
        if which not in known:
            known[which] = (weight * np.prod([grid[site] for site in which], axis=0)).sum() / weight.sum()
        return known[which]

    return {order: np.array([connected(moment, which) for which in tuples(sites, order)]) for order in orders}


def pulls_of(path, truth):
    with h5py.File(path) as file:
        return np.concatenate([((file[f"G{order}c"][0, 0, 0] - value) / file[f"G{order}c_err"][0, 0, 0]) for order, value in truth.items()])
