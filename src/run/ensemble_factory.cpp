#include "nnft/run/ensemble_factory.hpp"

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/theory/cos_moments.hpp"

namespace nnft {
namespace {

struct ArchitectureEntry {
  std::string name;
  std::unique_ptr<Architecture> (*make)(const FieldConfig&);
};

const std::vector<ArchitectureEntry>& architectures() {
  static const std::vector<ArchitectureEntry> list = {
      {"cos",
       [](const FieldConfig& field) -> std::unique_ptr<Architecture> { return std::make_unique<CosNet>(field.sigma_weight); }},
  };
  return list;
}

}  // namespace

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const ArchitectureEntry& entry : architectures()) names.push_back(entry.name);
  return names;
}

std::unique_ptr<Architecture> make_architecture(const FieldConfig& field) {
  for (const ArchitectureEntry& entry : architectures())
    if (entry.name == field.architecture) return entry.make(field);
  throw UsageError("field.architecture: no architecture '" + field.architecture + "'");
}

std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, const ScanPoint& point, SimdPath path) {
  const std::unique_ptr<Architecture> architecture = make_architecture(config.field);
  const Stream stream(config.run.seed, static_cast<std::uint32_t>(point.width));
  const OutputLayer output{config.field.sigma_out, 0.0, {}};
  return std::make_unique<NetworkEnsemble>(*architecture, SiteSet(config.sites), stream, output, path);
}

std::optional<Vector> exact_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout) {
  if (config.field.architecture != "cos") return std::nullopt;
  return connected_from_one_neuron(layout, cos_feature_moment(SiteSet(config.sites), config.field.sigma_weight),
                                   config.field.sigma_out, point.width);
}

}  // namespace nnft
