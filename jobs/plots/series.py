"""Series y = N^−p Σ c N^−i α^j of a file of `nnft fit`: the likeliest of each tuple as a curve with its error, and the points it is fitted to."""

import numpy as np

from nnft_results import Results


class FittedPoints(Results):
    """The measured points that a file of `nnft fit` holds, read as those of a sampled file are."""

    def __init__(self, path):
        super().__init__(path)
        group = self.file["point_group"][:]
        self._coordinates = {"width": self.file["point_width"][:], "strength": self.file["point_strength"][:]}
        if "group_strength2" in self.file:
            name = "mu2" if "field-operator" in self.provenance("config") else "strength2"
            self._coordinates[name] = self.file["group_strength2"][:][group]
        self.axes = {name: sorted(set(map(float, values))) for name, values in self._coordinates.items()}

    def __contains__(self, variable):
        return variable in (self.variable, f"{self.variable}_err") or variable in self.file

    @property
    def variable(self):
        value = self.file.attrs["variable"]
        return value.decode() if isinstance(value, bytes) else str(value)

    def estimate(self, variable, sites, **point):
        if variable != self.variable:
            raise KeyError(f"{self.path}: expected {self.variable}, got {variable}")
        rows = np.flatnonzero(np.all([np.isclose(self._coordinates[axis], value) for axis, value in point.items()], axis=0))
        if len(rows) == 0:
            return np.nan, np.nan
        return tuple(float(self.file[name][rows[0], self.column(sites)]) for name in ("value", "value_err"))


class Series:
    """The likeliest series of each tuple and group."""

    def __init__(self, path):
        self.points = FittedPoints(path)
        self.file = self.points.file
        self.path, self.variable = self.points.path, self.points.variable
        self.fitted_in = str(self.file.attrs["fitted_in"])
        power = str(self.file.attrs["leading_power"])
        self.leading = None if power == "free" else float(power)

    def group(self, point):
        """Index of the points that are fitted together at a scan point, or None."""
        wanted = {"group_width": point.get("width"), "group_strength": point.get("strength"),
                  "group_strength2": point.get("strength2", point.get("mu2"))}
        for g in range(len(self.file["group"])):
            fixed = {name: float(self.file[name][g]) for name in wanted if name in self.file}
            if all(np.isnan(value) or wanted[name] is None or np.isclose(value, wanted[name]) for name, value in fixed.items()):
                return g
        return None

    def has(self, sites, point):
        return tuple(sites) in self.points.tuples(len(sites)) and self.group(point) is not None

    def curve(self, sites, point, width, strength):
        """Value and standard error of the likeliest series at widths and strengths, of which one is an array."""
        group, column = self.group(point), self.points.column(sites)
        weights = self.file["weight"][:, group, column]
        fit = int(np.nanargmax(weights))
        c, covariance = self.file["coefficient"][fit, group, column], self.file["covariance"][fit, group, column]
        known = np.isfinite(c)
        exponent = self.file["parameter_is_exponent"][:].astype(bool)
        i, j = self.file["parameter_width_power"][:], self.file["parameter_strength_power"][:]
        p = self.leading if self.leading is not None else float(c[exponent & known][0])
        width, strength = np.broadcast_arrays(np.asarray(width, float), np.asarray(strength, float))
        with np.errstate(divide="ignore"):
            gradient = np.array([width ** -(p + a) * strength**b for a, b in zip(i, j)])  # 0 at infinite width but for its own power
        used = known & ~exponent
        value = np.tensordot(c[used], gradient[used], axes=1)
        gradient[exponent] = -np.log(width) * value
        variance = np.einsum("ax,ab,bx->x", gradient[known].reshape(known.sum(), -1), covariance[np.ix_(known, known)],
                             gradient[known].reshape(known.sum(), -1))
        return value, np.sqrt(np.maximum(variance, 0.0)).reshape(value.shape)
