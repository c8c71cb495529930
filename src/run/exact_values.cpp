#include "nnft/run/exact_values.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/gauss_moments.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

/// E[h…h] of a neuron as a row of the layout.
Vector neuron_moments(const Config& config, const MomentLayout& layout) {
  const SiteSet sites(config.sites);
  if (config.field.architecture == "cos") return feature_moments(layout, cos_feature_moment(sites, config.field.sigma_weight));
  if (config.field.architecture == "gauss") return feature_moments(layout, gauss_feature_moment(sites, gauss_spec(config.field)));
  if (config.field.architecture == "free-scalar")
    return feature_moments(layout, free_scalar_feature_moment(sites, free_scalar_spec(config.field)));
  return mlp_feature_moments(layout, mlp_spec(config.field), sites);
}

/// A Gaussian theory: the kernel, and nothing above it.
Vector gaussian_connected(const MomentLayout& layout, const RowMatrix& kernel) {
  Vector connected = Vector::Zero(layout.size());
  const PackedIndex& pairs = layout.index(2);
  for (int pair = 0; pair < pairs.size(); ++pair) connected[pair] = kernel(pairs.tuple(pair)[0], pairs.tuple(pair)[1]);
  return connected;
}

}  // namespace

ExactValues exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  const Vector unknown = Vector::Constant(layout.sources(), std::nan(""));
  if (std::isinf(point.width)) return {gaussian_connected(layout.moments(), infinite_width_kernel(config)), unknown};
  return {connected_from_one_neuron(layout.moments(), neuron_moments(config, layout.moments()), output_layer(config.field),
                                    point.width),
          unknown};
}

std::optional<ExactValues> known_exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  try {
    return exact_values(config, point, layout);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace nnft
