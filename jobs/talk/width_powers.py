"""Connected correlators of 2k fields fall as 1/N^(k-1)."""

from . import printed
from .claims import Claim, Line

WIDTHS = "4 8 16 32 64"
BASE = f"""[field]
architecture = mlp
width = {WIDTHS}
[sites]
points = 0.3; 0.9; 0.6
[measure]
orders = 2 4 6
tuples = 0 0 1 1 2 2
"""
NETS = {
    "relu": ["--field.activation=relu"],
    "gauss": ["--field.architecture=gauss", "--field.sigma-bias=0.2", "--field.sigma-weight=0.5"],
    "cos": ["--field.architecture=cos"],
    "erf": ["--field.activation=erf", "--field.sigma-weight=1.5", "--field.sigma-bias=0.3"],
    "tanh": ["--field.activation=tanh", "--field.sigma-weight=1.5", "--field.sigma-bias=0.3"],
}
TUPLES = {"G4c": (0, 0, 1, 1), "G6c": (0, 0, 1, 1, 2, 2)}


def run(runner):
    for net, options in NETS.items():
        runner.sample(f"powers_{net}", BASE, 4e6, *options)
        for variable, sites in TUPLES.items():
            runner.fit(f"powers_{net}", f"powers_{net}_{variable}", "--variable", variable, "--tuples", " ".join(map(str, sites)),
                       "--leading-power", "free", "--order", "0", "--cuts", "0")


def fitted_power(file):
    """Power of 1/N and its standard error, from a file of `nnft fit --leading-power free`."""
    return float(file.file["coefficient"][0, 0, 0, 1]), float(file.file["coefficient_err"][0, 0, 0, 1])


def claims(files):
    lines = []
    for variable, power in (("G4c", 1.0), ("G6c", 2.0)):
        for net in NETS:
            value, error = fitted_power(files[f"powers_{net}_{variable}"])
            lines.append(Line(f"{net}-net, {variable}: power of 1/N", printed.width_power(int(variable[1])), value, error, exact=power))
    return [Claim("5", "Connected correlators fall with the width", "slide \"Example: φ: R^d → R\"", "G_c⁽²ᵏ⁾(x₁, …, x₂ₖ) ∝ 1/N^(k−1)", lines, shown=10)]
