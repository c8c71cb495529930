"""A result file is what FORMAT.md says: xarray opens it with both engines, NumPy alone recomputes every estimate from the block
sums, and the digest covers every number and nothing else. Each check is also given something wrong, which it must reject."""

import hashlib
import itertools
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(pathlib.Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))
from program import must_fail

NNFT = os.environ["NNFT"]
MPIEXEC = os.environ["NNFT_MPIEXEC"]
FORMAT_MD = pathlib.Path(os.environ["NNFT_SOURCE_DIR"], "src", "io", "FORMAT.md")

WIDTHS = [3.0, 200.0]
SITES = np.array([[0.0, 0.0], [0.5, 0.3], [1.0, -0.2], [-0.7, 0.4]])
SIGMA_WEIGHT, SIGMA_OUT = 1.1, 1.3
SOURCES = np.array([[0.5, 0.0, -0.2, 0.3], [0.0, 1.0, 0.0, 0.0]])
BLOCKS, SLICE, ROUNDS = 16, 64, 10

CONFIG = f"""[field]
architecture = cos
input-dim = 2
width = {" ".join(f"{width:g}" for width in WIDTHS)}
sigma-weight = {SIGMA_WEIGHT}
sigma-out = {SIGMA_OUT}
[sites]
points = {"; ".join(" ".join(f"{x:g}" for x in site) for site in SITES)}
[measure]
jackknife = all
sources = 0.5 0 -0.2 0.3; 0 1 0 0
[run]
seed = 7
networks = {ROUNDS * BLOCKS * SLICE}
blocks = {BLOCKS}
slice = {SLICE}
"""

LEGS = {2: ["pair_i", "pair_j"], 4: ["quad_i", "quad_j", "quad_k", "quad_l"]}
PACKED = {2: "pair", 4: "quad"}
TUPLES = {n: np.array(list(itertools.combinations_with_replacement(range(len(SITES)), n))) for n in LEGS}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


SUMS = {"sum2": "pair", "sum4": "quad", "sum_source": "source"}
SUMS |= {f"sum_power{power}": "site" for power in (1, 2, 3, 4)} | {"largest": "site"}

# What FORMAT.md promises of names, dimensions and order.


def expected_dimensions(kind):
    """Every dataset with its dimensions, in creation order."""
    scan = ("width", "strength")
    dimensions = ["width", "strength", *(["block"] if kind == "sample" else []), "site", "component", "pair", "quad", "source"]
    if kind == "sample":
        dimensions.append("subtree")
    expected = {name: (name,) for name in dimensions}
    expected["site_x"] = ("site", "component")
    expected.update({name: (PACKED[n],) for n in LEGS for name in LEGS[n]})
    expected["source_J"] = ("source", "site")
    if kind == "sample":
        expected["reference_kernel"] = (*scan, "pair")
        expected["count"] = (*scan, "block")
        expected.update({name: (*scan, "block", dim) for name, dim in SUMS.items()})
    for n in LEGS:
        expected.update({f"G{n}{suffix}": (*scan, PACKED[n]) for suffix in ("", "_err", "c", "c_err")})
        if kind == "sample":
            expected.update({f"G{n}c_{suffix}": (*scan, PACKED[n]) for suffix in ("bias", "kurtosis", "err_err", "trusted")})
            expected.update({f"largest_{kind_of}{n}": (*scan, "site") for kind_of in ("share", "variance_share")})
    expected.update({f"W{suffix}": (*scan, "source") for suffix in ("", "_err", *(["_bias"] if kind == "sample" else []))})
    if kind == "sample":
        expected.update({f"G{n}c_jackknife": ("block", *scan, PACKED[n]) for n in LEGS})
        expected["W_jackknife"] = ("block", *scan, "source")
        expected.update({f"subtree_{name}": ("subtree", *scan, "block", dim) for name, dim in SUMS.items()})
    return expected


SUBTREES = [level for level in range(63, -1, -1) if ROUNDS >> level & 1]
SIZES = {"width": 2, "strength": 1, "block": BLOCKS, "site": 4, "component": 2, "pair": 10, "quad": 35, "source": 2, "subtree": len(SUBTREES)}
INTEGERS = {"block", "subtree", "site", "component", "pair", "quad", "source", "count", *LEGS[2], *LEGS[4], "G2c_trusted", "G4c_trusted"}


