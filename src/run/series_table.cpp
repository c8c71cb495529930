#include "nnft/run/series_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

constexpr double least_weight_shown = 0.01;  ///< of series with cuts
constexpr double rejected_below = 0.01;
constexpr double refused_below = 1e-4;
constexpr int coefficient_width = 16;

std::string parameter_name(const SeriesAnalysis& analysis, int k) {
  if (k == static_cast<int>(analysis.terms.size())) return "p";
  const SeriesTerm& term = analysis.terms[static_cast<std::size_t>(k)];
  if (analysis.direction == FitDirection::width) return "c" + std::to_string(term.width_power);
  if (analysis.direction == FitDirection::strength) return "c" + std::to_string(term.strength_power);
  return "c" + std::to_string(term.width_power) + std::to_string(term.strength_power);
}

std::string formula(const SeriesAnalysis& analysis) {
  const double power = analysis.models.front().series.leading_power;
  const std::string leading = analysis.free_exponent ? "N^-p " : (power == 0.0 ? "" : "N^-" + shortest_text(power) + " ");
  switch (analysis.direction) {
    case FitDirection::width:
      return leading + "sum_i ci N^-i";
    case FitDirection::strength:
      return "sum_j cj " + analysis.axis + "^j";
    case FitDirection::both:
      break;
  }
  return leading + "sum_ij cij N^-i " + analysis.axis + "^j";
}

std::string order_text(const SeriesAnalysis& analysis, const FitModel& model) {
  if (analysis.direction == FitDirection::width) return std::to_string(model.order.width);
  if (analysis.direction == FitDirection::strength) return std::to_string(model.order.strength);
  return std::to_string(model.order.width) + " " + std::to_string(model.order.strength);
}

/// The widths that a model is fitted to.
std::string range_text(const FitGroup& group, const FitModel& model) {
  std::vector<double> widths;
  for (const GroupPoint& point : group.points)
    if (widths.empty() || widths.back() != point.at.width) widths.push_back(point.at.width);
  const auto first = std::min(static_cast<std::size_t>(model.cut), widths.size() - 1);
  return shortest_text(widths[first]) + (first + 1 < widths.size() ? ".." + shortest_text(widths.back()) : "");
}

void write_line(std::ostream& out, const std::string& order, const std::string& widths,
                const std::vector<std::string>& parameters, const std::string& rest) {
  out << "    " << std::left << std::setw(9) << order << std::setw(10) << widths << std::right;
  for (const std::string& text : parameters) out << std::setw(coefficient_width) << text;
  out << rest << '\n';
}

void write_fit(std::ostream& out, const SeriesAnalysis& analysis, const FitGroup& group, const FitModel& model,
               const TupleFit& fit) {
  if (!fit.done || (model.cut > 0 && fit.weight < least_weight_shown)) return;
  std::vector<std::string> texts(static_cast<std::size_t>(analysis.parameters()));
  const std::vector<int> places = analysis.places(model);
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto own = static_cast<Eigen::Index>(k);
    texts[static_cast<std::size_t>(places[k])] =
        format_estimate(fit.fit.parameters[own], std::sqrt(fit.fit.covariance(own, own)));
  }
  std::ostringstream rest;
  rest << std::setw(10) << format_number(fit.fit.chi2, "%.1f") << '/' << std::left << std::setw(3) << fit.fit.dof << std::right
       << std::setw(9) << (fit.fit.dof > 0 ? format_number(fit.fit.p_value, "%.3g") : "") << std::setw(8)
       << format_number(fit.weight, "%.3f");
  write_line(out, order_text(analysis, model), range_text(group, model), texts, rest.str());
}

void write_average(std::ostream& out, const SeriesAnalysis& analysis, const std::vector<TupleFit>& fits) {
  std::vector<std::string> texts;
  for (const AveragedParameter& average : analysis.average(fits))
    texts.push_back(average.weight > 0.0 ? format_estimate(average.value, average.error) : "");
  write_line(out, "average", "", texts, "");
}

