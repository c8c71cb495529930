"""Connected correlators of 2k fields fall as 1/N^(k-1)"""

import math

from . import printed
from .claims import Claim, Line, without

WIDTHS = (4, 8, 16, 32, 64)
BASE = f"""[field]
architecture = mlp
width = {" ".join(map(str, WIDTHS))}
[sites]
points = 0.3; 0.9; 0.6
[measure]
orders = 2 4 6
tuples = 0 0 1 1 2 2
"""
NETS = {
    "relu-net": ["--field.activation=relu"],
    "gauss-net (σ_b = 0.1, σ_w = 0.3)": ["--field.architecture=gauss", "--field.sigma-bias=0.1", "--field.sigma-weight=0.3"],
    "cos-net": ["--field.architecture=cos"],
    "erf-net": ["--field.activation=erf", "--field.sigma-weight=1.5", "--field.sigma-bias=0.3"],
    "tanh-net in d = 2": ["--field.activation=tanh", "--field.sigma-weight=1.5", "--field.sigma-bias=0.3", "--field.input-dim=2",
                          "--sites.points=0.3 0.1; 0.9 -0.4; 0.6 0.5"],
}
HEAVY = ["--field.architecture=gauss", "--field.sigma-bias=1", "--field.sigma-weight=1"]
TUPLES = {"G2c": (0, 1), "G4c": (0, 0, 1, 1), "G6c": (0, 0, 1, 1, 2, 2)}


def name_of(net):
    return f"powers_{net.split('-')[0]}"


def run(runner):
    for net, options in NETS.items():
        name = name_of(net)
        runner.sample(name, BASE, 4e6, *options)
        for variable, sites in TUPLES.items():
            runner.fit(name, f"{name}_{variable}", "--variable", variable, "--tuples", " ".join(map(str, sites)),
                       "--leading-power", "free", "--order", "0", "--cuts", "0")
    runner.sample("powers_heavy", BASE, 4e6, *HEAVY)
    runner.exact("powers_heavy_exact", BASE, *HEAVY)


def fitted_power(file):
    """Power of 1/N and its standard error, from a file of `nnft fit --leading-power free`."""
    return float(file.file["coefficient"][0, 0, 0, 1]), float(file.file["coefficient_err"][0, 0, 0, 1])


def trusted(file, variable):
    """At how many widths the error bar does not hang on single networks."""
    return sum(int(file.number(f"{variable}_trusted", TUPLES[variable], width=N)) for N in WIDTHS)


def claims(files):
    lines, left_out, heavy = [], [], []
    for variable in TUPLES:
        order = int(variable[1])
        for net in NETS:
            name = name_of(net)
            if trusted(files[name], variable) == len(WIDTHS):
                power = fitted_power(files[f"{name}_{variable}"])
                lines.append(Line(f"{net}, {variable}: power of 1/N", printed.width_power(order), *power, exact=order / 2 - 1))
            else:
                left_out.append(f"{variable} of {net}")
        exact = [files["powers_heavy_exact"].number(variable, TUPLES[variable], width=N) for N in WIDTHS]
        power = math.log(exact[0] / exact[-1]) / math.log(WIDTHS[-1] / WIDTHS[0])
        share = f"{trusted(files['powers_heavy'], variable)} of {len(WIDTHS)}"
        heavy.append(Line(f"{variable}, error bars trusted at {share} widths: power of 1/N of exact values", printed.width_power(order), power, 0.0))
    slide, formula = "slide \"Example: φ: R^d → R width N, depth 1\"", "G_c⁽²ᵏ⁾(x₁, …, x₂ₖ) ∝ 1/N^(k−1)"
    return [
        Claim("5a", "Connected correlators fall with the width", slide, formula + without(left_out), lines),
        Claim("5b", "A gauss-net with tails too heavy for sampling (σ_b = σ_w = 1): exact values (as measured), which nothing sampled confirms",
              slide, formula + "\nthe exact values are cumulants of one neuron, which add up over independent neurons", heavy),
    ]
