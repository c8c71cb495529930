#include "run/operator_keys.hpp"

#include <utility>

#include "run/config_key_kinds.hpp"

namespace nnft {
namespace {

const Choices<SamplingMethod> sampling_methods = {{"auto", SamplingMethod::automatic},
                                                  {"reweight", SamplingMethod::reweight},
                                                  {"neuron-refresh", SamplingMethod::neuron_refresh},
                                                  {"elliptical-slice", SamplingMethod::elliptical_slice},
                                                  {"hmc", SamplingMethod::hmc}};

ConfigKey only_with_operator(ConfigKey key) {
  key.only_with = "deformation.kind = field-operator";
  key.applies = [](const Config& config) { return config.has_field_operator(); };
  return in_identity(std::move(key));
}

/// μ² is the second axis of strengths.
ConfigKey squared_masses(ConfigKey key) {
  key.expected = "numbers separated by spaces, none twice";
  key.read = [](std::string_view text, Config& config) {
    config.deformations[1].kind = DeformationKind::field_mass;
    return read_numbers(text, config.deformations[1].strengths);
  };
  key.text = [](const Config& config) { return list_text(config.deformations[1].strengths); };
  return key;
}

ConfigKey thermalisation(ConfigKey key) {
  constexpr WholeRange range{0, 1'000'000'000};
  key.expected = "auto, or a whole number of updates " + in_words(range);
  key.read = [=](std::string_view text, Config& config) -> Complaints {
    config.sampling.thermalisation.reset();
    if (text == "auto") return {};
    return read_whole(text, range, config.sampling.thermalisation.emplace());
  };
  key.text = [](const Config& config) {
    return config.sampling.thermalisation ? std::to_string(*config.sampling.thermalisation) : std::string("auto");
  };
  return key;
}

}  // namespace

std::vector<ConfigKey> operator_keys() {
  std::vector<ConfigKey> keys = {
      squared_masses(key("deformation.mu2", "0")),
      number(
          key("deformation.kappa", "0"), -infinity, infinity, Ends::closed,
          [](auto& c) -> auto& { return c.field_operator.kappa; }),
      not_negative(
          key("deformation.range", "0"), [](auto& c) -> auto& { return c.field_operator.range; }),
      positive(
          key("deformation.box", nullptr), [](auto& c) -> auto& { return c.field_operator.box; }),
      whole(
          key("deformation.nodes", nullptr), {1, NodeGrid::most_per_direction},
          [](auto& c) -> auto& { return c.field_operator.nodes; }),
      choice(
          key("deformation.rule", "gauss-legendre"), named(all_node_rules()),
          [](auto& c) -> auto& { return c.field_operator.rule; }),
  };
  keys[1].expected = "a number";
  for (ConfigKey& entry : keys) entry = only_with_operator(std::move(entry));
  return keys;
}

std::vector<ConfigKey> sampling_keys() {
  return {only_with_operator(choice(
              key("sampling.method", "auto"), sampling_methods, [](auto& c) -> auto& { return c.sampling.method; })),
          only_with_operator(thermalisation(key("sampling.thermalisation", "auto"))),
          only_with_operator(whole(
              key("sampling.updates", "1"), {1, 1'000'000}, [](auto& c) -> auto& { return c.sampling.updates; }))};
}

}  // namespace nnft
