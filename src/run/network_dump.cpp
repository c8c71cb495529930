#include "nnft/run/network_dump.hpp"

#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "nnft/field/deformations/shared_scale.hpp"
#include "nnft/run/analysis.hpp"
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

/// The factor of a network's K, if there is a shared scale.
std::optional<double> scale_of(const Config& config, const ScanPoint& point, std::uint64_t sample, SimdPath path) {
  const std::optional<SharedScale> shared = shared_scale(config, point);
  if (!shared || shared->strength == 0.0) return std::nullopt;
  return shared_scale_of(ensemble_stream(config, point.width), sample, shared->strength, path);
}

std::string network_text(FieldEnsemble& ensemble, std::uint64_t sample, std::optional<double> scale) {
  const auto sites = static_cast<std::size_t>(ensemble.sites()), pairs = static_cast<std::size_t>(ensemble.pairs());
  std::vector<double> fields(sites * batch_samples), products(pairs * batch_samples);
  ensemble.fields(sample, fields.data());
  ensemble.feature_products(sample, products.data());
  std::vector<double> field, kernel;
  for (std::size_t p = 0; p < sites; ++p) field.push_back(std::sqrt(scale.value_or(1.0)) * fields[p * batch_samples]);
  for (std::size_t p = 0; p < pairs; ++p)
    kernel.push_back(scale.value_or(1.0) * (products[p * batch_samples] * ensemble.kernel_scale() + ensemble.kernel_offset()));
  std::vector<ParameterArray> parameters = ensemble.parameters(sample);
  if (scale) parameters.push_back({"scale", {1}, {*scale}});
  return "{\"parameters\": " + parameters_text(parameters) + ", \"field\": " + numbers(field) +
         ", \"kernel\": " + numbers(kernel) + "}";
}

/// "width", "strength", "strength2", … as in a result file.
std::string place_text(const Plan& plan, const ScanPoint& point) {
  std::string text = "\"width\": " + (std::isinf(point.width) ? "\"inf\"" : shortest_text(point.width));
  for (std::size_t p = 0; p < point.strengths.size(); ++p)
    text += ", \"" + plan.axes()[p + 1] + "\": " + shortest_text(point.strengths[p]);
  return text;
}

}  // namespace

std::string networks_as_json(const Config& config, const Plan& plan, SimdPath path, int count) {
  std::string points;
  for (const ScanPoint& point : plan.points()) {
    const std::unique_ptr<FieldEnsemble> ensemble =
        make_ensemble(config, point.width, {{weight_deformation(config, point)}, {}}, path);
    std::string networks;
    for (int k = 0; k < count; ++k)
      networks +=
          (networks.empty() ? "\n  " : ",\n  ") +
          network_text(*ensemble, static_cast<std::uint64_t>(k), scale_of(config, point, static_cast<std::uint64_t>(k), path));
    points += (points.empty() ? "\n {" : ",\n {") + place_text(plan, point) + ", \"networks\": [" + networks + "]}";
  }
  return "{\"points\": [" + points + "]}\n";
}

}  // namespace nnft
