#include "nnft/run/ensemble_factory.hpp"

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"

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
  return std::make_unique<FieldEnsemble>(*architecture, SiteSet(config.sites), stream, config.field.sigma_out, path);
}

}  // namespace nnft
