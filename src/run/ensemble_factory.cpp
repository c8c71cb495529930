#include "nnft/run/ensemble_factory.hpp"

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/theory/cos_moments.hpp"

namespace nnft {

std::unique_ptr<Architecture> make_architecture(const FieldConfig& field) {
  if (field.architecture == "cos") return std::make_unique<CosNet>(field.sigma_weight);
  throw UsageError("field.architecture: no architecture '" + field.architecture + "'");
}

FieldEnsemble make_ensemble(const Config& config, const ScanPoint& point, SimdPath path) {
  const std::unique_ptr<Architecture> architecture = make_architecture(config.field);
  const Stream stream(config.run.seed, static_cast<std::uint32_t>(point.width));
  return FieldEnsemble(*architecture, SiteSet(config.sites), stream, config.field.sigma_out, path);
}

std::optional<Vector> exact_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout) {
  if (config.field.architecture != "cos") return std::nullopt;
  return connected_from_one_neuron(layout, cos_feature_moment(SiteSet(config.sites), config.field.sigma_weight),
                                   config.field.sigma_out, point.width);
}

}  // namespace nnft
