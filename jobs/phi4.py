"""The tables and pictures of phi4.sh, from the files in the working directory: phi4.py PART RANKS. Exits with 1 if a check fails."""

import itertools
import math
import os
import sys
from pathlib import Path

import h5py
import numpy as np

os.environ.setdefault("MPLCONFIGDIR", str(Path("matplotlib").absolute()))
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.figsize": (7.0, 4.6), "figure.dpi": 150, "font.size": 10, "axes.grid": True, "grid.alpha": 0.3,
                     "errorbar.capsize": 2.5, "figure.constrained_layout.use": True})

DIMENSIONS = {2: "pair", 4: "quad"}
LARGEST_PULL = 4.0
failures = []


def check(holds, text):
    print(f"  {'ok' if holds else 'FAILED'}: {text}")
    if not holds:
        failures.append(text)


def shown(value, error):
    """A value with its error in brackets, two digits of it."""
    if not math.isfinite(value) or not math.isfinite(error) or error <= 0:
        return f"{value:.8g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    bracket = f"{error * 10**digits:.0f}" if error < 1 else f"{error:.{digits}f}"
    return f"{value:.{digits}f}({bracket})"


class Result:
    """A result file with the axes width, strength, mu2."""

    def __init__(self, name):
        self.file = h5py.File(name + ".h5")
        self.widths = [float(n) for n in self.file["width"][:]]
        self.strengths = [float(s) for s in self.file["strength"][:]]
        self.mu2 = [float(m) for m in self.file["mu2"][:]] if "mu2" in self.file else [0.0]

    def tuples(self, order):
        names = [f"{DIMENSIONS[order]}_{chr(ord('i') + k)}" for k in range(order)]
        return [tuple(int(s) for s in row) for row in np.array([self.file[n][:] for n in names]).T]

    def at(self, name, width, strength, mu2=None):
        place = (self.widths.index(width), self.strengths.index(strength), self.mu2.index(mu2) if mu2 is not None else 0)
        return self.file[name][place]

    def column(self, sites):
        return self.tuples(len(sites)).index(tuple(sorted(sites)))

    def number(self, name, sites, width, strength):
        return float(self.at(name, width, strength)[self.column(sites)])

    def estimate(self, sites, width, strength):
        name = f"G{len(sites)}c"
        return self.number(name, sites, width, strength), self.number(name + "_err", sites, width, strength)

    def jackknife(self, name, width, strength):
        """Shape (blocks, tuples)."""
        return self.file[name + "_jackknife"][:, self.widths.index(width), self.strengths.index(strength), 0]

    def samples(self, width, strength):
        return int(self.at("count", width, strength).sum())


def legs(sites):
    return f"G{len(sites)}c({''.join(map(str, sites))})"


def pull(value, error, other, other_error=0.0):
    scatter = math.hypot(error, other_error)
    return (value - other) / scatter if scatter > 0 else (0.0 if abs(value - other) <= 1e-10 * abs(other) else math.inf)


def processor_seconds(name):
    """Of all ranks; in a SLURM job, whose ranks are not those of the script, ranks times wall-clock time."""
    if "SLURM_JOB_ID" in os.environ:
        with h5py.File(name + ".h5") as file:
            hours = file["provenance"].attrs["core_hours"]
            return 3600 * float(hours)
    return float(Path(name + ".cpu").read_text())


def picture(figure, name):
    figure.savefig(name + ".png")
    print(f"  picture: {Path(name + '.png').absolute()}")


# Hotelling's test as `nnft compare` does it: every second block chooses the modes, the others estimate their covariance.


def beta_fraction(a, b, x):
    """Continued fraction of the incomplete beta function (Lentz)."""
    tiny, c, h = 1e-300, 1.0, 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 500):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 + numerator * d
            c = 1.0 + numerator / c
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            h *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return h


def incomplete_beta(a, b, x):
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * beta_fraction(a, b, x) / a
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b


def half(samples, first):
    """Entries of shape (blocks / 2, quantities) whose product with themselves is the covariance of the mean of all blocks."""
    blocks = len(samples)
    entries = samples[first::2] - samples[first::2].mean(axis=0)
    return entries * (blocks - 1) / math.sqrt(blocks * (len(entries) - 1))


