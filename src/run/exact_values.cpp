#include "nnft/run/exact_values.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/run/chain_factory.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/operator_values.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/cos_quartic.hpp"
#include "nnft/theory/deep_coincident.hpp"
#include "nnft/theory/deep_series.hpp"
#include "nnft/theory/deformed_connected.hpp"
#include "nnft/theory/few_node_moments.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/gauss_moments.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/source_functional.hpp"

namespace nnft {
namespace {

Vector unknown(Eigen::Index size) { return Vector::Constant(size, not_a_number); }

bool is_mlp(const Config& config) { return config.field.architecture == "mlp"; }

/// Whether the layers before the last mix neurons, so that those of the last one depend on each other.
bool is_deep(const Config& config, const ScanPoint& point) {
  if (!is_mlp(config)) return false;
  const MlpSpec spec = mlp_spec(config.field);
  bool single = point.width == 1.0;
  for (const std::uint32_t width : spec.hidden_widths) single = single && width == 1;
  return spec.depth > 1 && !single;
}

/// E[h…h] of a neuron as a row of the layout.
Vector neuron_moments(const Config& config, const MomentLayout& layout) {
  const SiteSet sites(config.sites);
  if (config.field.architecture == "cos") return feature_moments(layout, cos_feature_moment(sites, config.field.sigma_weight));
  if (config.field.architecture == "gauss") return feature_moments(layout, gauss_feature_moment(sites, gauss_spec(config.field)));
  if (config.field.architecture == "free-scalar")
    return feature_moments(layout, free_scalar_feature_moment(sites, free_scalar_spec(config.field)));
  return mlp_feature_moments(layout, mlp_spec(config.field), sites);
}

/// The kernel, and of the higher orders the cumulants of a₀.
Vector process_connected(const Config& config, const MomentLayout& layout, double widening) {
  const RowMatrix kernel = infinite_width_kernel(config, widening);
  const OutputLayer output = output_layer(config.field);
  Vector connected(layout.size());
  for (const int order : layout.orders()) {
    const double of_bias = output.sigma_out_bias > 0.0 && order > 2
                               ? density_cumulant(output.density, order) * std::pow(output.sigma_out_bias, order)
                               : 0.0;
    connected.segment(layout.offset(order), layout.index(order).size()).setConstant(of_bias);
  }
  const PackedIndex& pairs = layout.index(2);
  for (int pair = 0; pair < pairs.size(); ++pair) connected[pair] = kernel(pairs.tuple(pair)[0], pairs.tuple(pair)[1]);
  return connected;
}

/// Identity and relu nets at coincident sites; NaN elsewhere.
Vector coincident_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout) {
  const CoincidentProblem problem{mlp_spec(config.field), output_layer(config.field), point.width, layout.orders().back()};
  Vector connected = unknown(layout.size());
  for (int site = 0; site < layout.sites(); ++site) {
    const Vector values = deep_coincident_connected(problem, config.sites.row(site).transpose());
    for (const int order : layout.orders())
      for (int t = 0; t < layout.index(order).size(); ++t) {
        const int* tuple = layout.index(order).tuple(t);
        if (tuple[0] == site && tuple[order - 1] == site) connected[layout.offset(order) + t] = values[order / 2 - 1];
      }
  }
  return connected;
}

double source_functional(const Config& config, const Readout& readout, const Vector& sources) {
  const SiteSet sites(config.sites);
  if (config.field.architecture == "cos") return cos_source_functional(sites, config.field.sigma_weight, readout, sources);
  if (config.field.architecture == "free-scalar")
    return free_scalar_source_functional(sites, free_scalar_spec(config.field), readout, sources);
  if (config.field.architecture == "mlp") return mlp_source_functional(sites, mlp_spec(config.field), readout, sources);
  throw UsageError("nnft exact: no exact W[J] is known for architecture " + config.field.architecture);
}

Vector exact_generating(const Config& config, const ScanPoint& point) {
  const RowMatrix& sources = config.measure.sources;
  const Readout readout{output_layer(config.field), point.width};
  Vector generating(sources.rows());
  for (Eigen::Index s = 0; s < sources.rows(); ++s)
    generating[s] = source_functional(config, readout, sources.row(s).transpose());
  return generating;
}

/// Without deformations. @param widening other than 1 for infinite width only.
Vector free_connected(const Config& config, const ScanPoint& point, const MomentLayout& moments, double widening) {
  if (std::isinf(point.width)) return process_connected(config, moments, widening);
  if (is_deep(config, point)) return coincident_connected(config, point, moments);
  return connected_from_one_neuron(moments, neuron_moments(config, moments), output_layer(config.field), point.width);
}

/// Whether the field is proportional to the length of the first-layer weights, which is independent of their direction.
bool is_homogeneous(const FieldConfig& field) {
  return field.architecture == "mlp" && field.sigma_bias == 0.0 && field.weight_density == DensityShape::normal &&
         (field.activation == Activation::relu || field.activation == Activation::identity);
}

std::vector<Deformation> deformations_at(const Config& config, const ScanPoint& point) {
  std::vector<Deformation> deformations;
  for (int p = 0; p < config.deformation_count(); ++p)
    deformations.push_back(
        {*config.deformations[static_cast<std::size_t>(p)].kind, point.strengths[static_cast<std::size_t>(p)]});
  return deformations;
}

RowMatrix deformed_connected_and_derivatives(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  DeformedProblem problem{CosFeatures{config.field.sigma_weight}, SiteSet(config.sites),
                          Readout{output_layer(config.field), point.width}, deformations_at(config, point)};
  if (config.field.architecture != "cos") {
    Config without_bias = config;
    without_bias.field.sigma_out_bias = 0.0;
    const auto connected = [=, moments = layout.moments()](double widening) {
      return free_connected(without_bias, point, moments, widening);
    };
    const double first_width = config.field.hidden_widths.empty() ? point.width : config.field.hidden_widths.front();
    problem.net =
        FreeNet{config.field.architecture, connected, config.field.sigma_weight, first_width, is_homogeneous(config.field)};
  }
  return deformed_derivatives(layout.moments(), problem, layout.derivatives().basis());
}

ExactValues operator_values(const Config& config, const ScanPoint& point, const SumLayout& layout, double most_operations) {
  const bool free = field_couplings(config, point).free();
  if (layout.sources() > 0 && !free) throw UsageError("nnft exact: no exact W[J] is known under a field-operator");
  return {free ? free_connected(config, point, layout.moments(), 1.0)
               : few_node_connected(config, point, layout.moments(), most_operations),
          layout.sources() > 0 ? exact_generating(config, point) : Vector(), RowMatrix(0, layout.moments().size())};
}

bool is_deformed(const ScanPoint& point) {
  return std::ranges::any_of(point.strengths, [](double strength) { return strength != 0.0; });
}

}  // namespace

