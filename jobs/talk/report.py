"""The report: text, JSON, Markdown and one HTML page of the same verdicts."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from .claims import shown


@dataclass
class Section:
    name: str
    title: str
    claims: list
    seconds: float


def number(value):
    return "" if not math.isfinite(value) else f"{value:.7g}"


def claim_text(claim):
    """Lines of text: the claim, its numbers, the verdict."""
    out = [f"{claim.number} {claim.title}", f"    {claim.source}: {claim.formula}"]
    width = max(len(line.quantity) for line in claim.lines)
    out.append(f"    {'':{width}} {'printed':>15} {'exact':>15} {'measured':>20} {'pull':>8}")
    for line in claim.lines:
        printed = shown(line.printed, line.printed_error) if line.printed_error > 0 else number(line.printed)
        pull = f"{line.pull:+8.2f}" if line.error > 0 or line.printed_error > 0 else f"{'':8}"
        out.append(f"    {line.quantity:{width}} {printed:>15} {number(line.exact):>15} {shown(line.measured, line.error):>20} {pull}")
    out.append(f"    => {claim.verdict.text}")
    if claim.argument and claim.verdict.kind != "holds":
        out += [f"       {text}" for text in claim.argument.splitlines()]
    return "\n".join(out)


def section_text(section):
    return "\n\n".join(map(claim_text, section.claims)) + f"\n\n  ({section.seconds:.0f} s)"


def plain(value):
    """Floats that JSON knows."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def write(sections, files, options):
    """talk.txt and talk.json in the working directory."""
    Path("talk.txt").write_text("\n\n".join(f"== {s.title}\n\n{section_text(s)}" for s in sections) + "\n")
    data = [{**asdict(c), "verdict": asdict(c.verdict), "section": s.name} for s in sections for c in s.claims]
    Path("talk.json").write_text(json.dumps(plain(json.loads(json.dumps(data, default=float))), indent=1, ensure_ascii=False))
    print(f"\nwritten: {Path('talk.txt').absolute()}")