def hotelling(deviations, sources):
    """T², modes and p of deviations whose independent sources of error have the leave-one-out values of shape (blocks, quantities)."""
    choosing = np.vstack([half(s, 0) for s in sources])
    scale = 1.0 / np.linalg.norm(choosing, axis=0)
    _, singular, vectors = np.linalg.svd(choosing * scale, full_matrices=False)
    modes = min(int(np.sum(singular**2 > 1e-4 * singular[0] ** 2)), min(len(s) for s in sources) // 8)
    basis = (scale * vectors[:modes] / singular[:modes, None]).T
    parts = [(half(s, 1) @ basis, len(half(s, 1)) - 1) for s in sources]
    covariances = [(p.T @ p, dof) for p, dof in parts]
    total = sum(c for c, _ in covariances)
    projected = basis.T @ deviations
    t2 = float(projected @ np.linalg.solve(total, projected))
    # Degrees of freedom of a sum of Wishart matrices (Nel and van der Merwe 1986), in the basis where the sum is 1.
    inverse = np.linalg.inv(np.linalg.cholesky(total))
    trace = [(np.trace(s @ s) + np.trace(s) ** 2, dof) for s, dof in ((inverse @ c @ inverse.T, dof) for c, dof in covariances)]
    dof = (modes + modes**2) / sum(t / n for t, n in trace)
    f = t2 * (dof - modes + 1) / (dof * modes)
    second = dof - modes + 1
    return t2, modes, incomplete_beta(second / 2, modes / 2, second / (second + modes * f))


# Perturbation theory: all connected diagrams with up to three φ⁴ vertices, counted by machine.


def covariance(dimension, cutoff, mass, points):
    """Of the free scalar between points, by quadrature over momenta."""
    x, w = np.polynomial.legendre.leggauss(400)
    p, w = 0.5 * cutoff * (x + 1), 0.5 * cutoff * w
    distance = np.linalg.norm(points[:, None] - points[None], axis=2).ravel()
    unique, place = np.unique(np.round(distance, 12), return_inverse=True)
    if dimension == 1:
        values = np.cos(np.outer(unique, p)) @ (w / (p**2 + mass**2)) / math.pi
    else:
        angles = np.arange(128) * math.pi / 128
        bessel = np.mean(np.cos(np.einsum("r,p,a->rpa", unique, p, np.cos(angles))), axis=2)
        values = bessel @ (w * p / (p**2 + mass**2)) / (2 * math.pi)
    return values[place].reshape(len(points), len(points))


def lines(degrees):
    """All symmetric matrices of lines between vertices of these degrees; a line from a vertex to itself counts once on the diagonal."""
    count = len(degrees)
    matrix = np.zeros((count, count), dtype=int)

    def fill(vertex, left):
        if vertex == count:
            yield matrix.copy()
            return
        for loops in range(left[vertex] // 2 + 1):
            others = range(vertex + 1, count)
            for shares in itertools.product(*(range(left[o] + 1) for o in others)):
                if 2 * loops + sum(shares) != left[vertex]:
                    continue
                matrix[vertex, vertex] = loops
                for o, n in zip(others, shares):
                    matrix[vertex, o] = matrix[o, vertex] = n
                yield from fill(vertex + 1, [n - (shares[o - vertex - 1] if o > vertex else 0) for o, n in enumerate(left)])
        matrix[vertex, vertex:] = matrix[vertex:, vertex] = 0

    yield from fill(0, list(degrees))


def connected(matrix):
    reached, todo = {0}, [0]
    while todo:
        for other in np.flatnonzero(matrix[todo.pop()]):
            if int(other) not in reached:
                reached.add(int(other))
                todo.append(int(other))
    return len(reached) == len(matrix)


def coefficient(order, g, weights, sites):
    """Of λ^order in the connected correlator of `sites`; g is the covariance of nodes, then sites."""
    nodes, legs_ = len(weights), len(sites)
    degrees = [1] * legs_ + [4] * order
    total = 0.0
    for matrix in lines(degrees):
        if not connected(matrix):
            continue
        symmetry = 1.0
        for a, b in itertools.combinations_with_replacement(range(len(degrees)), 2):
            symmetry *= math.factorial(matrix[a, b]) * (2.0 ** matrix[a, a] if a == b else 1.0)
        factors, letters = [], "zwu"[:order]
        for k in range(order):
            vertex = legs_ + k
            factor = weights * np.diag(g)[:nodes] ** matrix[vertex, vertex]
            for e in range(legs_):
                if matrix[e, vertex]:
                    factor = factor * g[nodes + sites[e], :nodes]
            factors.append((letters[k], factor))
        for k, l in itertools.combinations(range(order), 2):
            if matrix[legs_ + k, legs_ + l]:
                factors.append((letters[k] + letters[l], g[:nodes, :nodes] ** matrix[legs_ + k, legs_ + l]))
        value = np.einsum(",".join(i for i, _ in factors) + "->", *(f for _, f in factors), optimize=True)
        total += value / symmetry
    return (-1) ** order / math.factorial(order) * total


class Perturbation:
    """Coefficients of λ, λ², λ³ of a file's theory."""

    def __init__(self, result, dimension, cutoff):
        nodes = result.file["node_x"][:]
        self.weights = result.file["node_weight"][:]
        self.g = covariance(dimension, cutoff, 1.0, np.vstack([nodes, result.file["site_x"][:]]))

    def coefficients(self, sites):
        start = self.g[len(self.weights) + sites[0], len(self.weights) + sites[1]] if len(sites) == 2 else 0.0
        return [start] + [coefficient(k, self.g, self.weights, sites) for k in (1, 2, 3)]


# The parts.


def nodes():
    cases = (("one_node", "one node, w = 1"), ("two_nodes", "two nodes, box 1.2"), ("nonlocal", "two nodes, box 1.2, range 0.7"),
             ("sextic", "two nodes, box 1.2, mu2 = 1.5, kappa = 10"))
    pulls, plain_pulls = [], []
    for name, text in cases:
        measured, exact = Result(name), Result(name + ".exact")
        print(f"\n{text}: site 0 at 0.5, site 1 at 1.1")
        print(f"  {'N':>4} {'λ':>5} {'samples':>8} {'G2c(00)':>15} {'exact':>11} {'pull':>6} {'G4c(0000)':>17} {'exact':>12} {'pull':>6} {'largest |pull|':>16}")
        worst, where = 0.0, ""
        for width, strength in itertools.product(measured.widths, measured.strengths):
            row, largest = [], (0.0, "")
            for order in (2, 4):
                for sites in measured.tuples(order):
                    value, error = measured.estimate(sites, width, strength)
                    truth, _ = exact.estimate(sites, width, strength)
                    off = pull(value, error, truth)
                    pulls.append(off)
                    plain_pulls.append(pull(measured.number(f"G{order}c_plain", sites, width, strength),
                                            measured.number(f"G{order}c_plain_err", sites, width, strength), truth))
                    if not abs(off) <= largest[0]:
                        largest = (abs(off), legs(sites))
                    if set(sites) == {0}:
                        row += [f"{shown(value, error):>{15 if order == 2 else 17}} {truth:{11 if order == 2 else 12}.7f} {off:+6.2f}"]
            print(f"  {width:4g} {strength:5g} {measured.samples(width, strength):8d} {' '.join(row)} {largest[0]:5.2f} {largest[1]}")
            if not largest[0] <= worst:
                worst, where = largest[0], f"{largest[1]}, N = {width:g}, λ = {strength:g}"
        check(worst < LARGEST_PULL, f"{text}: largest pull {worst:.2f} ({where}) < {LARGEST_PULL:g}")
    rms = lambda all_: math.sqrt(np.mean(np.square(all_)))
    print(f"\n  {len(pulls)} quantities, rms pull {rms(pulls):.3f}; of plain estimators {rms(plain_pulls):.3f}, largest {max(map(abs, plain_pulls)):.2f}")


# λ: correlator: value, error; sampled with other software.
B1_REFERENCE = {1.0: {(0, 0): (0.4171315, 35e-7), (0, 1): (0.1579305, 33e-7), (0, 0, 0, 0): (-0.0164164, 16e-7)},
                10.0: {(0, 0): (0.290196, 16e-6), (0, 1): (0.0775004, 152e-7), (0, 0, 0, 0): (-0.0231439, 86e-7)}}
STRENGTHS = (0.1, 1.0, 10.0, 50.0)


def against_perturbation(config, dimension, cutoff):
    measured, program = Result(f"{config}_0.1"), Result(f"{config}.perturbation")
    theory = Perturbation(measured, dimension, cutoff)
    worst = disagreement = 0.0
    print(f"\n  λ = 0.1 beside perturbation theory; pull to third order; bound of the fourth: 2 (c3/c2) c3 λ⁴")
    print(f"  {'':12} {'measured':>18} {'λ':>13} {'λ²':>13} {'λ³':>13} {'bound':>8} {'pull':>6}")
    for sites in ((0, 0), (0, 1), (1, 1), (0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 1, 2)):
        value, error = measured.estimate(sites, math.inf, 0.1)
        c = theory.coefficients(sites)
        sums = np.cumsum([c[k] * 0.1**k for k in range(4)])
        bound = 2 * abs(c[3] ** 2 / c[2]) * 0.1**4
        off = (abs(value - sums[3]) - min(bound, abs(value - sums[3]))) / error * math.copysign(1, value - sums[3])
        worst = max(worst, abs(off))
        disagreement = max(disagreement, abs(program.estimate(sites, math.inf, 0.1)[0] - sums[2]))
        print(f"  {legs(sites):12} {shown(value, error):>18} {sums[1]:13.9f} {sums[2]:13.9f} {sums[3]:13.9f} {bound:8.1e} {off:+6.2f}")
    check(disagreement < 1e-9, f"{config}: `nnft exact --perturbation` is the second order of the diagrams counted here, apart {disagreement:.1e}")
    check(worst < LARGEST_PULL, f"{config}, λ = 0.1: largest pull from third order beyond the bound of the fourth {worst:.2f} < {LARGEST_PULL:g}")
    return theory


def function_space():
    for config, dimension, cutoff in (("b1", 1, 8.0), ("b2", 2, 4.0)):
        print(f"\n{'B1: d = 1, Λ = 8, L = 4, 24 nodes, sites 2; 1; 3' if config == 'b1' else 'B2: d = 2, Λ = 4, L = 3, 10 x 10 nodes, sites 1.5 1.5; 0.5 1.5; 2.5 1.5; 1.5 0.5'}")
        print(f"  {'λ':>5} {'samples':>9} {'processors':>11} {'G2c(00)':>15} {'G2c(01)':>15} {'G4c(0000)':>18} {'G4c(0011)':>18} {'tau_int V':>9}")
        longest = 0.0
        for strength in STRENGTHS:
            name = f"{config}_{strength:g}"
            measured, seconds = Result(name), processor_seconds(name)
            longest = max(longest, seconds / RANKS)
            g = {sites: measured.estimate(sites, math.inf, strength) for sites in ((0, 0), (0, 1), (0, 0, 0, 0), (0, 0, 1, 1))}
            cells = " ".join(f"{shown(*e):>{15 if len(s) == 2 else 18}}" for s, e in g.items())
            print(f"  {strength:5g} {measured.samples(math.inf, strength):9.3g} {seconds:9.1f} s {cells} {measured.at('tau_int', math.inf, strength)[0]:9.3f}")
            assert_symmetric(measured, config, strength)
        check(longest < 60, f"{config}: every λ takes less than a minute of each of {RANKS} ranks ({longest:.1f} s of processor)")
        if config == "b1":
            b1_reference()
        theory = against_perturbation(config, dimension, cutoff)
        if config == "b2":
            for sites, known in (((0, 0), -0.00789817), ((0, 0, 0, 0), -0.00173518)):
                c1 = theory.coefficients(sites)[1]
                check(abs(c1 - known) < 1e-8, f"c1 of {legs(sites)} is {c1:.8f}, known {known:.8f}")


def assert_symmetric(measured, config, strength):
    """Correlators that reflections or a swap of the axes map to each other."""
    groups = [((0, 1), (0, 2)), ((1, 1), (2, 2)), ((1, 1, 1, 1), (2, 2, 2, 2)), ((0, 0, 1, 1), (0, 0, 2, 2))]
    if config == "b2":
        groups += [((1, 1), (3, 3)), ((0, 1), (0, 3)), ((1, 1, 1, 1), (3, 3, 3, 3)), ((1, 3), (2, 3))]
    worst = 0.0
    for a, b in groups:
        name = f"G{len(a)}c"
        samples = measured.jackknife(name, math.inf, strength)
        apart = samples[:, measured.column(a)] - samples[:, measured.column(b)]
        error = math.sqrt((len(apart) - 1) * np.var(apart))
        worst = max(worst, abs(measured.estimate(a, math.inf, strength)[0] - measured.estimate(b, math.inf, strength)[0]) / error)
    if worst >= LARGEST_PULL:
        check(False, f"{config}, λ = {strength:g}: correlators that a symmetry makes equal differ by {worst:.2f} errors")


def b1_reference():
    print(f"\n  {'λ':>5} {'':12} {'measured':>18} {'reference':>18} {'pull':>6} {'error/reference error':>22}")
    worst = largest = 0.0
    for strength, values in B1_REFERENCE.items():
        measured = Result(f"b1_{strength:g}")
        for sites, (known, known_error) in values.items():
            value, error = measured.estimate(sites, math.inf, strength)
            off = pull(value, error, known, known_error)
            worst, largest = max(worst, abs(off)), max(largest, error / known_error)
            print(f"  {strength:5g} {legs(sites):12} {shown(value, error):>18} {shown(known, known_error):>18} {off:+6.2f} {error / known_error:22.2f}")
    check(worst < LARGEST_PULL, f"B1 agrees with the reference: largest pull {worst:.2f} < {LARGEST_PULL:g}")
    if SCALE_IS_FULL:
        check(largest <= 1.05, f"B1 is as precise as the reference: errors at most {largest:.2f} of its")


class Limit:
    """Coefficients of a series in 1/N: what `nnft fit -o --jackknife` wrote."""

    def __init__(self, variable):
        self.file = h5py.File(f"limit_{variable}.h5")
        self.orders = [int(i) for i in self.file["fit_order"][:]]
        self.strengths = [float(s) for s in self.file["group_strength"][:]]
        power = self.file["parameter_width_power"][:]
        self.columns = {order: int(np.flatnonzero(power == order)[0]) for order in set(power.tolist()) if order >= 0}

    def at(self, name, order, strength):
        return self.file[name][self.orders.index(order), self.strengths.index(strength)]

    def limit(self, order, strength):
        column = self.columns[0]
        return self.at("coefficient", order, strength)[:, column], self.at("coefficient_err", order, strength)[:, column]

    def series(self, order, strength, tuple_):
        return np.array([self.at("coefficient", order, strength)[tuple_, self.columns[k]] for k in range(order + 1)])

    def sources(self, order, strength):
        """Leave-one-out values of the limit, one array of shape (blocks, tuples) for each width."""
        mine = self.file["deletion_group"][:] == self.strengths.index(strength)
        widths = self.file["deletion_width"][:]
        samples = self.file["coefficient_jackknife"][:, self.orders.index(order), :, self.columns[0]]
        return [samples[mine & (widths == n)] for n in sorted(set(widths[mine].tolist()))]


FIT_ORDER = 2


def parameter_space():
    limits = {order: Limit(f"G{order}c") for order in (2, 4)}
    process = Result("width_inf")
    widths = [int(n) for n in Result("widths").widths]
    for strength in (1.0, 10.0):
        print(f"\nλ = {strength:g}: c0 + c1/N + … fitted to N = {' '.join(map(str, widths))}, and fields of infinite width")
        print(f"  {'':12} {'order 1':>16} {'order 2':>16} {'order 3':>16} {'function space':>18} {'pull of order ' + str(FIT_ORDER):>16} {'chi2/dof':>9}")
        deviations, worst = [], (0.0, "")
        for order, limit in limits.items():
            for k, sites in enumerate(process.tuples(order)):
                known, known_error = process.estimate(sites, math.inf, strength)
                fits = {i: (limit.limit(i, strength)[0][k], limit.limit(i, strength)[1][k]) for i in limit.orders}
                value, error = fits[FIT_ORDER]
                off = pull(value, error, known, known_error)
                deviations.append(value - known)
                if not abs(off) <= worst[0]:
                    worst = (abs(off), legs(sites))
                quality = f"{limit.at('chi2', FIT_ORDER, strength)[k]:.1f}/{limit.at('dof', FIT_ORDER, strength)[k]:.0f}"
                cells = " ".join(f"{shown(*fits[i]) if i in fits else '':>16}" for i in (1, 2, 3))
                print(f"  {legs(sites):12} {cells} {shown(known, known_error):>18} {off:+16.2f} {quality:>9}")
        sources = [np.hstack(pair) for pair in zip(*(limit.sources(FIT_ORDER, strength) for limit in limits.values()))]
        sources.append(np.hstack([process.jackknife(f"G{order}c", math.inf, strength) for order in limits]))
        t2, modes, p = hotelling(np.array(deviations), sources)
        print(f"  Hotelling: T² = {t2:.1f} in {modes} modes, p = {p:.3g}")
        check(len(deviations) >= 20 and worst[0] < LARGEST_PULL,
              f"λ = {strength:g}: {len(deviations)} limits beside function space, largest pull {worst[0]:.2f} at {worst[1]} < {LARGEST_PULL:g}")
        check(1e-3 <= p <= 0.999, f"λ = {strength:g}: p = {p:.3g} within [0.001, 0.999]")
    print("\n`nnft compare` of the likeliest fits with function space")
    for variable in ("G2c", "G4c"):
        text = Path(f"compare_{variable}.txt").read_text().splitlines()
        print("\n".join("  " + line for line in text[:-1]))
        check(text[-1].startswith("compatible"), f"{variable}: {text[-1]}")
    width_picture(limits[4], process, widths)


def width_picture(limit, process, fitted):
    free, small, wide, figure = Result("width_free"), Result("widths_small"), Result("widths"), plt.figure()
    axes = figure.gca()
    curve = np.linspace(0, 1.02 / min(free.widths), 300)
    slope = free.widths[-1] * free.number("G4c", (0, 0, 0, 0), free.widths[-1], 0.0)
    axes.plot(curve, slope * curve, color="C2", label=f"λ = 0: exact, {slope:.4f}/N")
    axes.plot([1 / n for n in free.widths], [free.number("G4c", (0, 0, 0, 0), n, 0.0) for n in free.widths], "o", color="C2", ms=3)
    print(f"\nG4c(0000); N G4c at λ = 0 is {slope:.6f}")
    print(f"  {'N':>5} {'λ = 0':>12} {'λ = 1':>16} {'λ = 10':>16}")
    rows = {n: [free.number("G4c", (0, 0, 0, 0), n, 0.0)] for n in free.widths}
    rows[math.inf], signs = [0.0], []
    for strength, color in ((1.0, "C0"), (10.0, "C3")):
        points = []
        for n in free.widths:
            source = small if n in small.widths else wide
            points.append((n, *source.estimate((0, 0, 0, 0), n, strength)))
            rows[n].append(points[-1][1:])
        inf = process.estimate((0, 0, 0, 0), math.inf, strength)
        rows[math.inf].append(inf)
        n, value, error = map(np.array, zip(*points))
        axes.errorbar(1 / n, value, error, fmt="o", ms=3.5, color=color, label=f"λ = {strength:g}: networks")
        series = np.polynomial.Polynomial(limit.series(FIT_ORDER, strength, 0))
        inside = curve <= 1 / min(fitted)
        axes.plot(curve[inside], series(curve[inside]), color=color, lw=1.2, label=f"λ = {strength:g}: fit to N ≥ {min(fitted)}")
        axes.plot(curve[~inside], series(curve[~inside]), color=color, lw=1, ls=":")
        flips = [float(r.real) for r in series.roots() if abs(r.imag) < 1e-12 and 0 < r.real < curve[-1]]
        if flips:
            signs.append(f"λ = {strength:g}: the fitted series changes its sign at N = {1 / min(flips):.1f}")
        axes.errorbar([0], [inf[0]], [inf[1]], fmt="*", ms=11, mfc="none", color=color, label=f"λ = {strength:g}: function space")
    for n, row in sorted(rows.items()):
        print(f"  {n:5g} {row[0]:12.7f} {shown(*row[1]):>16} {shown(*row[2]):>16}")
    print("".join(f"  {line}\n" for line in signs), end="")
    check(rows[min(free.widths)][1][0] > 0 > rows[math.inf][1][0], "λ = 1: G4c(0000) is positive at the smallest N and negative at infinite N")
    axes.axhline(0, color="k", lw=0.8)
    axes.set_xlabel("1/N")
    axes.set_ylabel("G4c(0000) at the centre of the box")
    top = axes.secondary_xaxis("top")
    top.set_xticks([1 / n for n in (20, 30, 50, 100, 200, 1000)], ["20", "30", "50", "100", "200", "1000"])
    top.set_xlabel("N (d = 1, Λ = 8, m = 1, L = 4)")
    axes.legend(fontsize=8, loc="upper left")
    picture(figure, "width")


def series():
    measured = Result("series")
    theory = Perturbation(measured, 1, 8.0)
    program = Result("series.perturbation")
    known = {(0, 0): (-0.05646670, 0.01911434), (0, 1): (-0.04074407, 0.01469310), (0, 0, 0, 0): (-0.03086908, 0.02622260)}
    print(f"B1, {measured.samples(math.inf, measured.strengths[-1]):.2g} samples at each λ = {' '.join(f'{s:g}' for s in measured.strengths[1:])}: fits of a series in λ of every order")
    print(f"  {'':12} {'order':>5} {'':3} {'fitted':>18} {'diagrams':>13} {'pull':>6} {'chi2/dof':>9}")
    worst = apart = against_program = 0.0
    for sites in known:
        order = len(sites)
        with h5py.File(f"series_G{order}c.h5") as fit:
            tuples = np.array([fit[f"{DIMENSIONS[order]}_{chr(ord('i') + k)}"][:] for k in range(order)]).T.tolist()
            place = tuples.index(list(sites))
            power, highest = fit["parameter_strength_power"][:], fit["fit_order_strength"][:].tolist()
            c = theory.coefficients(sites)
            # Values at λ = h, 2h and 0 are c0 + c1 λ + c2 λ² exactly.
            h = program.strengths[0]
            values = [program.estimate(sites, math.inf, s)[0] - c[0] for s in (h, 2 * h)]
            apart = max(apart, abs(c[1] - known[sites][0]), abs(c[2] - known[sites][1]))
            against_program = max(against_program, abs((4 * values[0] - values[1]) / (2 * h) - c[1]))
            for k, top in enumerate(highest):
                quality = f"{fit['chi2'][k, 0, place]:.1f}/{fit['dof'][k, 0, place]:.0f}"
                if fit["p_value"][k, 0, place] < 0.01:
                    print(f"  {legs(sites):12} {top:5d} does not describe the points, chi2/dof {quality}")
                    continue
                for j in (1, 2, 3):
                    if j > top:
                        continue
                    column = int(np.flatnonzero(power == j)[0])
                    value, error = fit["coefficient"][k, 0, place, column], fit["coefficient_err"][k, 0, place, column]
                    off = pull(value, error, c[j])
                    if j <= 2 and top == max(highest):
                        worst = max(worst, abs(off))
                    print(f"  {legs(sites) if j == 1 else '':12} {top if j == 1 else '':>5} c{j:<2} {shown(value, error):>18} {c[j]:13.8f} {off:+6.2f} {quality if j == 1 else '':>9}")
    check(apart < 1e-7, f"c1, c2 of the diagrams counted here are the known ones, apart {apart:.1e}")
    check(against_program < 1e-8, f"c1 of `nnft exact --perturbation` is that of the diagrams, apart {against_program:.1e}")
    check(worst < LARGEST_PULL, f"c1, c2 of the series of order {max(highest)}: largest pull {worst:.2f} < {LARGEST_PULL:g}")


def variance():
    sites = ((0, 0), (0, 1), (0, 0, 0, 0), (0, 0, 1, 1))
    for width, space in ((math.inf, "function space (N = inf)"), (50.0, "parameter space, N = 50")):
        measured = Result(f"factors_{width:g}")
        print(f"\n{space}: variance of plain over that of improved estimators, {measured.samples(width, 1.0):.2g} samples")
        print(f"  {'λ':>5} " + " ".join(f"{legs(s):>11}" for s in sites) + f" {'all G2c: least':>15} {'most':>9} {'all G4c: least':>15} {'most':>9}")
        factors = []
        for strength in measured.strengths:
            row = [measured.number(f"G{len(s)}c_variance_reduction", s, width, strength) for s in sites]
            factors.append(row[2])
            ranges = [(r.min(), r.max()) for r in (measured.at(f"G{k}c_variance_reduction", width, strength) for k in (2, 4))]
            print(f"  {strength:5g} " + " ".join(f"{r:11.3g}" for r in row) + "".join(f" {low:15.3g} {high:9.3g}" for low, high in ranges))
        expected = {0.1: 1e7, 1.0: 1e4, 10.0: 80.0}
        if math.isinf(width):
            for strength, factor in expected.items():
                found = factors[measured.strengths.index(strength)]
                check(found > factor / 3, f"function space, λ = {strength:g}: variance of G4c(0000) cut by {found:.3g}, expected {factor:.0e}")
    target = 0.01 * abs(Result("cost_improved_inf").estimate((0, 0, 0, 0), math.inf, 1.0)[0])
    print(f"\nProcessor seconds to know G4c(0000) at λ = 1 to {target:.2e}, 1 % of its value at infinite width (error² x time of these runs)")
    print(f"  {'':32} {'samples':>9} {'G4c(0000)':>17} {'processors':>11} {'to 1 %':>12} {'over improved':>14}")
    for width, space in ((math.inf, "function space"), (50.0, "N = 50")):
        rows = []
        for name, text in (("reweight", "reweighting, plain"), ("plain", "best sampler, plain"), ("improved", "best sampler, improved")):
            file = f"cost_{name}_{width:g}"
            result, seconds = Result(file), processor_seconds(file)
            value, error = result.estimate((0, 0, 0, 0), width, 1.0)
            rows.append((f"{space}: {text}", result.samples(width, 1.0), shown(value, error), seconds, seconds * (error / target) ** 2))
        for text, samples, value, seconds, needed in rows:
            print(f"  {text:32} {samples:9.3g} {value:>17} {seconds:9.2f} s {needed:10.3g} s {needed / rows[-1][-1]:14.3g}")
        check(rows[-1][-1] < min(rows[0][-1], rows[1][-1]), f"{space}: improved estimators need the least time")


WELLS = {2.0: {4: 0.113, 6: 0.099, 8: 0.074}, 3.5: {4: 0.465, 6: 0.580, 8: 0.629}}
WELLS_ERROR = 0.01  # those values come without errors
NEAR = (2.0, 3.0)  # μ² that locate the crossing


class Wells:
    """Binder cumulant and susceptibility against μ², with leave-one-out values of shape (blocks, μ²)."""

    def __init__(self, size):
        result = Result(f"wells_{size}")
        self.size, self.mu2 = size, np.array(result.mu2)
        take = lambda name: result.file[name][0, 0]
        self.binder, self.binder_error = take("binder"), take("binder_err")
        self.chi, self.chi_error = take("chi"), take("chi_err")
        self.tau = result.file["tau_int"][0, 0, :, 2]
        self.samples = result.file["binder_jackknife"][:, 0, 0]

    def near(self, values):
        """The parabola through the values near the crossing, by least squares."""
        inside = (self.mu2 >= NEAR[0]) & (self.mu2 <= NEAR[1])
        return np.polyfit(self.mu2[inside], values[inside], 2, w=1 / self.binder_error[inside])


def crossing(a, b):
    """μ² where the Binder cumulants of two sizes cross, with its error."""

    def root(values_a, values_b):
        roots = np.roots(a.near(values_a) - b.near(values_b))
        real = roots[abs(roots.imag) < 1e-9].real
        return real[np.argmin(abs(real - np.mean(NEAR)))] if len(real) else math.nan

    value = root(a.binder, b.binder)
    variance = 0.0
    for samples, one in ((a.samples, True), (b.samples, False)):
        roots = np.array([root(s, b.binder) if one else root(a.binder, s) for s in samples])
        variance += (len(roots) - 1) * np.var(roots)
    return value, math.sqrt(variance)


def wells():
    sizes = [Wells(size) for size in (4, 6, 8)]
    print("\nd = 2, Λ = 4, m = 1, λ = 10, N = inf: Binder cumulant U4 = 1 - <m⁴>/3<m²>² and susceptibility chi = L² <m²>")
    print(f"  {'μ²':>5} " + " ".join(f"{'U4, L = ' + str(w.size):>14}" for w in sizes) + " " + " ".join(f"{'chi, L = ' + str(w.size):>14}" for w in sizes)
          + " " + " ".join(f"{'tau, L = ' + str(w.size):>10}" for w in sizes))
    for k, mu2 in enumerate(sizes[0].mu2):
        print(f"  {mu2:5g} " + " ".join(f"{shown(w.binder[k], w.binder_error[k]):>14}" for w in sizes) + " "
              + " ".join(f"{shown(w.chi[k], w.chi_error[k]):>14}" for w in sizes) + " " + " ".join(f"{w.tau[k]:10.2f}" for w in sizes))
    for mu2, values in WELLS.items():
        for w in sizes:
            k = int(np.flatnonzero(w.mu2 == mu2)[0])
            off = pull(w.binder[k], w.binder_error[k], values[w.size], WELLS_ERROR)
            check(abs(off) < LARGEST_PULL, f"μ² = {mu2:g}, L = {w.size}: U4 = {shown(w.binder[k], w.binder_error[k])}, reference {values[w.size]} (± {WELLS_ERROR} assumed), pull {off:+.2f}")
    crossings = []
    for a, b in itertools.combinations(sizes, 2):
        value, error = crossing(a, b)
        crossings.append((a, b, value, error))
        check(math.isfinite(value) and abs(value - min(max(value, 2.3), 2.6)) < 3 * error,
              f"curves of L = {a.size} and {b.size} cross at μ² = {shown(value, error)}, expected 2.3 to 2.6 within three errors")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.6))
    for k, w in enumerate(sizes):
        left.errorbar(w.mu2, w.binder, w.binder_error, fmt="o", ms=3.5, color=f"C{k}", label=f"L = {w.size}")
        curve = np.linspace(*NEAR, 100)
        left.plot(curve, np.polyval(w.near(w.binder), curve), color=f"C{k}", lw=1)
        right.errorbar(w.mu2, w.chi, w.chi_error, fmt="o-", ms=3.5, lw=1, color=f"C{k}", label=f"L = {w.size}")
    for marker, (a, b, value, error) in zip("Ds^", crossings):
        left.errorbar([value], [np.polyval(a.near(a.binder), value)], xerr=[error], fmt=marker, ms=6, mfc="none", color="k", lw=1,
                      label=f"L = {a.size}, {b.size} cross at {shown(value, error)}")
    left.axhline(2 / 3, color="k", lw=0.8, ls=":")
    left.set_xlabel("μ²")
    left.set_ylabel("Binder cumulant U4")
    left.set_title("lines: parabolas that locate the crossings; dots: 2/3")
    handles, labels = left.get_legend_handles_labels()
    left.add_artist(left.legend(handles[:3], labels[:3], loc="upper left", bbox_to_anchor=(0, 0.95)))
    left.legend(handles[3:], labels[3:], loc="lower right", fontsize=8)
    right.set_xlabel("μ²")
    right.set_ylabel("susceptibility χ")
    right.set_yscale("log")
    right.set_title("d = 2, Λ = 4, m = 1, λ = 10")
    right.legend(loc="upper left")
    picture(figure, "wells")


PARTS = {"nodes": nodes, "function-space": function_space, "parameter-space": parameter_space, "series": series, "variance": variance, "wells": wells}
RANKS = int(sys.argv[2])
SCALE_IS_FULL = float(sys.argv[3]) >= 1.0
PARTS[sys.argv[1]]()
if failures:
    print(f"\n{sys.argv[1]}: {len(failures)} of the checks failed:", file=sys.stderr)
    for text in failures:
        print(f"  {text}", file=sys.stderr)
    sys.exit(1)
