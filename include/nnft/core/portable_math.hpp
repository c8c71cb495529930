#pragma once
/// @file Elementary functions for numbers that enter samples: from series in long double, where the library's may pick their code
/// by the processor.

namespace nnft {

/// Natural logarithm of x > 0 to 1e-18 of itself.
long double portable_log(long double x);

/// log(1 + u) − u of u > −1 to 1e-18 of itself near 0.
long double portable_log1p_minus(long double u);

/// e^x of x < 11000 to 1e-18 (1 + |x|) of itself; 0 for x < −11500.
long double portable_exp(long double x);

/// x^exponent of x > 0 to 1e-18 of itself.
long double portable_power(long double x, double exponent);

}  // namespace nnft
