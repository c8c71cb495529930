"""One self-contained page of tables, pictures and provenance: no scripts, nothing from elsewhere."""

import base64
import html
import io
from dataclasses import dataclass
from pathlib import Path

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fdfdfd; --rule: #c8c8c8; --faint: #f0f0f0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e4; --paper: #1c1c1c; --rule: #555; --faint: #2a2a2a; } }
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.2em; border-bottom: 1px solid var(--rule); }
p { max-width: 46rem; white-space: pre-line; }
.table { overflow-x: auto; margin: 1em 0; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.25em 0.7em; border-bottom: 1px solid var(--rule); overflow-wrap: break-word;
         max-width: 26em; }
th { background: var(--faint); } th.number { text-align: right; }
td.number { text-align: right; white-space: nowrap; max-width: none; }
.holds, .factor, .fails, .undecided { border-left: 5px solid; font-weight: 600; }
.holds { border-left-color: #009E73; } .factor { border-left-color: #E69F00; }
.fails { border-left-color: #D55E00; } .undecided { border-left-color: #888; }
p.verdict { padding-left: 0.6em; } pre.formula { font-size: 0.95rem; max-width: 46rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1em 1.5em; align-items: flex-start; }
figure { margin: 1em 0; width: min(100%, 27rem); break-inside: avoid; }
figure img { width: 100%; background: white; border: 1px solid var(--rule); box-sizing: border-box; }
figcaption { font-size: 0.85rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.75rem; background: var(--faint); padding: 0.6em;
      max-height: 24em; overflow-y: auto; }
summary { cursor: pointer; font-size: 0.85rem; }
@media print { :root { --ink: black; --paper: white; --rule: #999; --faint: #f4f4f4; } body { font-size: 10pt; max-width: none; margin: 0; }
  .table { overflow: visible; } table { font-size: 8pt; } tr { break-inside: avoid; } pre { max-height: none; }
  details::details-content { content-visibility: visible; block-size: auto; } h2, h3 { break-after: avoid; } }
"""

KINDS = {"holds": "holds", "another factor": "factor", "fails": "fails", "not decided": "undecided", "number": "number", "": ""}


@dataclass
class Cell:
    """A cell of a table. @param kind: that of a verdict, `number` for what is aligned to the right, or nothing."""

    text: str
    kind: str = ""


def attribute(results, name):
    try:
        return results.provenance(name)
    except KeyError:
        return ""


class Page:
    def __init__(self, title):
        self.title, self._parts, self._row = title, [], []

    def _add(self, part):
        self._end_row()
        self._parts.append(part)

    def _end_row(self):
        """Pictures that follow each other stand side by side."""
        if self._row:
            self._parts.append('<div class="pictures">\n' + "\n".join(self._row) + "\n</div>")
            self._row = []

    def heading(self, text, level=2):
        self._add(f"<h{level}>{html.escape(text)}</h{level}>")

    def text(self, paragraph):
        self._add(f"<p>{html.escape(paragraph)}</p>")

    def formula(self, text):
        """As it is, in a box of its own."""
        self._add(f'<pre class="formula">{html.escape(text)}</pre>')

    def verdict(self, text, kind):
        """@param kind that of a Cell."""
        self._add(f'<p class="verdict {KINDS[kind]}">{html.escape(text)}</p>')

    def table(self, header, rows):
        """Cells are texts or `Cell`."""
        numbers = [all(isinstance(cell, Cell) and cell.kind == "number" for row in rows for cell in row[k:k + 1]) for k in range(len(header))]
        head = "".join(('<th class="number">' if n else "<th>") + html.escape(h) + "</th>" for h, n in zip(header, numbers))
        self._add('<div class="table"><table>\n<thead><tr>' + head + "</tr></thead>\n<tbody>\n" +
                  "\n".join("<tr>" + "".join(map(self._cell, row)) + "</tr>" for row in rows) + "\n</tbody></table></div>")

    @staticmethod
    def _cell(cell):
        cell = cell if isinstance(cell, Cell) else Cell(str(cell))
        kind = KINDS[cell.kind]
        return (f'<td class="{kind}">' if kind else "<td>") + html.escape(cell.text) + "</td>"

    def picture(self, picture, caption):
        """@param picture a matplotlib figure, or the path of a PNG or SVG."""
        if hasattr(picture, "savefig"):
            buffer = io.BytesIO()
            picture.savefig(buffer, format="png", dpi=220)
            kind, data = "png", buffer.getvalue()
        else:
            path = Path(picture)
            kind, data = "svg+xml" if path.suffix == ".svg" else "png", path.read_bytes()
        text, source = html.escape(caption), f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        self._row.append(f'<figure><img alt="{text}" src="{source}"><figcaption>{text}</figcaption></figure>')

    def provenance(self, files):
        """What made each of the files, in a table, and their configs. @param files Results"""
        rows = []
        for results in files:
            hours, networks = attribute(results, "core_hours"), attribute(results, "networks") if results.kind == "sample" else ""
            rows.append([Path(results.path).name, str(results.kind), attribute(results, "command"), attribute(results, "git_revision"),
                         Cell(attribute(results, "ranks"), "number"), attribute(results, "simd"), Cell(networks, "number"),
                         Cell(f"{float(hours):.2g}" if hours else "", "number"), attribute(results, "end")])
        self.table(["file", "kind", "command", "git revision", "ranks", "SIMD", "networks per point", "core-hours", "end (UTC)"], rows)
        for results in files:
            config = attribute(results, "config")
            if config:
                self._add(f"<details><summary>config of {html.escape(Path(results.path).name)}</summary><pre>{html.escape(config)}</pre></details>")

    def write(self, path):
        self._end_row()
        title = html.escape(self.title)
        head = f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{STYLE}</style>'
        body = "\n".join([f"<h1>{title}</h1>", *self._parts])
        Path(path).write_text(f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n', encoding="utf-8")
