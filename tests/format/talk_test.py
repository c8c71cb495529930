"""jobs/talk: verdicts follow from numbers. Each kind of verdict from lines that deserve it; then claims are measured with few networks, every
formula as printed is changed, and what held holds no longer; where the printed one fails, the corrected one put in its place holds. The report
has every claim. NNFT_TALK=all measures all sections, otherwise those that are quick; NNFT_SMALL, for slow programs, those whose formulas are corrected."""

import importlib
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

SOURCE = Path(os.environ["NNFT_SOURCE_DIR"])
sys.path[:0] = [str(SOURCE / "tests" / "support"), str(SOURCE / "jobs")]

from program import MPIEXEC, NNFT, must_fail
from talk import printed, report
from talk.__main__ import MODULES
from talk.claims import Claim, Line, judge, shown
from talk.runner import Files, Runner

QUICK = ("generating_functional", "gaussian_limit", "width_powers", "independence_breaking", "couplings", "symmetries")
SMALL = ("generating_functional", "independence_breaking", "couplings")
SECTIONS = MODULES if os.environ.get("NNFT_TALK") == "all" else SMALL if os.environ.get("NNFT_SMALL") else QUICK
SCALE = 0.02
FORMULAS = [name for name, value in vars(printed).items() if callable(value) and value.__module__ == printed.__name__]


def expect_kind(kind, lines, scale=None):
    assert judge(lines, scale).kind == kind, f"expected {kind}, got {judge(lines, scale)}"


def check_judge():
    good = [Line("a", 1.0, 1.02, 0.01), Line("b", -2.0, -2.01, 0.02), Line("c", 5.0, 4.97, 0.05)]
    expect_kind("holds", good)
    expect_kind("another factor", [replace(l, printed=2.0 * l.printed) for l in good])
    expect_kind("another factor", [replace(l, printed=-l.printed) for l in good])
    expect_kind("fails", [replace(l, printed=l.printed + 1.0) for l in good])
    expect_kind("fails", [replace(good[0], printed=2.0)])  # any factor fits a single number
    expect_kind("fails", [replace(good[0], printed=2.0), Line("b", 1.0, 1.0, 1.0)])  # and what is not known
    expect_kind("not decided", [replace(l, error=10.0) for l in good])
    expect_kind("not decided", [replace(good[0], measured=float("nan")), good[1]])
    expect_kind("holds", [Line("a", 0.0, 0.001, 0.001)], scale=0.1)
    expect_kind("fails", [Line("a", 0.0, 0.1, 0.001)], scale=0.1)
    expect_kind("not decided", [Line("a", 0.0, 0.001, 0.1)], scale=0.1)
    expect_kind("holds", [Line("a", 1.0, 1.0 + 1e-12, 0.0)])
    expect_kind("fails", [Line("a", 1.0, 1.0001, 0.0)])
    expect_kind("holds", [Line("a", 1.05, 1.0, 0.04, printed_error=0.04)])
    # Verdicts of lines that are right are seldom wrong, whatever their number.
    random = np.random.default_rng(1)
    kinds = [judge([Line("a", 1.0, 1.0 + 0.01 * p, 0.01) for p in random.normal(size=20)]).kind for _ in range(2000)]
    assert kinds.count("holds") >= 1995, f"{kinds.count('holds')} of 2000 verdicts on right lines"
    for value, error, text in ((-0.016423, 0.000018, "-0.016423(18)"), (1.234567e-5, 1.2e-7, "1.235(12)e-05"), (12.3, 0.45, "12.30(45)"), (2.0, 0.0, "2")):
        assert shown(value, error) == text, (shown(value, error), text)


