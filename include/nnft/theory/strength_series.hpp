#pragma once
/// @file Power series in the strengths of deformations, around given strengths.

#include <vector>

#include "nnft/core/series.hpp"

namespace nnft {

/// In long double: connected correlators of order 2k are sums of terms N^{k−1} times as large.
using StrengthSeries = Series<long double>;

/// α + δ with δ the parameter of a basis of one parameter; of a basis without: α.
StrengthSeries strength_variable(const SeriesBasis& basis, double strength);

/// e^x and e^x − 1.
StrengthSeries exp(const StrengthSeries& x);
StrengthSeries expm1(const StrengthSeries& x);

/// x^power, for a constant term above 0.
StrengthSeries pow(const StrengthSeries& x, long double power);

/// A series in one parameter as a series in parameter `parameter` of a larger basis; orders beyond either basis are dropped.
StrengthSeries lift(const StrengthSeries& series, const SeriesBasis& basis, int parameter);
std::vector<StrengthSeries> lift(const std::vector<StrengthSeries>& series, const SeriesBasis& basis, int parameter);

}  // namespace nnft
