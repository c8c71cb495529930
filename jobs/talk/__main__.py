"""Runs the claims that are named, or all, and writes the report; jobs/talk.sh calls it in the directory of the results.

    python -m talk --program NNFT --scale 1 [--measured] [--launch mpiexec -n 2] [CLAIM …]

With --measured nothing is run: the verdicts are made again of the files that are there.
"""

import argparse
import importlib
import sys
import time

from . import report
from .runner import Files, Runner

# In the order of the talk; what a module measures is its first line.
MODULES = ("first_nnft", "generating_functional", "duality", "gaussian_limit", "width_powers", "central_limit", "independence_breaking",
           "generating_series", "edgeworth", "couplings", "strength_couplings", "source_field", "cosnet_action", "deformation", "phi4", "symmetries")


def arguments(words):
    launch = []
    if "--launch" in words:
        at = words.index("--launch")
        end = words.index("--", at) if "--" in words[at:] else len(words)
        launch, words = words[at + 1:end], words[:at] + words[end + 1:]
    parser = argparse.ArgumentParser(prog="talk")
    parser.add_argument("--program", required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--measured", action="store_true")
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help=", ".join(MODULES))
    known = parser.parse_args(words)
    unknown = [name for name in known.claims if name not in MODULES]
    if unknown:
        parser.error(f"expected claims among {', '.join(MODULES)}, got {', '.join(unknown)}")
    return known, launch


def main(words):
    options, launch = arguments(words)
    runner, files, sections = Runner(options.program, launch, ".", options.scale), Files("."), []
    for name in [m for m in MODULES if m in options.claims or not options.claims]:
        module = importlib.import_module(f"talk.{name}")
        title = module.__doc__.splitlines()[0]
        print(f"\n== {name}: {title}", flush=True)
        begin = time.monotonic()
        if not options.measured:
            module.run(runner)
        section = report.Section(name, title, module.claims(files), time.monotonic() - begin)
        sections.append(section)
        print(report.section_text(section), flush=True)
    report.write(sections, files)
    return 1 if any(c.verdict.kind == "not decided" for s in sections for c in s.claims) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
