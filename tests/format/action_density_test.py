"""`nnft action --density`: Edgeworth series, errors and comparison with histograms beside NumPy, which also rejects a series without a
term; pairs of sites in either order; what is refused, and that a refusal leaves the files that are read as they were."""
import hashlib
import math
import os
import subprocess

import h5py
import numpy as np
from numpy.polynomial.hermite_e import hermeval

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]
BLOCKS, RANGE, BINS = 16, 4.0, 16

with open("cos.ini", "w") as config:
    config.write("[field]\narchitecture = cos\nwidth = 16\n[sites]\npoints = 0; 1.1\n[measure]\norders = 2 4 6\njackknife = all\n"
                 f"histogram = 0; 1 0\nhistogram-range = {RANGE:g}\nhistogram-bins = {BINS}\n[run]\nnetworks = 65536\nblocks = {BLOCKS}\n")


def run(*words, status=0):
    done = subprocess.run([NNFT, *words], capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def series(k2, k4, k6, phi):
    """Through orders 0, 1, 2 at one site; shape (3, points)."""
    y, gaussian = phi / math.sqrt(k2), np.exp(-phi**2 / (2 * k2)) / math.sqrt(2 * math.pi * k2)
    k4, k6 = k4 / k2**2, k6 / k2**3
    he = [hermeval(y, [0] * n + [1]) for n in range(9)]
    terms = [he[0], k4 / 24 * he[4], k6 / 720 * he[6] + k4**2 / 1152 * he[8]]
    return gaussian * np.cumsum(terms, axis=0)


def bin_means(cumulants):
    edges = np.linspace(-RANGE, RANGE, BINS + 1)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    phi = 0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * nodes
    return (series(*cumulants, phi.ravel()).reshape(3, BINS, -1) * weights).sum(axis=2) / 2


def estimate(value, rows):
    bias = (len(rows) - 1) * (rows.mean(axis=0) - value)
    return value - bias, np.sqrt((len(rows) - 1) * rows.var(axis=0))


def must_fail(check, *arguments):
    try:
        check(*arguments)
    except AssertionError:
        return
    raise SystemExit(f"{check.__name__} did not notice what is wrong")


run("sample", "cos.ini", "-o", "sample.h5")
told = run("action", "sample.h5", "--density", "0; 1; 0 1; 1 0", "-o", "action.h5")
with h5py.File("sample.h5") as sampled, h5py.File("action.h5") as file:
    columns = [next(t for t in range(sampled[f"G{n}c"].shape[-1]) if all(sampled[f"{name}_{leg}"][t] == 0 for leg in "ijklmn"[:n]))
               for n, name in ((2, "pair"), (4, "quad"), (6, "sextet"))]
    plain = [(sampled[f"G{n}c"][0, 0] + sampled[f"G{n}c_bias"][0, 0])[c] for n, c in zip((2, 4, 6), columns)]
    left_out = np.stack([sampled[f"G{n}c_jackknife"][:, 0, 0, c] for n, c in zip((2, 4, 6), columns)], axis=1)

    def agrees(quantity, name, tolerance):
        """Value and error of a variable of the file, by the jackknife of a function of the cumulants."""
        value, error = estimate(quantity(plain), np.stack([quantity(row) for row in left_out]))
        peak = value.max()
        np.testing.assert_allclose(file[name][:, 0, 0], value, rtol=0, atol=tolerance * peak, err_msg=name)
        np.testing.assert_allclose(file[f"{name}_err"][:, 0, 0], error, rtol=100 * tolerance, atol=tolerance * error.max(), err_msg=name)

    centres = file["bin"][:]
    agrees(lambda c: series(*c, centres), "edgeworth_0_middle", 1e-9)
    agrees(bin_means, "edgeworth_0", 1e-6)  # three nodes in bins of 0.7 standard deviations
    must_fail(agrees, lambda c: series(c[0], c[1], 0.0, centres), "edgeworth_0_middle", 1e-9)
    must_fail(agrees, lambda c: bin_means((c[0], c[1], 0.0)), "edgeworth_0", 1e-6)

    # Two sites stand as in the histogram, once; the second one's bins vary fastest.
    assert "edgeworth_1_0" in file and "edgeworth_0_1" not in file and "edgeworth_1_0_middle" not in file
    for name in ("histogram_0", "histogram_0_err", "density_0", "histogram_1_0", "histogram_1_0_err"):
        np.testing.assert_array_equal(file[name][:], sampled[name][:], err_msg=name)
    assert "histogram_1" not in file
    pair = file["edgeworth_1_0"][0, 0, 0]
    k = np.array([[sampled["G2c"][0, 0, t] for t in row] for row in ((2, 1), (1, 0))])
    inverse, volume = np.linalg.inv(k), (2 * RANGE / BINS) ** 2
    x = np.stack([centres[file["bin_pair_i"][:]], centres[file["bin_pair_j"][:]]])
    nodes, weights = np.polynomial.legendre.leggauss(12)
    mean = np.zeros_like(pair)
    for a, u in zip(nodes, weights):
        for b, v in zip(nodes, weights):
            y = x + np.array([[a], [b]]) * RANGE / BINS
            mean += u * v / 4 * np.exp(-0.5 * np.einsum("ab,ap,bp->p", inverse, y, y)) / (2 * math.pi * math.sqrt(np.linalg.det(k)))
    np.testing.assert_allclose(pair, mean, rtol=0, atol=2e-4 * mean.max())
assert "sites 1 0, through order" in told and "sites 0 1" not in told, told
assert told.count("histogram: off by at most") == 6, told  # site 0 and both, three orders each

# Bins far wider than the field, and sites so close that the density is a ridge narrower than a bin, or too narrow.
run("exact", "cos.ini", "--measure.histogram-bins=2", "-o", "wide.h5")
run("action", "wide.h5", "--density", "0", "-o", "wide_action.h5")
with h5py.File("wide_action.h5") as file:
    np.testing.assert_allclose(file["edgeworth_0"][:, 0, 0], 0.5 / RANGE, rtol=1e-4)
for distance, told_of in (("0.04", "sites 1 0, through order"), ("0.001", "NO SERIES: expected bins of a width of at most 8 times")):
    run("exact", "cos.ini", f"--sites.points=0; {distance}", "--measure.histogram-bins=64", "-o", "close.h5", "--fresh")
    told = run("action", "close.h5", "--order", "0", "--density", "0; 0 1", "-o", "close_action.h5", "--fresh")
    assert told_of in told, told
    with h5py.File("close_action.h5") as file:
        integral = file["edgeworth_1_0"][0, 0, 0].sum() * (2 * RANGE / 64) ** 2
        assert np.isnan(integral) if "NO" in told_of else abs(integral - 1) < 1e-5, (distance, integral)
        assert abs(file["edgeworth_0"][0, 0, 0].sum() * 2 * RANGE / 64 - 1) < 1e-5
run("sample", "cos.ini", "-o", "few.h5", "--run.networks=1024", "--run.slice=64", "--measure.histogram-bins=512")
assert "histogram: too few samples in every bin; density given K: off by" in run("action", "few.h5", "--density", "0")

# A Gaussian is not negative, whatever its bias; a truncated series may be.
with open("near.ini", "w") as config:
    config.write("[field]\narchitecture = cos\nwidth = 32\n[sites]\npoints = 0; 0.1; 0.2; 0.3; 0.4\n[measure]\norders = 2 4\n"
                 "[run]\nnetworks = 16384\nblocks = 16\n")
run("sample", "near.ini", "-o", "near.h5")
told = run("action", "near.h5", "--density", "0 1")
assert told.count("    0  positive") == 1 and "NEGATIVE" not in told, told
run("exact", "cos.ini", "--field.width=1", "--field.out-density=rademacher", "-o", "narrow.h5")
assert "    1  NEGATIVE from |phi| =" in run("action", "narrow.h5", "--density", "0"), "the density of one neuron"

# Noise is part of what is inverted.
assert "ILL-CONDITIONED" in run("action", "near.h5")
assert "ILL-CONDITIONED" not in run("action", "near.h5", "--noise", "1e-5")

# Refused before anything is computed.
for words, message in (
    (("--density", "0 5"), "sample.h5: --density: expected one site or two different ones, of those chosen, separated by ';', got '0 5'"),
    (("--density", "1; 0 0"), "got '0 0'"),
    (("--density", ""), "such as '0; 0 1', got ''"),
    (("--sites", "1", "--density", "0"), "got '0'"),
):
    told = run("action", "sample.h5", *words, status=2)
    assert message in told and "S = g0" not in told, told
assert "beyond/out.h5: cannot be created: No such file or directory" in run("action", "sample.h5", "-o", "beyond/out.h5", status=3)

# Correlators that nobody knows are named.
with open("deep.ini", "w") as config:
    config.write("[field]\narchitecture = mlp\nactivation = relu\ndepth = 2\nwidth = 16\n[sites]\npoints = 1; -0.5\n[measure]\norders = 2 4\n"
                 "[run]\nnetworks = 1\n")
run("exact", "deep.ini", "-o", "deep.h5")
told = run("action", "deep.h5", "--density", "0 1", status=3)
assert "NO COUPLINGS: expected a number for G2c of sites 0 1, got none" in told, told
assert "NO SERIES: expected a number for G2c of sites 0 1, got none" in told, told

# No command overwrites what it reads, by whatever name.
os.symlink("sample.h5", "link.h5")
run("action", "sample.h5", "-o", "source.h5")
before = {name: hashlib.sha256(open(name, "rb").read()).hexdigest() for name in ("sample.h5", "source.h5", "cos.ini")}
for words in (("action", "sample.h5", "-o", "sample.h5"), ("action", "sample.h5", "-o", "link.h5"), ("action", "./link.h5", "-o", "sample.h5"),
              ("fit", "sample.h5", "-o", "sample.h5"), ("merge", "-o", "sample.h5", "sample.h5"), ("exact", "cos.ini", "-o", "cos.ini"),
              ("correlators", "source.h5", "-o", "source.h5"), ("correlators", "source.h5", "--draw=100", "-o", "source.h5")):
    told = run(*words, "--fresh", status=2)
    assert "expected another file than those that are read" in told, told
assert before == {name: hashlib.sha256(open(name, "rb").read()).hexdigest() for name in before}

for words in (("fit", "source.h5"), ("compare", "sample.h5", "source.h5"), ("action", "source.h5")):
    assert "source.h5: expected a file of correlators, of kind sample or exact, got one of kind action" in run(*words, status=3)
