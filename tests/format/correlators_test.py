"""`nnft correlators --draw`: files of couplings that are written here, after FORMAT.md, give the correlators of e^-S by quadrature, by
the inverse of a Gaussian, and by `nnft exact` of a theory with two nodes; couplings that are 2 % off do not. Errors cover the truth.
Actions that are not bounded below and files that are not what they should be are refused by name. Bits do not depend on ranks."""

import itertools
import math
import os
import subprocess

import h5py
import numpy as np
import xarray

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]
PACKED = {2: "pair", 4: "quad", 6: "sextet", 8: "octet"}


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


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


# Quadrature against couplings from the file, and against those of a file where they are 2 % off.
cases = {
    "one site": (1, {2: [0.5], 4: [0.1]}, (2, 4, 6), 7.0, 4e6),
    "double well": (1, {2: [-2.0], 4: [0.5]}, (2, 4), 5.0, 4e6),
    "deep double well": (1, {2: [-8.0], 4: [2.0]}, (2, 4), 4.0, 4e6),
    "two sites": (2, {2: [0.4, -0.2, 0.5], 4: [0.08, 0.01, 0.02, -0.01, 0.06], 6: [2e-3, 0, 1e-4, 1e-4, 0, 0, 1e-3]}, (2, 4), 7.0, 8e6),
    "falling quartic": (2, {2: [0.5, 0.1, 0.6], 4: [-0.1, 0, -0.01, 0.005, -0.08], 6: [2e-2, 0, 1e-3, 0, 1e-3, 0, 1e-2]}, (2, 4), 6.0, 8e6),
    "coupled wells": (3, {2: [-1.5, -0.3, 0.1, -1.5, -0.3, -1.5],
                          4: [0.5 if len(set(sites)) == 1 else 0.01 for sites in tuples(3, 4)]}, (2, 4), 4.0, 8e6),
}
for name, (sites, couplings, orders, reach, draws) in cases.items():
    truth = by_quadrature(couplings, sites, orders, reach)
    rms = []
    for factor in (1.0, 1.02):
        write_action("case.h5", one_point({degree: factor * np.array(values) for degree, values in couplings.items()}))
        told = correlators("case.h5", f"--draw={draws:g}", "--orders", " ".join(map(str, orders)), "-o", "drawn.h5", "--fresh")
        assert "WARNING" not in told, told
        rms.append(np.abs(pulls_of("drawn.h5", truth)).max())
    print(f"{name}: {sum(map(len, truth.values()))} correlators, largest pull {rms[0]:.2f}; couplings 2 % off: {rms[1]:.1f}")
    assert rms[0] < 4.5 and rms[1] > 6.0, (name, rms)

# Three Gaussian sites: the inverse; higher correlators vanish.
matrix = np.array([[0.7, -0.2, 0.1], [-0.2, 0.6, -0.25], [0.1, -0.25, 0.8]])
exact = np.linalg.inv(2 * matrix)
truth = {2: np.array([exact[pair] for pair in tuples(3, 2)]), 4: np.zeros(15)}
for factor in (1.0, 1.02):
    write_action("gauss.h5", one_point({2: [factor * matrix[pair] for pair in tuples(3, 2)]}))
    told = correlators("gauss.h5", "--draw", "1e6", "-o", "drawn.h5", "--fresh")
    largest = np.abs(pulls_of("drawn.h5", truth)).max()
    print(f"three Gaussian sites, couplings times {factor}: largest pull {largest:.2f}")
    assert "around the gaussian part" in told and (largest < 4.5 if factor == 1.0 else largest > 6.0)

