"""Files of `nnft sample`, `exact`, `fit`, `action` and `correlators` by the names of src/io/FORMAT.md."""

import math

import h5py
import numpy as np

DIMENSIONS = {2: "pair", 4: "quad", 6: "sextet", 8: "octet"}
AXES = ("width", "strength", "mu2", "strength2", "strength3")


class Results:
    """An open file. A scan point is given by the values of its axes: at("G4c", width=8, strength=0.5); an axis of length 1 may be left out."""

    def __init__(self, path):
        self.path = str(path)
        self.file = h5py.File(path, "r")
        self.axes = {name: [float(v) for v in self.file[name][:]] for name in AXES if name in self.file}
        self.kind = self.file.attrs["kind"]
        self.sites = self.file["site_x"][:] if "site_x" in self.file else None

    @property
    def widths(self):
        return self.axes["width"]

    @property
    def strengths(self):
        return self.axes["strength"]

    def __contains__(self, variable):
        return variable in self.file

    def provenance(self, name):
        value = self.file["provenance"].attrs[name]
        return value.decode() if isinstance(value, bytes) else str(value)

    def place(self, **point):
        """Indices of a scan point. KeyError for an axis that the file has not, ValueError for a value that is not on it."""
        unknown = set(point) - set(self.axes)
        if unknown:
            raise KeyError(f"{self.path}: expected axes {', '.join(self.axes)}, got {', '.join(sorted(unknown))}")
        indices = []
        for name, values in self.axes.items():
            if name not in point:
                if len(values) != 1:
                    raise KeyError(f"{self.path}: expected a value of {name}, one of {values}")
                indices.append(0)
                continue
            near = [k for k, v in enumerate(values) if v == point[name] or math.isclose(v, point[name], rel_tol=1e-12)]
            if not near:
                raise ValueError(f"{self.path}: expected {name} to be one of {values}, got {point[name]}")
            indices.append(near[0])
        return tuple(indices)

    def tuples(self, order):
        """Sorted site tuples of that order as they stand in the file."""
        legs = [self.file[f"{DIMENSIONS[order]}_{chr(ord('i') + k)}"][:] for k in range(order)]
        return [tuple(int(s) for s in row) for row in np.array(legs).T]

    def column(self, sites):
        return self.tuples(len(sites)).index(tuple(sorted(sites)))

    def at(self, variable, **point):
        """A variable at a scan point: shape of what it has besides the scan axes; leave-one-out values (block, …)."""
        data = self.file[variable]
        if variable.endswith("_jackknife"):
            return data[(slice(None), *self.place(**point))]
        return data[self.place(**point)]

    def number(self, variable, sites, **point):
        return float(self.at(variable, **point)[self.column(sites)])

    def estimate(self, variable, sites, **point):
        """Value and standard error of `G4c`, `G2c_dstrength`, … at a site tuple."""
        return self.number(variable, sites, **point), self.number(variable + "_err", sites, **point)

    def leave_one_out(self, variable, sites=None, **point):
        """Shape (blocks), or (blocks, …) if no sites are given, of the blocks that are present."""
        rows = self.at(variable + "_jackknife", **point)
        if sites is not None:
            rows = rows[:, self.column(sites)]
        return rows[np.isfinite(rows).reshape(len(rows), -1).all(axis=1)]

    def networks(self, **point):
        return int(self.at("count", **point).sum())


def jackknife_error(rows):
    """Standard error from leave-one-out values, shape (blocks, …)."""
    return np.sqrt((len(rows) - 1) * np.var(rows, axis=0))
