#include "nnft/run/network_dump.hpp"

#include <cmath>
#include <span>
#include <vector>

#include "nnft/run/config_values.hpp"
#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft {
namespace {

/// [a, b, …] of whatever `text` makes of the entries.
template <class Values, class Text>
std::string json_list(const Values& values, Text text) {
  std::string list = "[";
  for (const auto& value : values) list += (list.size() > 1 ? ", " : "") + text(value);
  return list + "]";
}

std::string numbers(std::span<const double> values) { return json_list(values, shortest_text); }

std::string parameters_text(const std::vector<ParameterArray>& parameters) {
  std::string text;
  for (const ParameterArray& array : parameters)
    text += (text.empty() ? "" : ", ") + ("\"" + array.name + "\": {\"shape\": ") +
            json_list(array.shape, [](std::uint64_t extent) { return std::to_string(extent); }) +
            ", \"values\": " + numbers(array.values) + "}";
  return "{" + text + "}";
}

std::string network_text(FieldEnsemble& ensemble, std::uint64_t sample) {
  const auto sites = static_cast<std::size_t>(ensemble.sites()), pairs = static_cast<std::size_t>(ensemble.pairs());
  std::vector<double> fields(sites * batch_samples), products(pairs * batch_samples);
  ensemble.fields(sample, fields.data());
  ensemble.feature_products(sample, products.data());
  std::vector<double> field, kernel;
  for (std::size_t p = 0; p < sites; ++p) field.push_back(fields[p * batch_samples]);
  for (std::size_t p = 0; p < pairs; ++p)
    kernel.push_back(products[p * batch_samples] * ensemble.kernel_scale() + ensemble.kernel_offset());
  return "{\"parameters\": " + parameters_text(ensemble.parameters(sample)) + ", \"field\": " + numbers(field) +
         ", \"kernel\": " + numbers(kernel) + "}";
}

}  // namespace

std::string networks_as_json(const Config& config, const Plan& plan, SimdPath path, int count) {
  std::string points;
  for (const ScanPoint& point : plan.points()) {
    const std::unique_ptr<FieldEnsemble> ensemble =
        make_ensemble(config, point.width, {{weight_deformation(config, point)}, {}}, path);
    std::string networks;
    for (int k = 0; k < count; ++k)
      networks += (networks.empty() ? "\n  " : ",\n  ") + network_text(*ensemble, static_cast<std::uint64_t>(k));
    points += (points.empty() ? "\n" : ",\n") +
              (" {\"width\": " + (std::isinf(point.width) ? "\"inf\"" : shortest_text(point.width))) + ", \"networks\": [" +
              networks + "]}";
  }
  return "{\"points\": [" + points + "]}\n";
}

}  // namespace nnft