def check_dataset(dataset, kind, estimator):
    expected = expected_dimensions(kind)
    dimensions = {d for dims in expected.values() for d in dims}
    assert dict(dataset.sizes) == {d: SIZES[d] for d in dimensions}, dataset.sizes
    assert set(dataset.variables) == set(expected), set(dataset.variables) ^ set(expected)
    # The tuple variables are coordinates because 'coordinates' attributes name them, not because xarray guesses.
    assert set(dataset.coords) == dimensions | {*LEGS[2], *LEGS[4]}, set(dataset.coords)
    for name, dims in expected.items():
        variable = dataset[name]
        assert variable.dims == dims, (name, variable.dims)
        assert variable.dtype == (np.int64 if name in INTEGERS else np.float64), (name, variable.dtype)
        assert variable.attrs.get("long_name"), f"{name} has no long_name"
        assert np.isfinite(variable.values).all(), f"{name} is not finite"
        if name[0] == "G":
            assert set(LEGS[int(name[1])]) <= set(variable.coords), f"{name} has no tuple coordinates"
    for dim in dimensions:
        values = {"width": WIDTHS, "strength": [0.0], "subtree": SUBTREES}.get(dim, range(SIZES[dim]))
        assert np.array_equal(dataset[dim].values, values), (dim, dataset[dim].values)
    assert np.array_equal(dataset["site_x"].values, SITES)
    assert np.array_equal(dataset["source_J"].values, SOURCES)
    for name in SUMS if kind == "sample" else []:
        whole, subtrees = dataset[name].values, dataset[f"subtree_{name}"].values
        together = subtrees.max(axis=0) if name == "largest" else subtrees.sum(axis=0)
        assert np.abs(together - whole).max() <= 1e-13 * np.abs(subtrees).sum(axis=0).max(), name
    for n, legs in LEGS.items():
        assert np.array_equal(np.stack([dataset[leg].values for leg in legs], axis=1), TUPLES[n]), legs
    attributes = {"nnft_format": "2", "kind": kind, "estimator": estimator, "architecture": "cos"}
    assert attributes.items() <= dataset.attrs.items() and dataset.attrs["title"], dataset.attrs


def check_storage(path, kind):
    with h5py.File(path) as file:
        names = [name for name, item in file["/"].items() if isinstance(item, h5py.Dataset)]
        assert names == list(expected_dimensions(kind)), names
        assert file.id.get_create_plist().get_version()[0] == 3, "superblock"
        for name in names:
            assert file[name].fletcher32 and file[name].chunks, f"{name} has no checksums"
        provenance = file["provenance"].attrs
        assert all(isinstance(value, str) for value in provenance.values()), dict(provenance)
        expected = "format_version nnft_version git_revision compiler mpi hdf5 simd rng config config_sha256 command hosts ranks"
        missing = {*expected.split(), "start", "end", "core_hours", "networks"} - set(provenance)
        assert not missing, f"/provenance has no {missing}"


def check_opens(path, kind, estimator):
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, engine=engine) as dataset:
            check_dataset(dataset, kind, estimator)
            assert dataset["G4c"].sel(width=200, strength=0).isel(quad=3).quad_l == 3
            must_fail(check_dataset, dataset.drop_vars("quad_l"), kind, estimator)
            must_fail(check_dataset, dataset.transpose("quad", ...), kind, estimator)
            must_fail(check_dataset, dataset.reset_coords("pair_i"), kind, estimator)
            must_fail(check_dataset, dataset.assign_coords(width=[3.0, 201.0]), kind, estimator)
            must_fail(check_dataset, dataset, kind, "neither")
        with xarray.open_dataset(path, engine=engine, group="provenance") as provenance:
            assert provenance.attrs["config"].startswith("[field]\n")
    check_storage(path, kind)
    must_fail(check_storage, path, "exact" if kind == "sample" else "sample")


# From the block sums to everything else.

