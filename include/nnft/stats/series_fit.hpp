#pragma once
/// @file Power series in 1/N and in the strength of a deformation, fitted to correlators.

#include <span>
#include <string>
#include <vector>

#include "nnft/stats/least_squares.hpp"

namespace nnft {

/// Where a value was measured.
struct FitPoint {
  double width;  ///< N; infinity is allowed where no negative power of 1/N and no free exponent meets it
  double strength;

  bool operator==(const FitPoint&) const = default;
};

/// N^−i α^j, times the leading power of the series.
struct SeriesTerm {
  int width_power;     ///< i
  int strength_power;  ///< j

  bool operator==(const SeriesTerm&) const = default;
};

/// y = N^−p Σ c_ij N^−i α^j over the terms.
struct SeriesModel {
  double leading_power = 0.0;  ///< p; where the search begins if it is free
  bool free_exponent = false;  ///< p is the last parameter
  std::vector<SeriesTerm> terms;

  int parameters() const noexcept { return static_cast<int>(terms.size()) + (free_exponent ? 1 : 0); }
};

/// Which powers beyond the leading one a series has: N^−i with i ≤ width, α^j with j ≤ strength, and their products.
struct SeriesOrder {
  int width = 0;
  int strength = 0;

  bool operator==(const SeriesOrder&) const = default;
};

/// All N^−i α^j up to the order, α fastest.
std::vector<SeriesTerm> series_terms(const SeriesOrder& order);

/// The N^−(k − 1) that a correlator of order 2k of independent neurons begins with.
constexpr int leading_power_of_order(int order) noexcept { return order / 2 - 1; }

/// N^−(p+i) α^j at every point and term, shape (points, terms).
Eigen::MatrixXd series_design(const SeriesModel& model, double leading_power, std::span<const FitPoint> points);

/// Parameters in the order of the terms, then p if it is free: then the series is linearised around the minimum of χ², which
/// Gauss–Newton steps find, halved until they descend, from the best of trials up to 2 away from the leading power; covariance
/// and leave-one-out parameters are those of the linear one.
/// @throws ShapeError if points and values differ in number; FitError if two points coincide, a point is at N = ∞ where it cannot
/// be, the points do not determine the parameters, or the search for p does not converge.
LeastSquares fit_series(const SeriesModel& model, std::span<const FitPoint> points, const MeasuredValues& measured);

}  // namespace nnft
