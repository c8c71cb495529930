"""jobs/plot.py draws every kind of file: each expected picture is there as PNG of one column and as PDF, axes and legends say what is drawn, errors
are drawn, and the page needs nothing from elsewhere. What the pictures compute is checked against the files. Bad input is refused by name."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

SOURCE = Path(os.environ["NNFT_SOURCE_DIR"])
sys.path[:0] = [str(SOURCE / "tests" / "support"), str(SOURCE / "jobs")]

from matplotlib.container import ErrorbarContainer

from nnft_results import Results
from plots import autocorrelation, binder, coupling, diagrams, pulls, series, strength, style
from plots.gallery import Gallery
from plots.page import Cell, Page
from program import NNFT, must_fail, run

SITES = "[sites]\npoints = 0.2; 0.9\n"
RUN = "[measure]\njackknife = all\n{more}[run]\nnetworks = {networks}\nblocks = 16\nslice = 32\n"
NETS = "[field]\narchitecture = cos\nwidth = {width}\n" + SITES
RING = "[deformation]\nkind = weight-ring\nstrength = -0.2 0 0.2\n"
BOX = """[field]
architecture = free-scalar
width = {width}
cutoff = 2
""" + SITES + """[deformation]
kind = field-operator
strength = {strength}
mu2 = {mu2}
box = {box}
nodes = 6
"""


def make(command, config, output, *options):
    Path("job.ini").write_text(config)
    run(NNFT, command, "job.ini", "-o", output, "--fresh", *options)


def make_files():
    nets = NETS.format(width="4 8 16") + RUN.format(networks=16384, more="histogram = 0\nhistogram-range = 3\nhistogram-bins = 24\n")
    ring = NETS.format(width="8") + RING + RUN.format(networks=16384, more="")
    box = BOX.format(width="20 40 80 inf", strength="0.5 1 4", mu2="0", box=2) + RUN.format(networks=4096, more="")
    make("sample", nets, "cos.h5")
    make("exact", nets, "cos.exact.h5")
    run(NNFT, "fit", "cos.h5", "-o", "cos.fit.h5")
    run(NNFT, "action", "cos.h5", "--density", "0", "-o", "cos.action.h5")
    run(NNFT, "correlators", "cos.action.h5", "-o", "cos.back.h5")
    make("sample", ring, "ring.h5")
    make("exact", ring, "ring.exact.h5")
    make("sample", box, "box.h5")
    make("exact", box.replace("20 40 80 inf", "inf"), "box.series.h5", "--perturbation")
    run(NNFT, "fit", "box.h5", "--leading-power", "0", "-o", "box.fit.h5")
    for side in (2, 3):
        make("sample", BOX.format(width="inf", strength="10", mu2="1 4", box=side) + RUN.format(networks=4096, more=""), f"wells{side}.h5")
    run(NNFT, "action", "wells2.h5", "--sites", "0", "-o", "wells.action.h5")
    run(NNFT, "correlators", "wells.action.h5", "--draw", "4096", "--blocks", "16", "-o", "drawn.h5")
    run(NNFT, "action", "--diagrams", "--order", "2", "--pictures", "diagrams")


# Files that are drawn together, their pictures, and texts that the picture must have.
SETS = (
    (("cos.h5", "cos.exact.h5", "cos.fit.h5", "cos.action.h5"), {
        "cos_G2c_width": ("$|G_c^{(2)}|$", "$N$", "exact"),
        "cos_G4c_width": ("$|G_c^{(4)}|$", "$N$", "0 0 0 0", "exact", "fit", "off the exact\nvalue (%)"),
        "cos_pulls": ("pull (standard errors)", "unit normal"),
        "cos.action_couplings": ("$|g_4|$(0 0 0 0)", "through order 1", "negative", "$N$"),
        "cos.action_density_0_width4": (r"$P(\phi)$", r"$\phi$", "Gaussian", "through $1/N$", "histogram", "site 0, $N = 4$"),
        "cos.action_density_0_width16": ("site 0, $N = 16$",),
    }),
    (("cos.back.h5",), {"cos.back_G2c_width": ("0 0",), "cos.back_G4c_width": ("0 0 0 0",)}),
    (("cos.fit.h5",), {"cos.fit_G4c_width": ("fit", "off the\nseries (%)")}),
    (("ring.h5", "ring.exact.h5"), {
        "ring_G2c_strength": (r"$\alpha$",), "ring_G4c_strength": (r"$\alpha$", "exact", "pull"), "ring_pulls": ("unit normal",)}),
    (("box.h5", "box.series.h5", "box.fit.h5"), {
        "box_G2c_limit": ("$1/N$",), "box_G4c_limit": ("$1/N$", "$G_c^{(4)}$(0 0 0 0)", r"$\lambda = 4$", "fit"),
        "box_coupling": (r"$\lambda$", r"to $\lambda$", r"to $\lambda^2$", r"$N = \infty$"), "box_chains": (r"$\rho$", r"$\tau_\mathrm{int}$ (samples)", "$V$")}),
    (("wells2.h5", "wells3.h5"), {
        "wells2_binder": (r"$\mu^2$", "$L = 2$", "$L = 3$"), "wells2_chains": (r"$n_\mathrm{eff}/n$",), "wells3_chains": ()}),
    (("drawn.h5",), {"drawn_chains": ("$S$", r"$\mu^2$")}),
)


def texts(figure):
    found = set()
    for axis in figure.axes:
        found |= {axis.get_xlabel(), axis.get_ylabel()} | {text.get_text() for text in axis.texts}
        if axis.get_legend():
            found |= {text.get_text() for text in axis.get_legend().get_texts()} | {axis.get_legend().get_title().get_text()}
    return found


def check_texts(figure, expected):
    assert set(expected) <= texts(figure), (set(expected) - texts(figure), texts(figure))


def check_errors(figure):
    """Every figure has error bars of a length."""
    bars = [bar for axis in figure.axes for bar in axis.containers if isinstance(bar, ErrorbarContainer)]
    lengths = [np.ptp(segment[:, 1]) for bar in bars for lines in bar.lines[2] for segment in lines.get_segments()]
    assert bars and max(lengths, default=0.0) > 0, "no errors are drawn"


def check_files(directory, stem):
    png, pdf = (Path(directory, f"{stem}.{kind}").read_bytes() for kind in ("png", "pdf"))
    width, height = struct.unpack(">II", png[16:24])
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and width == round(300 * style.COLUMN) and height > 300, (width, height)
    assert pdf[:5] == b"%PDF-" and b"%%EOF" in pdf[-10:]


def check_self_contained(text, pictures):
    sources = re.findall(r'src="([^"]*)"', text)
    assert len(sources) == pictures and all(s.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,")) for s in sources), len(sources)
    rest = re.sub(r'src="[^"]*"', "", text)
    assert not re.search(r"https?:|//|<script|<link|@import|url\(|href", rest), re.search(r".*(https?:|//|<script|<link|@import|url\(|href).*", rest)
    assert "git revision" in rest and "core-hours" in rest and "[field]" in rest


def plot(*words, status=0):
    return run(sys.executable, str(SOURCE / "jobs" / "plot.py"), *words, status=status)


def check_pictures():
    for names, expected in SETS:
        figures = {p.stem: p.figure for p in Gallery([Results(n) for n in names]).pictures()}
        assert set(figures) == set(expected), (names, set(figures) ^ set(expected))
        for stem, wanted in expected.items():
            check_texts(figures[stem], wanted)
            check_errors(figures[stem])
    must_fail(check_texts, figures["drawn_chains"], ("$G$",))
    must_fail(check_errors, style.panels(2.0)[0])


def check_numbers():
    """What pictures compute themselves."""
    fit, ring, box = series.Series("cos.fit.h5"), Results("ring.h5"), Results("box.h5")
    best = int(np.nanargmax(fit.file["weight"][:, 0, 0]))
    value, error = fit.curve((0, 0, 0, 0), {"strength": 0.0}, np.array([4.0, 8.0, 16.0]), 0.0)
    np.testing.assert_allclose(value, fit.file["fitted"][best, :, 0], rtol=1e-12)
    assert (error > 0).all() and (error < fit.file["value_err"][:, 0] * 1.5).all()
    # Common draws: the error of the difference is far below that of its parts.
    moved, start = ({"strength": s, "width": 8.0} for s in (0.2, 0.0))
    value, error = strength.shift(ring, "G4c", (0, 0, 1, 1), moved, start)
    assert 0 < error < 0.5 * ring.estimate("G4c", (0, 0, 1, 1), **moved)[1], error
    assert value == ring.number("G4c", (0, 0, 1, 1), **moved) - ring.number("G4c", (0, 0, 1, 1), **start)
    # The autocorrelation function adds up to the time that the file has.
    point = {"width": np.inf, "strength": 4.0, "mu2": 0.0}
    for k, (name, _, column) in enumerate(autocorrelation.OBSERVABLES):
        window = int(box.at("tau_int_window", **point)[k])
        lags, rho, error = autocorrelation.autocorrelation(box, name, column, point)
        assert rho[0] == 1 and error[0] < 1e-12 and (error[1:] > 0).all()
        if window < len(lags):
            assert abs(0.5 + rho[1:window + 1].sum() - box.at("tau_int", **point)[k]) < 0.05, (name, rho, box.at("tau_int", **point)[k])
    # Orders in λ reproduce the file that they come from.
    known = Results("box.series.h5")
    c = coupling.expansion(known, "G4c", (0, 0, 0, 0), width=np.inf, mu2=0.0)
    assert abs(c[0]) < 1e-12 and c[1] < 0 < c[2] and abs(c[1] * 4 + c[2] * 16 - known.number("G4c", (0, 0, 0, 0), strength=4.0)) < 1e-12
    x, flat = np.array([0.0, 1.0, 2.0]), np.array([0.5, 0.5, 0.5])
    where, error = binder.crossing(x, (np.array([0.0, 0.25, 1.25]), 0.1 * np.ones(3)), (flat, np.zeros(3)))
    assert abs(where - 1.25) < 1e-12 and abs(error - 0.1 * np.hypot(0.75, 0.25)) < 1e-12, (where, error)
    figure = pulls.pulls_figure([0.1, -0.2, 1.3, 700.0], "numbers")
    check_texts(figure, ("3 numbers, rms 0.76", "1 beyond ±5"))
    check_errors(figure)


def check_diagrams(found):
    """Every vertex has as many lines as its correlator has legs, and factors are those of the diagrams of first order."""
    for d in found:
        for vertex, label in d.vertices.items():
            ends = d.external[vertex] + 2 * d.loops[vertex] + sum(n for pair, n in d.lines.items() if vertex in pair)
            assert ends == int(label[1:]), (d, vertex)
    assert sorted((d.legs, d.factor, d.share) for d in found if d.order == 1) == [(0, 8, "-1/8"), (2, 4, "+1/4"), (4, 24, "-1/24")]


def check_page():
    page = Page("A <page>")
    page.heading("Verdicts", 2)
    page.text("one & two")
    page.table(["claim", "verdict", "pull"], [["1", Cell(kind, kind), Cell("+0.1", "number")] for kind in ("holds", "another factor", "fails", "not decided")])
    page.picture(pulls.pulls_figure([0.5, -0.5], "numbers"), "pulls")
    page.picture(Path("out/cos_pulls.png"), "pulls of a file")
    page.provenance([Results("cos.h5"), Results("cos.fit.h5"), Results("drawn.h5")])
    page.write("own.html")
    text = Path("own.html").read_text()
    check_self_contained(text, 2)
    must_fail(check_self_contained, text.replace("</body>", '<img src="picture.png"></body>'), 3)
    must_fail(check_self_contained, text.replace("</body>", "<p>https://example.org</p></body>"), 2)
    assert "A &lt;page&gt;" in text and "one &amp; two" in text
    for kind in ("holds", "factor", "fails", "undecided"):
        assert f'<td class="{kind}">' in text


def check_refusals():
    Path("text.h5").write_text("no HDF5")
    with h5py.File("foreign.h5", "w") as file:
        file["x"] = 1.0
    make("sample", NETS.format(width="8") + RUN.format(networks=512, more=""), "single.h5")
    Path("empty").mkdir()
    for words, message in ((("absent.h5",), "absent.h5: no such file"), (("text.h5",), "text.h5: not a file of nnft"),
                           (("foreign.h5",), "foreign.h5: expected a file of nnft"), (("single.h5",), "single.h5: nothing to draw"),
                           (("empty",), "empty: expected diagrams")):
        told = plot(*words, "-o", "refused", status=2)
        assert f"plot.py: {message}" in told and "Traceback" not in told, told


make_files()
check_pictures()
check_numbers()
drawn = plot("cos.h5", "cos.exact.h5", "cos.fit.h5", "cos.action.h5", "diagrams", "-o", "out", "--html", "page.html")
stems = [*SETS[0][1], "diagrams_order1", "diagrams_order2"]
for name in stems:
    check_files("out", name)
    assert f"{name}.png" in drawn and f"{name}.pdf" in drawn, drawn
check_self_contained(Path("page.html").read_text(), len(stems))
found = diagrams.read_directory("diagrams")
check_diagrams(found)
must_fail(check_diagrams, found[1:])
check_page()
check_refusals()
print(f"{len(stems)} pictures drawn, {sum(len(e) for _, e in SETS)} looked into")
