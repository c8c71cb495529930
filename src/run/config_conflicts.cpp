#include "nnft/run/config_conflicts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "nnft/core/format.hpp"
#include "nnft/core/packed_index.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/plan.hpp"
#include "run/histogram_keys.hpp"

namespace nnft {
namespace {

using Conflicts = std::vector<ConfigConflict>;

bool is_infinite(double width) { return std::isinf(width); }

void check_estimator(const Config& config, Conflicts& conflicts) {
  if (config.measure.estimator == EstimatorKind::plain) return;
  const bool improved = config.measure.estimator == EstimatorKind::improved;
  if (improved != config.has_field_operator())
    conflicts.push_back(
        {"measure.estimator", config.has_field_operator()
                                  ? "expected plain or improved with deformation.kind = field-operator, under which "
                                    "the field is not Gaussian at fixed hidden parameters, got conditional"
                                  : "expected plain or conditional without deformation.kind = field-operator, got "
                                    "improved"});
  else if (!has_normal_output(config))
    conflicts.push_back(
        {"measure.estimator", "expected plain, since with out-density = " + std::string(to_string(config.field.out_density)) +
                                  " the field is not Gaussian at fixed hidden parameters, got " +
                                  std::string(to_string(config.measure.estimator))});
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

/// The highest power of a weight of the first layer in V.
double power_in_potential(DeformationKind kind, const FieldConfig& field) {
  if (kind == DeformationKind::weight_quartic) return 4.0;
  const bool alone = field.hidden_widths.empty() ? std::ranges::count(field.widths, 1.0) > 0 : field.hidden_widths.front() == 1;
  return alone ? 2.0 : 1.0;  // a neuron next to itself
}

/// The moments times powers of V that derivatives by score need must exist.
void check_scores(const Config& config, Conflicts& conflicts) {
  const FieldConfig& field = config.field;
  if (config.measure.derivatives != DerivativeMethod::score || field.weight_density != DensityShape::student_t) return;
  double power = 0.0;
  for (const DeformationConfig& deformation : config.deformations)
    if (deformation.kind && deforms_weights(*deformation.kind))
      power = std::max(power, config.measure.derivative_order * power_in_potential(*deformation.kind, field));
  if (power > 0.0 && std::isinf(activation_bound(field.activation))) power += config.measure.orders.back();
  if (field.degrees_of_freedom > power) return;
  conflicts.push_back(
      {"field.degrees-of-freedom", "expected more than " + shortest_text(power) +
                                       ", since derivatives by score need moments of the first weights of order " +
                                       shortest_text(power) + ", got " + shortest_text(field.degrees_of_freedom)});
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

void check_hidden_draw(const Config& config, Conflicts& conflicts) {
  if (config.field.hidden_draw == HiddenDraw::preactivations && config.field.weight_density != DensityShape::normal)
    conflicts.push_back(
        {"field.hidden-draw", "expected weights with weight-density = " + std::string(to_string(config.field.weight_density)) +
                                  ", of which pre-activations are not Gaussian, got preactivations"});
}

/// The number of scan points before a list of them is made.
void check_scan(const Config& config, Conflicts& conflicts) {
  constexpr double most_points = 1e6;
  double points = static_cast<double>(config.field.widths.size());
  for (const DeformationConfig& deformation : config.deformations) points *= static_cast<double>(deformation.strengths.size());
  if (points > most_points)
    conflicts.push_back({"field.width", "expected at most " + number_text(most_points) +
                                            " scan points, widths times strengths, got " + number_text(points) +
                                            ", a list of which takes " + format_bytes(points * bytes_of_scan_point)});
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
  numbers *= 1.0 + static_cast<double>(derivative_layout(config).summed().size());
  const double bytes = 8.0 * numbers * config.run.blocks;
  if (bytes > static_cast<double>(config.run.max_memory) && numbers > 1e6)
    conflicts.push_back({"measure.orders", "expected moments whose block sums fit run.max-memory of " +
                                               format_bytes(static_cast<double>(config.run.max_memory)) + ", got " +
                                               shortest_text(std::round(numbers)) + " moments in " +
                                               std::to_string(config.run.blocks) + " blocks, " + format_bytes(bytes) +
                                               " for each scan point (fewer sites, lower orders, or measure.tuples)"});
}

std::string strength_key(std::size_t p) {
  return (p == 0 ? "deformation" : "deformation-" + std::to_string(p + 1)) + std::string(".strength");
}

std::string kind_key(std::size_t p) { return p == 0 ? "deformation.kind" : "deformation-" + std::to_string(p + 1) + ".kind"; }

bool is_deformed(const DeformationConfig& deformation) {
  return std::ranges::any_of(deformation.strengths, [](double strength) { return strength != 0.0; });
}

/// Strengths for which there is a density at all.
void check_strengths(const Config& config, Conflicts& conflicts) {
  for (std::size_t p = 0; p < config.deformations.size(); ++p) {
    const DeformationConfig& deformation = config.deformations[p];
    if (!deformation.kind || config.has_field_operator()) continue;
    const bool ring = *deformation.kind == DeformationKind::weight_ring;
    for (const double strength : deformation.strengths) {
      if (ring ? std::abs(strength) < 0.5 : strength >= 0.0) continue;
      const std::string reason = ring ? "between -0.5 and 0.5, beyond which the quadratic form of the weights is not positive"
                                 : *deformation.kind == DeformationKind::shared_scale
                                     ? ">= 0, since it is the variance of the scale"
                                     : ">= 0, since exp(-strength V) of a quartic V cannot be normalised otherwise";
      conflicts.push_back({strength_key(p), "expected strengths " + reason + ", got " + shortest_text(strength)});
      break;
    }
  }
}

/// Deformations without gaps, none twice.
void check_deformation_list(const Config& config, Conflicts& conflicts) {
  for (std::size_t p = 1; p < config.deformations.size(); ++p) {
    if (!config.deformations[p].kind) continue;
    if (!config.deformations[p - 1].kind)
      conflicts.push_back({kind_key(p), "expected none, since " + kind_key(p - 1) + " is none"});
    if (config.deformations[p].kind == DeformationKind::field_operator)
      conflicts.push_back({kind_key(p), "expected field-operator in [deformation] alone, got it here"});
    for (std::size_t q = 0; q < p; ++q)
      if (config.deformations[q].kind == config.deformations[p].kind)
        conflicts.push_back({kind_key(p), "expected another kind than " + kind_key(q) + ", got " +
                                              std::string(to_string(*config.deformations[p].kind)) + " again"});
  }
}

/// Weights that are drawn deformed must be normal; V can be measured on others.
void check_deformed_weights(const Config& config, Conflicts& conflicts) {
  for (std::size_t p = 0; p < config.deformations.size(); ++p) {
    const DeformationConfig& deformation = config.deformations[p];
    if (!deformation.kind || !deforms_weights(*deformation.kind)) continue;
    const std::string kind(to_string(*deformation.kind));
    if (config.field.architecture == "free-scalar")
      conflicts.push_back({kind_key(p),
                           "expected none or shared-scale with architecture = free-scalar, whose momenta are no "
                           "normal weights, got " +
                               kind});
    else if (config.field.weight_density != DensityShape::normal && is_deformed(deformation))
      conflicts.push_back({strength_key(p), "expected 0 with weight-density = " +
                                                std::string(to_string(config.field.weight_density)) + ", since " + kind +
                                                " is drawn from normal weights (measure.derivatives = score measures its effect "
                                                "on the others), got " +
                                                list_text(deformation.strengths)});
    else if (config.field.weight_density != DensityShape::normal && config.measure.derivatives == DerivativeMethod::differences)
      conflicts.push_back(
          {"measure.derivatives", "expected score with weight-density = " + std::string(to_string(config.field.weight_density)) +
                                      ", since differences need ensembles of other strengths and " + kind +
                                      " is drawn from normal weights, got differences"});
  }
}

/// The maps of weight-quartic and weight-ring do not compose to a sampler of the product density.
void check_products(const Config& config, Conflicts& conflicts) {
  std::optional<std::size_t> quartic, ring;
  for (std::size_t p = 0; p < config.deformations.size(); ++p) {
    if (config.deformations[p].kind == DeformationKind::weight_quartic) quartic = p;
    if (config.deformations[p].kind == DeformationKind::weight_ring) ring = p;
  }
  if (!quartic || !ring) return;
  if (is_deformed(config.deformations[*quartic]) && is_deformed(config.deformations[*ring]))
    conflicts.push_back(
        {strength_key(std::max(*quartic, *ring)),
         "expected only 0 for weight-quartic or for weight-ring, since no exact sampler of their product is known "
         "(measure.derivatives = score measures derivatives in one on ensembles of the other)"});
  if (config.measure.derivatives == DerivativeMethod::differences)
    conflicts.push_back({"measure.derivatives",
                         "expected score with weight-quartic and weight-ring together, since differences "
                         "need a sampler of their product, got differences"});
}

void check_derivatives(const Config& config, Conflicts& conflicts) {
  if (config.measure.derivatives == DerivativeMethod::none) return;
  if (config.deformation_count() == 0)
    conflicts.push_back({"measure.derivatives", "expected none, since there is no [deformation]"});
  if (config.measure.derivatives == DerivativeMethod::differences && config.measure.derivative_order > 2)
    conflicts.push_back(
        {"measure.derivative-order", "expected 1 or 2 for differences, got " + std::to_string(config.measure.derivative_order)});
  const bool of_weights = std::ranges::any_of(config.deformations, [](const DeformationConfig& deformation) {
    return deformation.kind && *deformation.kind != DeformationKind::shared_scale;
  });
  if (of_weights && std::ranges::any_of(config.field.widths, is_infinite))
    conflicts.push_back({"field.width", "expected finite widths with measure.derivatives in strengths of weights, got inf"});
}

void check_field_operator(const Config& config, Conflicts& conflicts) {
  if (!config.has_field_operator()) return;
  const FieldConfig& field = config.field;
  const SamplingMethod method = config.sampling.method;
  const bool finite = !std::ranges::all_of(field.widths, is_infinite), process = std::ranges::any_of(field.widths, is_infinite);
  if (field.depth > 1)
    conflicts.push_back(
        {"field.depth", "expected one hidden layer with field-operator, whose neurons are redrawn one by one, got " +
                            std::to_string(field.depth)});
  if (field.sigma_out_bias > 0.0)
    conflicts.push_back({"field.sigma-out-bias", "expected 0 with field-operator, got " + shortest_text(field.sigma_out_bias)});
  if (config.measure.derivatives != DerivativeMethod::none)
    conflicts.push_back({"measure.derivatives", "expected none with field-operator (nnft fit finds the series in the strength)"});
  if (process && !has_normal_output(config))
    conflicts.push_back({"field.width", "expected finite widths with field-operator and out-density other than normal, got inf"});
  const double nodes = std::pow(static_cast<double>(config.field_operator.nodes), field.input_dim);
  if (nodes > NodeGrid::most_nodes)
    conflicts.push_back({"deformation.nodes", "expected at most " + std::to_string(NodeGrid::most_nodes) +
                                                  " nodes in the box, got " + std::to_string(config.field_operator.nodes) +
                                                  " in each of " + std::to_string(field.input_dim) + " directions"});
  // Steps of a chain number its random numbers.
  const double steps = static_cast<double>(config.run.networks) / config.run.blocks * config.sampling.updates;
  if (steps > 1e12)
    conflicts.push_back({"run.networks", "expected at most 1e12 updates of each of " + std::to_string(config.run.blocks) +
                                             " chains, got " + shortest_text(steps)});
  if (method == SamplingMethod::neuron_refresh && process)
    conflicts.push_back({"sampling.method",
                         "expected auto, reweight, elliptical-slice or hmc at width inf, where there are no "
                         "neurons, got neuron-refresh"});
  if ((method == SamplingMethod::elliptical_slice || method == SamplingMethod::hmc) && finite)
    conflicts.push_back({"sampling.method",
                         "expected auto, reweight or neuron-refresh at finite width, where the field is not a Gaussian process, "
                         "got " +
                             std::string(method == SamplingMethod::hmc ? "hmc" : "elliptical-slice")});
}

void check_shared_scale(const Config& config, Conflicts& conflicts) {
  if (config.measure.sources.rows() == 0) return;
  for (const DeformationConfig& deformation : config.deformations)
    if (deformation.kind == DeformationKind::shared_scale)
      return conflicts.push_back({"measure.sources",
                                  "expected none with shared-scale, of which W[J] is infinite beyond "
                                  "JKJ/2 = 1/strength"});
}

}  // namespace

bool has_normal_output(const Config& config) { return config.field.out_density == DensityShape::normal; }

std::vector<ConfigConflict> find_conflicts(const Config& config) {
  Conflicts conflicts;
  check_estimator(config, conflicts);
  check_moments(config, conflicts);
  check_scores(config, conflicts);
  check_tuples(config, conflicts);
  check_sources(config, conflicts);
  check_widths(config, conflicts);
  check_deformation_list(config, conflicts);
  check_strengths(config, conflicts);
  check_deformed_weights(config, conflicts);
  check_products(config, conflicts);
  check_derivatives(config, conflicts);
  check_shared_scale(config, conflicts);
  check_field_operator(config, conflicts);
  check_hidden_draw(config, conflicts);
  check_histograms(config, conflicts);
  check_scan(config, conflicts);
  check_size(config, conflicts);
  return conflicts;
}

}  // namespace nnft
