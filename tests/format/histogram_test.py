"""Histograms of the field in result files: dimensions and names are those of FORMAT.md and xarray opens them; NumPy recomputes
densities and errors from the block sums; plain, conditional, reweighted and Markov-chain densities are those of the theory, and
`nnft compare` and `nnft show` know them. Each check is also given something wrong, which it must reject."""

import os
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))

from program import NNFT, must_fail, run, sample

RANGE, BINS, BLOCKS, SLICE = 3.0, 12, 64, 256
EDGES = np.linspace(-RANGE, RANGE, BINS + 1)
WIDTH = EDGES[1] - EDGES[0]

SITES = "[sites]\npoints = 0; 0.6\n"
MEASURE = f"[measure]\norders = 2\nhistogram = 0; 1 0\nhistogram-range = {RANGE}\nhistogram-bins = {BINS}\n"
RUN = f"[run]\nseed = 5\nnetworks = {32 * BLOCKS * SLICE}\nblocks = {BLOCKS}\nslice = {SLICE}\n"
NETWORKS = "[field]\narchitecture = cos\nwidth = 3 inf\n" + SITES + MEASURE + RUN
# V = w lambda phi^4 / 4! at one node, where site 0 is, w the volume of the box.
OPERATOR = """[field]
architecture = cos
width = inf
sigma-out = 1.6
[sites]
points = 0.5; 0.9
[deformation]
kind = field-operator
strength = 0.5 4
box = 1
nodes = 1
rule = midpoint
"""


