"""The tables of independence_breaking.sh, from the files in the working directory."""

import itertools
import math

import h5py
import numpy as np

SITES = (0, 1, 2, 3)
X = np.array([0.0, 0.5, 1.0, -0.7])
SIGMA_W, SIGMA_A = 1.1, 1.3


class Result:
    """A result file whose only width is the first; scan(s…) are the indices of the strengths."""

    def __init__(self, name):
        self.file = h5py.File(name + ".h5")
        self.sampled = self.file.attrs["kind"] in (b"sample", "sample")

    def column(self, variable, sites=SITES):
        dimension = {2: "pair", 4: "quad", 6: "sextet"}[len(sites)]
        legs = [self.file[f"{dimension}_{chr(ord('i') + k)}"][:] for k in range(len(sites))]
        return int(np.flatnonzero(np.all(np.array(legs).T == np.array(sorted(sites)), axis=1))[0])

    def value(self, variable, *strengths, width=0, sites=SITES):
        return float(self.file[variable][(width, *strengths, self.column(variable, sites))])

    def error(self, variable, *strengths, sites=SITES):
        return float(self.file[variable + "_err"][(0, *strengths, self.column(variable, sites))])

    def samples(self, variable, *strengths, sites=SITES):
        """Leave-one-block-out values, shape (blocks)."""
        return self.file[variable + "_jackknife"][(slice(None), 0, *strengths, self.column(variable, sites))]

    def networks(self, *strengths):
        return int(self.file["count"][(0, *strengths)].sum())


def jackknife_error(samples):
    return math.sqrt((len(samples) - 1) * np.var(samples))


def combination(result, variable, terms, sites=SITES):
    """Value and error of Σ weight · variable(strengths), with the correlations of strengths that share their draws."""
    value = sum(w * result.value(variable, *s, sites=sites) for w, s in terms)
    if not result.sampled:
        return value, 0.0
    return value, jackknife_error(sum(w * result.samples(variable, *s, sites=sites) for w, s in terms))


def line(name, value, error, exact, more=""):
    print(f"  {name:<34} {value:14.6g} +- {error:<9.2g} {exact:14.6g} {(value - exact) / error:+6.2f} {100 * error / abs(exact):8.2f} %{more}")


def title(text):
    print(f"\n{text}\n  {'':<34} {'measured':>14}    {'error':<9} {'exact':>14} {'pull':>6} {'error/exact':>10}")


def differences_of_strengths():
    measured, exact = Result("steps"), Result("steps.exact")
    title(f"cos, N = 50, {measured.networks(0)} networks, sites 0 1 2 3: strengths of one draw")
    first = {}
    for k, alpha in ((1, 0.5), (2, 1.0), (3, 2.0)):
        terms = [(1, (k,)), (-1, (0,))]
        first[alpha] = combination(measured, "G4c", terms)
        line(f"G4c({alpha}) - G4c(0)", *first[alpha], combination(exact, "G4c", terms)[0])
    terms = [(1, (0,)), (-2, (1,)), (1, (2,))]
    second = combination(measured, "G4c", terms)
    line("G4c(0) - 2 G4c(0.5) + G4c(1)", *second, combination(exact, "G4c", terms)[0])
    plain = {s: Result(f"plain{s}") for s in ("0", "0.5", "1")}
    variance = {s: r.error("G4c", 0) ** 2 * r.networks(0) for s, r in plain.items()}
    print("  plain estimator, independent runs (measured variances): networks per strength for the same errors")
    print(f"    first difference to strength 0.5:  {(variance['0'] + variance['0.5']) / first[0.5][1] ** 2:.2g}")
    print(f"    second difference:                 {(variance['0'] + 4 * variance['0.5'] + variance['1']) / second[1] ** 2:.2g}")


def derivatives_by_width():
    title("derivatives at strength 0 at fixed cost (networks x N = 1e7)")
    for n in (10, 20, 50, 100, 200):
        exact = Result(f"cost{n}.exact")
        for method in ("cost", "score"):
            measured = Result(f"{method}{n}")
            for variable in ("G4c_dstrength", "G4c_d2strength"):
                name = f"N = {n}, {variable[4:]}, " + ("score" if method == "score" else "common draws")
                line(name, measured.value(variable, 0), measured.error(variable, 0), exact.value(variable, 0))


def second_order():
    for kind in ("quartic", "ring"):
        title(f"weight-{kind}: coefficients of strength and strength^2 in G4c(0 1 2 3)")
        for name, n, method in (("second", 100, "common draws"), ("second_score", 20, "score")):
            measured, exact = Result(f"{name}_{kind}"), Result(f"{name}_{kind}.exact")
            for variable, factor, text in (("G4c_dstrength", 1.0, "c1"), ("G4c_d2strength", 0.5, "c2")):
                value, error = factor * measured.value(variable, 0), factor * measured.error(variable, 0)
                truth = factor * exact.value(variable, 0)
                if truth == 0.0 or abs(truth) < 1e-14:
                    print(f"  {f'N = {n}, {text}, {method}':<34} {value:14.6g} +- {error:<9.2g} {0:14} {value / error:+6.2f}")
                else:
                    line(f"N = {n}, {text}, {method}", value, error, truth)


