"""The cos-net action as the talk prints it, as it follows from the correlators, and as `nnft action` has it, on the same fields.

With s = σ_w²/d, G2(r) = (σ_a²/2) e^(-s r²/2) has the inverse (2/σ_a²) (s/2π)^(d/2) e^(-∇²/2s), so that

    S_GP = (1/σ_a²) (s/2π)^(d/2) ∫ φ e^(-∇²/2s) φ.

The 1/N part is -(1/4!) ∫ G4c η⁴, η = G2⁻¹φ, with G4c = (σ_a⁴/8N) [3 Σ_q e^(-s q²/2) - 2 Σ_pairings e^(-s (r_ab² + r_cd²)/2)]; by the
Fourier transform of e^(-s q²/2) and η(k) = (2/σ_a²) (s/2π)^(d/2) e^(k²/2s) φ(k)

    - (1/4) (s/2π)^(3d/2)/(N σ_a⁴) Σ_(three q) ∫ [e^(-3∇_q²/2s) δ(q)] φφφφ
    + (1/6) (s/2π)^d/(N σ_a⁴) Σ_(three pairings) ∫ [e^(-(∇_ab² + ∇_cd²)/2s) δ(r_ab) δ(r_cd)] φφφφ,   q = x_1 + x_2 - x_3 - x_4, ….

On φ = Σ f_i G2(·, x_i) the action of the whole field is that of its values at the x_i: S_GP = fG2f/2, quartic -(1/4!) G4c ffff. The
integrals over momenta below use nothing of the program; φ(k) = G2(k) Σ f_i e^(-ikx_i), G2(k) = (σ_a²/2) (2π/s)^(d/2) e^(-k²/2s).
"""

import math
from dataclasses import dataclass

import numpy as np

import density
from results import Couplings, check, full_sum


@dataclass
class Form:
    """Prefactors of S_GP, of the sum over three q and of that over three pairings, each with the number that k² has in its exponent."""

    name: str
    gaussian: float
    gaussian_exponent: float
    quartic: float
    quartic_exponent: float
    pairing: float
    pairing_exponent: float


def forms(s, d, sigma_a, width):
    """What follows from the correlators, and what is printed with σ_W0²/d = s, σ_W1 = sigma_a."""
    n = width * sigma_a**4
    holds = Form("holds", (s / (2 * math.pi)) ** (d / 2) / sigma_a**2, 1 / (2 * s), -((s / (2 * math.pi)) ** (3 * d / 2)) / (4 * n), 3 / (2 * s),
                 (s / (2 * math.pi)) ** d / (6 * n), 1 / (2 * s))
    printed = Form("printed", 2 * math.sqrt(s) / sigma_a**2, s / 2, -4 * math.sqrt(6) * math.pi**1.5 * s**2 / n, s / 6, 8 * math.pi * s**2 / n, s / 2)
    return holds, printed


def momentum_integral(f, x, s, sigma_a, exponent, fields):
    """∫ d^dk/(2π)^d e^(exponent k²) |φ(k)|^fields for f of shape (sites, samples), x (sites, d); inf where it diverges."""
    d = x.shape[1]
    decay = fields / (2 * s) - exponent
    if decay <= 0:
        return np.full(f.shape[1], math.inf)
    largest, count = math.sqrt(45 / decay), 401 if d == 1 else 161
    axis = np.linspace(-largest, largest, count)
    k = np.stack([g.ravel() for g in np.meshgrid(*[axis] * d, indexing="ij")], axis=1)
    amplitude = np.abs(np.exp(-1j * k @ x.T) @ f) * sigma_a**2 / 2 * (2 * math.pi / s) ** (d / 2)
    return ((axis[1] - axis[0]) / (2 * math.pi)) ** d * (np.exp(-decay * (k**2).sum(axis=1)) @ amplitude**fields)


@dataclass
class Actions:
    """S_GP, the sum over q and the sum over pairings, each of shape (samples)."""

    gaussian: np.ndarray
    quartic: np.ndarray
    pairing: np.ndarray


def by_momenta(form, f, x, s, sigma_a):
    two = lambda exponent: momentum_integral(f, x, s, sigma_a, exponent, 2)
    return Actions(form.gaussian * two(form.gaussian_exponent), 3 * form.quartic * momentum_integral(f, x, s, sigma_a, form.quartic_exponent, 4),
                   3 * form.pairing * two(form.pairing_exponent) ** 2)


