"""Result files of deformed ensembles are what FORMAT.md says: xarray opens them with their strengths as dimensions, NumPy recomputes
correlators and derivatives from the block sums with the plain formulas (dG = -cov, the scale's factors by hand), and the two ways to
a derivative and the exact one are compatible. Each check is also given something wrong, which it must reject: with
NNFT_SMALL, which is for slow programs and fewer networks, something worse."""

import itertools
import os
import pathlib
import sys

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(pathlib.Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))

from program import MPIEXEC, NNFT, must_fail, run, sample

SMALL = bool(os.environ.get("NNFT_SMALL"))
NETWORKS, SIGMA_WEIGHT, FACTOR = (10240, 1.4, 4.0) if SMALL else (102400, 1.15, 1.5)
WIDTHS, STRENGTHS, SCALES = [3.0, 20.0], [0.0, 0.5], [0.0, 0.3]
BLOCKS, SITES = 32, 3

CONFIG = f"""[field]
architecture = cos
width = 3 20
sigma-weight = 1.1
[sites]
points = 0; 0.5; 1.2
[deformation]
kind = weight-quartic
strength = 0 0.5
[deformation-2]
kind = shared-scale
strength = 0 0.3
[measure]
derivatives = score
jackknife = all
[run]
networks = {NETWORKS}
blocks = 32
slice = 64
"""

PAIRS = list(itertools.combinations_with_replacement(range(SITES), 2))
QUADS = list(itertools.combinations_with_replacement(range(SITES), 4))


NAMES = ["dstrength", "dstrength2", "d2strength", "dstrength_dstrength2", "d2strength2"]
SUMMED = ["dstrength", "d2strength"]  # a shared scale is averaged over in closed form
TUPLES = {2: ("pair", ["pair_i", "pair_j"]), 4: ("quad", ["quad_i", "quad_j", "quad_k", "quad_l"])}


def expected_names(kind, method, derivatives):
    """Every dataset in creation order with its dimensions."""
    scan = ("width", "strength", "strength2")
    sampled = kind == "sample"
    dimensions = [*scan, *(["block"] if sampled else []), "site", "component", "pair", "quad"]
    dimensions += (["score"] if method == "score" else []) + (["subtree"] if sampled else [])
    names = {name: (name,) for name in dimensions}
    names["site_x"] = ("site", "component")
    names |= {leg: (dim,) for dim, legs in TUPLES.values() for leg in legs}
    sums = {f"sum{n}": dim for n, (dim, _) in TUPLES.items()}
    sums |= {f"sum{n}_{d}": TUPLES[n][0] for d in SUMMED if d in derivatives for n in TUPLES}
    sums |= {"sum_score": "score"} if method == "score" else {}
    sums |= {f"sum_power{k}": "site" for k in (1, 2, 3, 4)} | {"largest": "site"}
    if sampled:
        names |= {"reference_kernel": (*scan, "pair"), "count": (*scan, "block")}
        names |= {name: (*scan, "block", dim) for name, dim in sums.items()}
    for n, (dim, _) in TUPLES.items():
        suffixes = ["", "_err", "c", "c_err", *(["c_bias", "c_kurtosis", "c_err_err", "c_trusted"] if sampled else [])]
        names |= {f"G{n}{suffix}": (*scan, dim) for suffix in suffixes}
        names |= {f"largest_{share}{n}": (*scan, "site") for share in ("share", "variance_share") if sampled}
    for d in derivatives:
        for n, (dim, _) in TUPLES.items():
            names |= {f"G{n}c_{d}{suffix}": (*scan, dim) for suffix in ("", "_err", *(["_bias"] if sampled else []))}
    if sampled:
        names |= {f"G{n}c_jackknife": ("block", *scan, dim) for n, (dim, _) in TUPLES.items()}
        names |= {f"G{n}c_{d}_jackknife": ("block", *scan, dim) for d in derivatives for n, (dim, _) in TUPLES.items()}
        names |= {f"subtree_{name}": ("subtree", *scan, "block", dim) for name, dim in sums.items()}
    return names


