"""The report: text, JSON, a Markdown table and one HTML page of the same verdicts."""

import json
import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from plots.page import Cell, Page

from . import pictures
from .claims import number, shown

TITLE = "φ⁴ theory as a neural network field theory, measured"
COLUMNS = ("", "as printed", "exact", "measured", "pull")


@dataclass
class Section:
    name: str
    title: str
    claims: list
    seconds: float


def row(line):
    """The cells of a line, in the order of COLUMNS."""
    printed = shown(line.printed, line.printed_error) if line.printed_error > 0 else number(line.printed)
    pull = "" if line.certain else f"{line.pull:+.2f}"
    return line.quantity, printed, number(line.exact), shown(line.measured, line.error), pull


def claim_text(claim):
    """The claim, its numbers, the verdict."""
    rows = [COLUMNS, *map(row, claim.lines)]
    widths = [max(len(r[k]) for r in rows) for k in range(len(COLUMNS))]
    out = [f"{claim.number} {claim.title}", *(f"    {text}" for text in f"{claim.source}: {claim.formula}".splitlines())]
    out += ["    " + "  ".join(f"{cell:{'<' if k == 0 else '>'}{widths[k]}}" for k, cell in enumerate(r)) for r in rows]
    out.append(f"    => {claim.verdict.text}")
    if claim.argument and claim.verdict.kind != "holds":
        out += [f"       {text}" for text in claim.argument.splitlines()]
    return "\n".join(out)


def section_text(section):
    return "\n\n".join(map(claim_text, section.claims)) + f"\n\n  ({section.seconds:.0f} s)"


def plain(value):
    """The same with null for numbers that JSON does not know."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, str, int)) or value is None:
        return value
    return float(value) if math.isfinite(value) else None


def short_row(claim):
    """Number and title, quantity, printed, measured, verdict."""
    quantity, printed, _, measured, _ = row(claim.verdict.line)
    return f"{claim.number} {claim.title}", quantity, printed, measured, claim.verdict.text


SHORT = ("claim", "for example", "as printed", "measured", "verdict of all lines")


def markdown(sections):
    escape = lambda text: text.replace("|", "\\|")
    lines = ["| " + " | ".join(SHORT) + " |", "|" + "---|" * len(SHORT)]
    lines += ["| " + " | ".join(map(escape, short_row(c))) + " |" for s in sections for c in s.claims]
    return "\n".join(lines) + "\n"


def summary(sections):
    """Verdicts by kind; statements for contrast apart."""
    names = {"holds": "hold", "another factor": "hold with another factor", "fails": "fail", "not decided": "are not decided"}
    parts = []
    for contrast, what in ((False, "claims"), (True, "statements for contrast, which the talk does not make")):
        kinds = Counter(c.verdict.kind for s in sections for c in s.claims if c.contrast == contrast)
        if kinds:
            parts.append(f"{sum(kinds.values())} {what}: " + ", ".join(f"{kinds[k]} {names[k]}" for k in names if kinds[k]))
    return "; ".join(parts)


def html(sections, files, path):
    page = Page(TITLE)
    page.text("The talk “φ⁴ theory as a neural network field theory” and the papers it rests on, claim by claim: each formula as it is printed, "
              "its value, the exact value where there is one, and what nnft measured, with standard errors in brackets. The pull is measured minus "
              "printed in standard errors. A verdict follows from the numbers beside it alone: it names the largest pull of all numbers, and the "
              "relative error of the best known one. Claims that two methods agree have one of them in the column “as printed”; their titles say "
              "which. Statements “for contrast” are not made in the talk.")
    page.text(summary(sections))
    page.table(SHORT, [(*cells[:-1], Cell(cells[-1], c.verdict.kind)) for s in sections for c in s.claims for cells in [short_row(c)]])
    for figure, caption in pictures.of_all([c for s in sections for c in s.claims]):
        page.picture(figure, caption)
    for section in sections:
        page.heading(section.title, 2)
        for claim in section.claims:
            page.heading(f"{claim.number} {claim.title}", 3)
            page.text(f"{claim.source}:")
            page.formula(claim.formula)
            page.table(COLUMNS, list(map(row, claim.lines)))
            page.verdict(claim.verdict.text, claim.verdict.kind)
            if claim.argument and claim.verdict.kind != "holds":
                page.text(claim.argument)
        for figure, caption in pictures.of_section(section, files):
            page.picture(figure, caption)
    page.heading("What made it", 2)
    page.provenance(files.opened())
    page.write(path)


def write(sections, files):
    """talk.txt, talk.json, talk.md and talk.html in the working directory."""
    Path("talk.txt").write_text("\n\n".join(f"== {s.title}\n\n{section_text(s)}" for s in sections) + f"\n\n{summary(sections)}\n")
    data = [{**asdict(c), "verdict": asdict(c.verdict), "section": s.name} for s in sections for c in s.claims]
    Path("talk.json").write_text(json.dumps(plain(data), indent=1, ensure_ascii=False))
    Path("talk.md").write_text(markdown(sections))
    html(sections, files, Path("talk.html"))
    print(f"\n{summary(sections)}\nwritten to {Path('talk.html').absolute()}, talk.md, talk.txt and talk.json beside it")