void write_points(std::ostream& out, const SeriesAnalysis& analysis, const FitGroup& group, std::size_t tuple) {
  const std::vector<TupleFit>& fits = group.tuples[tuple];
  const auto best =
      std::max_element(fits.begin(), fits.end(), [](const TupleFit& a, const TupleFit& b) { return a.weight < b.weight; });
  if (!best->done) return;
  const FitModel& model = analysis.models[static_cast<std::size_t>(best - fits.begin())];
  out << "    points beside the likeliest series, order " << order_text(analysis, model) << ", widths "
      << range_text(group, model) << "\n    " << std::right << std::setw(9) << "width" << std::setw(12) << analysis.axis
      << std::setw(20) << "measured" << std::setw(17) << "fitted" << std::setw(7) << "pull" << '\n';
  const auto cut = static_cast<Eigen::Index>(group.points.size()) - best->fit.fitted.size();
  for (Eigen::Index k = 0; k < best->fit.fitted.size(); ++k) {
    const GroupPoint& point = group.points[static_cast<std::size_t>(cut + k)];
    const auto t = static_cast<Eigen::Index>(tuple);
    const double fitted = best->fit.fitted[k];
    out << "    " << std::setw(9) << shortest_text(point.at.width) << std::setw(12)
        << (analysis.direction == FitDirection::width ? group.strengths.front() : point.at.strength) << std::setw(20)
        << format_estimate(point.value[t], point.error[t]) << std::setw(17) << format_number(fitted, "%.7g") << std::setw(7)
        << format_number((point.value[t] - fitted) / point.error[t], "%+.2f") << '\n';
  }
}

/// Says so if even the likeliest series is not one that the points come from.
void write_refusal(std::ostream& out, const std::vector<TupleFit>& fits) {
  const auto likeliest = std::ranges::max_element(fits, {}, &TupleFit::weight);
  if (!likeliest->done || likeliest->fit.dof == 0 || likeliest->fit.p_value >= refused_below) return;
  out << "    NO SERIES FITS (p = " << format_number(likeliest->fit.p_value, "%.2g")
      << "): these are not the coefficients of the theory; try higher orders or a smaller range\n";
}

/// How many tuples each order describes.
void write_rejections(std::ostream& out, const SeriesAnalysis& analysis, const FitGroup& group) {
  for (std::size_t m = 0; m < analysis.models.size(); ++m) {
    if (analysis.models[m].cut > 0) continue;
    int fitted = 0, rejected = 0;
    for (const std::vector<TupleFit>& fits : group.tuples) {
      if (!fits[m].done || fits[m].fit.dof == 0) continue;
      ++fitted;
      rejected += fits[m].fit.p_value < rejected_below ? 1 : 0;
    }
    if (fitted > 0)
      out << "  order " << order_text(analysis, analysis.models[m]) << ": p < " << rejected_below << " for " << rejected << " of "
          << fitted << " tuples\n";
  }
}

void write_group(std::ostream& out, const SeriesAnalysis& analysis, const FitGroup& group, TableLength length,
                 PointTable points) {
  if (!group.name.empty()) out << group.name << '\n';
  std::vector<std::string> names;
  for (int k = 0; k < analysis.parameters(); ++k) names.push_back(parameter_name(analysis, k));
  for (const int t : shown_tuples(static_cast<int>(group.tuples.size()), length)) {
    const auto tuple = static_cast<std::size_t>(t);
    const FitVariable& variable = analysis.variable;
    if (variable.quantity == FitQuantity::observable)
      out << "  box\n";
    else
      out << "  " << (variable.order == 0 ? variable.dimension + " " : "sites ") << list_text(variable.tuples[tuple]) << '\n';
    write_line(out, "order", "widths", names, "      chi2/dof        p  weight");
    for (std::size_t m = 0; m < analysis.models.size(); ++m)
      write_fit(out, analysis, group, analysis.models[m], group.tuples[tuple][m]);
    write_average(out, analysis, group.tuples[tuple]);
    write_refusal(out, group.tuples[tuple]);
    if (points == PointTable::pulls) write_points(out, analysis, group, tuple);
  }
  write_rejections(out, analysis, group);
  for (const auto& [text, count] : group.regulators)
    out << "  covariance between strengths regulated: " << text << ", " << count << " times\n";
  for (const auto& [text, count] : group.remarks) out << "  " << text << ", " << count << " times\n";
}

}  // namespace

std::string series_table(const SeriesAnalysis& analysis, TableLength length, PointTable points) {
  std::ostringstream out;
  out << analysis.variable.name << " = " << formula(analysis) << '\n';
  for (const std::string& remark : analysis.remarks) out << remark << '\n';
  for (const FitGroup& group : analysis.groups) {
    out << '\n';
    write_group(out, analysis, group, length, points);
  }
  return out.str();
}

}  // namespace nnft
