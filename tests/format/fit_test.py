"""`nnft fit` on a sampled scan: the cosine net is one term in 1/N, which coefficients and a free exponent confirm and a wrong leading
power does not; the file opens with both engines and agrees with NumPy; every rank ends with the same exit code."""
import os
import re
import shutil
import subprocess

import h5py
import numpy as np
import xarray

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]
WIDTHS = [4.0, 8.0, 16.0, 32.0, 64.0]


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def fit(*words, status=0):
    return run(NNFT, "fit", *words, status=status)


with open("cos.ini", "w") as file:
    file.write(f"[field]\narchitecture = cos\nwidth = {' '.join(f'{w:g}' for w in WIDTHS)} inf\n[sites]\npoints = 0; 0.6; 1.5\n"
               "[measure]\norders = 2 4\nsources = 0.3 0 -0.2\n[run]\nnetworks = 4e5\nblocks = 128\n")
run(MPIEXEC, "-n", "2", NNFT, "sample", "cos.ini", "-o", "cos.h5")
run(NNFT, "exact", "cos.ini", "-o", "exact.h5")

# The table and the file.
table = run(MPIEXEC, "-n", "3", NNFT, "fit", "cos.h5", "-o", "fit.h5", "--jackknife", "--all", "--points")
assert "G4c = N^-1 sum_i ci N^-i" in table and "1 of 6 scan points, at infinite width" in table, table
assert len(re.findall("^  sites ", table, re.M)) == 15 and "written to fit.h5" in table, table
assert len(re.findall("^  sites ", fit("cos.h5"), re.M)) == 5
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset("fit.h5", engine=engine) as ds:
        ds.load()
assert dict(ds.sizes) == {"fit": 9, "group": 1, "quad": 15, "parameter": 4, "parameter_other": 4, "point": 5, "deletion": 5 * 128}
assert ds.attrs["kind"] == "fit" and ds.attrs["variable"] == "G4c" and ds.attrs["regulator"] == "none"
assert "quad_l" in ds.coefficient.coords
np.testing.assert_allclose(ds.weight.sum("fit"), 1.0, rtol=1e-12)

# Cosine nets: G4c = c/N, and c is exact.
with h5py.File("exact.h5") as exact:
    truth = exact["G4c"][0, 0] * WIDTHS[0]
first = ds.sel(fit=(ds.fit_order == 1) & (ds.fit_cut == 0)).isel(fit=0, group=0)
pulls = {"c0": (first.coefficient[:, 0] - truth) / first.coefficient_err[:, 0], "c1": first.coefficient[:, 1] / first.coefficient_err[:, 1]}
average = ((ds.average - truth.reshape(1, -1, 1)) / ds.average_err)[0, :, 0]
print({name: np.round(pull.values, 1) for name, pull in pulls.items()}, "average", np.round(average.values, 1))
for pull in (*pulls.values(), average):
    assert (np.abs(pull) < 4.5).all(), pull  # 15 correlated pulls each
assert (first.p_value > 1e-4).all() and (first.dof == 3).all()

# NumPy's weighted least squares from the file that was fitted: independent widths, so that only errors enter.
with h5py.File("cos.h5") as file:
    values, errors = file["G4c"][:5, 0], file["G4c_err"][:5, 0]
    rows = file["G4c_jackknife"][:, :5, 0]
