"""Networks dumped by `nnft sample --dump-networks` are recomputed from their parameters with NumPy: the field and the covariance of
the field at fixed hidden parameters, for every architecture. Parameters that are changed by 1e-6 must be noticed."""
import json
import math
import os
import subprocess
import sys

import numpy as np

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
    h = features(options, x, p)
    field = p["output_weight"] @ h + (p["output_bias"][0] if "output_bias" in p else 0.0)
    n = len(p["output_weight"])
    kernel = float(options.get("sigma-out", 1)) ** 2 / n * h.T @ h + float(options.get("sigma-out-bias", 0)) ** 2
    packed = kernel[np.triu_indices(len(x))]
    scale = np.abs(p["output_weight"][:, None] * h).sum(0).max() + np.abs(field).max()
    return max(
        np.abs(field - network["field"]).max() / scale,
        np.abs(packed - network["kernel"]).max() / np.abs(packed).max(),
    )


def dump(name, d, options, width):
    with open(f"{name}.ini", "w") as file:
        file.write("[field]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
        file.write(f"input-dim = {d}\nwidth = {width}\n[sites]\npoints = {SITES[d]}\n[run]\nnetworks = 1\noutput = {name}.h5\n")
    subprocess.run([os.environ["NNFT"], "sample", f"{name}.ini", "--dump-networks", "3"], check=True, stdout=subprocess.DEVNULL)
    with open(f"{name}.h5.networks.json") as file:
        return json.load(file)["points"]


cases = {"cos": {"architecture": "cos", "sigma-weight": 1.1, "sigma-out": 1.3}}
cases["gauss"] = {"architecture": "gauss", "sigma-weight": 1.1, "sigma-bias": 0.3, "sigma-out-bias": 0.2}
cases["gauss_unbiased"] = {"architecture": "gauss", "sigma-weight": 1.1, "sigma-bias": 0}
for e in ("-1", "-0.4", "0"):
    cases[f"scalar{e}"] = {"architecture": "free-scalar", "mass": 0.8, "cutoff": 3, "momentum-exponent": e}
for activation in ACTIVATIONS:
    cases[activation] = {"architecture": "mlp", "activation": activation, "sigma-bias": 0.4, "sigma-out-bias": 0.3}
for density in ("uniform", "laplace", "rademacher"):
    cases[density] = {"architecture": "mlp", "activation": "erf", "weight-density": density, "out-density": density}
cases["student"] = {"architecture": "mlp", "weight-density": "student-t", "out-density": "student-t", "degrees-of-freedom": 5}
cases["depth3"] = {"architecture": "mlp", "activation": "tanh", "depth": 3, "sigma-bias": 0.2, "hidden-draw": "weights"}
cases["hidden"] = {"architecture": "mlp", "activation": "gelu", "hidden-widths": "5 1 4", "sigma-weight": 1.4, "hidden-draw": "weights"}

worst = 0.0
checked = 0
for name, options in cases.items():
    for d in (1, 2, 3):
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
if checked != 9 * 3 * len(cases):
    sys.exit("not all were checked")
