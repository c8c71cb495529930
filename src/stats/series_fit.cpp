#include "nnft/stats/series_fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "nnft/stats/fit_error.hpp"

namespace nnft {
namespace {

constexpr int most_steps = 100;
constexpr double converged_below = 1e-4;  ///< a step of p, in units of its error
constexpr int most_halvings = 40;
constexpr double search_range = 2.0;     ///< of p, to both sides of where the search begins
constexpr double search_spacing = 0.25;  ///< of the first trials

std::string text(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%g", value);
  return digits;
}

std::string name(const FitPoint& point) { return "width " + text(point.width) + ", strength " + text(point.strength); }

void check_points(const SeriesModel& model, std::span<const FitPoint> points, Eigen::Index values) {
  if (static_cast<Eigen::Index>(points.size()) != values)
    throw ShapeError("fit_series: expected as many points as values, got " + std::to_string(points.size()) + " and " +
                     std::to_string(values));
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (std::isinf(points[k].width) && (model.free_exponent || model.leading_power < 0.0))
      throw FitError("a point at infinite width, where N^-p does not tell p");
    for (std::size_t other = 0; other < k; ++other)
      if (points[other] == points[k]) throw FitError("two points coincide: " + name(points[k]));
  }
}

/// The series and its derivatives by all parameters.
struct Linearised {
  Vector value;                ///< f, shape (points)
  Eigen::MatrixXd derivative;  ///< shape (points, parameters)
};

Linearised linearise(const SeriesModel& model, const Vector& parameters, std::span<const FitPoint> points) {
  const Eigen::Index terms = parameters.size() - 1;
  Linearised series{Vector(points.size()), Eigen::MatrixXd(points.size(), parameters.size())};
  series.derivative.leftCols(terms) = series_design(model, parameters[terms], points);
  series.value = series.derivative.leftCols(terms) * parameters.head(terms);
  for (Eigen::Index k = 0; k < series.value.size(); ++k)
    series.derivative(k, terms) = -std::log(points[static_cast<std::size_t>(k)].width) * series.value[k];
  return series;
}

LeastSquares fit_linearised(const Linearised& series, const Vector& parameters, const MeasuredValues& measured) {
  MeasuredValues shifted{measured.value - series.value + series.derivative * parameters, measured.sources};
  LeastSquares fit = least_squares(series.derivative, shifted);
  fit.fitted += series.value - series.derivative * parameters;
  return fit;
}

/// Parameters on the way to the aim, as far as χ² descends.
Vector descend(const SeriesModel& model, const Vector& from, const Vector& aim, std::span<const FitPoint> points,
               const MeasuredValues& measured) {
  const double start = raw_chi2(linearise(model, from, points).value, measured);
  Vector step = aim - from;
  for (int halving = 0; halving < most_halvings; ++halving, step *= 0.5)
    if (const Vector to = from + step; raw_chi2(linearise(model, to, points).value, measured) <= start) return to;
  return from;
}

/// Whether no term exceeds the first at the widest point. Where c₀ is small p is only a name: N^−p (0 + c₁/N) is N^−(p+1) c₁.
bool leads(const SeriesModel& model, const Vector& coefficients, std::span<const FitPoint> points) {
  const auto widest =
      std::max_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.width < b.width; });
  const Eigen::MatrixXd terms = series_design(model, 0.0, {widest, 1});
  return (terms.row(0).transpose().cwiseProduct(coefficients)).cwiseAbs().maxCoeff() <= std::abs(terms(0, 0) * coefficients[0]);
}

/// The best of some exponents, each with the coefficients that suit it. @throws FitError if the first term leads for none.
Vector first_parameters(const SeriesModel& model, std::span<const FitPoint> points, const MeasuredValues& measured) {
  Vector best;
  double least = std::numeric_limits<double>::infinity();
  for (double shift = -search_range; shift <= search_range; shift += search_spacing) {
    const double power = model.leading_power + shift;
    const LeastSquares fit = least_squares(series_design(model, power, points), measured);
    if (fit.raw_chi2 >= least || !leads(model, fit.parameters, points)) continue;
    least = fit.raw_chi2;
    best.resize(fit.parameters.size() + 1);
    best << fit.parameters, power;
  }
  if (best.size() == 0) throw FitError("the exponent is not determined: later terms exceed the first at the widest point");
  return best;
}

LeastSquares fit_free_exponent(const SeriesModel& model, std::span<const FitPoint> points, const MeasuredValues& measured) {
  const Eigen::Index terms = std::ssize(model.terms);
  Vector parameters = first_parameters(model, points, measured);
  for (int step = 0; step < most_steps; ++step) {
    LeastSquares fit = fit_linearised(linearise(model, parameters, points), parameters, measured);
    const double error = std::sqrt(fit.covariance(terms, terms));
    if (std::abs(fit.parameters[terms] - parameters[terms]) <= converged_below * error) {
      if (leads(model, fit.parameters.head(terms), points)) return fit;
      break;
    }
    parameters = descend(model, parameters, fit.parameters, points, measured);
  }
  throw FitError("the exponent is not determined: the search for it did not end where the first term leads");
}

}  // namespace

std::vector<SeriesTerm> series_terms(const SeriesOrder& order) {
  std::vector<SeriesTerm> terms;
  for (int i = 0; i <= order.width; ++i)
    for (int j = 0; j <= order.strength; ++j) terms.push_back({i, j});
  return terms;
}

Eigen::MatrixXd series_design(const SeriesModel& model, double leading_power, std::span<const FitPoint> points) {
  Eigen::MatrixXd design(points.size(), model.terms.size());
  for (std::size_t k = 0; k < points.size(); ++k)
    for (std::size_t t = 0; t < model.terms.size(); ++t)
      design(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(t)) =
          std::pow(1.0 / points[k].width, leading_power + model.terms[t].width_power) *
          std::pow(points[k].strength, model.terms[t].strength_power);
  return design;
}

LeastSquares fit_series(const SeriesModel& model, std::span<const FitPoint> points, const MeasuredValues& measured) {
  check_points(model, points, measured.value.size());
  if (model.free_exponent) return fit_free_exponent(model, points, measured);
  return least_squares(series_design(model, model.leading_power, points), measured);
}

}  // namespace nnft