np.testing.assert_allclose(ds.value, values, rtol=1e-13)
design = np.stack([1 / np.array(WIDTHS), 1 / np.array(WIDTHS) ** 2], axis=1)
for t in range(15):
    scaled = design / errors[:, t, None]
    inverse = np.linalg.inv(scaled.T @ scaled)
    response = inverse @ scaled.T / errors[:, t]
    np.testing.assert_allclose(first.coefficient[t, :2], response @ values[:, t], rtol=1e-8, atol=1e-12)
    # The noise of the weights adds a little to what is propagated.
    ratio = first.coefficient_err[t, :2] / np.sqrt(np.diag(inverse))
    assert ((ratio > 1.0) & (ratio < 1.03)).all(), ratio
    residual = (values[:, t] - design @ first.coefficient[t, :2].values) / errors[:, t]
    assert 0.97 < first.chi2[t] / (residual @ residual) < 1.0
    np.testing.assert_allclose(first.fitted[:, t], design @ first.coefficient[t, :2].values, rtol=1e-10)
    # Leave-one-out coefficients of the deletions at N = 16.
    deletions = first.coefficient_jackknife[:, t, :2].values[ds.deletion_width.values == 16.0]
    expected = first.coefficient[t, :2].values + np.outer(rows[:, 2, t] - rows[:, 2, t].mean(), response[:, 2])
    np.testing.assert_allclose(deletions, expected, rtol=1e-8, atol=1e-12)
covariance = first.covariance.values[:, :2, :2]
np.testing.assert_allclose(np.sqrt(np.einsum("tkk->tk", covariance)), first.coefficient_err[:, :2], rtol=1e-12)
assert np.isnan(first.coefficient[:, 2:]).all()

# A free exponent is 1; a leading power of 0 is refused by p without further terms, and G2c does not depend on N.
fit("cos.h5", "--leading-power", "free", "--order", "0", "--cuts", "0", "-o", "free.h5")
with xarray.open_dataset("free.h5", engine="h5netcdf") as free:
    exponent = free.coefficient[0, 0, :, int(np.argmax(free.parameter_is_exponent.values))]
    error = free.coefficient_err[0, 0, :, int(np.argmax(free.parameter_is_exponent.values))]
    print("free exponent", exponent.values, error.values)
    assert (np.abs(exponent - 1.0) < 4.5 * error).all() and (error < 0.01).all()
fit("cos.h5", "--leading-power=0", "--order=0", "--cuts=0", "--max-width=64", "-o", "wrong.h5")
with xarray.open_dataset("wrong.h5", engine="h5netcdf") as wrong:
    assert (wrong.p_value < 1e-10).all()
fit("cos.h5", "--variable", "G2c", "--order", "0 1", "--max-width", "64", "--tuples", "0 1; 2 2", "-o", "g2.h5")
with xarray.open_dataset("g2.h5", engine="h5netcdf") as g2:
    assert list(g2.pair_j.values) == [1, 2] and (g2.p_value > 1e-5).all()
assert "W = sum_i ci N^-i" in fit("cos.h5", "--variable", "W")

# In the strength, from draws that strengths share: weight-ring is even in it and exactly known; a straight line is refused.
ring = ["cos.ini", "--field.width=10", "--measure.sources=0 0 0", "--deformation.kind=weight-ring",
        "--deformation.strength=-0.06 -0.04 -0.02 0 0.02 0.04 0.06", "--run.networks=2e5"]
run(MPIEXEC, "-n", "2", NNFT, "sample", *ring, "-o", "ring.h5")
run(NNFT, "exact", "cos.ini", "--field.width=10", "--deformation.kind=weight-ring", "--deformation.strength=0",
    "--measure.derivatives=differences", "--measure.sources=0 0 0", "-o", "ring_exact.h5")
fit("ring.h5", "--order", "1 5", "-o", "ring_fit.h5")
with xarray.open_dataset("ring_fit.h5", engine="h5netcdf") as ds, h5py.File("ring_exact.h5") as exact:
    line, fifth = (ds.sel(fit=ds.fit_order_strength == order).isel(fit=0, group=0) for order in (1, 5))
    moved = np.abs(exact["G4c_d2strength"][0, 0]) > 1e-10  # at coincident sites nothing depends on the weights
    assert moved.sum() == 12 and (line.p_value[moved] < 1e-3).all() and (fifth.p_value[moved] > 1e-4).all()
    for power, truth in ((1, 0.0 * exact["G4c_dstrength"][0, 0]), (2, 0.5 * exact["G4c_d2strength"][0, 0])):
        pulls = ((fifth.coefficient[:, power] - truth) / fifth.coefficient_err[:, power])[moved]
        print(f"ring, strength^{power}:", np.round(pulls.values, 1))
        assert (np.abs(pulls) < 4.5).all()
    assert (fifth.coefficient_err[:, 2] < 0.1 * np.abs(fifth.coefficient[:, 2]))[moved].mean() > 0.5