PARTITIONS_OF_4 = [[(0, 1, 2, 3)], [(0, 1), (2, 3)], [(0, 2), (1, 3)], [(0, 3), (1, 2)]]  # those without odd parts
PAIRINGS = PARTITIONS_OF_4[1:]
MISTAKES = ["drop a pairing", "forget K0", "K0 in order 4", "keep the bias", "bias of other sign", "error without B-1"]
MISTAKES += ["a block less"]


def pair_product(pairing, of_pair):
    """Product over the two pairs of a pairing, for every quad; of_pair has shape (…, pair)."""
    packed = np.zeros((len(SITES), len(SITES)), dtype=int)
    packed[tuple(TUPLES[2].T)] = packed[tuple(TUPLES[2].T[::-1])] = np.arange(len(TUPLES[2]))
    factors = [of_pair[..., packed[TUPLES[4][:, a], TUPLES[4][:, b]]] for a, b in pairing]
    return factors[0] * factors[1]


def correlators(mean2, mean4, mean_source, kernel, mistake):
    """Means of the monomials and exponentials -> connected and full correlators and W[J]."""
    i, j = TUPLES[2].T
    gaussian = kernel @ (SOURCES[:, i] * SOURCES[:, j] * np.where(i == j, 0.5, 1.0)).T
    generating = np.log(mean_source) + (0.0 if mistake == "forget K0" else gaussian)
    if mistake == "K0 in order 4":
        mean2 = mean2 + kernel
    connected2 = mean2 if mistake in ("forget K0", "K0 in order 4") else kernel + mean2
    connected4 = 0.0
    for partition in PARTITIONS_OF_4[: 3 if mistake == "drop a pairing" else 4]:
        parts = len(partition)
        weight = (-1) ** (parts - 1) * math.factorial(parts - 1)
        connected4 = connected4 + weight * (mean4 if parts == 1 else pair_product(partition, mean2))
    full4 = connected4 + sum(pair_product(pairing, connected2) for pairing in PAIRINGS)
    return {"G2c": connected2, "G4c": connected4, "G2": connected2, "G4": full4, "W": generating}


