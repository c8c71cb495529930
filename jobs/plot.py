#!/usr/bin/env python3
"""Draws every picture that suits files of nnft, as PNG and PDF, and on request a page of them.

    plot.py FILE… [-o DIRECTORY] [--html PAGE]

FILE: a result of `nnft sample`, `exact`, `fit`, `action` or `correlators`, or a directory that `nnft action --diagrams --pictures` wrote. Files
of one theory are drawn together: a sampled file with its exact one and with its fits, boxes of several sizes in one Binder picture.
"""

import argparse
import sys
from pathlib import Path

import h5py

from nnft_results import Results
from plots import diagrams, style
from plots.gallery import KINDS, Gallery
from plots.page import Page


class BadInput(Exception):
    pass


def opened(path):
    if not Path(path).is_file():
        raise BadInput(f"{path}: no such file")
    if not h5py.is_hdf5(path):
        raise BadInput(f"{path}: not a file of nnft")
    with h5py.File(path, "r") as file:
        kind = file.attrs.get("kind") if "nnft_format" in file.attrs else None
    if kind not in KINDS:
        raise BadInput(f"{path}: expected a file of nnft of kind {', '.join(KINDS)}, got {kind or 'another kind of HDF5 file'}")
    return Results(path)


def diagrams_of(directory):
    found = diagrams.read_directory(directory)
    if not found:
        raise BadInput(f"{directory}: expected diagrams (.dot) of `nnft action --diagrams --pictures`, there are none")
    return found


def draw(options):
    directories = [path for path in options.files if Path(path).is_dir()]
    files = [opened(path) for path in options.files if path not in directories]
    gallery = Gallery(files, [d for directory in directories for d in diagrams_of(directory)])
    Path(options.output).mkdir(parents=True, exist_ok=True)
    page = Page("Pictures of nnft files")
    for picture in gallery.pictures():
        paths = style.save(picture.figure, options.output, picture.stem)
        print("\n".join(map(str, paths)))
        page.picture(paths[0], picture.caption)
    if options.html:
        page.heading("Provenance")
        page.provenance(files)
        page.write(options.html)
        print(options.html)
    if gallery.undrawn():
        raise BadInput("\n".join(gallery.undrawn().values()))


def main(words):
    parser = argparse.ArgumentParser(prog="plot.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("-o", "--output", default=".", metavar="DIRECTORY", help="where pictures go; made if it is not there")
    parser.add_argument("--html", metavar="PAGE", help="one self-contained page of all pictures and what made the files")
    try:
        draw(parser.parse_args(words))
    except (BadInput, OSError) as problem:
        for line in str(problem).splitlines():
            print(f"plot.py: {line}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
