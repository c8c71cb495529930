"""Result files of fields under an operator are what FORMAT.md says: xarray opens them, NumPy recomputes improved correlators,
observables of the box and lagged products from the block sums and series with the plain formulas, and the states of chains are what
it says. Parameter space extrapolated in 1/N, function space and the exact
values of a theory with two nodes are compatible. Each check is also given something wrong, which it must reject: with
NNFT_SMALL, which is for slow programs and fewer networks, a theory that is wronger."""

import itertools
import os
import sys
from pathlib import Path

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))

from program import NNFT, must_fail, run, sample

SMALL = bool(os.environ.get("NNFT_SMALL"))
BLOCKS, SLICE, SITES, NODES, BOX = 64, 32 if SMALL else 64, 2, 6, 1.5

CONFIG = f"""[field]
architecture = free-scalar
width = 8 inf
cutoff = 6
[sites]
points = 0.4; 1.9
[deformation]
kind = field-operator
strength = 2 20
mu2 = 0 1
box = {BOX}
nodes = {NODES}
[run]
networks = {BLOCKS * SLICE * 4}
blocks = {BLOCKS}
slice = {SLICE}
"""
PAIRS = list(itertools.combinations_with_replacement(range(SITES), 2))
QUADS = list(itertools.combinations_with_replacement(range(SITES), 4))


def jackknife(means, weights, function):
    """Values and leave-one-out values of a function of the means."""
    total, count = means.sum(0), weights.sum()
    whole = function(total / count)
    deleted = np.array([function((total - row) / (count - w)) for row, w in zip(means, weights)])
    return whole, deleted


def improved(file, at, order):
    """G2c or G4c with its error, as FORMAT.md combines the estimators."""
    weights = file["sum_chain"][at][:, 0]
    rows = np.hstack([file[name][at] for name in ["sum2", "sum2_starred_i", "sum2_starred_j", "sum2_starred_ij", "sum4"] +
                      [f"sum4_starred_{k}" for k in (1, 2, 3, 4)]])
    kernel = file["reference_kernel"][at]
    p, q = len(PAIRS), len(QUADS)

    def estimators(mean):
        m2 = [mean[k * p:(k + 1) * p] for k in range(4)]
        m4 = [mean[4 * p + k * q:4 * p + (k + 1) * q] for k in range(5)]
        if order == 2:
            return np.array([m2[0], kernel + m2[1], kernel + m2[2], kernel + m2[3]])
        result = []
        for k in range(5):
            values = []
            for quad in range(q):
                legs, disconnected, sets = QUADS[quad], 0.0, list(itertools.combinations(range(4), k))
                for chosen in sets:
                    for (a, b), (c, d) in (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))):
                        def pair(x, y):
                            first, second = sorted((x, y), key=lambda leg: (legs[leg], leg))
                            which = (first in chosen) + 2 * (second in chosen)
                            return m2[which][PAIRS.index((legs[first], legs[second]))]
                        disconnected += pair(a, b) * pair(c, d) / len(sets)
                values.append(m4[k][quad] - disconnected)
            result.append(values)
        return np.array(result)

    whole, deleted = jackknife(rows, weights, estimators)
    blocks = len(weights)
    pseudo = blocks * whole - (blocks - 1) * deleted  # (block, estimator, tuple)
    fold, combined = np.arange(blocks) % 8, np.zeros((blocks, pseudo.shape[2]))
    shrinkage = min(1.0, 50 / np.sqrt(file["count"][at].sum()))
    for f in range(8):
        for tuple_ in range(pseudo.shape[2]):
            others = pseudo[fold != f][:, :, tuple_]
            covariance = np.cov(others.T)
            deviation = np.sqrt(np.diag(covariance))
            correlation = covariance / np.outer(deviation, deviation) + shrinkage * np.eye(len(deviation))
            weight = np.linalg.solve(correlation, 1 / deviation) / deviation
            combined[fold == f, tuple_] = pseudo[fold == f][:, :, tuple_] @ (weight / weight.sum())
    value = combined.mean(0)
    return value, np.sqrt(((combined - value) ** 2).sum(0) / (blocks * (blocks - 1)))