# phi = sum_i a_i cos b_i of 100 neurons, sigma_a = 1: the Taylor coefficients of -ln P to phi^6, by Fourier inversion, give back
# G2c = 1/2 and G4c = (3/8)/N, and with the other sign of the quartic coupling they do not. To phi^4 the action is not bounded below.
taylor = {2: [1.007653942], 4: [-0.002637726571], 6: [2.802862e-5]}
for sign in (1, -1):
    write_action("cos.h5", one_point({2: taylor[2], 4: [sign * taylor[4][0]], 6: taylor[6]}))
    correlators("cos.h5", "--draw=1e7", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    pulls = pulls_of("drawn.h5", {2: np.array([0.5]), 4: np.array([0.00375])})
    with h5py.File("drawn.h5") as file:
        print(f"cosine neurons, sign {sign:+d}: G4c = {file['G4c'][0, 0, 0, 0]:.5f} +- {file['G4c_err'][0, 0, 0, 0]:.5f}, pulls {np.round(pulls, 1)}")
    assert (np.abs(pulls) < 4).all() if sign == 1 else (np.abs(pulls) > 10).all()
write_action("cos.h5", one_point({2: taylor[2], 4: taylor[4]}))
assert "its highest form, g4 phi^4, is -0.002638 along phi = (1)" in correlators("cos.h5", "--draw=10", status=3)

# phi^4 theory of infinite width at its own two nodes, and the same theory in `nnft exact`.
with open("phi4.ini", "w") as file:
    file.write("[field]\narchitecture = free-scalar\nwidth = inf\ncutoff = 6\n[sites]\npoints = 0.375; 1.125\n[deformation]\n"
               "kind = field-operator\nstrength = 0 20\nmu2 = 0 1\nbox = 1.5\nnodes = 2\nrule = midpoint\n[run]\nnetworks = 1\n")
run(NNFT, "exact", "phi4.ini", "-o", "exact.h5")
axes = {"width": [math.inf], "strength": [0.0, 20.0], "mu2": [0.0, 1.0]}
for factor in (1.0, 1.02):
    with h5py.File("exact.h5") as file:
        kernel = file["G2c"][0, 0, 0]
        truth = {order: file[f"G{order}c"][0] for order in (2, 4)}
    half = 0.5 * factor * np.linalg.inv([[kernel[0], kernel[1]], [kernel[1], kernel[2]]])
    couplings = {2: np.zeros((1, 1, 2, 2, 3)), 4: np.zeros((1, 1, 2, 2, 5))}
    for s, m in np.ndindex(2, 2):
        mass = 0.5 * 0.75 * axes["mu2"][m]
        couplings[2][0, 0, s, m] = [half[0, 0] - mass, half[0, 1], half[1, 1] - mass]
        couplings[4][0, 0, s, m, [0, 4]] = factor * 0.75 * axes["strength"][s] / 24
    source = {order: (value[None], np.zeros_like(value)[None]) for order, value in truth.items()}
    write_action("phi4.h5", couplings, source, axes)
    told = correlators("phi4.h5", "--draw=5e5", "-o", "drawn.h5", "--fresh", "--all")
    with h5py.File("drawn.h5") as file:
        pulls = np.concatenate([((file[f"G{n}c"][0, 0] - truth[n]) / file[f"G{n}c_err"][0, 0]).ravel() for n in (2, 4)])
    told_pulls = np.array([float(line.split()[-1]) for line in told.splitlines() if line.startswith("  G")])
    assert np.allclose(np.sort(told_pulls), np.sort(pulls), atol=0.006)
    print(f"phi^4 at two nodes, couplings times {factor}: {pulls.size} correlators, largest pull {np.abs(pulls).max():.2f}")
    assert np.abs(pulls).max() < 4.5 if factor == 1.0 else np.abs(pulls).max() > 6.0

# Errors cover the truth: 80 times the same action, each point with random numbers of its own.
couplings = {2: [0.3, -0.1, 0.4], 4: [0.1, 0.01, 0.02, 0.0, 0.08]}
truth = by_quadrature(couplings, 2, (2, 4), 7.0)
copies = {degree: np.tile(np.array(values), (1, 80, 1, 1)) for degree, values in couplings.items()}
write_action("copies.h5", copies, axes={"width": np.arange(1.0, 81.0), "strength": [0.0]})
correlators("copies.h5", "--draw=1e5", "-o", "copies_drawn.h5", "--blocks=64")
with h5py.File("copies_drawn.h5") as file:
    pulls = np.concatenate([(file[f"G{n}c"][0, :, 0] - truth[n]) / file[f"G{n}c_err"][0, :, 0] for n in (2, 4)], axis=1)
rms, mean = np.sqrt((pulls**2).mean(0)), pulls.mean(0) * math.sqrt(80)
print("80 runs: rms pulls", np.round(rms, 2), "mean pulls", np.round(mean, 1))
# 80 pulls: their rms is known to 1/sqrt(160) = 8 %; eight numbers.
assert (np.abs(rms - 1) < 4 * 0.08).all() and (np.abs(mean) < 4).all()
assert not (np.abs(1.5 * rms - 1) < 4 * 0.08).all()  # errors a third too small

# Orders: powers of 1/N are in the couplings and add up; coefficients of a strength take it from --at.
orders = {2: np.array([[0.3], [0.15], [0.05]]).reshape(3, 1, 1, 1), 4: np.array([[0.0], [0.1], [0.07]]).reshape(3, 1, 1, 1)}
write_action("orders.h5", orders, {2: (np.full((1, 1, 1), 1.0), np.full((1, 1, 1), 0.5))})
for order in (0, 1, 2):
    truth = by_quadrature({2: [orders[2][: order + 1].sum()], 4: [orders[4][: order + 1].sum()]}, 1, (2, 4), 15.0)
    correlators("orders.h5", f"--order={order}", "--draw=1e6", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    assert np.abs(pulls_of("drawn.h5", truth)).max() < 4.5
    with h5py.File("drawn.h5") as file:
        assert list(file["order"]) == [order]
assert "couplings to order 2 in 1/N" in correlators("orders.h5", "--draw=1e4")
write_action("strength.h5", orders, attributes={"expanded_in": "strength"})
correlators("strength.h5", "--draw=1e6", "--at=0.5", "-o", "drawn.h5", "--fresh")
truth = by_quadrature({2: [0.3 + 0.5 * 0.15 + 0.25 * 0.05], 4: [0.5 * 0.1 + 0.25 * 0.07]}, 1, (2, 4), 9.0)
assert np.abs(pulls_of("drawn.h5", truth)).max() < 4.5
with h5py.File("drawn.h5") as file:
    assert list(file["strength"]) == [0.5]

# The file: both engines, coordinates, refused points; a double well that is too deep is warned of.
axes = {"width": [4.0, 8.0, 16.0], "strength": [0.0]}
quartic = np.array([[0.1, 0, 0.02, 0, 0.1], [0.1, 0, -0.1, 0, 0.1], [np.nan, 0, 0, 0, 1]]).reshape(1, 3, 1, 5)
write_action("mixed.h5", {2: np.tile([0.5, 0.1, 0.5], (1, 3, 1, 1)), 4: quartic}, axes=axes)
told = correlators("mixed.h5", "--draw=1e5", "-o", "mixed_drawn.h5", "--seed=3")
assert "width 8, strength 0: REFUSED: the action is not bounded below: its highest form, g4 phi^4, is -0.1 along phi = (0.7071" in told, told
assert "width 16, strength 0: REFUSED: g4 has couplings that are not finite" in told and "width 4, strength 0: 100096 fields" in told
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset("mixed_drawn.h5", engine=engine) as ds:
        ds.load()
    assert dict(ds.sizes) == {"order": 1, "width": 3, "strength": 1, "site": 2, "component": 1, "pair": 3, "quad": 5, "draw_observable": 3}
    assert ds.attrs["kind"] == "correlators" and ds.attrs["method"] == "draw" and "quad_l" in ds.G4c.coords
    assert np.isfinite(ds.G4c[0, 0]).all() and np.isnan(ds.G4c[0, 1:]).all() and list(ds.samples[0, :, 0]) == [100096, 0, 0]
with xarray.open_dataset("mixed_drawn.h5", engine="h5netcdf", group="provenance") as ds:
    assert ds.attrs["seed"] == "3" and ds.attrs["action_file"] == "mixed.h5" and "end" in ds.attrs
assert "of kind correlators; its tables" in run(NNFT, "show", "mixed_drawn.h5")
write_action("deep.h5", one_point({degree: [strength * (len(set(sites)) == 1) for sites in tuples(4, degree)] for degree, strength in ((2, -200.0), (4, 100.0))}))
told = correlators("deep.h5", "--draw=1e4", "-o", "deep_drawn.h5")
assert "WARNING: chains" in told and "cannot be trusted" in told, told
with h5py.File("deep_drawn.h5") as file:
    assert file["trusted"][0, 0, 0] == 0 and file["split_rhat"][0, 0, 0].max() > 1.5
# Chains of two samples tell nothing of autocorrelation: tau_int may come out negative, and there is no split R-hat.
write_action("gaussian.h5", one_point({2: [0.5]}))
told = correlators("gaussian.h5", "--draw=4", "--blocks=2", "--orders=2", "--seed=5", "-o", "gaussian_drawn.h5")
assert "WARNING: chains of 2 samples are shorter than 50 tau_int" in told, told
with h5py.File("gaussian_drawn.h5") as file:
    assert file["trusted"][0, 0, 0] == 0
# A truncated series whose lowest place is far from 0, behind a barrier of 14: chains that start at 0 alone would never know.
far = {2: [0.5], 4: [-0.005], 6: [1e-5]}
truth = by_quadrature(far, 1, (2, 4), 25.0)
for factor in (1.0, 1.02):
    write_action("far.h5", one_point({2: [0.5 * factor], 4: far[4], 6: far[6]}))
    told = correlators("far.h5", "--draw=1e6", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    pulls = np.abs(pulls_of("drawn.h5", truth))
    assert "lowest action found: S = -3" in told and (pulls < 4).all() if factor == 1.0 else (pulls > 10).all(), (told, pulls)
write_action("valley.h5", one_point({2: [1.0, 0.0, 1.0], 4: [1e13 + 200, -1e13, 1e13, -1e13, 1e13 + 200]}))
told = correlators("valley.h5", "--draw=1e4", status=3)
assert "REFUSED: the terms of the action cancel so much that S is rounded by" in told, told

# Bits: ranks, blocks that fill no batch, other seeds.
write_action("bits.h5", {2: np.tile([-0.5, 0.1, 0.5], (1, 3, 1, 1)), 4: np.tile([0.1, 0, 0.02, 0, 0.1], (1, 3, 1, 1))}, axes=axes)
digests = set()
for ranks in (1, 2, 3, 4):
    correlators("bits.h5", "--draw=2e4", "--blocks=37", "-o", "bits_drawn.h5", "--fresh", ranks=ranks)
    digests.add(run(NNFT, "show", "--digest", "bits_drawn.h5").split()[0])
assert len(digests) == 1, digests
correlators("bits.h5", "--draw=2e4", "--blocks=37", "--seed=2", "-o", "bits_drawn.h5", "--fresh")
assert run(NNFT, "show", "--digest", "bits_drawn.h5").split()[0] not in digests

# What is refused on two ranks, said once.
write_action("fall.h5", one_point({2: [0.5], 4: [-0.25]}))
told = correlators("fall.h5", "--draw=1e4", "-o", "none.h5", status=3)
assert told.count("is -0.25 along phi = (1)") == 1 and told.count("no scan point has an action that can be drawn from") == 1, told
for message, *words in (
    ("exists already", "bits.h5", "--draw=1e4", "-o", "bits_drawn.h5"),
    ("expected one file of couplings, got 0", "--draw=10"),
    ("--draw: expected a whole number from 1 to 1e12, got '-3'", "bits.h5", "--draw", "-3"),
    ("--blocks: expected a whole number from 2 to 65536, got '1'", "bits.h5", "--draw=10", "--blocks=1"),
    ("--orders: expected some of 2 4 6 8, got", "bits.h5", "--draw=10", "--orders=3"),
    ("--order: expected an order that the file has, 0 to 0, got 1", "bits.h5", "--draw=10", "--order=1"),
    ("--at: the couplings are expanded in 1/N", "bits.h5", "--draw=10", "--at=1"),
    ("expected --at x, the value of strength", "strength.h5", "--draw=10"),
    ("--field.width: not an option of nnft correlators", "bits.h5", "--draw=10", "--field.width=8"),
):
    told = correlators(*words, status=2)
    assert told.count(message) == 1, (message, told)


def damaged(change):
    write_action("damaged.h5", {2: np.tile([0.5, 0.1, 0.5], (2, 1, 1, 1)), 4: np.tile([0.1, 0, 0, 0, 0.1], (2, 1, 1, 1))},
                 {2: (np.ones((1, 1, 3)), np.ones((1, 1, 3)))})
    with h5py.File("damaged.h5", "a") as file:
        change(file)


def replace(name, values, dimensions=()):
    def change(file):
        del file[name]
        file.create_dataset(name, data=np.asarray(values))
        for place, dimension in enumerate(dimensions):
            file[name].dims[place].attach_scale(file[dimension])
    return change


def truncate():
    write_action("damaged.h5", one_point({2: [0.5]}))
    os.truncate("damaged.h5", os.path.getsize("damaged.h5") // 2)


for message, change in (
    ("has no variable g2", lambda file: file.__delitem__("g2")),
    ("expected a file of couplings (root attribute kind = action), got kind = fit", lambda file: file.attrs.__setitem__("kind", "fit")),
    ("expected a file of couplings (root attribute kind = action), got none", lambda file: file.attrs.__delitem__("kind")),
    ("has format version 9", lambda file: file.attrs.__setitem__("nnft_format", "9")),
    ("attribute expanded_in: expected 1/N or one of the scan axes of g2, got alpha", lambda file: file.attrs.__setitem__("expanded_in", "alpha")),
    ("g2: its dimension 0 has no dimension scale", replace("g2", np.zeros((2, 1, 1, 3)))),
    ("g2: expected dimensions (order, width, strength, …, pair), got (width, strength, pair)",
     replace("g2", np.zeros((1, 1, 3)), ["width", "strength", "pair"])),
    ("g2: expected float64", replace("g2", np.zeros((2, 1, 1, 3), "f4"), ["order", "width", "strength", "pair"])),
    ("g4: expected dimensions (order, width, strength, quad), got (order, strength, width, quad)",
     replace("g4", np.zeros((2, 1, 1, 5)), ["order", "strength", "width", "quad"])),
    ("G2c_err: expected dimensions (width, strength, pair), got (pair, strength, width)", replace("G2c_err", np.zeros((3, 1, 1)), ["pair", "strength", "width"])),
    ("quad_j: expected sorted tuples in lexicographic order, 0 at place 0, got 1", replace("quad_j", [1, 0, 0, 1, 1], ["quad"])),
    ("order: expected 0, 1, …, got 3 at place 1", lambda file: file["order"].__setitem__(1, 3)),
    ("cannot be opened", None),
    ("damaged.h5", truncate),
):
    if change is truncate:
        truncate()
    elif change:
        damaged(change)
    elif os.path.exists("damaged.h5"):
        os.remove("damaged.h5")
    told = correlators("damaged.h5", "--draw=1e3", "-o", "none.h5", status=3)
    assert told.count(message) == 1 and "damaged.h5" in told, (message, told)
write_action("pairs.h5", {2: np.zeros((1, 1, 1, 3)), 4: np.zeros((1, 1, 1, 5))})
with h5py.File("pairs.h5", "a") as file:
    for name in ("g2", "pair", "pair_i", "pair_j"):
        del file[name]
    file.create_dataset("pair", data=np.arange(4))
    file["pair"].make_scale("pair")
    file.create_dataset("g2", data=np.zeros((1, 1, 1, 4)))
    for place, dimension in enumerate(("order", "width", "strength", "pair")):
        file["g2"].dims[place].attach_scale(file[dimension])
assert "g2: expected S(S + 1)/2 pairs of S sites, got 4 along the dimension pair" in correlators("pairs.h5", "--draw=10", status=3)
assert not os.path.exists("none.h5")