class Case:
    """One file of couplings, its theory and some fields."""

    def __init__(self, name, d, sigma_w, sigma_a):
        self.file = Couplings(name)
        self.d, self.sigma_w, self.sigma_a = d, sigma_w, sigma_a
        self.width, self.s, self.x = self.file.widths[0], sigma_w**2 / d, self.file.file["site_x"][:]
        self.f = np.random.default_rng(5).normal(size=(self.file.sites, 12))
        g2 = np.zeros((self.file.sites, self.file.sites))
        for (i, j), value in zip(self.file.tuples(2), self.file.file["G2c"][0, 0]):
            g2[i, j] = g2[j, i] = value
        field = g2 @ self.f
        self.gaussian = full_sum(self.file.at("g2", self.width)[0], self.file.tuples(2), field)
        self.quartic = full_sum(self.file.at("g4", self.width)[1], self.file.tuples(4), field)
        self.opposite = full_sum(self.file.file["G4c"][0, 0] / 24, self.file.tuples(4), self.f)
        self.holds, self.printed = (by_momenta(form, self.f, self.x, self.s, sigma_a) for form in forms(self.s, d, sigma_a, self.width))

    def prefactors(self, actions):
        """What the two parts of the quartic term must be multiplied with to fit nnft's on all fields, and the misfit relative to them."""
        if not all(np.all(np.isfinite(a)) for a in (actions.quartic, actions.pairing)):
            return (math.nan, math.nan), math.inf
        design = np.stack([actions.quartic, actions.pairing], axis=1)
        factors, *_ = np.linalg.lstsq(design / self.quartic[:, None], np.ones(len(self.quartic)), rcond=None)
        return tuple(factors), float(np.sqrt(np.mean(((design @ factors) / self.quartic - 1) ** 2)))


SIGMA_A = 1.3
CASES = [(f"cosnet_{d}_{sigma_w}", d, sigma_w) for d in (1, 2) for sigma_w in (0.7, 1.1)]


def spread(ratios):
    return f"{np.min(ratios):.5g} to {np.max(ratios):.5g}" if np.all(np.isfinite(ratios)) else "diverges"


def relative(values, expected):
    return float(np.max(np.abs(values / expected - 1)))


def evidence(case):
    print(f"\n  d = {case.d}, σ_w = {case.sigma_w:g} (s = {case.s:.4g}), N = {case.width:g}, {case.file.sites} sites, 12 fields φ = Σ f_i G2(·, x_i), from - to")
    rows = (("S_GP", case.holds.gaussian / case.gaussian, case.printed.gaussian / case.gaussian),
            ("quartic term", (case.holds.quartic + case.holds.pairing) / case.quartic, (case.printed.quartic + case.printed.pairing) / case.quartic))
    for text, holds, printed in rows:
        print(f"    {text:14} what holds / nnft {spread(holds):>24}   as printed / nnft {spread(printed):>26}")
    (q, pairing), misfit = case.prefactors(case.holds)
    (q_printed, pairing_printed), misfit_printed = case.prefactors(case.printed)
    print(f"    prefactors left free, over those of the form:  what holds {q:.8f}, {pairing:.8f}, misfit {misfit:.1e}; "
          f"as printed {q_printed:.3g}, {pairing_printed:.3g}, misfit {misfit_printed:.1e}")
    text = f"d = {case.d}, σ_w = {case.sigma_w:g}"
    gaussian, quartic = relative(case.holds.gaussian, case.gaussian), relative(case.holds.quartic + case.holds.pairing, case.quartic)
    fixed = max(abs(q - 1), abs(pairing - 1))
    check(gaussian < 1e-9 and quartic < 1e-8, f"{text}: S_GP and the quartic term by momenta are nnft's, apart {gaussian:.1e}, {quartic:.1e}")
    check(max(fixed, misfit) < 1e-7, f"{text}: both prefactors of the quartic term are fixed by nnft's couplings to {fixed:.1e}")
    check(misfit_printed > 1e-3 and not relative(case.printed.gaussian, case.gaussian) < 0.1, f"{text}: the printed exponents fit with no prefactors")


