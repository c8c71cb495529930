#include "nnft/run/ensemble_factory.hpp"

#include <cmath>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/gaussian_process.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/theory/kernels.hpp"

namespace nnft {
namespace {

/// One architecture: its nets of finite width, and the covariance of its infinitely wide ones.
struct ArchitectureEntry {
  std::string name;
  std::unique_ptr<Architecture> (*make)(const FieldConfig&);
  /// `widening` multiplies the standard deviation of the first-layer weights, but no constant that was made from it.
  RowMatrix (*kernel)(const FieldConfig&, const RowMatrix& sites, double widening);
};

/// E[h(x)h(y)] of a gauss-net has ½s|x + y|² in its exponent, of which the weights' variance is the s.
RowMatrix widened_gauss_kernel(const FieldConfig& field, const RowMatrix& sites, double widening) {
  RowMatrix kernel = gauss_kernel(SiteSet(sites), gauss_spec(field), output_layer(field));
  const double more = (widening * widening - 1.0) * field.sigma_weight * field.sigma_weight / static_cast<double>(sites.cols());
  const double offset = field.sigma_out_bias * field.sigma_out_bias;
  for (Eigen::Index x = 0; x < kernel.rows(); ++x)
    for (Eigen::Index y = 0; y < kernel.cols(); ++y)
      kernel(x, y) = (kernel(x, y) - offset) * std::exp(0.5 * more * (sites.row(x) + sites.row(y)).squaredNorm()) + offset;
  return kernel;
}

template <class Net, auto spec_of>
std::unique_ptr<Architecture> make_net(const FieldConfig& field) {
  return std::make_unique<Net>(spec_of(field));
}

double cos_spec(const FieldConfig& field) { return field.sigma_weight; }

const std::vector<ArchitectureEntry>& architectures() {
  using Field = const FieldConfig&;
  using Sites = const RowMatrix&;
  static const std::vector<ArchitectureEntry> list = {
      {"mlp", &make_net<MlpNet, mlp_spec>,
       [](Field f, Sites s, double w) { return mlp_kernel(SiteSet(w * s), mlp_spec(f), output_layer(f)); }},
      {"cos", &make_net<CosNet, cos_spec>,
       [](Field f, Sites s, double w) { return cos_kernel(SiteSet(s), w * f.sigma_weight, output_layer(f)); }},
      {"gauss", &make_net<GaussNet, gauss_spec>, &widened_gauss_kernel},
      {"free-scalar", &make_net<FreeScalarNet, free_scalar_spec>,
       [](Field f, Sites s, double) { return free_scalar_kernel(SiteSet(s), free_scalar_spec(f), output_layer(f)); }},
  };
  return list;
}

const ArchitectureEntry& find_architecture(const FieldConfig& field) {
  for (const ArchitectureEntry& entry : architectures())
    if (entry.name == field.architecture) return entry;
  throw UsageError("field.architecture: no architecture '" + field.architecture + "'");
}

ParameterDensity density(DensityShape shape, const FieldConfig& field) {
  return {shape, shape == DensityShape::student_t ? field.degrees_of_freedom : 0.0};
}

}  // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const ArchitectureEntry& entry : architectures()) names.push_back(entry.name);
  return names;
}

MlpSpec mlp_spec(const FieldConfig& field) {
  MlpSpec spec{field.activation,   field.depth, {}, field.sigma_weight, field.sigma_bias, density(field.weight_density, field),
               HiddenDraw::weights};
  for (const int width : field.hidden_widths) spec.hidden_widths.push_back(static_cast<std::uint32_t>(width));
  const bool possible = field.weight_density == DensityShape::normal;
  spec.draw = field.hidden_draw.value_or(possible ? HiddenDraw::preactivations : HiddenDraw::weights);
  return spec;
}

GaussSpec gauss_spec(const FieldConfig& field) { return {field.sigma_weight, field.sigma_bias}; }

FreeScalarSpec free_scalar_spec(const FieldConfig& field) { return {field.mass, field.cutoff, field.momentum_exponent}; }

OutputLayer output_layer(const FieldConfig& field) {
  return {field.sigma_out, field.sigma_out_bias, density(field.out_density, field)};
}

std::unique_ptr<Architecture> make_architecture(const FieldConfig& field) { return find_architecture(field).make(field); }

double infinite_width_widening(const Deformation& weights) {
  return weights.kind == DeformationKind::weight_ring ? std::pow(1.0 - 4.0 * weights.strength * weights.strength, -0.25) : 1.0;
}

RowMatrix infinite_width_kernel(const Config& config, double widening) {
  return find_architecture(config.field).kernel(config.field, config.sites, widening);
}

RowMatrix infinite_width_kernel_at(const Config& config, const RowMatrix& points) {
  return find_architecture(config.field).kernel(config.field, points, 1.0);
}

Stream ensemble_stream(const Config& config, double width) {
  return std::isinf(width) ? Stream::process(config.run.seed) : Stream(config.run.seed, static_cast<std::uint32_t>(width));
}

std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, double width, const WeightDeformations& weights,
                                             SimdPath path) {
  if (std::isinf(width)) {
    std::vector<RowMatrix> kernels;
    for (const Deformation& copy : weights.copies)
      kernels.push_back(infinite_width_kernel(config, infinite_width_widening(copy)));
    return std::make_unique<GaussianProcess>(std::move(kernels), ensemble_stream(config, width), path);
  }
  const std::unique_ptr<Architecture> architecture = make_architecture(config.field);
  return std::make_unique<NetworkEnsemble>(*architecture, SiteSet(config.sites), ensemble_stream(config, width),
                                           output_layer(config.field), path, weights);
}

}  // namespace nnft
