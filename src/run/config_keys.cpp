#include "nnft/run/config_keys.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <utility>

#include "nnft/run/ensemble_factory.hpp"
#include "run/config_key_kinds.hpp"
#include "run/histogram_keys.hpp"
#include "run/operator_keys.hpp"

namespace nnft {

namespace {

constexpr std::uint64_t any_seed = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t largest_width = 16'777'215;

Choices<std::string> architectures() {
  Choices<std::string> choices;
  for (const std::string& name : architecture_names()) choices.emplace_back(name, name);
  return choices;
}

const Choices<std::string> simd_paths = {{"auto", "auto"}, {"generic", "generic"}, {"avx2", "avx2"}, {"avx512", "avx512"}};
const Choices<EstimatorKind> estimators = {
    {"plain", EstimatorKind::plain}, {"conditional", EstimatorKind::conditional}, {"improved", EstimatorKind::improved}};
const Choices<JackknifeOutput> jackknife_outputs = {
    {"auto", JackknifeOutput::automatic}, {"all", JackknifeOutput::all}, {"none", JackknifeOutput::none}};

const Choices<std::optional<HiddenDraw>> hidden_draws = {
    {"auto", std::nullopt}, {"preactivations", HiddenDraw::preactivations}, {"weights", HiddenDraw::weights}};

ConfigKey width(ConfigKey key) {
  constexpr WholeRange range{1, largest_width};
  key.expected = "whole numbers " + in_words(range) + ", or inf, separated by spaces, none twice";
  key.read = [=](std::string_view text, Config& config) { return read_widths(text, range, config.field.widths); };
  key.text = [](const Config& config) { return list_text(config.field.widths); };
  return key;
}

ConfigKey points(ConfigKey key) {
  key.expected = "sites separated by ';', each of field.input-dim finite numbers separated by spaces";
  key.read = [](std::string_view text, Config& config) { return read_sites(text, config.sites); };
  key.text = [](const Config& config) { return sites_text(config.sites); };
  return key;
}

ConfigKey sites_file(ConfigKey key) {
  key.expected = "a text file with one site per line, each of field.input-dim finite numbers separated by spaces";
  key.read = [](std::string_view text, Config& config) { return read_sites_file(text, config.sites); };
  return key;
}

ConfigKey hidden_widths(ConfigKey key) {
  constexpr WholeRange range{1, 65535};
  key.expected = "widths of the hidden layers before the last, whole numbers " + in_words(range);
  key.read = [=](std::string_view text, Config& config) -> Complaints {
    if (text.empty()) return {quoted(text)};
    Complaints complaints = read_whole_list(text, range, config.field.hidden_widths);
    if (complaints.empty()) config.field.depth = static_cast<int>(config.field.hidden_widths.size()) + 1;
    return complaints;
  };
  key.text = [](const Config& config) { return list_text(config.field.hidden_widths); };
  return key;
}

const Choices<std::optional<DeformationKind>>& deformation_kinds() {
  static const Choices<std::optional<DeformationKind>> choices = [] {
    Choices<std::optional<DeformationKind>> list = {{"none", std::nullopt}};
    for (const DeformationKind kind : all_deformation_kinds()) list.emplace_back(std::string(to_string(kind)), kind);
    return list;
  }();
  return choices;
}

/// [deformation], [deformation-2], …: no kind is written as no key at all.
std::string deformation_section(std::size_t p) { return p == 0 ? "deformation" : "deformation-" + std::to_string(p + 1); }

ConfigKey deformation_kind(std::size_t p) {
  ConfigKey kind = choice(
      key(deformation_section(p) + ".kind", "none"),
      deformation_kinds(), [p](auto& c) -> auto& { return c.deformations[p].kind; });
  if (p > 0) {
    kind.only_with = "deformation.kind other than field-operator";
    kind.applies = [](const Config& config) { return !config.has_field_operator(); };
  }
  kind.text = [p, text = kind.text](const Config& config) { return config.deformations[p].kind ? text(config) : std::string(); };
  return kind;
}

ConfigKey strengths(std::size_t p) {
  ConfigKey entry = key(deformation_section(p) + ".strength", nullptr);
  entry.expected = "numbers separated by spaces, none twice";
  entry.only_with = deformation_section(p) + ".kind other than none";
  entry.applies = [p](const Config& config) {
    return config.deformations[p].kind.has_value() && (p == 0 || !config.has_field_operator());
  };
  entry.read = [p](std::string_view text, Config& config) { return read_numbers(text, config.deformations[p].strengths); };
  entry.text = [p](const Config& config) { return list_text(config.deformations[p].strengths); };
  return entry;
}

const Choices<DerivativeMethod> derivative_methods = {
    {"none", DerivativeMethod::none}, {"score", DerivativeMethod::score}, {"differences", DerivativeMethod::differences}};

/// Derivatives in the strengths: written only if there are any.
ConfigKey derivatives() {
  ConfigKey entry = choice(
      key("measure.derivatives", "none"), derivative_methods, [](auto& c) -> auto& { return c.measure.derivatives; });
  entry.text = [text = entry.text](const Config& config) {
    return config.measure.derivatives == DerivativeMethod::none ? std::string() : text(config);
  };
  return entry;
}

ConfigKey derivative_order() {
  ConfigKey entry = whole(
      key("measure.derivative-order", "2"), {1, SeriesBasis::max_order},
      [](auto& c) -> auto& { return c.measure.derivative_order; });
  entry.only_with = "measure.derivatives other than none";
  entry.applies = [](const Config& config) { return config.measure.derivatives != DerivativeMethod::none; };
  return entry;
}

ConfigKey orders(ConfigKey key) {
  key.expected = "some of 2 4 6 8";
  key.read = [](std::string_view text, Config& config) { return read_orders(text, config.measure.orders); };
  key.text = [](const Config& config) { return list_text(config.measure.orders); };
  return key;
}

ConfigKey tuples(ConfigKey key) {
  key.expected = "all, diagonal, or tuples of 2, 4, 6 or 8 sites separated by ';'";
  key.read = [](std::string_view text, Config& config) -> Complaints {
    MeasureConfig& measure = config.measure;
    measure.tuples = text == "all" ? TupleChoice::all : text == "diagonal" ? TupleChoice::diagonal : TupleChoice::listed;
    return measure.tuples == TupleChoice::listed ? read_tuples(text, measure.listed) : Complaints();
  };
  key.text = [](const Config& config) -> std::string {
    const MeasureConfig& measure = config.measure;
    if (measure.tuples == TupleChoice::listed) return tuples_text(measure.listed);
    return measure.tuples == TupleChoice::all ? "all" : "diagonal";
  };
  return key;
}

ConfigKey sources(ConfigKey key) {
  key.expected = "sources J separated by ';', each of one number for every site";
  key.read = [](std::string_view text, Config& config) { return read_sites(text, config.measure.sources, "source"); };
  key.text = [](const Config& config) { return sites_text(config.measure.sources); };
  return key;
}

ConfigKey path(ConfigKey key) {
  key.expected = "the path of a file";
  key.read = [](std::string_view text, Config& config) { return read_path(text, config.run.output); };
  key.text = [](const Config& config) { return config.run.output; };
  return key;
}

ConfigKey bytes(ConfigKey key) {
  constexpr WholeRange range{std::uint64_t{1} << 20, std::uint64_t{1} << 50};
  key.expected = "a number of bytes from 1M to 1024T: a whole number, with K, M, G or T for powers of 1024";
  key.read = [=](std::string_view text, Config& config) { return read_bytes(text, range, config.run.max_memory); };
  key.text = [](const Config& config) { return std::to_string(config.run.max_memory); };
  return key;
}

ConfigKey momentum_exponent(ConfigKey key) {
  key.expected = "a number from -1 to 0";
  return number(
      std::move(key), -1.0, 0.0, Ends::closed, [](auto& c) -> auto& { return c.field.momentum_exponent; });
}

ConfigKey degrees_of_freedom(ConfigKey key) {
  key.expected = "a number > 2, for a density of variance 1";
  key.only_with = "weight-density or out-density = student-t";
  key.applies = [](const Config& config) {
    return config.field.weight_density == DensityShape::student_t || config.field.out_density == DensityShape::student_t;
  };
  return number(
      std::move(key), 2.0, infinity, Ends::open, [](auto& c) -> auto& { return c.field.degrees_of_freedom; });
}

std::vector<ConfigKey> field_keys() {
  const std::vector<std::string> mlp = {"mlp"}, with_bias = {"gauss", "mlp"}, with_weights = {"cos", "gauss", "mlp"},
                                 free_scalar = {"free-scalar"};
  std::vector<ConfigKey> keys = {
      choice(
          key("field.architecture", nullptr), architectures(), [](auto& c) -> auto& { return c.field.architecture; }),
      whole(
          key("field.input-dim", "1"), {1, 1000}, [](auto& c) -> auto& { return c.field.input_dim; }),
      width(key("field.width", nullptr)),
      only_for(mlp, whole(
                        key("field.depth", "1"), {1, max_stream_layers}, [](auto& c) -> auto& { return c.field.depth; })),
      only_for(mlp, decided_when_absent(hidden_widths(key("field.hidden-widths", nullptr)))),
      only_for(mlp, choice(
                        key("field.activation", "tanh"), named(all_activations()),
                        [](auto& c) -> auto& { return c.field.activation; })),
      only_for(mlp, choice(
                        key("field.weight-density", "normal"), named(all_density_shapes()),
                        [](auto& c) -> auto& { return c.field.weight_density; })),
      only_for(mlp, choice(
                        key("field.hidden-draw", "auto"), hidden_draws, [](auto& c) -> auto& { return c.field.hidden_draw; })),
      only_for(with_weights, positive(
                                 key("field.sigma-weight", "1"), [](auto& c) -> auto& { return c.field.sigma_weight; })),
      only_for(with_bias, not_negative(
                              key("field.sigma-bias", "0"), [](auto& c) -> auto& { return c.field.sigma_bias; })),
      only_for(free_scalar, positive(
                                key("field.mass", "1"), [](auto& c) -> auto& { return c.field.mass; })),
      only_for(free_scalar, positive(
                                key("field.cutoff", nullptr), [](auto& c) -> auto& { return c.field.cutoff; })),
      only_for(free_scalar, momentum_exponent(key("field.momentum-exponent", "-1"))),
      positive(
          key("field.sigma-out", "1"), [](auto& c) -> auto& { return c.field.sigma_out; }),
      not_negative(
          key("field.sigma-out-bias", "0"), [](auto& c) -> auto& { return c.field.sigma_out_bias; }),
      choice(
          key("field.out-density", "normal"), named(all_density_shapes()), [](auto& c) -> auto& { return c.field.out_density; }),
      degrees_of_freedom(key("field.degrees-of-freedom", nullptr)),
  };
  for (ConfigKey& entry : keys) entry = in_identity(std::move(entry));
  return keys;
}

std::vector<ConfigKey> make_keys() {
  std::vector<ConfigKey> keys = field_keys();
  keys.push_back(in_identity(decided_when_absent(points(key("sites.points", nullptr)))));
  keys.push_back(decided_when_absent(sites_file(key("sites.file", nullptr))));
  for (std::size_t p = 0; p < max_series_parameters; ++p) {
    keys.push_back(in_identity(deformation_kind(p)));
    keys.push_back(in_identity(strengths(p)));
    if (p > 0) continue;
    for (ConfigKey& entry : operator_keys()) keys.push_back(std::move(entry));
  }
  for (ConfigKey& entry : sampling_keys()) keys.push_back(std::move(entry));
  const std::vector<ConfigKey> measured = {
      in_identity(orders(key("measure.orders", "2 4"))),
      in_identity(tuples(key("measure.tuples", "all"))),
      in_identity(decided_when_absent(sources(key("measure.sources", nullptr)))),
      in_identity(decided_when_absent(choice(
          key("measure.estimator", nullptr), estimators, [](auto& c) -> auto& { return c.measure.estimator; }))),
      in_identity(derivatives()),
      in_identity(derivative_order()),
  };
  keys.insert(keys.end(), measured.begin(), measured.end());
  for (ConfigKey& entry : histogram_keys()) keys.push_back(std::move(entry));
  const std::vector<ConfigKey> others = {
      choice(
          key("measure.jackknife", "auto"), jackknife_outputs, [](auto& c) -> auto& { return c.measure.jackknife; }),
      in_identity(whole(
          key("run.seed", "1"), {0, any_seed}, [](auto& c) -> auto& { return c.run.seed; })),
      whole(
          key("run.networks", nullptr), {1, 1'000'000'000'000'000}, [](auto& c) -> auto& { return c.run.networks; }),
      in_identity(whole(
          key("run.blocks", "256"), {2, 1'000'000}, [](auto& c) -> auto& { return c.run.blocks; })),
      in_identity(whole(
          key("run.slice", "256"), {1, 1'000'000}, [](auto& c) -> auto& { return c.run.slice; })),
      decided_when_absent(path(key("run.output", nullptr))),
      bytes(key("run.max-memory", "2G")),
      seconds(
          key("run.checkpoint-interval", "300s"), [](auto& c) -> auto& { return c.run.checkpoint_interval; }),
      seconds(
          key("run.max-walltime", "0s"), [](auto& c) -> auto& { return c.run.max_walltime; }),
      choice(
          key("run.simd", "auto"), simd_paths, [](auto& c) -> auto& { return c.run.simd; }),
  };
  keys.insert(keys.end(), others.begin(), others.end());
  return keys;
}

/// Whether a word with so many wrong letters is still taken for a misspelt one.
bool is_near(std::size_t distance, std::string_view word) { return 2 * distance < word.size(); }

/// Longer words are no misspelt keys, and would take long to compare.
constexpr std::size_t longest_typo = 64;

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

const ConfigKey* find_key(std::string_view full_name) {
  const auto found = std::ranges::find(config_keys(), full_name, &ConfigKey::full_name);
  return found == config_keys().end() ? nullptr : &*found;
}

const std::vector<std::string>& config_sections() {
  static const std::vector<std::string> sections = [] {
    std::vector<std::string> found;
    for (const ConfigKey& entry : config_keys())
      if (std::ranges::find(found, entry.section) == found.end()) found.push_back(entry.section);
    return found;
  }();
  return sections;
}

const ConfigKey* nearest_key(std::string_view section, std::string_view name) {
  if (section.size() > longest_typo || name.size() > longest_typo) return nullptr;
  const ConfigKey* nearest = nullptr;
  std::size_t least = longest_typo;
  for (const ConfigKey& candidate : config_keys()) {
    const std::size_t typos = edit_distance(name, candidate.name);
    const std::size_t distance = typos + (section == candidate.section ? 0 : 1);
    if (!is_near(typos, candidate.name) || distance >= least) continue;
    nearest = &candidate;
    least = distance;
  }
  return nearest;
}

std::optional<std::string> nearest_section(std::string_view section) {
  if (section.size() > longest_typo) return std::nullopt;
  const auto typos = [&](const std::string& candidate) { return edit_distance(section, candidate); };
  const auto nearest = std::ranges::min_element(config_sections(), {}, typos);
  if (!is_near(typos(*nearest), *nearest)) return std::nullopt;
  return *nearest;
}

}  // namespace nnft
