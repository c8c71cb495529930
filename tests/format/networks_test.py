"""Networks dumped by `nnft sample --dump-networks` are recomputed from their parameters with NumPy: the field and the covariance of
the field at fixed hidden parameters, for every architecture, with deformed weights and with a shared scale. Parameters that are
changed by 1e-6 must be noticed. Deformed weights have the mean of V that the density says, scaled kernels the G4c of the file.
With NNFT_SMALL, for programs that start slowly, each kind is looked at in one dimension, which alternates."""
import json
import math
import os
import subprocess
import sys

import h5py
import numpy as np

SMALL = bool(os.environ.get("NNFT_SMALL"))
SITES = {1: "-0.8; 0.1; 1.3", 2: "-0.8 0.3; 0.1 -0.2; 1.3 0.9", 3: "-0.8 0.3 0.1; 0.1 -0.2 0.5; 1.3 0.9 -0.4"}

ERF = np.vectorize(math.erf)
ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "erf": ERF,
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "sin": np.sin,
    "cos": np.cos,
    "gelu": lambda z: 0.5 * z * (1.0 + ERF(z / math.sqrt(2.0))),
    "identity": lambda z: z,
}


def features(options, x, p):
    """h_i(x) of every neuron and site, shape (neurons, sites), by the formulas of the papers."""
    kind, d = options["architecture"], x.shape[1]
    if kind == "cos":
        return np.cos(p["input_weight"] @ x.T + p["phase"][:, None])
    if kind == "gauss":
        sw, sb = float(options["sigma-weight"]), float(options["sigma-bias"])
        bias = p["bias"][:, None] if sb else 0.0
        return np.exp(p["input_weight"] @ x.T + bias) / np.exp(sb**2 + sw**2 * (x**2).sum(1) / d)
    if kind == "free-scalar":
        m, cutoff, e = float(options["mass"]), float(options["cutoff"]), float(options["momentum-exponent"])
        # The norm of the momentum density by a midpoint rule over |p|, which has no singularity.
        steps = 400000
        r = (np.arange(steps) + 0.5) * cutoff / steps
        surface = {1: 2.0, 2: 2.0 * np.pi, 3: 4.0 * np.pi}[d]
        norm = surface * np.sum(r ** (d - 1) * (r**2 + m**2) ** (-(1.0 + e))) * cutoff / steps
        amplitude = np.sqrt(2.0 * norm / (2.0 * np.pi) ** d)
        square = (p["momentum"] ** 2).sum(1)
        assert (square <= cutoff**2).all(), "a momentum beyond the cutoff"
        return amplitude * (square + m**2)[:, None] ** (e / 2) * np.cos(p["momentum"] @ x.T + p["phase"][:, None])
    activation = ACTIVATIONS[options.get("activation", "tanh")]
    bias = float(options.get("sigma-bias", 0)) > 0
    z = p["input_weight"] @ x.T + (p["bias"][:, None] if bias else 0.0)
    layer = 1
    while f"hidden_weight{layer}" in p:
        z = p[f"hidden_weight{layer}"] @ activation(z) + (p[f"hidden_bias{layer}"][:, None] if bias else 0.0)
        layer += 1
    return activation(z)


def deviation(options, x, network, change=0.0):
    """Largest difference of field and kernel from those recomputed, relative to the scale of each."""
    p = {name: np.array(a["values"]).reshape(a["shape"]) for name, a in network["parameters"].items()}
    p = {name: values * (1.0 + change) for name, values in p.items()}
    scale_factor = p.pop("scale", [1.0])[0]
    h = features(options, x, p)
    field = p["output_weight"] @ h + (p["output_bias"][0] if "output_bias" in p else 0.0)
    n = len(p["output_weight"])
    kernel = float(options.get("sigma-out", 1)) ** 2 / n * h.T @ h + float(options.get("sigma-out-bias", 0)) ** 2
    field, packed = np.sqrt(scale_factor) * field, scale_factor * kernel[np.triu_indices(len(x))]
    scale = np.abs(p["output_weight"][:, None] * h).sum(0).max() + np.abs(field).max()
    return max(
        np.abs(field - network["field"]).max() / scale,
        np.abs(packed - network["kernel"]).max() / np.abs(packed).max(),
    )


