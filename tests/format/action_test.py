"""`nnft action`: couplings of exact correlators beside exact densities and the formal Edgeworth series, diagrams beside all Wick
contractions, and couplings, errors and jackknife rows of measured correlators beside NumPy; the file opens with both engines."""
import itertools
import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(Path(os.environ["NNFT_SOURCE_DIR"]) / "jobs" / "actions"))
sys.dont_write_bytecode = True
import density
import diagrams
import edgeworth
from results import Couplings, Result, power

NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]
BLOCKS = 64


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def couplings_of(name, order, *options):
    """Exact correlators of the cos net into name.exact.h5, their couplings into name.h5."""
    run(NNFT, "exact", "cos.ini", "-o", f"{name}.exact.h5", *options)
    run(NNFT, "action", f"{name}.exact.h5", "-o", f"{name}.h5", "--order", str(order))
    return Couplings(name), Result(f"{name}.exact")


def against_edgeworth(file, correlators, order):
    for width in file.widths:
        known = edgeworth.couplings(correlators.correlators(width, 2 * (order + 1)), order, 8)
        for n in (0, 2, 4, 6, 8):
            measured = file.at(f"g{n}", width).reshape(order + 1, -1)
            for k in range(order + 1):
                expected = np.array(edgeworth.packed(known[k], file.sites, n))
                np.testing.assert_allclose(measured[k], expected, rtol=1e-9, atol=1e-10 * max(np.max(np.abs(expected)), 1e-12), err_msg=f"g{n}, order {k}, N = {width:g}")