def mixed():
    result = Result("mixed")
    h = 0.03
    print(f"\nd^3 G4c / d strength(quartic) d strength(ring)^2 at N = 10, {result.networks(0, 0)} networks")
    for sites in ((0, 1, 2, 3), (0, 0, 1, 2)):
        by_score = result.value("G4c_dstrength_d2strength2", 0, 0, sites=sites), result.samples("G4c_dstrength_d2strength2", 0, 0, sites=sites)
        terms = [(1 / h**2, (0, 1)), (1 / h**2, (0, 2)), (-2 / h**2, (0, 0))]
        by_difference = combination(result, "G4c_dstrength", terms, sites)
        samples = sum(w * result.samples("G4c_dstrength", *s, sites=sites) for w, s in terms)
        apart = by_score[0] - by_difference[0], jackknife_error(by_score[1] - samples)
        print(f"  sites {' '.join(map(str, sites))}: by score {by_score[0]:.6g} +- {jackknife_error(by_score[1]):.2g}, quartic score on rings at +-{h} "
              f"{by_difference[0]:.6g} +- {by_difference[1]:.2g}, apart {apart[0]:.3g} +- {apart[1]:.2g} ({apart[0] / apart[1]:+.2f} errors)")


def printed_b7(n):
    """dG4c/dα at α = 0 as eq. (B.7) of the talk prints it, d = 1."""
    s, d, x = SIGMA_W**2, 1, X
    total = 0.0
    for (a, b), (c, e) in (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))):
        aa, bb = (x[a] - x[b]) ** 2, (x[c] - x[e]) ** 2
        pairing = math.exp(-s * (aa + bb) / 2)
        total += -(4 * d * s**3 * (aa + bb)) / (2 * d) * pairing - 4 * s**4 * aa * bb / 2 * pairing - 6 * s**2 * pairing
    for signs in ((1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1)):
        q2 = float(np.dot(signs, x)) ** 2
        total += 6 * d * s**3 * q2 / (2 * d) * math.exp(-s * q2 / 2) + 3 * s**2 * math.exp(-s * q2 / 2)
    return SIGMA_A**4 / (8 * n) * total / n


def leading_formula():
    exact, formula = Result("leading.exact"), Result("leading.formula")
    print("\nN^2 dG4c/dα at α = 0: the formula of first order in 1/N that holds, and eq. (B.7) as the talk prints it")
    print(f"  {'N':>5} {'measured':>12}    {'error':<9} {'exact':>10} {'leading':>10} {'pull':>7} {'as printed':>11} {'pull':>7}")
    for k, n in enumerate((10, 20, 50, 100, 200, 400, 1000)):
        measured = Result(f"leading{n}")
        value, error = n**2 * measured.value("G4c_dstrength", 0), n**2 * measured.error("G4c_dstrength", 0)
        truth = n**2 * exact.value("G4c_dstrength", 0, width=k)
        leading = n**2 * (formula.value("G4c", 1, width=k) - formula.value("G4c", 0, width=k))
        printed = n**2 * printed_b7(n)
        print(f"  {n:5} {value:12.6g} +- {error:<9.2g} {truth:10.6g} {leading:10.6g} {(leading - value) / error:+7.2f} {printed:11.6g} {(printed - value) / error:+7.2f}")


def shared_scale():
    measured, exact = Result("scale"), Result("scale.exact")
    kernel = lambda a, b: SIGMA_A**2 / 2 * math.exp(-SIGMA_W**2 * (X[a] - X[b]) ** 2 / 2)
    title(f"shared-scale, N = 10000, {measured.networks(0)} networks: exact at this N; last column the limit")
    for k, alpha in ((0, 0.1), (1, 0.5)):
        pairings = sum(kernel(0, p) * kernel(*[q for q in (1, 2, 3) if q != p]) for p in (1, 2, 3))
        line(f"strength {alpha}, G4c(0 1 2 3)", measured.value("G4c", k), measured.error("G4c", k), exact.value("G4c", k),
             f"   α Σ KK = {alpha * pairings:.6g}")
        sites, total = (0, 0, 1, 1, 2, 2), 0.0
        for order in itertools.permutations(range(6)):
            total += math.prod(kernel(sites[order[i]], sites[order[i + 1]]) for i in (0, 2, 4)) / 48
        line(f"strength {alpha}, G6c(0 0 1 1 2 2)", measured.value("G6c", k, sites=sites), measured.error("G6c", k, sites=sites),
             exact.value("G6c", k, sites=sites), f"   2α² Σ KKK = {2 * alpha**2 * total:.6g}")


differences_of_strengths()
derivatives_by_width()
second_order()
mixed()
leading_formula()
shared_scale()
