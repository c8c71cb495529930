"""The free scalar with a momentum cutoff by quadrature, apart from the program: its propagator, and what a box of nodes makes of it."""

import functools
import math

import mpmath
import numpy as np

# φ⁴ theory on an interval: d = 1, Λ = 8, m = 1, L = 4.
NODES = 24
INTERVAL = f"""[field]
architecture = free-scalar
mass = 1
cutoff = 8
[sites]
points = 2; 1; 3
[deformation]
kind = field-operator
box = 4
nodes = {NODES}
[run]
slice = 64
"""
# An interaction at one point, where the first site is.
ONE_NODE = INTERVAL.replace("points = 2; 1; 3", "points = 0.5; 1.1").replace("box = 4", "box = 1").replace(f"nodes = {NODES}", "nodes = 1")


@functools.cache
def momenta(cutoff, count=600):
    """Gauss–Legendre nodes and weights on [0, Λ]."""
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * cutoff * (x + 1), 0.5 * cutoff * w


def wave(dimension, pr):
    """Mean of e^{ip·r} over the directions of p."""
    if dimension == 1:
        return np.cos(pr)
    if dimension == 2:  # J₀
        return sum(np.cos(pr * math.cos((k + 0.5) * math.pi / 256)) for k in range(256)) / 256
    return np.sinc(pr / math.pi)


def sphere(dimension):
    """Area of the unit sphere over (2π)^d."""
    return {1: 2.0, 2: 2 * math.pi, 3: 4 * math.pi}[dimension] / (2 * math.pi) ** dimension


def propagator(distance, dimension, cutoff, mass=1.0):
    """∫_{|p|<Λ} d^dp/(2π)^d e^{ip·r}/(p² + m²) at distances of any shape."""
    p, w = momenta(cutoff)
    unique, place = np.unique(np.round(np.asarray(distance, dtype=float), 12), return_inverse=True)
    values = wave(dimension, np.multiply.outer(unique, p)) @ (w * p ** (dimension - 1) / (p * p + mass * mass)) * sphere(dimension)
    return values[place].reshape(np.shape(distance))


def closed_propagator(r, dimension, cutoff, mass=1.0):
    """The same in closed form with exponential integrals; in two dimensions off r = 0 an adaptive quadrature."""
    m, l = mpmath.mpf(mass), mpmath.mpf(cutoff)
    if dimension == 2:
        value = mpmath.log(1 + (l / m) ** 2) / (4 * mpmath.pi) if r == 0 else mpmath.quad(
            lambda p: p * mpmath.besselj(0, p * r) / (p * p + m * m), mpmath.linspace(0, l, 9)) / (2 * mpmath.pi)
        return float(value)
    if r == 0:
        return float(mpmath.atan(l / m) / (mpmath.pi * m) if dimension == 1 else (l - m * mpmath.atan(l / m)) / (2 * mpmath.pi**2))
    e1, e2 = mpmath.exp(-m * r) * mpmath.e1(mpmath.mpc(-m * r, -l * r)), mpmath.exp(m * r) * mpmath.e1(mpmath.mpc(m * r, -l * r))
    if dimension == 1:
        return float((mpmath.pi * mpmath.exp(-m * r) / (2 * m) - mpmath.re((e1 - e2) / mpmath.mpc(0, 2 * m))) / mpmath.pi)
    return float((mpmath.pi / 2 * mpmath.exp(-m * r) - mpmath.im((e1 + e2) / 2)) / (2 * mpmath.pi**2 * r))


def covariance(file, cutoff):
    """Of nodes, then sites of a file of the program, and the weights of the nodes."""
    points = np.vstack([file.file["node_x"][:], file.sites])
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    return propagator(distances, points.shape[1], cutoff), file.file["node_weight"][:]


def one_node_cumulants(width, strength, cutoff=8.0, mass=1.0):
    """G2, G4c of φ at one point in d = 1 with density P_N(φ)e^{−λφ⁴/4!}, P_N by Fourier inversion of E[e^{itφ}] of N neurons."""
    p, w = momenta(cutoff)
    t, phi = np.linspace(0, 40, 1601), np.linspace(-8, 8, 1601)
    if math.isinf(width):
        log_z = -0.5 * closed_propagator(0, 1, cutoff, mass) * t * t
    else:
        x = (2 * cutoff / (2 * math.pi)) * t[:, None] ** 2 / (2 * width * (p * p + mass * mass))
        log_z = width * np.log(np.exp(-x) * np.i0(x) @ w / cutoff)
    density = np.cos(np.multiply.outer(phi, t)) @ (np.exp(log_z) * np.r_[0.5, np.ones(len(t) - 1)])
    density = density * np.exp(-strength * phi**4 / 24)
    moments = [np.sum(density * phi**k) / np.sum(density) for k in (2, 4)]
    return moments[0], moments[1] - 3 * moments[0] ** 2


def limit(file, sites, strength):
    """c₀ and its error, averaged over the series of a file of `nnft fit --leading-power 0`: the error includes their spread."""
    group = [float(s) for s in file.file["group_strength"][:]].index(float(strength))
    column = [int(k) for k in file.file["parameter_width_power"][:]].index(0)
    return tuple(float(file.file[name][group, file.column(sites), column]) for name in ("average", "average_err"))


def extrapolate(runner, source, orders):
    """Series in 1/N of those orders fitted to all G2c and G4c of SOURCE.h5 → SOURCE_G2c.h5, SOURCE_G4c.h5"""
    for variable in ("G2c", "G4c"):
        runner.fit(source, f"{source}_{variable}", "--in", "width", "--variable", variable,
                   "--leading-power", "0", "--order", orders, "--cuts", "0")
