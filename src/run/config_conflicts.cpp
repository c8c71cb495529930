#include "nnft/run/config_conflicts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nnft/core/format.hpp"
#include "nnft/core/packed_index.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

using Conflicts = std::vector<ConfigConflict>;

bool is_infinite(double width) { return std::isinf(width); }

void check_estimator(const Config& config, Conflicts& conflicts) {
  if (config.measure.estimator == EstimatorKind::plain || has_normal_output(config)) return;
  conflicts.push_back(
      {"measure.estimator", "expected plain, since with out-density = " + std::string(to_string(config.field.out_density)) +
                                " the field is not Gaussian at fixed hidden parameters, got conditional"});
}

/// The moments that the highest order needs must exist.
void check_moments(const Config& config, Conflicts& conflicts) {
  const bool hidden =
      config.field.weight_density == DensityShape::student_t && std::isinf(activation_bound(config.field.activation));
  const bool out = config.field.out_density == DensityShape::student_t;
  const int order = config.measure.orders.back();
  if ((!hidden && !out) || config.field.degrees_of_freedom > order) return;
  conflicts.push_back({"field.degrees-of-freedom", "expected more than " + std::to_string(order) + ", since moments of order " +
                                                       std::to_string(order) + " are measured, got " +
                                                       shortest_text(config.field.degrees_of_freedom)});
}

void check_tuples(const Config& config, Conflicts& conflicts) {
  const auto sites = static_cast<int>(config.sites.rows());
  const int highest = config.measure.orders.back();
  bool reached = config.measure.tuples != TupleChoice::listed || highest == 2;
  for (const std::vector<int>& tuple : config.measure.listed) {
    const auto size = static_cast<int>(tuple.size());
    reached = reached || size == highest;
    for (const int site : tuple)
      if (site >= sites)
        return conflicts.push_back(
            {"measure.tuples", "expected sites below " + std::to_string(sites) + ", got " + std::to_string(site)});
    if (size > highest)
      return conflicts.push_back({"measure.tuples", "expected at most " + std::to_string(highest) +
                                                        " sites in a tuple, the highest of measure.orders, got " +
                                                        std::to_string(size)});
  }
  if (!reached)
    conflicts.push_back(
        {"measure.tuples", "expected a tuple of " + std::to_string(highest) + " sites, the highest of measure.orders, got none"});
}

void check_sources(const Config& config, Conflicts& conflicts) {
  const RowMatrix& sources = config.measure.sources;
  if (sources.rows() == 0) return;
  if (sources.cols() != config.sites.rows())
    conflicts.push_back({"measure.sources", "expected one number for each of " + std::to_string(config.sites.rows()) +
                                                " sites, got " + std::to_string(sources.cols())});
}

void check_widths(const Config& config, Conflicts& conflicts) {
  const bool process = std::ranges::any_of(config.field.widths, is_infinite);
  if (process && config.field.hidden_widths.size() > 0)
    conflicts.push_back({"field.width",
                         "expected finite widths with field.hidden-widths (the limit in which all layers are wide has "
                         "depth instead), got inf"});
}

/// The number of moments before any table of them is made.
void check_size(const Config& config, Conflicts& conflicts) {
  double numbers = 0.0;
  const auto sites = static_cast<double>(config.sites.rows());
  for (const int order : config.measure.orders) {
    double tuples = 1.0;
    for (int k = 1; k <= order; ++k) tuples *= (sites + k - 1.0) / k;
    if (config.measure.tuples == TupleChoice::all || order == 2) numbers += tuples;
  }
  const double bytes = 8.0 * numbers * config.run.blocks;
  if (bytes > static_cast<double>(config.run.max_memory) && numbers > 1e6)
    conflicts.push_back({"measure.orders", "expected moments whose block sums fit run.max-memory of " +
                                               format_bytes(static_cast<double>(config.run.max_memory)) + ", got " +
                                               shortest_text(std::round(numbers)) + " moments in " +
                                               std::to_string(config.run.blocks) + " blocks, " + format_bytes(bytes) +
                                               " for each scan point (fewer sites, lower orders, or measure.tuples)"});
}

}  // namespace

bool has_normal_output(const Config& config) { return config.field.out_density == DensityShape::normal; }

std::vector<ConfigConflict> find_conflicts(const Config& config) {
  Conflicts conflicts;
  check_estimator(config, conflicts);
  check_moments(config, conflicts);
  check_tuples(config, conflicts);
  check_sources(config, conflicts);
  check_widths(config, conflicts);
  check_size(config, conflicts);
  return conflicts;
}

}  // namespace nnft
