#pragma once
/// @file The keys of a config. A new key, section or scan axis is one entry of the table in config_keys.cpp.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nnft/run/config.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {

/// What happens when a key is not given.
enum class WhenAbsent {
  use_default,  ///< its default text is read
  complain,     ///< that is a problem
  decide        ///< parse_config decides, from other keys or the config's name
};

/// One key: how it is called, what it may be, and how its text becomes a part of the Config and back.
struct ConfigKey {
  std::string section;
  std::string name;
  WhenAbsent when_absent = WhenAbsent::use_default;
  std::string default_text;                    ///< only for use_default
  bool in_identity = false;                    ///< whether it decides the samples or their meaning
  std::function<bool(const Config&)> applies;  ///< from the keys before it in the table; empty: always
  std::string only_with;                       ///< what makes it apply, as it follows "only with " in messages
  std::string expected;                        ///< follows "expected " in messages
  std::function<Complaints(std::string_view text, Config& config)> read;
  std::function<std::string(const Config& config)> text;  ///< canonical; empty if another key stands for this in resolved()

  std::string full_name() const { return section + "." + name; }
};

/// All keys, those of a section together, in the order of resolved().
const std::vector<ConfigKey>& config_keys();

/// The key called section.name; null if there is none.
const ConfigKey* find_key(std::string_view full_name);

/// The sections in the order of the table.
const std::vector<std::string>& config_sections();

/// The key that was probably meant by a wrong section or name; null if nothing is near.
const ConfigKey* nearest_key(std::string_view section, std::string_view name);

/// The section that was probably meant; empty if nothing is near.
std::optional<std::string> nearest_section(std::string_view section);

}  // namespace nnft