def dump(name, d, options, width, deformation="", networks=3):
    with open(f"{name}.ini", "w") as file:
        file.write("[field]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
        file.write(f"input-dim = {d}\nwidth = {width}\n[sites]\npoints = {SITES[d]}\n{deformation}")
        file.write(f"[run]\nnetworks = 1\noutput = {name}.h5\n")
    command = [os.environ["NNFT"], "sample", f"{name}.ini", "--dump-networks", str(networks)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(f"{name}.h5.networks.json") as file:
        return json.load(file)["points"]


cases = {"cos": {"architecture": "cos", "sigma-weight": 1.1, "sigma-out": 1.3}}
cases["gauss"] = {"architecture": "gauss", "sigma-weight": 1.1, "sigma-bias": 0.3, "sigma-out-bias": 0.2}
cases["gauss_unbiased"] = {"architecture": "gauss", "sigma-weight": 1.1, "sigma-bias": 0}
for e in ("-1", "-0.4", "0"):
    cases[f"scalar{e}"] = {"architecture": "free-scalar", "mass": 0.8, "cutoff": 3, "momentum-exponent": e}
for activation in ACTIVATIONS:
    cases[f"mlp_{activation}"] = {"architecture": "mlp", "activation": activation, "sigma-bias": 0.4, "sigma-out-bias": 0.3}
for density in ("uniform", "laplace", "rademacher"):
    cases[density] = {"architecture": "mlp", "activation": "erf", "weight-density": density, "out-density": density}
cases["student"] = {"architecture": "mlp", "weight-density": "student-t", "out-density": "student-t", "degrees-of-freedom": 5}
cases["depth3"] = {"architecture": "mlp", "activation": "tanh", "depth": 3, "sigma-bias": 0.2, "hidden-draw": "weights"}
cases["hidden"] = {"architecture": "mlp", "activation": "gelu", "hidden-widths": "5 1 4", "sigma-weight": 1.4, "hidden-draw": "weights"}

worst = 0.0
checked = 0
for place, (name, options) in enumerate(cases.items()):
    for d in (1 + place % 3,) if SMALL else (1, 2, 3):
        x = np.array([[float(c) for c in site.split()] for site in SITES[d].split(";")])
        for point in dump(name, d, options, "1 7 40"):
            assert len(point["networks"]) == 3
            for network in point["networks"]:
                off = deviation(options, x, network)
                assert off < 2e-10 if "scalar" in name else off < 1e-13, f"{name} in {d} dimensions at width {point['width']}: off by {off:.2g}"
                worst = max(worst, off)
                checked += 1
                assert deviation(options, x, network, 1e-6) > 1e-7, f"{name}: changed parameters were not noticed"
print(f"networks: {checked} networks of {len(cases)} kinds in 1, 2, 3 dimensions recomputed, largest relative difference {worst:.2g}")
if checked != 9 * (1 if SMALL else 3) * len(cases):
    sys.exit("not all were checked")


# Deformed weights and a shared scale.
QUARTIC = "[deformation]\nkind = weight-quartic\nstrength = 0 2\n"
RING = "[deformation]\nkind = weight-ring\nstrength = 0 -0.4\n"
SCALE = "[deformation-2]\nkind = shared-scale\nstrength = 0 0.7\n"
deformed = {"quartic": (cases["cos"], QUARTIC + SCALE), "ring": (cases["mlp_relu"], RING + SCALE)}
deformed["quartic_gauss"] = (cases["gauss"], QUARTIC + SCALE)
deformed["ring_depth3"] = (cases["depth3"], RING + SCALE)
for place, (name, (options, deformation)) in enumerate(deformed.items()):
    for d in (1 + place % 2,) if SMALL else (1, 2):
        x = np.array([[float(c) for c in site.split()] for site in SITES[d].split(";")])
        points = dump(name, d, options, "1 7", deformation)
        strengths = [(p["width"], p["strength"], p["strength2"]) for p in points]
        first, second = (0, -0.4) if "ring" in name else (0, 2)
        assert strengths == [(w, s, t) for w in (1, 7) for s in (first, second) for t in (0, 0.7)], strengths
        for point in points:
            for network in point["networks"]:
                assert ("scale" in network["parameters"]) == (point["strength2"] > 0)
                assert deviation(options, x, network) < 1e-13, name
                assert deviation(options, x, network, 1e-6) > 1e-7, f"{name}: changed parameters were not noticed"
        of = {(p["width"], p["strength"], p["strength2"]): p["networks"][1]["parameters"] for p in points}
        free, moved, scaled = of[7, 0, 0], of[7, second, 0], of[7, 0, 0.7]
        assert free["input_weight"] != moved["input_weight"] and free["output_weight"] == moved["output_weight"], name
        assert free["input_weight"] == scaled["input_weight"] and scaled["scale"] == of[7, second, 0.7]["scale"], name


def mean_and_error(values):
    return values.mean(axis=0), values.std(axis=0) / np.sqrt(len(values))


def expect(what, measured, right, wrong):
    """Both in standard errors from what was measured."""
    mean, error = measured
    print(f"networks: {what}: {(mean - right) / error:+.2f} errors off, a wrong model {(mean - wrong) / error:+.1f}")
    assert abs(mean - right) < 4.0 * error, f"{what}: {mean} +- {error}, expected {right}"
    assert abs(mean - wrong) > 6.0 * error, f"{what}: {mean} +- {error} is not told from {wrong}"


def potentials(point, potential):
    return np.array([potential(np.array(n["parameters"]["input_weight"]["values"])) for n in point["networks"]])


N, S, ALPHA = 6, 1.1**2, 2.0
free, point = dump("v_quartic", 1, cases["cos"], N, QUARTIC, 3000)
r = (np.arange(200000) + 0.5) * 60.0 / 200000  # R = sum of W^2, density R^{N/2 - 1} exp(-R/2s - alpha R^2/N^2)
weight = r ** (N / 2 - 1) * np.exp(-r / (2 * S) - ALPHA * r**2 / N**2)
moved, undeformed = np.sum(weight * (r / N) ** 2) / np.sum(weight), S**2 * (N * N + 2 * N) / N**2
v_quartic = lambda w: (np.sum(w**2) / N) ** 2  # noqa: E731
expect("V of weight-quartic", mean_and_error(potentials(point, v_quartic)), moved, undeformed)
expect("V of free weights", mean_and_error(potentials(free, v_quartic)), undeformed, moved)

free, point = dump("v_ring", 1, cases["cos"], N, RING, 3000)
k = 2 * np.pi * np.arange(N) / N
expect(
    "V of weight-ring",
    mean_and_error(potentials(point, lambda w: np.sum(w * np.roll(w, 1)) / S)),
    np.sum(np.cos(k) / (1 - 0.8 * np.cos(k))),
    0.0,
)

# G4c(x, x, x, x) = 3 var K, of scaled kernels; the file averages over the scale in closed form.
ONE = "[deformation]\nkind = shared-scale\nstrength = 0 0.8\n"
free, point = dump("g4c_scale", 1, cases["cos"], 4, ONE, 20000)
subprocess.run(
    [os.environ["NNFT"], "sample", "g4c_scale.ini", "--run.networks=4e5", "-o", "g4c_scale.h5"],
    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)  # fmt: skip
with h5py.File("g4c_scale.h5") as file:
    unscaled, scaled = file["G4c"][0, :, 0]
    kernel_mean = file["G2c"][0, 0, 0]
for networks, right, wrong in ((point, scaled, unscaled), (free, unscaled, scaled)):
    kernel = np.array([n["kernel"][0] for n in networks["networks"]])
    expect(f"G4c at strength {networks['strength']}", mean_and_error(3.0 * (kernel - kernel_mean) ** 2), right, wrong)
v = np.array([n["parameters"]["scale"]["values"][0] for n in point["networks"]])
expect("mean of the scale", mean_and_error(v), 1.0, 0.9)
expect("variance of the scale", mean_and_error((v - 1.0) ** 2), 0.8, 0.5)
expect("third cumulant of the scale", mean_and_error((v - 1.0) ** 3), 2 * 0.8**2, 0.0)
