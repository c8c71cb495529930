"""The file that `nnft correlators --draw` writes, and the files of couplings that it reads: coordinates, refused points, chains that cannot
be trusted, bits on any number of ranks, commands and damage refused by name."""

import os
import sys
from pathlib import Path

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(Path(os.environ["NNFT_SOURCE_DIR"]) / "tests" / "support"))

from action_files import NNFT, run, correlators, tuples, write_action, one_point, by_quadrature, pulls_of

SMALL = bool(os.environ.get("NNFT_SMALL"))  # a tenth of the draws, for slow programs, and couplings further off

# The file: both engines, coordinates, refused points; a double well that is too deep is warned of.
axes = {"width": [4.0, 8.0, 16.0], "strength": [0.0]}
quartic = np.array([[0.1, 0, 0.02, 0, 0.1], [0.1, 0, -0.1, 0, 0.1], [np.nan, 0, 0, 0, 1]]).reshape(1, 3, 1, 5)
write_action("mixed.h5", {2: np.tile([0.5, 0.1, 0.5], (1, 3, 1, 1)), 4: quartic}, axes=axes)
told = correlators("mixed.h5", "--draw=1e5", "-o", "mixed_drawn.h5", "--seed=3")
assert "width 8, strength 0: REFUSED: the action is not bounded below: its highest form, g4 phi^4, is -0.1 along phi = (0.7071" in told, told
assert "width 16, strength 0: REFUSED: g4 has couplings that are not finite" in told and "width 4, strength 0: 100096 fields" in told
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset("mixed_drawn.h5", engine=engine) as ds:
        ds.load()
    assert dict(ds.sizes) == {"order": 1, "width": 3, "strength": 1, "site": 2, "component": 1, "pair": 3, "quad": 5, "draw_observable": 3}
    assert ds.attrs["kind"] == "correlators" and ds.attrs["method"] == "draw" and "quad_l" in ds.G4c.coords
    assert np.isfinite(ds.G4c[0, 0]).all() and np.isnan(ds.G4c[0, 1:]).all() and list(ds.samples[0, :, 0]) == [100096, 0, 0]
with xarray.open_dataset("mixed_drawn.h5", engine="h5netcdf", group="provenance") as ds:
    assert ds.attrs["seed"] == "3" and ds.attrs["action_file"] == "mixed.h5" and "end" in ds.attrs
assert "of kind correlators; its tables" in run(NNFT, "show", "mixed_drawn.h5")
write_action("deep.h5", one_point({degree: [strength * (len(set(sites)) == 1) for sites in tuples(4, degree)] for degree, strength in ((2, -200.0), (4, 100.0))}))
told = correlators("deep.h5", "--draw=1e4", "-o", "deep_drawn.h5")
assert "WARNING: chains" in told and "cannot be trusted" in told, told
with h5py.File("deep_drawn.h5") as file:
    assert file["trusted"][0, 0, 0] == 0 and file["split_rhat"][0, 0, 0].max() > 1.5
# Chains of two samples tell nothing of autocorrelation: tau_int may come out negative, and there is no split R-hat.
write_action("gaussian.h5", one_point({2: [0.5]}))
told = correlators("gaussian.h5", "--draw=4", "--blocks=2", "--orders=2", "--seed=5", "-o", "gaussian_drawn.h5")
assert "WARNING: chains of 2 samples are shorter than 50 tau_int" in told, told
with h5py.File("gaussian_drawn.h5") as file:
    assert file["trusted"][0, 0, 0] == 0
# A truncated series whose lowest place is far from 0, behind a barrier of 14: chains that start at 0 alone would never know.
far = {2: [0.5], 4: [-0.005], 6: [1e-5]}
truth = by_quadrature(far, 1, (2, 4), 25.0)
for factor in (1.0, 1.07 if SMALL else 1.02):
    write_action("far.h5", one_point({2: [0.5 * factor], 4: far[4], 6: far[6]}))
    told = correlators("far.h5", "--draw=1e5" if SMALL else "--draw=1e6", "--orders=2 4", "-o", "drawn.h5", "--fresh")
    pulls = np.abs(pulls_of("drawn.h5", truth))
    assert "lowest action found: S = -3" in told and (pulls < 4).all() if factor == 1.0 else (pulls > 10).all(), (told, pulls)
write_action("valley.h5", one_point({2: [1.0, 0.0, 1.0], 4: [1e13 + 200, -1e13, 1e13, -1e13, 1e13 + 200]}))
told = correlators("valley.h5", "--draw=1e4", status=3)
assert "REFUSED: the terms of the action cancel so much that S is rounded by" in told, told

# Bits: ranks, blocks that fill no batch, other seeds.
write_action("bits.h5", {2: np.tile([-0.5, 0.1, 0.5], (1, 3, 1, 1)), 4: np.tile([0.1, 0, 0.02, 0, 0.1], (1, 3, 1, 1))}, axes=axes)
digests = set()
for ranks in (1, 3) if SMALL else (1, 2, 3, 4):
    correlators("bits.h5", "--draw=2e4", "--blocks=37", "-o", "bits_drawn.h5", "--fresh", ranks=ranks)
    digests.add(run(NNFT, "show", "--digest", "bits_drawn.h5").split()[0])
assert len(digests) == 1, digests
correlators("bits.h5", "--draw=2e4", "--blocks=37", "--seed=2", "-o", "bits_drawn.h5", "--fresh")
assert run(NNFT, "show", "--digest", "bits_drawn.h5").split()[0] not in digests