def check_improved(file, at, order, scale):
    value, error = improved(file, at, order)
    np.testing.assert_allclose(file[f"G{order}c"][at], scale * value, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(file[f"G{order}c_err"][at], error, rtol=1e-6)


def check_box(file, at, power):
    """⟨m⁴⟩ enters the cumulant of Binder, the squared volume nothing."""
    sums, volume = file["sum_chain"][at], BOX
    mean = sums.sum(0) / sums[:, 0].sum()
    v, square, absolute, m2, m4 = mean[3], mean[5], mean[7], mean[8], mean[9]
    for name, expected in (("V", v), ("phi2", square / volume), ("abs_m", absolute), ("chi", volume * m2)):
        assert abs(file[name][at] / expected - 1) < 1e-3, name  # the file's are corrected for bias
    assert abs(file["binder"][at] - (1 - m4 / (3 * m2 ** power))) < 0.1 * file["binder_err"][at]
    np.testing.assert_allclose(file["phi2_profile"][at] @ file["node_weight"][:], square, rtol=1e-9)


def check_series(file, at, lag):
    """The first samples of each chain, and Γ at a lag from them and from the sums of the first block alone."""
    v = file["V_series"][at]
    assert v.shape == (BLOCKS, SLICE) and np.all(np.isfinite(v)) and np.ptp(v) > 0
    # One slice only, where nothing else is in the sums.
    products = sum(v[:, t] * v[:, t + 3] for t in range(SLICE - 3))
    np.testing.assert_allclose(file["sum_lag_V"][at][:, lag], products, rtol=1e-12)


def states(file, at, width):
    """The output weights that chains end with."""
    return file["chain_state"][at][:, width:2 * width]


sample(CONFIG, "phi4.h5")
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset("phi4.h5", engine=engine) as opened:
        assert opened.G4c.dims == ("width", "strength", "mu2", "quad")
        assert list(opened.mu2.values) == [0.0, 1.0] and opened.sizes["node"] == NODES
        assert opened.binder.dims == ("width", "strength", "mu2") and opened.V_series.dims[-2:] == ("block", "time")
        assert set(opened.node_x.dims) == {"node", "component"}
        np.testing.assert_allclose(opened.node_weight.sum(), BOX)
with h5py.File("phi4.h5") as file:
    assert file.attrs["strength_of"] == "field-operator" and file.attrs["mu2_of"] == "mu2"
    for at in itertools.product(range(2), repeat=3):
        for order in (2, 4):
            check_improved(file, at, order, 1.0)
        check_box(file, at, 2)
    must_fail(check_improved, file, (1, 0, 0), 4, 1.001)
    must_fail(check_box, file, (0, 0, 0), 1)
    # Neurons in their chains: births are steps of the chain, output weights of the size of σ_a/√N.
    births, steps = file["chain_state"][0, 0, 0][:, :8], 4 * SLICE
    assert np.all(births == np.round(births)) and births.max() > steps and births.min() > 0
    assert 0.5 < 8 * np.mean(states(file, (0, 0, 0), 8) ** 2) < 1.5

sample(CONFIG, "short.h5", f"--run.networks={BLOCKS * SLICE}")
with h5py.File("short.h5") as file:
    for at in itertools.product(range(2), repeat=3):
        check_series(file, at, 3)
    must_fail(check_series, file, (0, 0, 0), 2)
with h5py.File("short.h5") as short, h5py.File("phi4.h5") as long:  # the same chains, further on
    np.testing.assert_array_equal(short["V_series"][:], long["V_series"][:])

# Weights instead of chains: every mean is one of weighted sums.
sample(CONFIG.replace("strength = 2 20", "strength = 0.5").replace("mu2 = 0 1", "mu2 = 0") + "[sampling]\nmethod = reweight\n",
       "weighted.h5")
with h5py.File("weighted.h5") as file:
    for at in ((0, 0, 0), (1, 0, 0)):
        check_improved(file, at, 4, 1.0)
        sums = file["sum_chain"][at].sum(0)
        np.testing.assert_allclose(file["weight_efficiency"][at], sums[0] ** 2 / (file["count"][at].sum() * sums[1]), rtol=1e-12)
        assert "tau_int" not in file

# Two nodes: chains of several widths, their limit in 1/N, function space and exact values. The limit is refused for other theories.
WIDTHS = "8 16 24 32" if SMALL else "16 32 64 128"
TWO = CONFIG.replace("width = 8 inf", f"width = {WIDTHS} inf").replace(f"nodes = {NODES}", "nodes = 2").replace("strength = 2 20", "strength = 5").replace(
    "mu2 = 0 1", "mu2 = 0").replace(f"networks = {BLOCKS * SLICE * 4}", "networks = 4096" if SMALL else "networks = 1e5")
sample(TWO, "two.h5")
run(NNFT, "exact", "job.ini", "-o", "exact.h5", "--fresh")
run(NNFT, "compare", "two.h5", "exact.h5")
sample(TWO, "heavy.h5", "--field.mass=1.3" if SMALL else "--field.mass=1.05")
assert "INCOMPATIBLE" in run(NNFT, "compare", "heavy.h5", "exact.h5", status=1)
for variable in ("G2c", "G4c"):
    run(NNFT, "fit", "two.h5", "--variable", variable, "--order", "2", "--cuts", "0", "-o", "limit.h5", "--jackknife", "--fresh")
    for other in ("exact.h5", "two.h5"):
        text = run(NNFT, "compare", "limit.h5", other)
        assert f"{variable} " in text and "against the limit of 1/N (order 2, 0 widths left out)" in text
    assert "INCOMPATIBLE" in run(NNFT, "compare", "heavy.h5", "limit.h5", status=1)
run(NNFT, "fit", "two.h5", "--variable", "G4c", "--order", "1", "--leading-power", "1", "-o", "limit.h5", "--fresh")
assert "expected leading_power 0" in run(NNFT, "compare", "limit.h5", "exact.h5", status=2)
run(NNFT, "exact", "job.ini", "-o", "series.h5", "--perturbation", "--field.width=inf", "--deformation.strength=0.001", "--fresh")
run(NNFT, "exact", "job.ini", "-o", "few.h5", "--field.width=inf", "--deformation.strength=0.001", "--fresh")
with h5py.File("series.h5") as series, h5py.File("few.h5") as few:
    assert series.attrs["expansion"].startswith("second order in lambda")
    np.testing.assert_allclose(series["G4c"][:], few["G4c"][:], rtol=1e-5)  # λ² is a thousandth of λ, λ³ a millionth
assert "split R-hat" in run(NNFT, "show", "phi4.h5")
print("field operator: files, combinations, observables, weights, limits and exact values agree")
