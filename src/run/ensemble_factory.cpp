#include "nnft/run/ensemble_factory.hpp"

#include <cmath>

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
  RowMatrix (*kernel)(const FieldConfig&, const SiteSet&, const OutputLayer&);
};

template <class Net, auto spec_of>
std::unique_ptr<Architecture> make_net(const FieldConfig& field) {
  return std::make_unique<Net>(spec_of(field));
}

double cos_spec(const FieldConfig& field) { return field.sigma_weight; }

const std::vector<ArchitectureEntry>& architectures() {
  using Field = const FieldConfig&;
  static const std::vector<ArchitectureEntry> list = {
      {"mlp", &make_net<MlpNet, mlp_spec>,
       [](Field f, const SiteSet& s, const OutputLayer& o) { return mlp_kernel(s, mlp_spec(f), o); }},
      {"cos", &make_net<CosNet, cos_spec>,
       [](Field f, const SiteSet& s, const OutputLayer& o) { return cos_kernel(s, f.sigma_weight, o); }},
      {"gauss", &make_net<GaussNet, gauss_spec>,
       [](Field f, const SiteSet& s, const OutputLayer& o) { return gauss_kernel(s, gauss_spec(f), o); }},
      {"free-scalar", &make_net<FreeScalarNet, free_scalar_spec>,
       [](Field f, const SiteSet& s, const OutputLayer& o) { return free_scalar_kernel(s, free_scalar_spec(f), o); }},
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
  MlpSpec spec{field.activation, field.depth, {}, field.sigma_weight, field.sigma_bias, density(field.weight_density, field)};
  for (const int width : field.hidden_widths) spec.hidden_widths.push_back(static_cast<std::uint32_t>(width));
  return spec;
}

GaussSpec gauss_spec(const FieldConfig& field) { return {field.sigma_weight, field.sigma_bias}; }

FreeScalarSpec free_scalar_spec(const FieldConfig& field) { return {field.mass, field.cutoff, field.momentum_exponent}; }

OutputLayer output_layer(const FieldConfig& field) {
  return {field.sigma_out, field.sigma_out_bias, density(field.out_density, field)};
}

RowMatrix infinite_width_kernel(const Config& config) {
  return find_architecture(config.field).kernel(config.field, SiteSet(config.sites), output_layer(config.field));
}

std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, const ScanPoint& point, SimdPath path) {
  if (std::isinf(point.width))
    return std::make_unique<GaussianProcess>(infinite_width_kernel(config), Stream::process(config.run.seed), path);
  const std::unique_ptr<Architecture> architecture = find_architecture(config.field).make(config.field);
  const Stream stream(config.run.seed, static_cast<std::uint32_t>(point.width));
  return std::make_unique<NetworkEnsemble>(*architecture, SiteSet(config.sites), stream, output_layer(config.field), path);
}

}  // namespace nnft