def recompute(data, mistake=None):
    """Every estimate of a file from sum2, sum4, count and reference_kernel."""
    sums = [data["sum2"], data["sum4"], data["sum_source"]]
    count = data["count"][..., np.newaxis].astype(float)
    kernel = data["reference_kernel"]
    if mistake == "a block less":
        sums, count = [s[:, :, 1:] for s in sums], count[:, :, 1:]
    blocks = count.shape[2]
    all_blocks = [s.sum(axis=2) for s in sums]
    estimate = correlators(*(s / count.sum(axis=2) for s in all_blocks), kernel, mistake)
    others = count.sum(axis=2, keepdims=True) - count
    left_out = [(total[:, :, np.newaxis] - s) / others for total, s in zip(all_blocks, sums)]
    replicas = correlators(*left_out, kernel[:, :, np.newaxis], mistake)

    result = {}
    for name, value in estimate.items():
        centre = replicas[name].mean(axis=2)
        bias = (blocks - 1) * (centre - value)
        spread = ((replicas[name] - centre[:, :, np.newaxis]) ** 2).sum(axis=2)
        result[name] = value - {"keep the bias": 0.0, "bias of other sign": -1.0}.get(mistake, 1.0) * bias
        result[name + "_err"] = np.sqrt(spread / blocks if mistake == "error without B-1" else spread * (blocks - 1) / blocks)
        if name.endswith("c") or name == "W":
            result[name + "_bias"] = bias
            result[name + "_jackknife"] = np.moveaxis(replicas[name], 2, 0)
        if name.endswith("c"):
            deviations = replicas[name] - centre[:, :, np.newaxis]
            kurtosis = (deviations**4).mean(axis=2) / (deviations**2).mean(axis=2) ** 2 - 3.0
            result[name + "_kurtosis"] = kurtosis
            result[name + "_err_err"] = result[name + "_err"] * 0.5 * np.sqrt((kurtosis + 2.0) / blocks)
            n = int(name[1])
            largest = data["largest"].max(axis=2) ** (n // 2)
            result[f"largest_share{n}"] = largest / data[f"sum_power{n // 2}"].sum(axis=2)
            result[f"largest_variance_share{n}"] = largest**2 / data[f"sum_power{n}"].sum(axis=2)
            untrusted = (result[f"largest_variance_share{n}"] > 0.05)[..., TUPLES[n]].any(axis=-1)
            result[name + "_trusted"] = np.where(untrusted, 0, 1)
    return result


def check_recomputed(data, mistake=None):
    assert np.all(data["count"] == ROUNDS * SLICE), data["count"]
    expected = recompute(data, mistake)
    stored = {name for name in data if name[0] in "GW" or name.startswith("largest_")}
    assert set(expected) == stored, set(expected) ^ stored
    for name, values in expected.items():
        assert data[name].shape == values.shape, (name, data[name].shape, values.shape)
        for w in range(len(WIDTHS)):
            at = (slice(None), w) if name.endswith("_jackknife") else w
            # Errors and biases are differences of the correlators; the rest has a scale of its own.
            own = name.startswith("largest_") or name.endswith(("_kurtosis", "_trusted"))
            scale = np.abs(data[name if own else name.split("_")[0]][w]).max()
            worst = np.abs(data[name][at] - values[at]).max() / (scale or 1.0)
            assert worst < (1e-8 if name.endswith(("_kurtosis", "_err_err")) else 1e-12), f"{name} at width {WIDTHS[w]:g}: off by {worst:.2g} of its scale"


# The closed form of i.i.d. neurons a cos(W·x + b) with Gaussian a.


def exact_cos(variance=SIGMA_WEIGHT**2 / SITES.shape[1], kurtosis=3.0):
    def feature_moment(*signed):
        q = sum(sign * SITES[site] for sign, site in signed)
        return np.exp(-variance * (q**2).sum(axis=-1) / 2)

    def second(a, b):
        return feature_moment((1, a), (-1, b)) / 2

    a, b = TUPLES[2].T
    connected2 = SIGMA_OUT**2 * second(a, b)
    i, j, k, l = TUPLES[4].T
    fourth = sum(feature_moment((1, i), (s, j), (t, k), (u, l)) for s, t, u in [(1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) / 8
    products = second(i, j) * second(k, l) + second(i, k) * second(j, l) + second(i, l) * second(j, k)
    connected4 = [SIGMA_OUT**4 / width * (kurtosis * fourth - products) for width in WIDTHS]
    gaussian4 = sum(pair_product(pairing, connected2) for pairing in PAIRINGS)
    shape = (len(WIDTHS), 1, -1)
    g2 = np.tile(connected2, (len(WIDTHS), 1)).reshape(shape)
    g4c = np.array(connected4).reshape(shape)
    return {"G2": g2, "G2c": g2, "G4": g4c + gaussian4, "G4c": g4c}


def check_exact(data, expected):
    for name, values in expected.items():
        assert np.all(data[name + "_err"] == 0.0), name
        worst = np.abs(data[name] / values - 1.0).max()
        assert worst < 1e-12, f"exact {name}: relative deviation {worst:.2g}"


def check_pulls(data, expected):
    for name, values in expected.items():
        error = data[name + "_err"]
        assert np.all(error > 0.0), f"{name} has errors of 0"
        worst = np.abs((data[name] - values) / error).max()
        assert worst < 6.0, f"{name}: {worst:.1f} errors from the exact value"


# The digest.


def digests(*paths):
    return [line.split()[0] for line in run(NNFT, "show", "--digest", *paths).splitlines()]


def documented_digest(path):
    """The Python program that FORMAT.md gives, run as it stands there."""
    program = re.search(r"```python\n(.*?)```", FORMAT_MD.read_text(encoding="utf-8"), re.S).group(1)
    lines = []
    exec(program, {"FILE": path, "print": lines.append})
    return lines[0]


def documented_texts(path):
    """The checksum of a file's texts by the function that FORMAT.md gives, and the one that the file has."""
    function = re.search(r"```python\n(def texts_sha256.*?)```", FORMAT_MD.read_text(encoding="utf-8"), re.S).group(1)
    names = {"hashlib": hashlib, "h5py": h5py}
    exec(function, names)
    with h5py.File(path) as file:
        return names["texts_sha256"](file), file["provenance"].attrs["texts_sha256"]


def check_texts(path):
    expected, found = documented_texts(path)
    assert expected == found, path
    for name, change in (
        ("attribute", lambda file: file.attrs.modify("architecture", "gauss")),
        ("text", lambda file: file["provenance"].attrs.modify("hosts", "elsewhere*1")),
        ("scale", lambda file: file["G4c"].attrs.modify("long_name", "something else")),
    ):
        copy = altered_copy(path, name, change)
        expected, found = documented_texts(copy)
        assert expected != found, f"{copy}: the checksum does not see the change"
        done = subprocess.run([NNFT, "show", copy], capture_output=True, text=True, timeout=100)
        assert done.returncode == 3 and f"{copy}: the checksum of its texts" in done.stderr, done


def check_same_digest(paths, reference):
    found = digests(*paths)
    assert len(found) == len(paths) and all(digest == reference for digest in found), found


def altered_copy(path, name, change):
    copy = f"{pathlib.Path(path).stem}.{name}.h5"
    shutil.copyfile(path, copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    return copy


def change_last_bit(name):
    def change(file):
        values = file[name][...]
        last = values.reshape(-1)[-1]
        values.reshape(-1)[-1] = last + 1 if values.dtype.kind == "i" else np.nextafter(last, np.inf)
        file[name][...] = values

    return change


def check_digest(path):
    reference = documented_digest(path)
    check_same_digest([path], reference)
    with h5py.File(path) as file:
        names = [name for name, item in file["/"].items() if isinstance(item, h5py.Dataset)]
    changed = [altered_copy(path, name, change_last_bit(name)) for name in names]
    must_fail(check_same_digest, changed[:1], reference)
    for copy, digest in zip(changed, digests(*changed)):
        assert digest != reference, f"{copy}: the digest does not see the last bit of the last number"
        assert digest == documented_digest(copy), copy

    def told_otherwise(change):
        """With texts that are meant: what they were is not what their checksum says."""

        def change_all(file):
            change(file["provenance"].attrs)
            del file["provenance"].attrs["texts_sha256"]

        return change_all

    unchanged = [
        altered_copy(path, "provenance", told_otherwise(lambda texts: texts.modify("hosts", "elsewhere*1"))),
        altered_copy(path, "more", told_otherwise(lambda texts: texts.create("slurm_job_id", "17"))),
    ]
    check_same_digest(unchanged, reference)


def load(path):
    with h5py.File(path) as file:
        return {name: item[...] for name, item in file["/"].items() if isinstance(item, h5py.Dataset)}


def main():
    pathlib.Path("cos.ini").write_text(CONFIG, encoding="utf-8")
    run(NNFT, "exact", "cos.ini", "-o", "exact.h5")
    check_opens("exact.h5", "exact", "exact")
    exact = exact_cos()
    check_exact(load("exact.h5"), exact)
    must_fail(check_exact, load("exact.h5"), exact_cos(kurtosis=1.0))
    must_fail(check_exact, load("exact.h5"), exact_cos(variance=SIGMA_WEIGHT**2))

    for estimator in ("plain", "conditional"):
        path = estimator + ".h5"
        run(MPIEXEC, "-n", "2", NNFT, "sample", "cos.ini", "-o", path, f"--measure.estimator={estimator}")
        check_opens(path, "sample", estimator)
        data = load(path)
        check_recomputed(data)
        for mistake in MISTAKES:
            # The plain estimator is not centred: for it K0 is 0 and cannot be missed.
            if estimator == "conditional" or "K0" not in mistake:
                must_fail(check_recomputed, data, mistake)
        assert np.any(data["reference_kernel"] != 0.0) == (estimator == "conditional")
        check_pulls(data, exact)
        must_fail(check_pulls, data, exact_cos(variance=SIGMA_WEIGHT**2))
        check_digest(path)
        check_texts(path)
    assert len({*digests("plain.h5", "conditional.h5", "exact.h5")}) == 3
    print("both engines open the files, NumPy recomputes every estimate, the digest covers every number and no provenance")


main()