ExactValues exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  if (config.has_field_operator()) return operator_values(config, point, layout, patient_operations);
  if (layout.sources() > 0 && is_deep(config, point))
    throw UsageError("nnft exact: no exact W[J] is known for nets of several hidden layers");
  if (layout.sources() > 0 && is_deformed(point)) throw UsageError("nnft exact: no exact W[J] is known for deformed ensembles");
  Vector generating = layout.sources() > 0 ? exact_generating(config, point) : Vector();
  if (config.deformation_count() == 0)
    return {free_connected(config, point, layout.moments(), 1.0), std::move(generating), RowMatrix(0, layout.moments().size())};
  const RowMatrix rows = deformed_connected_and_derivatives(config, point, layout);
  return {rows.row(0).transpose(), std::move(generating), rows.bottomRows(rows.rows() - 1)};
}

ExactValues perturbative_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  if (!config.has_field_operator())
    throw UsageError("nnft exact --perturbation: expected deformation.kind = field-operator, whose strength is expanded in");
  if (layout.sources() > 0) throw UsageError("nnft exact --perturbation: W[J] is not expanded; expected no measure.sources");
  return {perturbative_connected(config, point, layout.moments()), Vector(), RowMatrix(0, layout.moments().size())};
}

ExactValues leading_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  if (layout.sources() > 0) throw UsageError("nnft exact --leading: W[J] has no expansion here; expected no measure.sources");
  if (layout.derivatives().size() > 0)
    throw UsageError("nnft exact --leading: no derivatives are known to leading order; expected measure.derivatives = none");
  const Readout readout{output_layer(config.field), point.width};
  const RowMatrix no_derivatives(0, layout.moments().size());
  const std::vector<Deformation> deformations = deformations_at(config, point);
  if (config.field.architecture == "cos" && deformations.size() == 1 &&
      deformations.front().kind == DeformationKind::weight_quartic)
    return {cos_quartic_leading(layout.moments(),
                                {SiteSet(config.sites), config.field.sigma_weight, readout, deformations.front().strength}),
            Vector(), no_derivatives};
  if (!is_mlp(config) || !deformations.empty())
    throw UsageError("nnft exact --leading: expected architecture mlp without deformations, or cos with weight-quartic, got " +
                     config.field.architecture +
                     (deformations.empty() ? "" : " with " + std::string(to_string(deformations.front().kind))));
  return {deep_connected_leading(layout.moments(), SiteSet(config.sites), mlp_spec(config.field), readout), Vector(),
          no_derivatives};
}

std::optional<ExactValues> known_exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  try {
    if (config.has_field_operator()) return operator_values(config, point, layout, hasty_operations);
    return exact_values(config, point, layout);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace nnft
