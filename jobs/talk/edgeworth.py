"""Edgeworth expansion of the density of the field"""

import math

import numpy as np

from . import printed
from .claims import Claim, Line
from .limits import combined_error, falls, infinite_width
from .references import density

SIGMA_W, DISTANCE = 1.1, 1.0
ORDERS = range(4)
WIDTH, PAIR_WIDTH = 50, 20
SAMPLED_WIDTHS, EXACT_WIDTHS = (8, 16, 32), (20, 40, 80, 160)
SAMPLED_ORDERS = ORDERS[:3]  # beyond, noise hides what is left out
BINS, PAIR_BINS = 48, 16
SHOWN_PAIRS = ((7, 7), (8, 7), (8, 9), (9, 9), (5, 5), (10, 11), (11, 11), (8, 11), (12, 12), (4, 9))
SOURCE = "slide \"Edgeworth Expansion: Expand Around Gaussian Density\""


def config(widths, bins, histogram):
    return (f"[field]\narchitecture = cos\nwidth = {' '.join(map(str, widths))}\nsigma-weight = {SIGMA_W}\n[sites]\npoints = 0; {DISTANCE}\n"
            f"[measure]\norders = 2 4 6 8\nhistogram = {histogram}\nhistogram-range = 2.8\nhistogram-bins = {bins}\n")


def run(runner):
    runner.sample("edgeworth_one", config((*SAMPLED_WIDTHS, WIDTH), BINS, "0"), 2e6)
    runner.action("edgeworth_one", "edgeworth_one_series", "--density", "0", "--sites", "0")
    runner.sample("edgeworth_pair", config((PAIR_WIDTH,), PAIR_BINS, "0 1"), 4e6)
    runner.exact("edgeworth_pair_exact", config((PAIR_WIDTH,), PAIR_BINS, "0 1"))
    runner.exact("edgeworth_pair_widths", config(EXACT_WIDTHS, BINS, "0 1"))
    runner.action("edgeworth_pair_widths", "edgeworth_pair_series", "--density", "0 1")


def one_site_cumulants(width):
    """{r: κ_r} of φ = Σ aᵢ cos bᵢ, a ~ N(0, 1/N): (r − 1)!! times the cumulants of K = Σ cos²bᵢ/N."""
    m = [math.comb(2 * k, k) / 4**k for k in range(5)]  # E[cos^2k]
    k = [0.0] * 5
    for n in range(1, 5):
        k[n] = m[n] - sum(math.comb(n - 1, j - 1) * k[j] * m[n - j] for j in range(1, n))
    return {2 * n: math.prod(range(1, 2 * n, 2)) * k[n] / width ** (n - 1) for n in range(1, 5)}


def series(kappa, phi, order):
    """The printed expansion, normalised."""
    return printed.edgeworth(kappa, phi, order) / np.sqrt(2 * math.pi * kappa[2])


def left_out(file, width, place):
    """Leave-one-out values of density_0 minus the series through each order in one bin, both of the same samples: shape (blocks, orders)."""
    sums, count = file.at("sum_density_0", width=width)[:, place], file.at("count", width=width)
    given = (sums.sum() - sums) / (count.sum() - count)
    kappa = {r: file.leave_one_out(f"G{r}c", (0,) * r, width=width)[:, None] for r in (2, 4, 6, 8)}
    phi = file.file["bin"][place : place + 1]
    return given[:, None] - np.hstack([series(kappa, phi, order) for order in SAMPLED_ORDERS])


