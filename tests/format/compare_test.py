"""`nnft compare` tells compatible files from incompatible ones, W[J] has the connected correlators as derivatives, and error bars
that heavy tails make worthless are flagged. Each check is also given something wrong: with NNFT_SMALL, which is for slow programs and a
tenth of the networks, something worse."""
import os
import subprocess

import h5py
import numpy as np

SMALL = bool(os.environ.get("NNFT_SMALL"))
SHARE, SIGMA_WEIGHT, FACTOR = (0.1, 1.1, 1.4) if SMALL else (1.0, 1.03, 1.1)
NNFT, MPIEXEC = os.environ["NNFT"], os.environ["NNFT_MPIEXEC"]


def run(*words, status=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def sample(name, field, *more, sites="0; 0.6; 1.5", measure="orders = 2 4", networks=4e5, width="16"):
    with open(f"{name}.ini", "w") as file:
        file.write(f"[field]\n{field}width = {width}\n[sites]\npoints = {sites}\n[measure]\n{measure}\n[run]\nnetworks = {SHARE * networks:g}\n")
    run(MPIEXEC, "-n", "2", NNFT, "sample", f"{name}.ini", "-o", f"{name}.h5", *more)


COS = "architecture = cos\n"
TANH = "architecture = mlp\nactivation = tanh\nsigma-bias = 0.3\n"

# compare: against exact values, another estimator with the same random numbers, other random numbers, a wrong model.
for name, field in (("cos", COS), ("tanh", TANH)):
    sample(name, field)
    sample(f"{name}_plain", field, "--measure.estimator=plain")
    sample(f"{name}_other", field, "--run.seed=2", "--run.blocks=64")
    sample(f"{name}_wrong", field, f"--field.sigma-weight={SIGMA_WEIGHT}", "--run.seed=3")
    run(NNFT, "exact", f"{name}.ini", "-o", f"{name}_exact.h5")
    assert "compatible: p = " in run(NNFT, "compare", f"{name}.h5", f"{name}_exact.h5")
    assert "differences are taken block by block" in run(NNFT, "compare", f"{name}.h5", f"{name}_plain.h5")
    run(MPIEXEC, "-n", "3", NNFT, "compare", f"{name}.h5", f"{name}_other.h5")
    run(NNFT, "compare", f"{name}_exact.h5", f"{name}_exact.h5")
    for other in (f"{name}_exact.h5", f"{name}.h5", f"{name}_other.h5"):
        assert "INCOMPATIBLE: p = " in run(NNFT, "compare", f"{name}_wrong.h5", other, status=1)
run(NNFT, "compare", "cos_exact.h5", "tanh_exact.h5", status=1)
sample("elsewhere", COS, sites="0; 0.6; 1.4", networks=1e4)
assert "different sites" in run(NNFT, "compare", "cos.h5", "elsewhere.h5", status=2)
sample("wide", COS, width="32", networks=1e4)
assert "no quantity in common" in run(NNFT, "compare", "cos.h5", "wide.h5", status=2)
assert "cannot be opened" in run(NNFT, "compare", "cos.h5", "absent.h5", status=3)
run(NNFT, "compare", "cos.h5", status=2)

# Correlators that vanish but for rounding agree; what is a little more than rounding does not.
with open("free.ini", "w") as file:
    file.write(f"[field]\n{COS}width = inf\n[sites]\npoints = 0; 0.6\n[run]\nnetworks = 1\n")
for name, shift in (("rounded", 2e-16), ("shifted", 2e-14)):
    run(NNFT, "exact", "free.ini", "-o", f"{name}.h5")
    with h5py.File(f"{name}.h5", "r+") as file:
        file["G4c"][0, 0, 1] = shift
run(NNFT, "exact", "free.ini", "-o", "free.h5")
run(NNFT, "compare", "free.h5", "rounded.h5")
assert "G4c" in run(NNFT, "compare", "free.h5", "shifted.h5", status=1)

# W[J] = A/2 + B/24 + C/720 + … along s·J with A = ΣG2c JJ s², B = ΣG4c JJJJ s⁴: Richardson's rule on W at s = 1, 2, 3 gives A and B.
J = np.array([0.1, -0.05, 0.08])
STEPS = np.array([1.0, 2.0, 3.0])
SOURCES = "; ".join(" ".join(f"{s * j:.12g}" for j in J) for s in STEPS)
TO_DERIVATIVES = np.linalg.inv(np.stack([STEPS**2 / 2, STEPS**4 / 24, STEPS**6 / 720], axis=1))


def derivative_pulls(path, factor=1.0):
    """Finite differences of W at J = 0 minus the direct estimates of ΣG2cJJ and factor·ΣG4cJJJJ, over the jackknife error."""
    with h5py.File(path) as file:
        def contracted(name, legs, values):
            index = np.stack([file[leg][...] for leg in legs], axis=1)
            weights = []
            for tuple_ in index:
                counts = np.unique(tuple_, return_counts=True)[1]
                orders = np.prod([np.arange(1, len(tuple_) + 1).prod() // np.prod([np.arange(1, c + 1).prod() for c in counts])])
                weights.append(orders * J[tuple_].prod())
            return values @ np.array(weights)

        def difference(suffix, at):
            w = file["W" + suffix][at] @ TO_DERIVATIVES.T
            second = contracted("G2c", ["pair_i", "pair_j"], file["G2c" + suffix][at])
            fourth = contracted("G4c", ["quad_i", "quad_j", "quad_k", "quad_l"], file["G4c" + suffix][at])
            return np.stack([w[..., 0] - second, w[..., 1] - factor * fourth], axis=-1), np.stack([second, fourth], axis=-1)

        value, direct = difference("", (0, 0))
        rows, direct_rows = difference("_jackknife", (slice(None), 0, 0))
        blocks = len(rows)
        error = np.sqrt((blocks - 1) / blocks * ((rows - rows.mean(0)) ** 2).sum(0))
        own = np.sqrt((blocks - 1) / blocks * ((direct_rows - direct_rows.mean(0)) ** 2).sum(0))
        # What the rule leaves out is of relative order J² here and cancels to that of the next term; half of an error is allowed.
        return value, error, own


for name, field in (("w_cos", COS), ("w_tanh", TANH)):
    sample(name, field, measure=f"orders = 2 4\nsources = {SOURCES}", networks=1e6, width="4")
    run(NNFT, "exact", f"{name}.ini", "-o", f"{name}_exact.h5")
    assert " W " in run(NNFT, "compare", f"{name}.h5", f"{name}_exact.h5")
    value, error, own = derivative_pulls(f"{name}.h5")
    pulls = value / np.maximum(error, 0.05 * own)
    print(f"{name}: W''(0) and W''''(0) minus direct estimates: {value}, in errors of the difference {value / error}, of the estimate {value / own}")
    assert (np.abs(value) < np.maximum(4.0 * error, 0.2 * own)).all(), (value, error, own)
    wrong, error, own = derivative_pulls(f"{name}.h5", FACTOR)
    assert abs(wrong[1]) > max(5.0 * error[1], own[1]), f"G4c times {FACTOR} was not noticed"

# Heavy tails: G6c of the gauss-net with sigma_b = 1 is many error bars low, and flagged; with sigma_b = 0.1 it is right.
GAUSS = "architecture = gauss\nsigma-bias = {}\n"
for sigma_bias, trusted in ((1, 0), (0.1, 1)):
    name = f"gauss{sigma_bias}"
    sample(name, GAUSS.format(sigma_bias), sites="0; 0.1", measure="orders = 2 4 6", networks=2e6, width="20")
    with h5py.File(f"{name}.h5") as file:
        assert (file["G6c_trusted"][...] == trusted).all(), file["G6c_trusted"][...]
    assert ("WARNING: heavy tails: the error bars of 7 of 7 G6c cannot be trusted" in run(NNFT, "show", f"{name}.h5")) == (not trusted)
run(NNFT, "exact", "gauss1.ini", "-o", "gauss1_exact.h5")
with h5py.File("gauss1.h5") as file, h5py.File("gauss1_exact.h5") as exact:
    low = ((file["G6c"][0, 0] - exact["G6c"][0, 0]) / file["G6c_err"][0, 0])[0]
print(f"gauss, sigma_b = 1, N = 20: G6c(0 0 0 0 0 0) is {low:.1f} of its error bars off, and flagged")
assert low < -5.0
refused = subprocess.run([NNFT, "sample", "gauss1.ini", "--measure.sources=0.1 0"], capture_output=True, text=True)
assert refused.returncode == 2 and "infinite for all sources" in refused.stderr, refused