# What is refused is said once, on two ranks, too.
write_action("strength.h5", {2: np.full((2, 1, 1, 1), 0.5), 4: np.full((2, 1, 1, 1), 0.1)}, attributes={"expanded_in": "strength"})
write_action("fall.h5", one_point({2: [0.5], 4: [-0.25]}))
told = correlators("fall.h5", "--draw=1e4", "-o", "none.h5", status=3)
assert told.count("is -0.25 along phi = (1)") == 1 and told.count("no scan point has an action that can be drawn from") == 1, told
for message, *words in (
    ("exists already", "bits.h5", "--draw=1e4", "-o", "bits_drawn.h5"),
    ("expected one file of couplings, got 0", "--draw=10"),
    ("--draw: expected a whole number from 1 to 1e12, got '-3'", "bits.h5", "--draw", "-3"),
    ("--blocks: expected a whole number from 2 to 65536, got '1'", "bits.h5", "--draw=10", "--blocks=1"),
    ("--orders: expected some of 2 4 6 8, got", "bits.h5", "--draw=10", "--orders=3"),
    ("--order: expected an order that the file has, 0 to 0, got 1", "bits.h5", "--draw=10", "--order=1"),
    ("--at: the couplings are expanded in 1/N", "bits.h5", "--draw=10", "--at=1"),
    ("expected --at x, the value of strength", "strength.h5", "--draw=10"),
    ("--field.width: not an option of nnft correlators", "bits.h5", "--draw=10", "--field.width=8"),
):
    told = correlators(*words, status=2, ranks=0)
    assert told.count(message) == 1, (message, told)


def damaged(change):
    write_action("damaged.h5", {2: np.tile([0.5, 0.1, 0.5], (2, 1, 1, 1)), 4: np.tile([0.1, 0, 0, 0, 0.1], (2, 1, 1, 1))},
                 {2: (np.ones((1, 1, 3)), np.ones((1, 1, 3)))})
    with h5py.File("damaged.h5", "a") as file:
        change(file)


def replace(name, values, dimensions=()):
    def change(file):
        del file[name]
        file.create_dataset(name, data=np.asarray(values))
        for place, dimension in enumerate(dimensions):
            file[name].dims[place].attach_scale(file[dimension])
    return change


def truncate():
    write_action("damaged.h5", one_point({2: [0.5]}))
    os.truncate("damaged.h5", os.path.getsize("damaged.h5") // 2)


for message, change in (
    ("has no variable g2", lambda file: file.__delitem__("g2")),
    ("expected a file of couplings (root attribute kind = action), got kind = fit", lambda file: file.attrs.__setitem__("kind", "fit")),
    ("expected a file of couplings (root attribute kind = action), got none", lambda file: file.attrs.__delitem__("kind")),
    ("has format version 9", lambda file: file.attrs.__setitem__("nnft_format", "9")),
    ("attribute expanded_in: expected 1/N or one of the scan axes of g2, got alpha", lambda file: file.attrs.__setitem__("expanded_in", "alpha")),
    ("g2: its dimension 0 has no dimension scale", replace("g2", np.zeros((2, 1, 1, 3)))),
    ("g2: expected dimensions (order, width, strength, …, pair), got (width, strength, pair)",
     replace("g2", np.zeros((1, 1, 3)), ["width", "strength", "pair"])),
    ("g2: expected float64", replace("g2", np.zeros((2, 1, 1, 3), "f4"), ["order", "width", "strength", "pair"])),
    ("g4: expected dimensions (order, width, strength, quad), got (order, strength, width, quad)",
     replace("g4", np.zeros((2, 1, 1, 5)), ["order", "strength", "width", "quad"])),
    ("G2c_err: expected dimensions (width, strength, pair), got (pair, strength, width)", replace("G2c_err", np.zeros((3, 1, 1)), ["pair", "strength", "width"])),
    ("quad_j: expected sorted tuples in lexicographic order, 0 at place 0, got 1", replace("quad_j", [1, 0, 0, 1, 1], ["quad"])),
    ("order: expected 0, 1, …, got 3 at place 1", lambda file: file["order"].__setitem__(1, 3)),
    ("g2: attribute CLASS: expected one text of fixed length, got something else", lambda file: file["g2"].attrs.__setitem__("CLASS", 3.0)),
    ("cannot be opened", None),
    ("damaged.h5", truncate),
):
    if change is truncate:
        truncate()
    elif change:
        damaged(change)
    elif os.path.exists("damaged.h5"):
        os.remove("damaged.h5")
    told = correlators("damaged.h5", "--draw=1e3", "-o", "none.h5", status=3, ranks=0)
    assert told.count(message) == 1 and "damaged.h5" in told, (message, told)
write_action("pairs.h5", {2: np.zeros((1, 1, 1, 3)), 4: np.zeros((1, 1, 1, 5))})
with h5py.File("pairs.h5", "a") as file:
    for name in ("g2", "pair", "pair_i", "pair_j"):
        del file[name]
    file.create_dataset("pair", data=np.arange(4))
    file["pair"].make_scale("pair")
    file.create_dataset("g2", data=np.zeros((1, 1, 1, 4)))
    for place, dimension in enumerate(("order", "width", "strength", "pair")):
        file["g2"].dims[place].attach_scale(file[dimension])
assert "g2: expected S(S + 1)/2 pairs of S sites, got 4 along the dimension pair" in correlators("pairs.h5", "--draw=10", status=3, ranks=0)
assert not os.path.exists("none.h5")
