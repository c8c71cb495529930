#include "nnft/run/exact_values.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/deep_coincident.hpp"
#include "nnft/theory/deep_series.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/gauss_moments.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/source_functional.hpp"

namespace nnft {
namespace {

Vector unknown(Eigen::Index size) { return Vector::Constant(size, std::nan("")); }

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
Vector process_connected(const Config& config, const MomentLayout& layout) {
  const RowMatrix kernel = infinite_width_kernel(config);
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

}  // namespace

ExactValues exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  const MomentLayout& moments = layout.moments();
  if (std::isinf(point.width)) return {process_connected(config, moments), exact_generating(config, point)};
  if (is_deep(config, point)) {
    if (layout.sources() > 0) throw UsageError("nnft exact: no exact W[J] is known for nets of several hidden layers");
    return {coincident_connected(config, point, moments), Vector()};
  }
  return {connected_from_one_neuron(moments, neuron_moments(config, moments), output_layer(config.field), point.width),
          exact_generating(config, point)};
}

ExactValues leading_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  if (!is_mlp(config)) throw UsageError("nnft exact --leading: expected architecture mlp, got " + config.field.architecture);
  if (layout.sources() > 0) throw UsageError("nnft exact --leading: W[J] has no expansion here; expected no measure.sources");
  const Readout readout{output_layer(config.field), point.width};
  return {deep_connected_leading(layout.moments(), SiteSet(config.sites), mlp_spec(config.field), readout), Vector()};
}

std::optional<ExactValues> known_exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  try {
    return exact_values(config, point, layout);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace nnft
