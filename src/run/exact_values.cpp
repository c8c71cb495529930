#include "nnft/run/exact_values.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {

ExactValues exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  if (config.field.architecture != "cos")
    throw UsageError("nnft exact: no exact correlators are known for architecture " + config.field.architecture);
  return {connected_from_one_neuron(layout.moments(), cos_feature_moment(SiteSet(config.sites), config.field.sigma_weight),
                                    config.field.sigma_out, point.width),
          Vector::Constant(layout.sources(), std::nan(""))};
}

std::optional<ExactValues> known_exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout) {
  try {
    return exact_values(config, point, layout);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace nnft
