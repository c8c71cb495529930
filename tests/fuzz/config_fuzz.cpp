/// @file Configs and command lines: parsed, planned, written and read again.

#include <cstdlib>
#include <optional>
#include <string_view>

#include "fuzz/commands.hpp"
#include "nnft/core/error.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace {

/// The text up to the first zero byte, then overrides `key=value` that end with one.
struct ConfigInput {
  std::string text;
  std::vector<nnft::Override> overrides;
};

ConfigInput split(std::string_view bytes) {
  ConfigInput input;
  const std::size_t end = bytes.find('\0');
  input.text = bytes.substr(0, end);
  while (bytes.find('\0') != std::string_view::npos) {
    bytes.remove_prefix(bytes.find('\0') + 1);
    const std::string_view word = bytes.substr(0, bytes.find('\0'));
    if (const std::size_t equals = word.find('='); equals != std::string_view::npos)
      input.overrides.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ConfigInput input = split({reinterpret_cast<const char*>(data), size});
  std::optional<nnft::Config> config;
  nnft::fuzz::refuses_by_name_or_works("", [&] { config = nnft::parse_config(input.text, "fuzz.ini", input.overrides); });
  if (!config) return 0;
  // Whatever is accepted can be written and read back as the same.
  if (nnft::parse_config(config->resolved(), "resolved", {}) != *config) std::abort();
  (void)config->identity();
  nnft::fuzz::refuses_by_name_or_works("", [&] { const nnft::Plan plan(*config, 1); });
  return 0;
}
