#include "nnft/run/config_keys.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <utility>

#include "nnft/run/ensemble_factory.hpp"

namespace nnft {

namespace {

constexpr std::uint64_t any_seed = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t largest_width = 16'777'215;

/// Names that a value may have, in the order of messages.
template <class Value>
using Choices = std::vector<std::pair<std::string, Value>>;

Choices<std::string> architectures() {
  Choices<std::string> choices;
  for (const std::string& name : architecture_names()) choices.emplace_back(name, name);
  return choices;
}

const Choices<std::string> simd_paths = {{"auto", "auto"}, {"generic", "generic"}, {"avx2", "avx2"}, {"avx512", "avx512"}};
const Choices<EstimatorKind> estimators = {{"plain", EstimatorKind::plain}, {"conditional", EstimatorKind::conditional}};
const Choices<JackknifeOutput> jackknife_outputs = {
    {"auto", JackknifeOutput::automatic}, {"all", JackknifeOutput::all}, {"none", JackknifeOutput::none}};

std::string in_words(WholeRange range) { return "from " + std::to_string(range.least) + " to " + std::to_string(range.most); }

/// A key without its converters. `default_text` is null for a key that has no default.
ConfigKey key(std::string_view full_name, const char* default_text) {
  const std::size_t dot = full_name.find('.');
  ConfigKey result;
  result.section = full_name.substr(0, dot);
  result.name = full_name.substr(dot + 1);
  result.when_absent = default_text ? WhenAbsent::use_default : WhenAbsent::complain;
  result.default_text = default_text ? default_text : "";
  return result;
}

ConfigKey in_identity(ConfigKey key) {
  key.in_identity = true;
  return key;
}

ConfigKey decided_when_absent(ConfigKey key) {
  key.when_absent = WhenAbsent::decide;
  return key;
}

/// In the following, `at(config)` refers to the value of the key in a Config, const or not.

template <class Access>
ConfigKey whole(ConfigKey key, WholeRange range, Access at) {
  key.expected = "a whole number " + in_words(range);
  key.read = [=](std::string_view text, Config& config) { return read_whole(text, range, at(config)); };
  key.text = [=](const Config& config) { return std::to_string(at(config)); };
  return key;
}

template <class Access>
ConfigKey positive(ConfigKey key, Access at) {
  key.expected = "a number > 0";
  key.read = [=](std::string_view text, Config& config) { return read_positive(text, at(config)); };
  key.text = [=](const Config& config) { return shortest_text(at(config)); };
  return key;
}

template <class Value, class Access>
ConfigKey choice(ConfigKey key, const Choices<Value>& choices, Access at) {
  for (const auto& [name, value] : choices) key.expected += (key.expected.empty() ? "" : " or ") + name;
  key.read = [=](std::string_view text, Config& config) -> Complaints {
    const auto found = std::ranges::find(choices, text, &std::pair<std::string, Value>::first);
    if (found == choices.end()) return {quoted(text)};
    at(config) = found->second;
    return {};
  };
  key.text = [=](const Config& config) -> std::string {
    const auto found = std::ranges::find(choices, at(config), &std::pair<std::string, Value>::second);
    return found == choices.end() ? "" : found->first;
  };
  return key;
}

ConfigKey width(ConfigKey key) {
  constexpr WholeRange range{1, largest_width};
  key.expected = "whole numbers " + in_words(range) + " separated by spaces, none twice";
  key.read = [=](std::string_view text, Config& config) { return read_whole_list(text, range, config.field.widths); };
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

ConfigKey orders(ConfigKey key) {
  key.expected = "'2' or '2 4'";
  key.read = [](std::string_view text, Config& config) { return read_orders(text, {2, 4}, config.measure.orders); };
  key.text = [](const Config& config) { return list_text(config.measure.orders); };
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

template <class Access>
ConfigKey seconds(ConfigKey key, Access at) {
  key.expected = "a time such as 300s, 5m, 2h or 1d, at most 1e9 s";
  key.read = [=](std::string_view text, Config& config) { return read_seconds(text, at(config)); };
  key.text = [=](const Config& config) { return shortest_text(at(config)) + "s"; };
  return key;
}

std::vector<ConfigKey> make_keys() {
  return {
      in_identity(choice(
          key("field.architecture", nullptr), architectures(), [](auto& c) -> auto& { return c.field.architecture; })),
      in_identity(whole(
          key("field.input-dim", "1"), {1, 1000}, [](auto& c) -> auto& { return c.field.input_dim; })),
      in_identity(width(key("field.width", nullptr))),
      in_identity(positive(
          key("field.sigma-weight", "1"), [](auto& c) -> auto& { return c.field.sigma_weight; })),
      in_identity(positive(
          key("field.sigma-out", "1"), [](auto& c) -> auto& { return c.field.sigma_out; })),
      in_identity(decided_when_absent(points(key("sites.points", nullptr)))),
      decided_when_absent(sites_file(key("sites.file", nullptr))),
      in_identity(orders(key("measure.orders", "2 4"))),
      in_identity(choice(
          key("measure.estimator", "conditional"), estimators, [](auto& c) -> auto& { return c.measure.estimator; })),
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