def one_site_claims(files):
    file = files["edgeworth_one"]
    phi, value, error = file.file["bin"][:], file.at("density_0", width=WIDTH), file.at("density_0_err", width=WIDTH)
    exact, kappa = density.density_one_site(WIDTH, phi), one_site_cumulants(WIDTH)
    through = series(kappa, phi, ORDERS[-1])
    lines = [Line(f"P({phi[k]:.3f})", through[k], value[k], error[k], exact=exact[k]) for k in range(BINS // 2, BINS, 3)]

    powers, place = [], BINS // 2
    rows = [left_out(file, n, place) for n in SAMPLED_WIDTHS]
    for order in SAMPLED_ORDERS:
        limit = lambda off: infinite_width(SAMPLED_WIDTHS[1:], falls(SAMPLED_WIDTHS, off))[0]
        off = [r[:, order] for r in rows]
        powers.append(Line(f"sampled, φ = {phi[place]:.3f}, through 1/N^{order}: power of 1/N", printed.edgeworth_error_power(order),
                           float(limit([r.mean() for r in off])), combined_error(off, limit)))
    for order in ORDERS:
        off = [float(np.linalg.norm(series(one_site_cumulants(n), phi, order) - density.density_one_site(n, phi))) for n in EXACT_WIDTHS]
        powers.append(Line(f"exact, rms of all φ, through 1/N^{order}", printed.edgeworth_error_power(order),
                           *map(float, infinite_width(EXACT_WIDTHS[1:], falls(EXACT_WIDTHS, off)))))
    return [
        Claim("8a", f"Density of the field at one site from its cumulants, through 1/N³ (cos net, N = {WIDTH})", SOURCE,
              "P_φ = exp[Σ κ_r/r! (−∂_φ)^r] e^(−(φ−κ₁)²/2κ₂), here with the normalisation 1/√(2πκ₂) that is left out there", lines),
        Claim("8b", "What the expansion leaves out falls with the next power of 1/N (one site; N → ∞)", SOURCE,
              "P − (series through 1/N^k) ∝ 1/N^(k+1), since κ_2k ∝ 1/N^(k−1)", powers)]


def two_sites(width, bins):
    """Exact density, mean over bins."""
    step = float(bins[1] - bins[0])
    return density.density_two_sites(width, SIGMA_W * DISTANCE, bins, step).ravel()


def over_bin(correlators, middle, step):
    """Mean of the printed expansion over a bin of two fields."""
    nodes, weights = np.polynomial.legendre.leggauss(5)
    offsets = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    return float(np.outer(weights, weights).ravel() / 4 @ printed.edgeworth_field(correlators, middle + step / 2 * offsets, ORDERS[-1]))


def pair_claims(files):
    sampled, action = files["edgeworth_pair"], files["edgeworth_pair_series"]
    phi, exact = sampled.file["bin"][:], two_sites(PAIR_WIDTH, sampled.file["bin"][:])
    value, error = (sampled.at("histogram_0_1" + s, width=PAIR_WIDTH) for s in ("", "_err"))
    lines = []
    correlators = files["edgeworth_pair_exact"]
    vertices = {r: dict(zip(correlators.tuples(r), map(float, correlators.at(f"G{r}c")))) for r in (2, 4, 6, 8)}
    for i, j in SHOWN_PAIRS:
        k = i * PAIR_BINS + j
        lines.append(Line(f"P({phi[i]:+.3f}, {phi[j]:+.3f})", over_bin(vertices, phi[[i, j]], phi[1] - phi[0]), value[k], error[k], exact=exact[k]))
    bins = action.file["bin"][:]
    through = {n: action.file["edgeworth_0_1"][:, action.widths.index(n), 0] for n in EXACT_WIDTHS}
    off = np.array([np.linalg.norm(through[n] - two_sites(n, bins), axis=1) for n in EXACT_WIDTHS])
    powers = [Line(f"rms of all bins, through 1/N^{order}: power of 1/N", printed.edgeworth_error_power(order),
                   *map(float, infinite_width(EXACT_WIDTHS[1:], falls(EXACT_WIDTHS, off[:, order])))) for order in ORDERS]
    formula = "e^(−S[φ]) = (1/Z) exp(Σ (−1)^r/r! ∫ G_c^(r) δ/δφ…δ/δφ) e^(−S_GP)"
    return [
        Claim("8c", f"Density of the field at two sites through 1/N³, mean over bins of a histogram (cos net, N = {PAIR_WIDTH})",
              SOURCE + ", field theory case", formula, lines),
        Claim("8d", "What the expansion leaves out at two sites (series of the program beside Fourier inversion; N → ∞)",
              SOURCE + ", field theory case", "P − (series through 1/N^k) ∝ 1/N^(k+1)", powers)]


def claims(files):
    return [*one_site_claims(files), *pair_claims(files)]
