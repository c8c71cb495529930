"""Feynman diagrams of `nnft action --diagrams --pictures`, each with its symmetry factor and what it contributes to the action."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline

from . import style
from .style import NothingToDraw

RADIUS, LEG, COLUMNS, CELL = 0.25, 0.5, 3, 1.0
MOST = 24  # in one picture
LABEL = re.compile(r"order (\d+), (\d+) legs?, symmetry factor (\d+), in S ([+-][\d/]+)")


@dataclass
class Diagram:
    order: int
    legs: int
    factor: int  # symmetry factor
    share: str  # in S: "-1/24"
    vertices: dict  # name: label
    lines: Counter  # pairs of different vertices, with how many lines are between them
    loops: Counter  # vertex: lines from it to itself
    external: Counter  # vertex: external legs


def read(path):
    """A diagram from its .dot file."""
    text = Path(path).read_text()
    found = LABEL.search(text)
    if not found:
        raise ValueError(f"{path}: expected a diagram of `nnft action --diagrams --pictures`")
    vertices = dict(re.findall(r'^\s*(v\d+) \[label="(G\d+)"\]', text, re.MULTILINE))
    lines, half_loops, external = Counter(), Counter(), Counter()
    for a, b in re.findall(r"(v\d+) -- (\w+)", text):
        if b.startswith("v"):
            lines[(a, b)] += 1
        elif b.startswith("l"):
            half_loops[a] += 1
        else:
            external[a] += 1
    loops = Counter({v: n // 2 for v, n in half_loops.items()})
    return Diagram(int(found[1]), int(found[2]), int(found[3]), found[4], vertices, lines, loops, external)


def read_directory(directory):
    return sorted((read(path) for path in sorted(Path(directory).glob("*.dot"))), key=lambda d: (d.order, d.legs))


def diagrams_figure(diagrams):
    """A table of diagrams: below each its symmetry factor and its share in S."""
    if not diagrams:
        raise NothingToDraw("expected diagrams, there are none")
    rows = -(-len(diagrams) // COLUMNS)
    figure = style.Figure(figsize=(style.COLUMN, CELL * rows + 0.2), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.01, wspace=0.0, hspace=0.0)
    figure.suptitle("symmetry factor: factor in $S$", fontsize=7)
    cells = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for cell in cells:
        cell.set(xlim=(-1.5, 1.5), ylim=(-1.55, 1.35), aspect="equal")
        cell.axis("off")
    for cell, diagram in zip(cells, diagrams):
        draw(cell, diagram)
        cell.text(0, -1.4, f"{diagram.factor}: ${diagram.share}$", ha="center", va="center", fontsize=7)
    return figure


def draw(axis, diagram):
    names = list(diagram.vertices)
    around = np.pi * np.array([1.0, 0.0] if len(names) == 2 else 0.5 + 2 * np.arange(len(names)) / len(names))
    spread = 0.0 if len(names) == 1 else 0.6 if len(names) == 2 else 0.65
    lower = 0.1 if len(names) > 2 else 0.0
    at = {name: spread * np.array([np.cos(a), np.sin(a)]) - [0, lower] for name, a in zip(names, around)}
    for (a, b), count in diagram.lines.items():
        for k in range(count):
            _line(axis, at[a], at[b], 0.55 * (k - (count - 1) / 2))
    for name, angle in zip(names, around):
        _outside(axis, at[name], angle, len(names), diagram.loops[name], diagram.external[name])
        axis.add_patch(Circle(at[name], RADIUS, facecolor="#d9d9d9", edgecolor="black", linewidth=0.7, zorder=3))
        label = diagram.vertices[name]
        axis.text(*at[name], f"${label[0]}_{label[1:]}$", ha="center", va="center", fontsize=7, zorder=4)


def _curve(axis, points, codes):
    axis.add_patch(PathPatch(Outline(points, codes), facecolor="none", edgecolor=style.COLOURS[0], linewidth=1.0, zorder=1))


def _line(axis, a, b, bend):
    """An internal line, bent to one side so that several can be told apart."""
    along = b - a
    side = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    _curve(axis, [a, a + along / 4 + bend * side, b - along / 4 + bend * side, b], [Outline.MOVETO] + [Outline.CURVE4] * 3)


def _outside(axis, centre, outward, vertices, loops, legs):
    """Self-loops and external legs, spread over the side that looks away from the other vertices."""
    count = loops + legs
    room = 2 * np.pi * (count - 1) / max(count, 1) if vertices == 1 else min(np.pi * 1.15, (count - 1) * np.pi / 3)
    start = outward if vertices > 1 else np.pi / 2
    angles = start + (np.linspace(-room / 2, room / 2, count) if count > 1 else np.zeros(count))
    # Loops are wider than legs: they stand between them.
    kinds = ["leg"] * (legs // 2) + ["loop"] * loops + ["leg"] * (legs - legs // 2)
    for kind, angle in zip(kinds, angles):
        if kind == "leg":
            end = centre + (RADIUS + LEG) * np.array([np.cos(angle), np.sin(angle)])
            axis.plot(*zip(centre, end), color="black", linewidth=1.0, zorder=1)
        else:
            half, reach = np.pi / 5.5, RADIUS + 0.75
            sides = [centre + reach * np.array([np.cos(angle + s * half), np.sin(angle + s * half)]) for s in (-1, 1)]
            _curve(axis, [centre, *sides, centre], [Outline.MOVETO] + [Outline.CURVE4] * 3)