def check_file(path, kind, method, derivatives):
    expected = expected_names(kind, method, derivatives)
    with h5py.File(path) as file:
        names = [name for name, item in file["/"].items() if isinstance(item, h5py.Dataset)]
        assert names == list(expected), [a for a in zip(names, expected) if a[0] != a[1]][:1]
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, engine=engine) as dataset:
            for name, dims in expected.items():
                assert dataset[name].dims == dims, (name, dataset[name].dims)
                assert np.isfinite(dataset[name].values).all(), name
                assert dataset[name].attrs.get("long_name"), name
            for name, values in (("width", WIDTHS), ("strength", STRENGTHS), ("strength2", SCALES)):
                assert list(dataset[name].values) == values, name
            assert dataset.attrs["strength_of"] == "weight-quartic" and dataset.attrs["strength2_of"] == "shared-scale"
            assert dataset.attrs.get("derivatives") == (method if derivatives else None), dataset.attrs
            if derivatives:
                g = dataset["G4c_dstrength"].sel(width=20, strength=0.5, strength2=0.3)
                assert {"quad_i", "quad_l"} <= set(g.coords)


def pairings(quad):
    a, b, c, d = quad
    at = lambda i, j: PAIRS.index((min(i, j), max(i, j)))  # noqa: E731
    return [(at(a, b), at(c, d)), (at(a, c), at(b, d)), (at(a, d), at(b, c))]


P = np.array([pairings(quad) for quad in QUADS])  # (quad, pairing, 2)


def cumulants(m2, m4, dm2, dm4, d2m2, d2m4, scale):
    """G2c, G4c and their derivatives from full moments, their derivatives in the strength, and the variance of the scale."""
    pair = lambda x, y: sum(x[P[:, p, 0]] * y[P[:, p, 1]] for p in range(3))  # noqa: E731
    return {
        "G2c": m2,
        "G2c_dstrength": dm2,
        "G2c_d2strength": d2m2,
        "G2c_dstrength2": 0 * m2,
        "G2c_dstrength_dstrength2": 0 * m2,
        "G2c_d2strength2": 0 * m2,
        "G4c": (1 + scale) * m4 - pair(m2, m2),
        "G4c_dstrength": (1 + scale) * dm4 - pair(dm2, m2) - pair(m2, dm2),
        "G4c_d2strength": (1 + scale) * d2m4 - pair(d2m2, m2) - pair(m2, d2m2) - 2 * pair(dm2, dm2),
        "G4c_dstrength2": m4,
        "G4c_dstrength_dstrength2": dm4,
        "G4c_d2strength2": 0 * m4,
    }


def from_means(mean, kernel, scale, method, mistake):
    """mean: of every column of the sums."""
    pair = lambda x, y: sum(x[P[:, p, 0]] * y[P[:, p, 1]] for p in range(3))  # noqa: E731
    d1, d2 = {}, {}
    for n in (2, 4):
        m, a, b = mean[f"sum{n}"], mean[f"sum{n}_dstrength"], mean[f"sum{n}_d2strength"]
        if method == "score":  # a = E[m dV], b = E[m dV dV]
            v, vv = mean["sum_score"]
            d1[n] = -(a - m * v)
            d2[n] = b - 2 * a * v - m * vv + 2 * m * v * v
            if mistake == "sign":
                d1[n] = -d1[n]
            if mistake == "no covariance":
                d1[n] = -a
        else:
            d1[n], d2[n] = a, b
    # The monomials are Wick sums of K - K0: full moments have K.
    m2 = kernel + mean["sum2"]
    m4 = mean["sum4"] + pair(kernel, mean["sum2"]) + pair(mean["sum2"], kernel) + pair(kernel, kernel)
    dm4 = d1[4] + pair(kernel, d1[2]) + pair(d1[2], kernel)
    d2m4 = d2[4] + pair(kernel, d2[2]) + pair(d2[2], kernel)
    return cumulants(m2, m4, d1[2], dm4, d2[2], d2m4, 0.0 if mistake == "no scale" else scale)


