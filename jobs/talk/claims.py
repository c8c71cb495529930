"""What the talk says, what was measured, and the verdict, which follows from the numbers alone."""

import math
from dataclasses import dataclass

FALSE_ALARM = 1e-4  # of a claim that holds: probability that its verdict says otherwise, for normal errors
WELL_KNOWN = 0.2  # a claim is decided if some line is known to this part of what is printed
ROUNDING = 1e-9  # of numbers without statistical error, unless a line says otherwise


@dataclass
class Line:
    """A number of the talk beside its measurement. All numbers are dimensionless."""

    quantity: str
    printed: float  # by the formula as printed, or by the other of two methods that are said to agree
    measured: float
    error: float  # standard error of `measured`; 0 if it has none
    exact: float = math.nan  # where there is one
    printed_error: float = 0.0

    @property
    def scatter(self):
        return math.hypot(self.error, self.printed_error) or ROUNDING * max(abs(self.printed), abs(self.measured))

    @property
    def pull(self):
        return (self.measured - self.printed) / self.scatter if self.scatter > 0 else 0.0

    @property
    def certain(self):
        return self.error == 0 and self.printed_error == 0

    @property
    def precision(self):
        """Error as a part of what is printed; of 0 nothing."""
        return self.scatter / abs(self.printed) if self.printed != 0 else math.inf


@dataclass
class Verdict:
    kind: str  # "holds", "another factor", "fails" or "not decided"
    text: str
    line: Line  # that decides it; of a claim that holds the most precise


@dataclass
class Claim:
    number: str  # of the list in the README: "7b"
    title: str
    source: str  # where it stands
    formula: str  # as printed
    lines: list
    argument: str = ""  # the shortest that a reader can check, where the printed does not hold
    zero: bool = False  # it says that something vanishes: `scale` is what would be there if it did not
    scale: float = math.nan
    contrast: bool = False  # the talk does not say so: shows what the claims beside it are worth

    @property
    def verdict(self):
        return judge(self.lines, self.scale if self.zero else None)


def normal_p(pull):
    """Two-sided."""
    return math.erfc(abs(pull) / math.sqrt(2.0))


def least_p(pulls):
    """Bonferroni's bound for the largest of them."""
    return min(1.0, len(pulls) * min(map(normal_p, pulls)))


def common_factor(lines):
    """f and its error such that measured = f · printed fits best, and the pulls of what remains."""
    weights = [(l.printed / l.scatter) ** 2 for l in lines]
    total = sum(weights)
    if total == 0:
        return math.nan, math.inf, [math.inf]
    factor = sum(w * l.measured / l.printed for w, l in zip(weights, lines) if l.printed != 0) / total
    return factor, 1.0 / math.sqrt(total), [(l.measured - factor * l.printed) / l.scatter for l in lines]


def percent(part):
    return f"{100 * part:.2g} %" if part >= 1e-6 else f"{part:.0e}"


def judge(lines, scale=None):
    """The verdict on lines. @param scale: the claim is that they vanish, and this is what they would be otherwise."""
    if not lines:
        raise ValueError("a claim needs at least one line")
    missing = [l for l in lines if not all(map(math.isfinite, (l.measured, l.printed, l.scatter)))]
    if missing:
        return Verdict("not decided", "a number is missing", missing[0])
    largest, best = max(lines, key=lambda l: abs(l.pull)), min(lines, key=lambda l: l.scatter if scale is not None else l.precision)
    if least_p([l.pull for l in lines]) >= FALSE_ALARM:
        return agreement(lines, largest, best, best.scatter / abs(scale) if scale is not None else best.precision)
    if scale is None and sum(l.scatter <= WELL_KNOWN * abs(l.measured) for l in lines) > 1:  # any factor fits a single number
        factor, error, rest = common_factor(lines)
        if least_p(rest) >= FALSE_ALARM and error < WELL_KNOWN * abs(factor) / 4:
            away = f"{abs(factor - 1) / error:.3g} standard errors from 1"
            return Verdict("another factor", f"holds with another factor: {shown(factor, error)} of the printed ({away})", best)
    uncertain = [l for l in lines if not l.certain]
    if uncertain and least_p([l.pull for l in uncertain]) < FALSE_ALARM:
        worst = max(uncertain, key=lambda l: abs(l.pull))
        return Verdict("fails", f"fails by {abs(worst.pull):.3g} standard errors", worst)
    return Verdict("fails", f"fails: {number(largest.printed)} printed, {number(largest.measured)} without error", largest)


def agreement(lines, largest, best, precision):
    """The verdict on lines that do not contradict what is printed."""
    if not precision <= WELL_KNOWN:
        return Verdict("not decided", f"errors of {percent(precision)} at best are too large", best)
    if all(l.certain for l in lines):
        apart = max(abs(l.measured - l.printed) / max(abs(l.printed), abs(l.measured), 1e-300) for l in lines)
        return Verdict("holds", f"holds {'exactly' if apart == 0 else 'to ' + percent(apart)}", best)
    of = f" of {len(lines)}" if len(lines) > 1 else ""
    return Verdict("holds", f"holds: pull {largest.pull:+.1f}{of}, to {percent(precision)}", best)


def without(names):
    """What has no line in a claim, for its formula."""
    return f"\nleft out, as their error bars hang on few samples: {', '.join(names)}" if names else ""


def number(value):
    return f"{value:.7g}" if math.isfinite(value) else ""


def shown(value, error):
    """A value with its error in brackets, two digits of it."""
    if not (math.isfinite(value) and math.isfinite(error)) or error <= 1e-7 * abs(value):
        return number(value)
    digits = 1 - math.floor(math.log10(error))
    if digits < 0:
        return f"{value:.0f}({error:.0f})"
    size = max(abs(value), error)
    if size < 1e-3 or (digits > 8 and size < 1):
        exponent = math.floor(math.log10(size))
        return shown(value / 10.0**exponent, error / 10.0**exponent) + f"e{exponent:+03d}"
    bracket = f"{error * 10**digits:.0f}" if error < 1 else f"{error:.{digits}f}"
    return f"{value:.{digits}f}({bracket})"
