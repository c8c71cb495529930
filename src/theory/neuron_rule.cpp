#include "nnft/theory/neuron_rule.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr double most_nodes = 4e7;

/// The products that tuples of the layout are made of: each tuple is the product of its first and its second half.
struct HalfProducts {
  std::vector<std::vector<int>> factors;    ///< sites of each half
  std::vector<std::pair<int, int>> tuples;  ///< halves of each tuple, in the order of a row of the layout
};

HalfProducts half_products(const MomentLayout& layout) {
  HalfProducts halves;
  std::map<std::vector<int>, int> places;
  const auto place = [&](const int* first, const int* last) {
    const std::vector<int> sites(first, last);
    const auto [found, is_new] = places.try_emplace(sites, static_cast<int>(halves.factors.size()));
    if (is_new) halves.factors.push_back(sites);
    return found->second;
  };
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const int* tuple = layout.index(order).tuple(t);
      halves.tuples.emplace_back(place(tuple, tuple + order / 2), place(tuple + order / 2, tuple + order));
    }
  return halves;
}

}  // namespace

int moment_row_size(const MomentLayout& layout) {
  const int last = layout.orders().back();
  return layout.offset(last) + layout.index(last).size();
}

double gaussian_radius_moment(int dimensions, int order) {
  return std::exp(0.5 * order * std::log(2.0) + std::lgamma(0.5 * (dimensions + order)) - std::lgamma(0.5 * dimensions));
}

Vector converged_average(const NeuronRule& rule, const RuleAverage& average) {
  const auto at_level = [&](int level) {
    Vector sums = Vector::Zero(average.size);
    rule.visit(level, [&](const FeatureNodes& nodes) { average.add(nodes, sums); });
    return sums;
  };
  if (rule.exact) return at_level(0);
  double reached = std::numeric_limits<double>::infinity();
  Vector coarse;
  for (int level = 0; rule.nodes(level) <= most_nodes; ++level) {
    const Vector fine = at_level(level);
    if (level > 0) reached = average.difference(coarse, fine);
    if (reached <= rule.tolerance) return fine;
    coarse = fine;
  }
  std::ostringstream message;
  message << "exact: the quadrature of " << rule.name << " reached a relative accuracy of " << reached << "; expected "
          << rule.tolerance;
  throw UsageError(message.str());
}

Vector feature_moments(const MomentLayout& layout, const NeuronRule& rule) {
  if (layout.sites() != rule.sites)
    throw ShapeError("feature_moments: expected " + std::to_string(layout.sites()) + " sites, got " + std::to_string(rule.sites));
  const HalfProducts halves = half_products(layout);
  const auto tuples = static_cast<Eigen::Index>(halves.tuples.size());
  const auto orders = static_cast<Eigen::Index>(layout.orders().size());
  RowMatrix products, weighted;
  RuleAverage average;
  average.size = static_cast<int>(tuples + orders * rule.sites);
  average.add = [&](const FeatureNodes& nodes, Vector& sums) {
    products.resize(static_cast<Eigen::Index>(halves.factors.size()), nodes.weights.size());
    for (std::size_t half = 0; half < halves.factors.size(); ++half) {
      const auto row = static_cast<Eigen::Index>(half);
      products.row(row) = nodes.features.row(halves.factors[half][0]);
      for (std::size_t leg = 1; leg < halves.factors[half].size(); ++leg)
        products.row(row).array() *= nodes.features.row(halves.factors[half][leg]).array();
    }
    weighted = products * nodes.weights.asDiagonal();
    for (Eigen::Index t = 0; t < tuples; ++t) {
      const auto [first, second] = halves.tuples[static_cast<std::size_t>(t)];
      sums[t] += weighted.row(first).dot(products.row(second));
    }
    for (Eigen::Index k = 0; k < orders; ++k)
      for (int site = 0; site < rule.sites; ++site)
        sums[tuples + k * rule.sites + site] +=
            (nodes.weights.transpose().array() *
             nodes.features.row(site).array().square().pow(layout.orders()[static_cast<std::size_t>(k)] / 2))
                .sum();
  };
  average.difference = [&](const Vector& coarse, const Vector& fine) {
    double worst = 0.0;
    for (Eigen::Index k = 0; k < orders; ++k) {
      const int order = layout.orders()[static_cast<std::size_t>(k)];
      const double scale = fine.segment(tuples + k * rule.sites, rule.sites).maxCoeff();
      const Eigen::Index offset = layout.offset(order), count = layout.index(order).size();
      const double change = (fine - coarse).segment(offset, count).cwiseAbs().maxCoeff();
      if (change > 0.0) worst = std::max(worst, change / scale);
      if (!std::isfinite(change)) worst = std::numeric_limits<double>::infinity();
    }
    return worst;
  };
  Vector moments = converged_average(rule, average).head(tuples);
  if (rule.directions_in)
    for (const int order : layout.orders())
      moments.segment(layout.offset(order), layout.index(order).size()) *= gaussian_radius_moment(*rule.directions_in, order);
  return moments;
}

}  // namespace nnft
