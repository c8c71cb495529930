"""Limits N → ∞ of numbers that are series in 1/N, and powers of N."""

import math

import numpy as np

from nnft_results import jackknife_error


def infinite_width(widths, values):
    """Value at 1/N = 0 of the polynomial in 1/N through all values (the last of shape (…, widths)), and the last step towards it."""
    columns = [np.array(values, dtype=float)]
    for level in range(1, len(widths)):
        before, n = columns[-1], np.array(widths, dtype=float)
        columns.append((n[level:] * before[..., 1:] - n[:-level] * before[..., :-1]) / (n[level:] - n[:-level]))
    return columns[-1][..., 0], np.abs(columns[-1][..., 0] - columns[-2][..., -1])


def combined_error(rows, function):
    """Standard error of function(values of all files, last axis) from leave-one-out rows of files with draws of their own: each contributes
    what its blocks alone change."""
    means = [r.mean() for r in rows]
    alone = lambda k: np.stack([r if j == k else np.full(len(rows[k]), means[j]) for j, r in enumerate(rows)], axis=-1)
    return math.hypot(*(jackknife_error(function(alone(k))) for k in range(len(rows))))


def falls(widths, errors):
    """p of |errors| ∝ N^−p between neighbours of widths that grow by a constant factor: a series in 1/N."""
    errors = np.abs(np.array(errors, dtype=float))
    return np.log(errors[..., :-1] / errors[..., 1:]) / math.log(widths[1] / widths[0])