def scaling(cases):
    """x → x/c, σ_w → cσ_w renames positions: S of fields with the same f at sites in the same places in units of 1/√s does not change."""
    print("\n  sites at the same s^(1/2) x: S_GP and quartic term of the first field at two σ_w")
    for a, b in zip(cases[::2], cases[1::2]):
        both = lambda form: (form.gaussian[0], form.quartic[0] + form.pairing[0])
        for text, one, two in (("nnft", (a.gaussian[0], a.quartic[0]), (b.gaussian[0], b.quartic[0])), ("what holds", both(a.holds), both(b.holds)),
                               ("as printed", both(a.printed), both(b.printed))):
            print(f"    d = {a.d} {text:11} S_GP {one[0]:14.8g} {two[0]:14.8g}   quartic {one[1]:14.6e} {two[1]:14.6e}")
        same = max(relative(b.gaussian, a.gaussian), relative(b.quartic, a.quartic))
        check(same < 1e-9, f"d = {a.d}: nnft's action depends on x and σ_w through s^(1/2) x alone, to {same:.1e}; -s∇²/2 in an exponent has a dimension")


TERMS = (("2 s^½ /σa²", "(s/2π)^(d/2)/σa²", "gaussian"),
         ("e^(-s∇²/2)", "e^(-∇²/2s)", "gaussian_exponent"),
         ("-4√6 π^(3/2) s²/(Nσa⁴)", "-(1/4)(s/2π)^(3d/2)/(Nσa⁴)", "quartic"),
         ("e^(-s∇_q²/6)", "e^(-3∇_q²/2s) δ(q)", "quartic_exponent"),
         ("+8π s²/(Nσa⁴)", "+(1/6)(s/2π)^d/(Nσa⁴)", "pairing"),
         ("e^(-s(∇_ab²+∇_cd²)/2)", "e^(-(∇_ab²+∇_cd²)/2s) δ(r_ab)δ(r_cd)", "pairing_exponent"))


def verdict(cases):
    print("\n  The printed form, read with the δ functions that it leaves out and with sums over three q and three pairings (other numbers of"
          "\n  permutations would change its prefactors by an integer), beside what holds; ratio of prefactors and of numbers in exponents")
    columns = [(c, *forms(c.s, c.d, SIGMA_A, c.width)) for c in cases]
    ratio = lambda name: ", ".join(f"{getattr(p, name) / getattr(h, name):.4g}" for _, h, p in columns)
    print(f"    {'printed':28} {'what holds':38} printed / what holds at " + "; ".join(f"d = {c.d}, σ_w = {c.sigma_w:g}" for c in cases))
    for printed, holds, name in TERMS:
        print(f"    {printed:28} {holds:38} {ratio(name)}")


def sign(cases):
    print("\n  sign of the leading quartic coupling: +(1/4!) G4c G2⁻¹G2⁻¹G2⁻¹G2⁻¹ in the talk's general formula, - in its cos-net example")
    file = Couplings("one_site_cosnet")
    for width in file.widths:
        taylor = float(density.one_site(int(width))[4])
        first = float(file.at("g4", width)[1, 0])
        general = float(file.file["G4c"][file.widths.index(width), 0, 0] / 24 / file.file["G2c"][file.widths.index(width), 0, 0] ** 4)
        print(f"    one site, N = {width:g}: φ^4 of the exact -ln P {taylor:+.6e}; nnft at 1/N {first:+.6e}; general formula {general:+.6e}")
        check(abs(first / taylor - 1) < 10 / width and general * taylor < 0,
              f"N = {width:g}: with S = -ln P the sign is -; + is off by {abs(general / taylor - 1):.2f} of the coupling")
    for case in cases:
        check(relative(-case.opposite, case.quartic) < 1e-9, f"d = {case.d}, σ_w = {case.sigma_w:g}: nnft's quartic term is -(1/4!) G4c ffff on all fields")


def tables():
    print("\nThe cos-net action: printed, what follows from the correlators, and nnft's couplings at order 1/N; σ_a = 1.3")
    cases = [Case(*case, SIGMA_A) for case in CASES]
    for case in cases:
        evidence(case)
    scaling(cases)
    verdict(cases)
    sign(cases)