# In both: the shared scale makes G4c = (1 + strength) c/N + strength sum KK at infinite width.
with open("cos.ini") as file, open("scale.ini", "w") as without_sources:
    without_sources.write(re.sub("sources.*\n", "", file.read()))
run(MPIEXEC, "-n", "2", NNFT, "sample", "scale.ini", "--field.width=4 8 16 32", "--deformation.kind=shared-scale",
    "--deformation.strength=0 0.5 1 2", "-o", "scale.h5", "--run.networks=2e5")
fit("scale.h5", "--in", "both", "--leading-power=0", "--order=1", "--order-strength=1", "-o", "scale_fit.h5")
with xarray.open_dataset("scale_fit.h5", engine="h5netcdf") as ds, h5py.File("exact.h5") as exact:
    one = ds.sel(fit=ds.fit_cut == 0).isel(fit=0, group=0)
    kernel = {tuple(sites): value for sites, value in zip(zip(exact["pair_i"][:], exact["pair_j"][:]), exact["G2c"][5, 0])}
    pairings = [sum(kernel[tuple(sorted((q[0], q[k])))] * kernel[tuple(sorted(q[l] for l in range(1, 4) if l != k))] for k in (1, 2, 3))
                for q in zip(*(exact[f"quad_{leg}"][:] for leg in "ijkl"))]
    powers = list(zip(one.parameter_width_power.values, one.parameter_strength_power.values))
    for term, expected in (((0, 0), 0.0), ((1, 0), truth := exact["G4c"][0, 0] * WIDTHS[0]), ((0, 1), np.array(pairings)), ((1, 1), truth)):
        k = powers.index(term)
        pulls = (one.coefficient[:, k] - expected) / one.coefficient_err[:, k]
        print(f"scale, N^-{term[0]:g} strength^{term[1]:g}:", np.round(pulls.values, 1))
        assert (np.abs(pulls) < 4.5).all()

# What is done and what is refused, on two ranks where the root alone finds out.
assert "of kind fit; its tables" in run(NNFT, "show", "fit.h5")
for message, *words in (
    ("exists already", "cos.h5", "-o", "fit.h5"),
    ("expected one result file, got 0",),
    ("--order: expected powers from 0 to 20, such as '1 2 3', got '-1'", "cos.h5", "--order", "-1"),
    ("--order: expected one that the points determine: 6 parameters of the width need as many widths; there are 5", "cos.h5", "--order=5"),
    ("--in: expected width, strength or both, got 'depth'", "cos.h5", "--in=depth"),
    ("--in: expected several widths or strengths in range, got 5 finite widths and 1 strengths", "cos.h5", "--in=strength"),
    ("--variable: expected one of G4c, G2c, W", "cos.h5", "--variable=G6c"),
    ("expected --svd-cut or --shrinkage, got both", "cos.h5", "--svd-cut=0.1", "--shrinkage=auto"),
    ("expected a sampled result, got exact values", "exact.h5"),
    ("--field.width: not an option of nnft fit", "cos.h5", "--field.width=8"),
):
    launcher = (MPIEXEC, "-n", "2") if "points determine" in message or "exists already" in message else ()
    told = run(*launcher, NNFT, "fit", *words, status=2)
    assert told.count(message) == 1, told
assert "cannot be opened" in run(MPIEXEC, "-n", "2", NNFT, "fit", "absent.h5", "-o", "none.h5", status=3)
fit("fit.h5", status=3)
run(MPIEXEC, "-n", "2", NNFT, "fit", "cos.h5", "-o", "nowhere/none.h5", status=3)
assert not os.path.exists("none.h5")
shutil.copy("cos.h5", "cut.h5")
os.truncate("cut.h5", os.path.getsize("cut.h5") // 2)
fit("cut.h5", status=3)
