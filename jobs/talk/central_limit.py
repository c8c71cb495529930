"""The central limit theorem from generating functions: cumulants of a sum of N independent terms"""

import math

import numpy as np

from . import printed
from .averages import ACTIVATIONS, cumulants, standard_normal
from .claims import Claim, Line, without

POINT, SIGMA = 0.8, 1.5
WIDTHS = (2, 8, 32)
ORDERS = (4, 6, 8)
NETS = {
    "cos": ["--field.architecture=cos"],
    "tanh": ["--field.activation=tanh", f"--field.sigma-weight={SIGMA}"],
    "relu": ["--field.activation=relu", f"--field.sigma-weight={SIGMA}"],
}
SOURCE, SUM_WIDTHS = 0.7, (4, 16)
SECOND, FIELD_WIDTH = 1.7, 8
TUPLES = ((0, 0), (0, 0, 1, 1), (0, 0, 0, 1), (0, 0, 0, 1, 1, 1))
BASE = f"""[field]
architecture = mlp
width = 1
[sites]
points = {POINT}
"""


def run(runner):
    for net, options in NETS.items():
        one = [*options, f"--field.width={' '.join(map(str, WIDTHS))}", "--measure.orders=2 4 6 8"]
        runner.sample(f"clt_{net}", BASE, 3e6, *one)
        runner.exact(f"clt_{net}_exact", BASE, *one)
        widths = f"--field.width={' '.join(map(str, SUM_WIDTHS))}"
        runner.sample(f"clt_{net}_sum", BASE, 3e6, *options, widths, f"--measure.sources={SOURCE}", "--run.seed=2")
        terms = "; ".join(f"{SOURCE / math.sqrt(N):.17g}" for N in SUM_WIDTHS)
        runner.sample(f"clt_{net}_term", BASE, 3e6, *options, f"--measure.sources={terms}", "--run.seed=3")
        two = [*options, f"--sites.points={POINT}; {SECOND}", "--measure.orders=2 4 6"]
        for name, width, seed in (("field", FIELD_WIDTH, 4), ("neuron", 1, 5)):
            runner.sample(f"clt_{net}_{name}", BASE, 1e7, *two, f"--field.width={width}", f"--run.seed={seed}")
        runner.exact(f"clt_{net}_field_exact", BASE, *two, f"--field.width={FIELD_WIDTH}")


def feature_moment(net, n):
    """E[hⁿ] of a neuron at the site, n even: cos b, b uniform; tanh by quadrature; relu in closed form."""
    if net == "cos":
        return math.comb(n, n // 2) / 2.0**n
    if net == "relu":
        return 0.5 * math.prod(range(1, n, 2)) * (SIGMA * POINT) ** n
    x, w = standard_normal()
    return float(np.sum(w * ACTIVATIONS[net](SIGMA * x * POINT) ** n))


def term_cumulants(net):
    """κ₀ … κ₈ of X = √N a h, whose moments are (n − 1)!! E[hⁿ]."""
    return cumulants([1.0] + [0.0 if n % 2 else math.prod(range(1, n, 2)) * feature_moment(net, n) for n in range(1, 9)])


def cumulant_lines(files):
    """Lines, and names of what is left out."""
    lines, left_out = [], []
    for net in NETS:
        file, kappa = files[f"clt_{net}"], term_cumulants(net)
        for r in ORDERS:
            name, site = f"G{r}c", (0,) * r
            for N in WIDTHS:
                if not file.number(f"{name}_trusted", site, width=N):
                    left_out.append(f"κ_{r} of {net}-net at N = {N}")
                else:
                    lines.append(Line(f"{net}-net, N = {N}: κ_{r}", printed.sum_cumulant(kappa[r], r, N), *file.estimate(name, site, width=N),
                                      exact=files[f"clt_{net}_exact"].number(name, site, width=N)))
    return lines, left_out


def exact_W(net, N):
    """N ln E[e^{J²h²/2N}]: closed for relu, else quadrature."""
    t = SOURCE**2 / (2.0 * N)
    if net == "relu":
        return N * math.log(0.5 + 0.5 / math.sqrt(1.0 - 2.0 * t * (SIGMA * POINT) ** 2))
    if net == "cos":
        return N * math.log(np.mean(np.exp(t * np.cos(2.0 * math.pi * np.arange(64) / 64) ** 2)))
    x, w = standard_normal()
    return N * math.log(float(np.sum(w * np.exp(t * ACTIVATIONS[net](SIGMA * x * POINT) ** 2))))


def sum_lines(files):
    lines = []
    for net in NETS:
        whole, term = files[f"clt_{net}_sum"], files[f"clt_{net}_term"]
        for k, N in enumerate(SUM_WIDTHS):
            lines.append(Line(f"{net}-net, N = {N}: W at J = {SOURCE}", printed.sum_W(float(term.at("W")[k]), N), float(whole.at("W", width=N)[0]),
                              float(whole.at("W_err", width=N)[0]), exact_W(net, N), printed.sum_W(float(term.at("W_err")[k]), N)))
    return lines


def field_lines(files):
    """Lines, and names of what is left out."""
    lines, left_out, N = [], [], FIELD_WIDTH
    for net in NETS:
        field, neuron = files[f"clt_{net}_field"], files[f"clt_{net}_neuron"]
        for sites in TUPLES:
            r = len(sites)
            name, label = f"G{r}c", "".join(map(str, sites))
            if not (field.number(f"{name}_trusted", sites) and neuron.number(f"{name}_trusted", sites)):
                left_out.append(f"{name}({label}) of {net}-net")
            else:
                one, error = neuron.estimate(name, sites)
                lines.append(Line(f"{net}-net, N = {N}: {name}({label})", printed.field_correlator(one, r, N), *field.estimate(name, sites),
                                  exact=files[f"clt_{net}_field_exact"].number(name, sites), printed_error=printed.field_correlator(error, r, N)))
    return lines, left_out


def claims(files):
    slide = "slide \"Central Limit Theorem: Single Variable Ex.\""
    (single, single_out), (fields, fields_out) = cumulant_lines(files), field_lines(files)
    return [
        Claim("6a", "Cumulants of a sum of N independent terms", slide, "κ_r(φ) = κ_r(X)/N^(r/2−1), φ = N^(−½) Σ X_i" + without(single_out), single),
        Claim("6b", "Generating functions of independent terms add up: W of N terms, beside N times that of one (as printed), measured apart", slide,
              "W_{X₁+…+X_N}[J] = W_{X₁}[J] + … + W_{X_N}[J]", sum_lines(files)),
        Claim("6c", "Correlators of fields at several points: N neurons, beside those of one (as printed), measured apart",
              "slide \"Interactions in NN-FT\"", "G_c⁽ʳ⁾(x₁, …, x_r) = G_{c,h}⁽ʳ⁾(x₁, …, x_r)/N^(r/2−1)" + without(fields_out), fields),
    ]