def check_recomputed(path, method, mistake=None):
    with h5py.File(path) as file:
        columns = ["sum2", "sum4", *(f"sum{n}_{d}" for n in (2, 4) for d in SUMMED), *(["sum_score"] if method == "score" else [])]
        for w, s, t in itertools.product(range(2), range(2), range(2)):
            sums = {name: file[name][w, s, t] for name in columns}
            count = file["count"][w, s, t][:, np.newaxis].astype(float)
            kernel = file["reference_kernel"][w, s, t]
            means = lambda total, n: {name: total[name] / n for name in columns}  # noqa: E731
            total = {name: sums[name].sum(axis=0) for name in columns}
            whole = from_means(means(total, count.sum()), kernel, SCALES[t], method, mistake)
            without = [
                from_means(means({name: total[name] - sums[name][b] for name in columns}, count.sum() - count[b]), kernel, SCALES[t], method, mistake)
                for b in range(BLOCKS)
            ]
            for name, estimate in whole.items():
                rows = np.array([replica[name] for replica in without])
                bias = (BLOCKS - 1) * (rows.mean(axis=0) - estimate)
                error = np.sqrt((BLOCKS - 1) / BLOCKS * ((rows - rows.mean(axis=0)) ** 2).sum(axis=0))
                scale = np.abs(estimate).max() + (0.0 if name.endswith("c") else np.abs(whole["G4c"]).max())
                for suffix, values in (("", estimate - bias), ("_err", error), ("_bias", bias)):
                    off = np.abs(file[name + suffix][w, s, t] - values).max() / scale
                    assert off < 1e-10 * (10 if method == "differences" else 1), f"{name}{suffix}: off by {off:.2g} of its scale"
                assert np.abs(file[name + "_jackknife"][:, w, s, t] - rows).max() < 1e-10 * scale * (10 if method == "differences" else 1), name


def main():
    pathlib.Path("job.ini").write_text(CONFIG, encoding="utf-8")
    for method, *more in (("score",), ("differences",), ("score", "--run.seed=2"), ("differences", "--run.seed=3")):
        path = method + ("_other" if more else "") + ".h5"
        run(MPIEXEC, "-n", "2", NNFT, "sample", "job.ini", f"--measure.derivatives={method}", "-o", path, *more)
        check_file(path, "sample", method, NAMES)
    must_fail(check_file, "score.h5", "sample", "differences", NAMES)
    must_fail(check_file, "score.h5", "exact", "score", NAMES)
    for method in ("score", "differences"):
        check_recomputed(f"{method}.h5", method)
        must_fail(check_recomputed, f"{method}.h5", method, "no scale")
    must_fail(check_recomputed, "score.h5", "score", "sign")
    must_fail(check_recomputed, "score.h5", "score", "no covariance")
    must_fail(check_recomputed, "score.h5", "differences")

    run(NNFT, "exact", "job.ini", "-o", "exact.h5")
    check_file("exact.h5", "exact", "exact", NAMES)
    run(NNFT, "exact", "job.ini", "-o", "wrong.h5", f"--field.sigma-weight={SIGMA_WEIGHT}")
    run(NNFT, "sample", "job.ini", "-o", "none.h5", "--measure.derivatives=none")
    check_file("none.h5", "sample", "none", [])
    said = run(NNFT, "compare", "score.h5", "differences.h5")
    assert "differences are taken block by block" in said and " G4c_d2strength " in said and "compatible: p = " in said
    for a, b in (("score_other.h5", "differences_other.h5"), ("score.h5", "exact.h5"), ("differences.h5", "exact.h5")):
        assert " G4c_dstrength_dstrength2 " in run(NNFT, "compare", a, b)
    for a in ("score.h5", "differences.h5"):
        assert "INCOMPATIBLE" in run(NNFT, "compare", a, "wrong.h5", status=1)
    assert "G4c_dstrength" not in run(NNFT, "compare", "score.h5", "none.h5")
    # A derivative alone that is wrong is noticed.
    with h5py.File("exact.h5", "r+") as file:
        file["G4c_dstrength"][...] *= FACTOR
    assert "INCOMPATIBLE" in run(NNFT, "compare", "differences.h5", "exact.h5", status=1)
    print("deformed: both engines open the files, NumPy recomputes derivatives, score, differences and exact values agree")


main()
