"""NNGP correspondence: wide networks are a generalised free field theory"""

import h5py
import numpy as np
from nnft_results import jackknife_error

from . import printed
from .averages import ACTIVATIONS, neuron_cumulant4, standard_normal
from .claims import Claim, Line

SIGMA = 1.3
POINTS = {1: [(0.5,), (1.2,)], 2: [(0.5, 0.8), (1.0, -0.6)]}
WIDTHS = {1: (2, 8, 32, 128, 512), 2: (2, 8, 32)}
SHOWN_WIDTHS = (2, 32)
NETS = ("erf", "relu", "tanh")
CLOSED = {"erf": "arcsine_kernel", "relu": "arccosine_kernel"}
PAIRS = ((0, 0), (0, 1), (1, 1))
DRAWN = {"free_as_printed": "free_action", "free_with_half": "gaussian_action"}


def config(net, d):
    return f"""[field]
architecture = mlp
activation = {net}
input-dim = {d}
width = {" ".join(map(str, WIDTHS[d]))}
sigma-weight = {SIGMA}
sigma-out = {SIGMA}
[sites]
points = {"; ".join(" ".join(map(str, p)) for p in POINTS[d])}
"""


def run(runner):
    for net in NETS:
        for d in POINTS:
            runner.sample(f"limit_{net}_d{d}", config(net, d), 1e6 if d == 1 else 4e6)
            runner.exact(f"limit_{net}_d{d}_exact", config(net, d))
        runner.fit(f"limit_{net}_d1", f"limit_{net}_G4c", "--leading-power", "0", "--tuples", "0 0 1 1")
    runner.action("limit_tanh_d1", "limit_action")
    for name, formula in DRAWN.items():
        write_action(runner.directory / f"{name}_action.h5", getattr(printed, formula)(kernel_matrix("tanh")))
        runner.correlators(f"{name}_action", name, "--draw", str(max(10**5, int(4e6 * runner.scale))), "--orders", "2")


def write_action(path, g2):
    """An action file of the quadratic action Σ g2_ab φ_aφ_b at the two sites."""
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs["nnft_format"], file.attrs["kind"] = "2", "action"
        scales = {"order": np.array([0]), "width": np.array([np.inf]), "strength": np.array([0.0]), "site": np.arange(2), "pair": np.arange(3)}
        for name, values in scales.items():
            file.create_dataset(name, data=values).make_scale(name)
        for name, legs in (("pair_i", [0, 0, 1]), ("pair_j", [0, 1, 1])):
            file.create_dataset(name, data=np.array(legs)).dims[0].attach_scale(file["pair"])
        data = file.create_dataset("g2", data=np.array([g2[p] for p in PAIRS]).reshape(1, 1, 1, 3))
        for axis, name in enumerate(("order", "width", "strength", "pair")):
            data.dims[axis].attach_scale(file[name])


def inside(sigma, b, x):
    """A hidden neuron: σ(Σ_j b_j x_j)."""
    return sigma(x @ b)


def kernel(net, d, pair, neuron=inside):
    """σ² E[h(x)h(y)], b ~ N(0, σ²/d), by quadrature over b."""
    x, w = standard_normal()
    nodes = np.stack([g.ravel() for g in np.meshgrid(*[x] * d)]) * SIGMA / d**0.5
    weights = np.prod(np.meshgrid(*[w] * d), axis=0).ravel()
    first, second = (neuron(ACTIVATIONS[net], nodes, np.array(POINTS[d][s])) for s in pair)
    return SIGMA**2 * float(np.sum(weights * first * second))


def kernel_matrix(net):
    return np.array([[kernel(net, 1, (a, b)) for b in range(2)] for a in range(2)])


def kernel_lines(files, nets):
    lines = []
    for net in nets:
        for d, points in POINTS.items():
            name = f"limit_{net}_d{d}"
            for pair in ((0, 0), (0, 1)):
                x, y = (np.array(points[s]) for s in pair)
                value = getattr(printed, CLOSED[net])(SIGMA, x @ x, x @ y, y @ y, d) if net in CLOSED else kernel(net, d, pair)
                for N in SHOWN_WIDTHS:
                    lines.append(Line(f"{net}, d = {d}, N = {N}: G2({pair[0]}{pair[1]})", value, *files[name].estimate("G2c", pair, width=N),
                                      exact=files[f"{name}_exact"].number("G2c", pair, width=N)))
    return lines


def outside_lines(files):
    """The kernel of the architecture as printed beside that of the networks whose kernels are the known ones."""
    lines = []
    for net in NETS:
        for d in POINTS:
            name = f"limit_{net}_d{d}"
            value = kernel(net, d, (0, 1), printed.neuron)
            lines.append(Line(f"{net}, d = {d}, N = 32: G2(01)", value, *files[name].estimate("G2c", (0, 1), width=32),
                              exact=files[f"{name}_exact"].number("G2c", (0, 1), width=32)))
    return lines