def check_layout(path, entries, densities=()):
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, engine=engine) as ds:
            assert np.allclose(ds.bin, (EDGES[1:] + EDGES[:-1]) / 2) and ds.bin.dtype == np.float64
            assert (ds.bin.values == -ds.bin.values[::-1]).all()
            scan = tuple(d for d in ("width", "strength", "mu2") if d in ds.dims)
            assert {name for name in ds.variables if "density" in name} == \
                {f"{p}density_{e}" for e in densities for p in ("", "sum_", "subtree_sum_")} | {f"density_{e}_err" for e in densities}
            for entry in densities:
                assert ds[f"density_{entry}"].dims == (*scan, "bin") == ds[f"density_{entry}_err"].dims
                assert ds[f"sum_density_{entry}"].dims == (*scan, "block", "bin")
            names = {name for name in ds.variables if "histogram" in name}
            assert names == {f"{p}histogram_{e}" for e in entries for p in ("sum_", "subtree_sum_")} | \
                {f"histogram_{e}{s}" for e in entries for s in ("", "_err")}, names
            for entry in entries:
                dim = "bin_pair" if "_" in entry else "bin"
                assert ds[f"histogram_{entry}"].dims == (*scan, dim) == ds[f"histogram_{entry}_err"].dims
                assert ds[f"sum_histogram_{entry}"].dims == (*scan, "block", dim)
                assert ds[f"subtree_sum_histogram_{entry}"].dims == ("subtree", *scan, "block", dim)
                if dim == "bin_pair":
                    assert {"bin_pair_i", "bin_pair_j"} <= set(ds[f"histogram_{entry}"].coords)
            if any("_" in e for e in entries):
                index = np.arange(BINS * BINS)
                assert ds.bin_pair_i.dtype == np.int64 and (ds.bin_pair_i == index // BINS).all()
                assert (ds.bin_pair_j == index % BINS).all() and (ds.bin_pair == index).all()
            else:
                assert "bin_pair" not in ds.dims


def densities(file, entry, kind):
    """Values and errors of every scan point, from the block sums."""
    sums = file[f"sum_{kind}_{entry}"][...]
    weights = file["sum_chain"][..., 0] if "sum_chain" in file else file["count"][...].astype(float)
    weights, volume = weights[..., None], 1 if kind == "density" else WIDTH ** (2 if "_" in entry else 1)
    total, count, axis = sums.sum(-2, keepdims=True), weights.sum(-2, keepdims=True), -2
    whole, deleted = (total / count).squeeze(axis) / volume, (total - sums) / (count - weights) / volume
    blocks = sums.shape[axis]
    value = blocks * whole - (blocks - 1) * deleted.mean(axis)
    error = np.sqrt((blocks - 1) / blocks * ((deleted - deleted.mean(axis, keepdims=True)) ** 2).sum(axis))
    return value, error


def check_densities(path, entry, scale, kind="histogram"):
    with h5py.File(path) as file:
        value, error = densities(file, entry, kind)
        np.testing.assert_allclose(file[f"{kind}_{entry}"][...], scale * value, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(file[f"{kind}_{entry}_err"][...], error, rtol=1e-6, atol=1e-12)
        assert (error > 0).any()


def check_marginal(path, order):
    """The pair's histogram, summed over site 1, has as many samples in a bin of site 0 as the errors allow: two draws."""
    with h5py.File(path) as file:
        pair = file["sum_histogram_1_0"][...].sum(-2)
        pair = pair.reshape(*pair.shape[:-1], BINS, BINS).sum(-2 if order == (1, 0) else -1)
        single = file["sum_histogram_0"][...].sum(-2)
    for a, b in zip(pair.reshape(-1, BINS), single.reshape(-1, BINS)):
        many = a + b > 50
        assert many.sum() >= 6
        assert ((a - b)[many] ** 2 / (a + b)[many]).sum() < 60.0


def check_theory(path, point, density):
    """Densities of site 0 against a function, averaged over each bin, by independent pulls."""
    fine = EDGES[0] + WIDTH / 200 * (np.arange(200 * BINS) + 0.5)
    expected = density(fine).reshape(BINS, 200).mean(1)
    with h5py.File(path) as file:
        value, error = file["histogram_0"][point], file["histogram_0_err"][point]
    known = expected * WIDTH > 2e-4
    assert known.sum() >= 6
    with np.errstate(divide="ignore"):
        pulls = (value - expected)[known] / error[known]
    print(f"{path} {point}: {known.sum()} bins, chi2 {(pulls ** 2).sum():.1f}, largest pull {np.abs(pulls).max():.1f}")
    # Blocks are 64, bins at most 12: beyond 50 with a probability below 1e-5.
    assert (pulls ** 2).sum() < 50.0 and np.abs(pulls).max() < 5.0


def check_conditional(path, shift):
    """The conditional density of three cosines at site 0 is that of their characteristic function; that of the process is exact."""
    centre = (EDGES[1:] + EDGES[:-1]) / 2
    t, phase = (np.arange(20000) + 0.5) * 0.01, (np.arange(1000) + 0.5) * np.pi / 1000
    neuron = np.array([np.exp(-x * x / 6 * np.cos(phase) ** 2).mean() for x in t * np.sqrt(1 + shift)])
    expected = (neuron[:, None] ** 3 * np.cos(t[:, None] * centre)).sum(0) * 0.01 / np.pi
    with h5py.File(path) as file:
        value, error = file["density_0"][...][:, 0], file["density_0_err"][...][:, 0]
        counted = file["histogram_0_err"][0, 0]
    pulls = (value[0] - expected) / error[0]
    print(f"{path}: conditional density, largest pull {np.abs(pulls).max():.1f}, "
          f"variance of the histogram over its {np.median((counted / error[0]) ** 2):.0f}")
    assert np.abs(pulls).max() < 5.0 and np.median(counted / error[0]) > 3.0
    np.testing.assert_allclose(value[1], np.exp(-centre**2 / (1 + shift)) / np.sqrt(np.pi * (1 + shift)), rtol=1e-12)


def boltzmann(variance, coupling):
    def density(phi):
        def weight(x):
            return np.exp(-0.5 * x**2 / variance - coupling * x**4 / 24)
        grid = np.linspace(-12, 12, 24001) * np.sqrt(variance)
        return weight(phi) / (weight(grid).sum() * (grid[1] - grid[0]))
    return density


for estimator in ("plain", "conditional"):
    sample(NETWORKS, f"{estimator}.h5", f"--measure.estimator={estimator}")
    check_layout(f"{estimator}.h5", ["0", "1_0"], ["0"] if estimator == "conditional" else [])
    must_fail(check_layout, f"{estimator}.h5", ["0", "0_1"], ["0"] if estimator == "conditional" else [])
    must_fail(check_layout, f"{estimator}.h5", ["0", "1_0"], ["0"] if estimator == "plain" else [])
    for entry in ("0", "1_0"):
        check_densities(f"{estimator}.h5", entry, 1.0)
        must_fail(check_densities, f"{estimator}.h5", entry, 1.0001)
    check_theory(f"{estimator}.h5", (1, 0), boltzmann(0.5, 0.0))
    must_fail(check_theory, f"{estimator}.h5", (1, 0), boltzmann(0.515, 0.0))
    must_fail(check_theory, f"{estimator}.h5", (0, 0), boltzmann(0.5, 0.0))
check_densities("conditional.h5", "0", 1.0, "density")
must_fail(check_densities, "conditional.h5", "0", 1.0001, "density")
check_conditional("conditional.h5", 0.0)
must_fail(check_conditional, "conditional.h5", 0.03)
check_marginal("conditional.h5", (1, 0))
# In the plain estimator both are the same samples.
check_marginal("plain.h5", (1, 0))
with h5py.File("plain.h5") as file:
    pairs = file["sum_histogram_1_0"][...].reshape(2, 1, BLOCKS, BINS, BINS)
    single = file["sum_histogram_0"][...]
    assert (pairs.sum(-2) <= single).all() and pairs.sum() > 0.99 * single.sum()
    assert not (pairs.sum(-1) <= single).all()

# Only there when asked for, and then nothing else changes.
sample(NETWORKS.replace("histogram-", "#").replace("histogram", "#"), "without.h5")
with h5py.File("without.h5") as file, h5py.File("conditional.h5") as more:
    names = {name for name, item in file.items() if isinstance(item, h5py.Dataset)}
    added = {name for name, item in more.items() if isinstance(item, h5py.Dataset)} - names
    assert {"bin", "bin_pair", "bin_pair_i", "bin_pair_j"} <= added and all(any(word in n for word in ("histogram", "density", "bin")) for n in added)
    assert not any(word in name for name in names for word in ("histogram", "density", "bin"))
    for name in names:
        assert file[name][...].tobytes() == more[name][...].tobytes(), name

# compare and show; an exact file has none.
sample(NETWORKS, "other.h5", "--run.seed=6", "--measure.estimator=plain")
sample(NETWORKS, "wrong.h5", "--run.seed=7", "--field.sigma-out=1.03")
text = run(NNFT, "compare", "conditional.h5", "other.h5")
assert "histogram_0 " in text and "histogram_1_0 " in text, text
text = run(NNFT, "compare", "conditional.h5", "wrong.h5", status=1)
line = next(line for line in text.splitlines() if line.startswith("  histogram_0 "))
assert float(line.split("p = ")[1]) < 1e-3, line
assert "density_" not in text.replace("density_0 ", "") and text.count("density_0 ") == 2, text
line = next(line for line in text.splitlines() if line.startswith("  density_0 "))
assert float(line.split("p = ")[1]) < 1e-6, line
sample(NETWORKS, "finer.h5", "--measure.histogram-bins=24")
assert "histogram" not in run(NNFT, "compare", "conditional.h5", "finer.h5")
text = run(NNFT, "show", "conditional.h5")
with h5py.File("conditional.h5") as file:
    inside = file["sum_histogram_0"][1, 0].sum() / file["count"][1, 0].sum()
shown = [line for line in text.splitlines() if line.startswith("  histogram 0: within 3 ")]
assert len(shown) == 2 and abs(float(shown[1].split()[4].split("(")[0]) - inside) < 1e-4, (shown, inside)
run(NNFT, "exact", "job.ini", "-o", "exact.h5")
with h5py.File("exact.h5") as file:
    assert not any("histogram" in name or name.startswith("bin") for name in file)
run(NNFT, "compare", "finer.h5", "exact.h5")

# Weights of reweighted samples and samples of Markov chains.
for seed, method in enumerate(("reweight", "elliptical-slice", "hmc"), 8):
    path = f"{method}.h5"
    sample(OPERATOR + f"[sampling]\nmethod = {method}\n" + MEASURE.replace("orders = 2\n", "orders = 2 4\n") + RUN, path,
           f"--run.seed={seed}", "--run.slice=64", f"--run.networks={64 * BLOCKS * 64}")
    check_layout(path, ["0", "1_0"])
    check_densities(path, "0", 1.0)
    check_densities(path, "1_0", 1.0)
    must_fail(check_densities, path, "0", 0.999)
    for point, coupling in (((0, 0, 0), 0.5), ((0, 1, 0), 4.0)):
        check_theory(path, point, boltzmann(1.28, coupling))
        must_fail(check_theory, path, point, boltzmann(1.28, 1.2 * coupling))
        must_fail(check_theory, path, point, boltzmann(1.28, 0.0))
# Bins that a chain has hardly been in are left out: weights know their density, chains not even their error.
text = run(NNFT, "compare", "reweight.h5", "elliptical-slice.h5")
assert re.findall(r"histogram_0 +(\d+) compared", text) == ["12", "10"], text
print("histograms: as FORMAT.md says, and as the theories say")
