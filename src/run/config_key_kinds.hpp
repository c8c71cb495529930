#pragma once
/// @file How entries of the table of config keys are made, by kind of value.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/config_keys.hpp"

namespace nnft {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Names that a value may have, in the order of messages.
template <class Value>
using Choices = std::vector<std::pair<std::string, Value>>;

inline std::string in_words(WholeRange range) {
  return "from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

/// A key without its converters. `default_text` is null for a key that has no default.
inline ConfigKey key(std::string_view full_name, const char* default_text) {
  const std::size_t dot = full_name.find('.');
  ConfigKey result;
  result.section = full_name.substr(0, dot);
  result.name = full_name.substr(dot + 1);
  result.when_absent = default_text ? WhenAbsent::use_default : WhenAbsent::complain;
  result.default_text = default_text ? default_text : "";
  return result;
}

inline ConfigKey in_identity(ConfigKey key) {
  key.in_identity = true;
  return key;
}

inline ConfigKey decided_when_absent(ConfigKey key) {
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
ConfigKey number(ConfigKey key, double least, double most, Ends ends, Access at) {
  key.read = [=](std::string_view text, Config& config) { return read_number(text, least, most, ends, at(config)); };
  key.text = [=](const Config& config) { return shortest_text(at(config)); };
  return key;
}

template <class Access>
ConfigKey positive(ConfigKey key, Access at) {
  key.expected = "a number > 0";
  return number(std::move(key), 0.0, infinity, Ends::open, at);
}

template <class Access>
ConfigKey not_negative(ConfigKey key, Access at) {
  key.expected = "a number >= 0";
  return number(std::move(key), 0.0, infinity, Ends::closed, at);
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

template <class Access>
ConfigKey seconds(ConfigKey key, Access at) {
  key.expected = "a time such as 300s, 5m, 2h or 1d, at most 1e9 s";
  key.read = [=](std::string_view text, Config& config) { return read_seconds(text, at(config)); };
  key.text = [=](const Config& config) { return shortest_text(at(config)) + "s"; };
  return key;
}

/// The names of values that have a to_string.
template <class Value>
Choices<Value> named(const std::vector<Value>& values) {
  Choices<Value> choices;
  for (const Value value : values) choices.emplace_back(std::string(to_string(value)), value);
  return choices;
}

/// A key of some architectures only.
inline ConfigKey only_for(const std::vector<std::string>& architectures, ConfigKey key) {
  for (const std::string& name : architectures) key.only_with += (key.only_with.empty() ? "architecture = " : " or ") + name;
  // Nothing is wrong with the keys of an architecture that is not known.
  key.applies = [architectures](const Config& config) {
    return config.field.architecture.empty() ||
           std::ranges::find(architectures, config.field.architecture) != architectures.end();
  };
  return key;
}

}  // namespace nnft