def ratio(file, N):
    """G4c(0011)/G2(01)² and its error."""
    value = file.number("G4c", (0, 0, 1, 1), width=N) / file.number("G2c", (0, 1), width=N) ** 2
    rows = file.leave_one_out("G4c", (0, 0, 1, 1), width=N) / file.leave_one_out("G2c", (0, 1), width=N) ** 2
    return value, float(jackknife_error(rows))


def ratio_lines(files):
    lines = []
    x, w = standard_normal()
    for net in NETS:
        h = [ACTIVATIONS[net](SIGMA * x * p) for p, in POINTS[1]]
        one = neuron_cumulant4(h, w, (0, 0, 1, 1)) / float(np.sum(w * h[0] * h[1])) ** 2
        for N in WIDTHS[1][1:]:
            exact = files[f"limit_{net}_d1_exact"]
            lines.append(Line(f"{net}, N = {N}: G4c(0011)/G2(01)²", printed.finite_width_ratio(one, 2, N), *ratio(files[f"limit_{net}_d1"], N),
                              exact=exact.number("G4c", (0, 0, 1, 1), width=N) / exact.number("G2c", (0, 1), width=N) ** 2))
    return lines


def limit_lines(files):
    lines = []
    for net in NETS:
        fit = files[f"limit_{net}_G4c"].file
        value, error = float(fit["average"][0, 0, 0]), float(fit["average_err"][0, 0, 0])
        lines.append(Line(f"{net}: limit of G4c(0011)", printed.correlators_at_infinite_width(2), value, error, exact=0.0))
    return lines


def action_lines(files, name, formula):
    """Couplings of a net beside those of the formula, and the two-point function of fields drawn from e^−S with the formula as S."""
    G = kernel_matrix("tanh")
    g2, action, drawn = formula(G), files["limit_action"], files[name]
    lines = []
    for k, pair in enumerate(PAIRS):
        place = (0, action.place(width=WIDTHS[1][-1])[0], 0, k)
        value, error = float(action.file["g2"][place]), float(action.file["g2_err"][place])
        lines.append(Line(f"g2({pair[0]}{pair[1]}) of a tanh-net", float(g2[pair]), value, error, 0.5 * float(np.linalg.inv(G)[pair])))
    for k, pair in enumerate(PAIRS):
        value, error = float(drawn.file["G2c"][0, 0, 0, k]), float(drawn.file["G2c_err"][0, 0, 0, k])
        lines.append(Line(f"G2({pair[0]}{pair[1]}) of fields with e^−S", float(G[pair]), value, error, 0.5 * float(np.linalg.inv(g2)[pair])))
    return lines


def claims(files):
    example, free = "slide \"Example: φ: R^d → R width N, depth 1\"", "slide \"Free Theory Limits: NNGP Correspondence\""
    densities = "φ(x) = Σᵢ aᵢ σ(Σⱼ bᵢⱼxⱼ), a ~ N(0, σ²/N), b ~ N(0, σ²/d)"
    return [
        Claim("4a", "Two-point function in closed form for erf (arc sine) and ReLU (arc cosine), at every width", example,
              f"{densities}; G⁽²⁾ known analytically (C. Williams; Y. Cho and L. Saul)", kernel_lines(files, ("erf", "relu"))),
        Claim("4b", "Two-point function for tanh, which the slide lists as known, by quadrature over b", example,
              f"{densities}; G⁽²⁾(x, y) = σ² E[h(x)h(y)]", kernel_lines(files, ("tanh",))),
        Claim("4c", "Two-point function of the architecture as printed, the sum over components outside σ, beside networks with the sum inside",
              example, "φ(x) = ΣᵢΣⱼ aᵢ σ(bᵢⱼxⱼ)", outside_lines(files),
              argument="As printed, φ is a sum of functions of one component of x each. The arc sine and arc cosine kernels belong to\n"
                       "φ(x) = Σᵢ aᵢ σ(Σⱼ bᵢⱼxⱼ), which is the same in d = 1 only; the other claims of this section are about it.\n"
                       "The rest of the slide, powers of N and Gaussian limit, holds for either."),
        Claim("4d", "Non-Gaussianity falls as 1/N", example, "G_c⁽⁴⁾ ∝ 1/N", ratio_lines(files)),
        Claim("4e", "It vanishes in the limit of infinite width", example, "Gaussian because higher connected correlators vanish as N → ∞",
              limit_lines(files), zero=True, scale=min(files[f"limit_{net}_d1"].number("G4c", (0, 0, 1, 1), width=8) for net in NETS)),
        Claim("4f", "Action of the free theory, without ½", free, "S[φ] = ∫∫φ(x) G⁽²⁾(x, y)⁻¹ φ(y)",
              action_lines(files, "free_as_printed", printed.free_action),
              argument="A Gaussian density with covariance G is exp(−½φG⁻¹φ); exp(−φG⁻¹φ) has covariance G/2.\n"
                       "The slide \"Edgeworth Expansion\" has the ½."),
        Claim("4g", "Action of the free theory, with ½", "slide \"Edgeworth Expansion\"", "S_GP[φ] = ½∫∫φ(x) G⁽²⁾(x, y)⁻¹ φ(y)",
              action_lines(files, "free_with_half", printed.gaussian_action)),
    ]
