"""Formulas as the talk prints them, each in a function of its own: nothing here is measured, corrected or fitted."""


def width_power(fields):
    """G_c of 2k fields ∝ 1/N^(k−1) (slide "Example: φ: R^d → R width N, depth 1"): the power of 1/N."""
    return fields / 2 - 1