def errors_fall(file, exact, widths, tolerance):
    """Errors of couplings through 1/N^k fall as N^-(k + 1) between two widths; exact: {width: {n: packed values}}."""
    for n in (0, 2, 4, 6):
        for order in range(max(1, n // 2 - 1), 4):
            off = [np.atleast_1d(file.through(n, order, w)) - exact[w][n] for w in widths]
            falls = [-power(pair, widths) for pair in zip(*off)]
            print(f"g{n} through 1/N^{order}: errors {np.abs(off[1]).max():.1e} at N = {widths[1]:g}, powers of N {min(falls):.2f} to {max(falls):.2f}")
            assert all(abs(f + order + 1) < tolerance for f in falls), (n, order, falls)


with open("cos.ini", "w") as config:
    config.write("[field]\narchitecture = cos\nwidth = 64\n[sites]\npoints = 0\n[measure]\norders = 2 4 6 8\n[run]\nnetworks = 1\n")

# One and two sites of the cos net, through 1/N³: exact Taylor coefficients of -ln P, and the formal series order by order.
file, correlators = couplings_of("one", 3, "--field.width=100 1000")
one = {w: {n: np.array([float(c)]) for n, c in density.one_site(int(w)).items()} for w in file.widths}
errors_fall(file, one, file.widths, 0.12)
against_edgeworth(file, correlators, 3)
leading = file.at("g4", 1000.0)[1, 0]
assert leading < 0 and abs(leading / one[1000.0][4][0] - 1) < 0.01, "with S = -ln P the leading quartic coupling is -(1/4!) G4c/G2^4"

file, correlators = couplings_of("two", 3, "--field.width=160 640", "--sites.points=0; 1", "--field.sigma-weight=1.1")
two = {}
for width in file.widths:
    taylor = density.two_sites(int(width), 1.1)
    two[width] = {n: np.array(edgeworth.packed(taylor, 2, n)) for n in (0, 2, 4, 6)}
errors_fall(file, two, file.widths, 0.25)
against_edgeworth(file, correlators, 3)

# Diagrams, one by one.
counted, series = {}, diagrams.zero_dimensional(3)
for order in (1, 2, 3):
    counted.update(diagrams.brute_force(order))
assert {key: sum(Fraction(1, f) for f in factors) for key, factors in counted.items()} == series
listed = diagrams.listed(run(NNFT, "action", "--diagrams", "--order", "3"))
assert listed == counted, (listed, counted)
print(sum(map(len, counted.values())), "diagrams")


def symmetrised(tensor, legs):
    """The mean over all orders of the last `legs` axes."""
    lead = tensor.ndim - legs
    orders = list(itertools.permutations(range(legs)))
    return sum(tensor.transpose(*range(lead), *(lead + k for k in p)) for p in orders) / len(orders)


def dense(values, tuples, sites):
    """Symmetric tensors of shape (rows, sites, …) from packed values of shape (rows, tuples)."""
    legs = len(tuples[0])
    tensor = np.empty((len(values),) + (sites,) * legs)
    for k, t in enumerate(tuples):
        for p in set(itertools.permutations(t)):
            tensor[(slice(None), *p)] = values[:, k]
    return tensor


def contractions(g2, g4, g6):
    """{n: [tensors by order 0, 1, 2]} of g2, g4 and g6 for rows of correlators: diagrams through 1/N² with propagators -G2⁻¹ and S = -ln P."""
    a = np.linalg.inv(g2)
    sum_ = lambda indices, *tensors: np.einsum(indices, *tensors, optimize=True)
    loop = sum_("rabcd,rcd->rab", g4, a)
    legs = {2: [0.0, 6 / 24 * loop, -45 / 720 * sum_("rabcdef,rcd,ref->rab", g6, a, a)
                + (96 * sum_("racde,rbfgh,rcf,rdg,reh->rab", g4, g4, a, a, a) + 144 * sum_("rac,rcd,rdb->rab", loop, a, loop)
                   + 144 * sum_("rabcd,rce,rdf,ref->rab", g4, a, a, loop)) / (2 * 24**2)],
            4: [0.0, -g4 / 24, 15 / 720 * sum_("rabcdef,ref->rabcd", g6, a)
                - (72 * sum_("rabef,rcdgh,reg,rfh->rabcd", g4, g4, a, a) + 96 * sum_("rae,ref,rbcdf->rabcd", loop, a, g4)) / (2 * 24**2)],
            6: [0.0, 0.0, -g6 / 720 + 16 / (2 * 24**2) * sum_("rabcg,rdefh,rgh->rabcdef", g4, g4, a)]}
    result = {}
    for n, terms in legs.items():
        inner, outer = "abcdef"[:n], "uvwxyz"[:n]
        indices = f"r{inner}," + ",".join(f"r{i}{o}" for i, o in zip(inner, outer)) + f"->r{outer}"
        result[n] = [symmetrised(sum_(indices, t, *[a] * n), n) if np.ndim(t) else np.zeros((len(a),) + (a.shape[1],) * n) for t in terms]
    result[2][0] = 0.5 * a
    return result


def packed_rows(tensor, tuples):
    return np.stack([tensor[(slice(None), *t)] for t in tuples], axis=1)


# Measured correlators at three sites, two widths.
run(MPIEXEC, "-n", "2", NNFT, "sample", "cos.ini", "--field.width=16 32", "--sites.points=0; 0.9; 2.1", "--measure.orders=2 4 6", f"--run.blocks={BLOCKS}",
    "--run.networks=2e5", "--measure.jackknife=all", "-o", "sample.h5")
run(MPIEXEC, "-n", "2", NNFT, "action", "sample.h5", "-o", "action.h5", "--order", "2")
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset("action.h5", engine=engine) as ds:
        ds.load()
    expected = {"order": 3, "width": 2, "strength": 1, "block": BLOCKS, "site": 3, "component": 1, "pair": 6, "quad": 15, "sextet": 28, "mode": 3}
    assert dict(ds.sizes) == expected, f"{engine}: {dict(ds.sizes)}"
    assert ds.attrs["kind"] == "action" and ds.attrs["expanded_in"] == "1/N" and ds.attrs["regulator"] == "none" and ds.attrs["architecture"] == "cos"
    for n, packed in ((0, ()), (2, ("pair",)), (4, ("quad",)), (6, ("sextet",))):
        for suffix in ("", "_err", "_bias"):
            assert ds[f"g{n}{suffix}"].dims == ("order", "width", "strength", *packed), f"g{n}{suffix}"
        assert ds[f"g{n}_jackknife"].dims == ("block", "order", "width", "strength", *packed)
    assert "quad_l" in ds.g4.coords and list(ds.order.values) == [0, 1, 2] and list(ds.width.values) == [16.0, 32.0]

measured, sampled = Couplings("action"), h5py.File("sample.h5")
tuples = {n: measured.tuples(n) for n in (2, 4, 6)}
for w in range(2):
    values = [(sampled[f"G{n}c"][w, 0] + sampled[f"G{n}c_bias"][w, 0])[None] for n in (2, 4, 6)]
    rows = [sampled[f"G{n}c_jackknife"][:, w, 0] for n in (2, 4, 6)]
    tensors = [dense(v, tuples[n], 3) for v, n in zip(values, (2, 4, 6))]
    left_out = contractions(*(dense(r, tuples[n], 3) for r, n in zip(rows, (2, 4, 6))))
    matrix = tensors[0][0]
    eigenvalues = np.linalg.eigvalsh(matrix)[::-1]
    np.testing.assert_allclose(measured.file["eigenvalue"][w, 0], eigenvalues, rtol=1e-10)
    np.testing.assert_allclose(measured.file["condition_number"][w, 0], eigenvalues[0] / eigenvalues[-1], rtol=1e-10)
    assert measured.file["modes_kept"][w, 0] == 3
    for n, by_order in contractions(*tensors).items():
        for order, tensor in enumerate(by_order):
            plain = packed_rows(tensor, tuples[n])[0]
            expected_rows = packed_rows(left_out[n][order], tuples[n])
            scale = max(np.max(np.abs(plain)), 1e-300)
            where = f"g{n}, order {order}, width {w}"
            np.testing.assert_allclose(measured.file[f"g{n}_jackknife"][:, order, w, 0], expected_rows, rtol=1e-8, atol=1e-9 * scale, err_msg=where)
            error = np.sqrt((BLOCKS - 1) * expected_rows.var(axis=0))
            np.testing.assert_allclose(measured.file[f"g{n}_err"][order, w, 0], error, rtol=1e-7, atol=1e-9 * scale, err_msg=where)
            # Couplings of the correlators of all blocks, and the bias taken out of them.
            value, bias = measured.file[f"g{n}"][order, w, 0], measured.file[f"g{n}_bias"][order, w, 0]
            np.testing.assert_allclose(value + bias, plain, rtol=1e-8, atol=1e-9 * scale, err_msg=where)
            np.testing.assert_allclose(bias, (BLOCKS - 1) * (expected_rows.mean(axis=0) - plain), rtol=1e-6, atol=1e-7 * scale, err_msg=where)
print("couplings, errors and jackknife rows of measured correlators are NumPy's")
