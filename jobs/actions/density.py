"""Exact densities of cos nets by Fourier inversion of their characteristic functions, and couplings of S = -ln P: their Taylor coefficients
at φ = 0.

A net of N independent neurons with output weights N(0, 1/N) has the characteristic function χ(t)^N of the fields at its sites, so that
P(φ) = ∫ dt/(2π)^sites e^(-itφ) χ(t)^N, and ∫ t^m χ^N gives ∂^m P(0).
"""

import math

import mpmath
import numpy as np

from series import logarithm, product, total

DIGITS = 30
LARGEST_RADIUS = 200.0


def action(moments, degree):
    """Taylor coefficients {powers: coefficient} of -ln P(φ)/P(0) to a total degree from moments {m: ∫ t^m χ^N dt}, all m even in sum."""
    origin = moments[tuple(0 for _ in next(iter(moments)))]
    density = {m: (-1) ** (sum(m) // 2) * value / origin / math.prod(math.factorial(k) for k in m) for m, value in moments.items()}
    return {m: -c for m, c in logarithm(density, lambda e: sum(e) <= degree, one=origin / origin).items()}


def one_site(width, degree=6):
    """{n: coefficient of φ^n in -ln P} for n = 0, 2, …, degree, of φ = Σ a_i cos b_i, a ~ N(0, 1/N), b uniform; mpf with 30 digits.

    χ = e^(-X) I_0(X), X = t²/4N, falls as 1/t, so that width > degree + 1 is needed.
    """
    if width <= degree + 1:
        raise ValueError(f"one_site: expected a width above {degree + 1}, where the density has {degree} derivatives, got {width}")
    with mpmath.workdps(DIGITS):
        known = {}

        def characteristic(t):
            if t not in known:
                x = t * t / (4 * width)
                known[t] = mpmath.exp(width * mpmath.log(mpmath.exp(-x) * mpmath.besseli(0, x)))
            return known[t]

        panels = [0, 2, 4, 8, 16, 32, 64, 256, 4096, mpmath.inf]
        moments = {(k,): 2 * mpmath.quad(lambda t: t**k * characteristic(t), panels) for k in range(0, degree + 1, 2)}
        result = {n[0]: c for n, c in action(moments, degree).items()}
        result[0] = -mpmath.log(moments[(0,)] / (2 * mpmath.pi))
        return result


def scaled_bessel(x):
    """e^(-x) I_0(x) for x >= 0 of any shape, to rounding: power series below 20, asymptotic series above."""
    low, high = np.minimum(x, 20.0), np.maximum(x, 20.0)
    term = power = np.ones_like(low)
    for k in range(1, 60):
        term = term * (low / (2 * k)) ** 2
        power = power + term
    term = asymptotic = np.ones_like(high)
    for k in range(1, 30):
        term = term * (2 * k - 1) ** 2 / (8 * k * high)
        asymptotic = asymptotic + term
    return np.where(x < 20.0, np.exp(-low) * power, asymptotic / np.sqrt(2 * math.pi * high))


def two_site_characteristic(t, width, phase_deviation, nodes):
    """ln χ^N of cos nets at two sites, for t of shape (…, 2).

    t_1 cos(b) + t_2 cos(b + w) = R cos(b + δ), R² = t_1² + t_2² + 2 t_1 t_2 cos w, w = W·(x_2 - x_1) ~ N(0, phase_deviation²): averaging
    over b gives e^(-X) I_0(X), X = R²/4N, over w the sum over `nodes` points of the circle with the wrapped normal density, of which w and
    -w are taken together.
    """
    angle = 2 * math.pi * np.arange(nodes // 2 + 1) / nodes
    harmonics = np.arange(1, nodes // 2)
    wrapped = (1 + 2 * np.cos(np.outer(angle, harmonics)) @ np.exp(-((harmonics * phase_deviation) ** 2) / 2)) / nodes
    wrapped[1:-1] *= 2
    square, cross = (t**2).sum(axis=-1), 2 * t[..., 0] * t[..., 1]
    mean = sum(w * scaled_bessel(np.maximum(square + cross * math.cos(p), 0.0) / (4 * width)) for w, p in zip(wrapped, angle))
    return width * np.log(mean)


def two_sites(width, phase_deviation, degree=6, resolution=1):
    """{(j, k): coefficient of φ_1^j φ_2^k in -ln P}, (0, 0) among them, for a cos net with σ_out = 1 at two sites, σ_w |x_2 - x_1|/√d =
    phase_deviation; polar coordinates in t, Gauss-Legendre panels in ln(1 + radius). `resolution` multiplies all numbers of nodes.

    χ^N falls as radius^-N up to logarithms; with 40 neurons nothing beyond the largest radius is seen in the sixth moments.
    """
    if width < 40:
        raise ValueError(f"two_sites: expected a width of at least 40, for which the integral is cut off, got {width}")
    x, w = np.polynomial.legendre.leggauss(24 * resolution)
    edges = np.linspace(0.0, math.log(1 + LARGEST_RADIUS), 13)
    u = np.concatenate([(a + b) / 2 + (b - a) / 2 * x for a, b in zip(edges, edges[1:])])
    radius = np.expm1(u)
    weights = np.concatenate([(b - a) / 2 * w for a, b in zip(edges, edges[1:])]) * np.exp(u)
    angle = 2 * math.pi * np.arange(96 * resolution) / (96 * resolution)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    half = direction[: len(angle) // 2]  # χ(-t) = χ(t)
    values = np.exp(two_site_characteristic(radius[:, None, None] * half[None], width, phase_deviation, 160 * resolution))
    moments = {}
    for j in range(degree + 1):
        for k in range(degree + 1 - j):
            if (j + k) % 2 == 0:
                angular = values @ (half[:, 0] ** j * half[:, 1] ** k) * (4 * math.pi / len(angle))
                moments[(j, k)] = float(np.sum(weights * radius ** (j + k + 1) * angular))
    result = action(moments, degree)
    result[(0, 0)] = -math.log(moments[(0, 0)] / (2 * math.pi) ** 2)
    return result


# χ^N as a sum over a grid of t: densities repeat after this length, far beyond the last field that e^(-φ²/2), K <= σ_out² = 1, lets occur.
PERIOD = 12.0
CUTOFF_ONE_SITE = 2000.0  # of t: what is beyond is below 1e-13 from N = 5 on
CUTOFF_TWO_SITES = {5: 60.0, 20: 30.0}  # from these N on: below 1e-5 of the peak, and nothing


def density_one_site(width, phi, bin_width=0.0):
    """P(φ) = (1/2π) Σ_t h e^(-itφ) χ^N of cos nets with σ_out = 1 for φ of shape (points), or its mean over bins around φ: each e^(-itφ)
    times sin(tb/2)/(tb/2)."""
    require_decay(width)
    h = 2 * math.pi / PERIOD
    t = h * np.arange(1, int(CUTOFF_ONE_SITE / h))
    values = np.exp(width * np.log(scaled_bessel(t * t / (4 * width)))) * np.sinc(t * bin_width / (2 * math.pi))
    return h / math.pi * (0.5 + np.cos(np.outer(phi, t)) @ values)


def density_two_sites(width, phase_deviation, phi, bin_width=0.0):
    """The same at two sites, shape (points, points) for φ of shape (points) at each; phase_deviation as in two_sites()."""
    require_decay(width)
    h = 2 * math.pi / PERIOD
    steps = int(next(cutoff for least, cutoff in reversed(CUTOFF_TWO_SITES.items()) if width >= least) / h)
    t = h * np.arange(-steps, steps + 1)
    values = np.stack([two_site_characteristic(np.stack([np.full_like(t, first), t], axis=-1), width, phase_deviation, 160) for first in t[: steps + 1]])
    values = np.exp(np.concatenate([values, values[:-1][::-1, ::-1]]))  # χ(-t) = χ(t)
    wave = np.exp(-1j * np.outer(phi, t)) * np.sinc(t * bin_width / (2 * math.pi))
    return (h / (2 * math.pi)) ** 2 * (wave @ values @ wave.T).real


def require_decay(width):
    if width < min(CUTOFF_TWO_SITES):
        raise ValueError(f"density: expected a width of at least {min(CUTOFF_TWO_SITES)}, for which the sum over t is cut off, got {width}")


def shared_scale(inverse, strength, degree=6):
    """{powers: coefficient} of -ln P for P(φ) = E_v[N(φ; vK)], v ~ Gamma(shape 1/strength, scale strength), inverse = K⁻¹ (sites, sites).

    With Q = φK⁻¹φ, P is proportional to Σ_k E[v^(-sites/2 - k)] (-Q/2)^k/k!, E[v^-m] = Γ(1/α - m)/(α^m Γ(1/α)), α < 2/(sites + degree).
    """
    sites = len(inverse)
    with mpmath.workdps(DIGITS):
        alpha = mpmath.mpf(strength)
        highest = mpmath.mpf(sites + degree) / 2
        if alpha * highest >= 1:
            raise ValueError(f"shared_scale: expected a strength below {2 / (sites + degree):g}, where the mixture has the moments, got {strength}")
        moment = lambda m: mpmath.gammaprod([1 / alpha - m], [1 / alpha]) / alpha**m
        unit = [tuple(int(i == j) for j in range(sites)) for i in range(sites)]
        form = {}
        for i in range(sites):
            for j in range(sites):
                powers = tuple(a + b for a, b in zip(unit[i], unit[j]))
                form[powers] = form.get(powers, 0) + mpmath.mpf(float(inverse[i][j]))
        keep = lambda e: sum(e) <= degree
        density = power = {(0,) * sites: mpmath.mpf(1)}
        start = moment(mpmath.mpf(sites) / 2)
        for k in range(1, degree // 2 + 1):
            power = product(power, form, keep)
            density = total(density, power, moment(mpmath.mpf(sites) / 2 + k) / start * mpmath.mpf(-0.5) ** k / math.factorial(k))
        result = {m: -c for m, c in logarithm(density, keep, one=mpmath.mpf(1)).items()}
        # Above the constant of the normal density.
        result[(0,) * sites] = -mpmath.log(start)
        return result