def changed(value):
    """A formula that is off by a third, or by one where it vanishes."""
    if isinstance(value, dict):
        return {key: changed(v) for key, v in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(map(changed, value))
    return np.where(np.asarray(value) == 0, 1.0, 1.3 * np.asarray(value, dtype=float))[()]


class Replaced:
    """printed.NAME is another function within `with`."""

    def __init__(self, name, other):
        self.name, self.other, self.kept = name, other, getattr(printed, name)

    def __enter__(self):
        setattr(printed, self.name, self.other)

    def __exit__(self, *_):
        setattr(printed, self.name, self.kept)


def verdicts(module, files):
    return {c.number: c.verdict for c in module.claims(files)}


def check_flips(module, files, before, name):
    """What held as printed holds no more when the formula is changed; what did not has another verdict, in its numbers at least."""
    original = getattr(printed, name)
    with Replaced(name, lambda *words, **options: changed(original(*words, **options))):
        after = verdicts(module, files)
    differs = [n for n in before if after[n].text != before[n].text]
    flipped = [n for n in differs if after[n].kind != before[n].kind]
    assert flipped or (differs and all(before[n].kind != "holds" for n in differs)), f"{module.__name__}: printed.{name} changed, and no verdict: {before}"
    print(f"talk: {name}: " + ", ".join(f"{n} {before[n].kind} -> {after[n].kind}" for n in flipped or differs))


def check_corrected(files):
    """The formula that is wrong as printed replaced by the right one."""
    couplings, breaking = (importlib.import_module(f"talk.{name}") for name in ("couplings", "independence_breaking"))
    leading = printed.g4_leading
    with Replaced("g4_leading", lambda *words: -leading(*words)):
        assert verdicts(couplings, files)["9a"].kind == "holds"
    with Replaced("diagram_sign", couplings.corrected_sign):
        assert verdicts(couplings, files)["9c"].kind == "holds"
    b7 = printed.b7
    with Replaced("b7", lambda x, *others: b7(x, *others[:-1], 0.0) + others[-1] * breaking.first_order(x)):
        assert verdicts(breaking, files)["7b"].kind == "holds"


def check_report(sections, files):
    report.write(sections, files)
    claims = [c for s in sections for c in s.claims]
    stored = json.loads(Path("talk.json").read_text())
    assert [c["number"] for c in stored] == [c.number for c in claims]
    assert [c["verdict"]["kind"] for c in stored] == [c.verdict.kind for c in claims]
    page, text, table = (Path(f"talk.{kind}").read_text() for kind in ("html", "txt", "md"))
    for claim in claims:
        for written in (page, text, table):
            assert f"{claim.number} " in written, claim.number
        assert claim.verdict.text in text
    assert page.count("<img") >= min(4, len(sections)) and "http" not in page.replace("http://www.w3.org", "")


check_judge()
must_fail(expect_kind, "holds", [Line("a", 1.0, 1.1, 0.01)])
runner, files, sections = Runner(NNFT, [MPIEXEC, "-n", "2"], ".", SCALE), Files("."), []
formulas = set()
for name in SECTIONS:
    module = importlib.import_module(f"talk.{name}")
    module.run(runner)
    claims = module.claims(files)
    assert claims and all(c.lines for c in claims)
    sections.append(report.Section(name, module.__doc__.splitlines()[0], claims, 0.0))
    before = {c.number: c.verdict for c in claims}
    print(f"talk: {name}: " + ", ".join(f"{n} {v.kind}" for n, v in before.items()))
    text = Path(module.__file__).read_text()
    by_name = "getattr(printed" in text
    for formula in (f for f in FORMULAS if re.search(rf"\bprinted\.{f}\b", text) or (by_name and f'"{f}"' in text)):
        formulas.add(formula)
        check_flips(module, files, before, formula)
check_corrected(files)
assert SECTIONS is not MODULES or formulas == set(FORMULAS), f"formulas that no claim uses: {set(FORMULAS) - formulas}"
check_report(sections, files)
print(f"talk: {sum(len(s.claims) for s in sections)} claims, {len(formulas)} of {len(FORMULAS)} printed formulas changed in turn")
