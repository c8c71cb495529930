#include "nnft/run/config_reader.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <optional>
#include <sstream>

#include "nnft/run/config_keys.hpp"
#include "nnft/run/config_text.hpp"

namespace nnft {

namespace {

namespace po = boost::program_options;

/// What Boost.Program_options makes of one line or option. The key is null if there is none of that name.
struct ParsedOption {
  const ConfigKey* key;
  std::string name;
  std::string value;
};

/// Every key as a string, so that nothing is converted here.
const po::options_description& option_table() {
  static const po::options_description table = [] {
    po::options_description options;
    for (const ConfigKey& key : config_keys()) options.add_options()(key.full_name().c_str(), po::value<std::string>());
    return options;
  }();
  return table;
}

ParsedOption parsed(const po::option& option) {
  const ConfigKey* const key = option.unregistered ? nullptr : find_key(option.string_key);
  return {key, option.string_key, option.value.empty() ? "" : std::string(trim(option.value.front()))};
}

/// @param line 'key = value' without a comment. @throws po::error.
ParsedOption parse_line(const std::string& section, std::string_view line) {
  std::istringstream stream("[" + section + "]\n" + std::string(line) + "\n");
  constexpr bool allow_unregistered = true;
  return parsed(po::parse_config_file(stream, option_table(), allow_unregistered).options.at(0));
}

/// @throws po::error.
ParsedOption parse_override(const Override& given) {
  const auto& [name, value] = given;
  if (trim(value).empty() || name.empty()) return {find_key(name), name, ""};  // which Boost refuses without naming the key
  namespace style = po::command_line_style;
  const std::vector<std::string> arguments = {"--" + name + "=" + value};
  po::command_line_parser parser(arguments);
  parser.options(option_table()).style(style::allow_long | style::long_allow_adjacent).allow_unregistered();
  return parsed(parser.run().options.at(0));
}

std::string section_list() {
  std::string list;
  for (const std::string& section : config_sections()) list += (list.empty() ? "[" : ", [") + section + "]";
  return list;
}

std::string key_list(const std::string& section) {
  std::string list;
  for (const ConfigKey& key : config_keys())
    if (key.section == section) list += (list.empty() ? "" : ", ") + key.name;
  return list;
}

/// Takes options of one source, each known key once.
class GivenValuesBuilder {
 public:
  explicit GivenValuesBuilder(ProblemList& problems) : problems_(problems) {}

  void add(const ParsedOption& option, Origin origin) {
    if (!option.key) return add_unknown(option.name, origin);
    const auto [place, is_new] = given_.values.try_emplace(option.key->full_name(), GivenValue{option.value, origin});
    if (is_new) return;
    const Origin first = place->second.origin;
    const std::string where = first == Origin::command_line() ? "" : ", first in line " + std::to_string(first.line());
    problems_.add(origin, option.name, "expected once, got it twice" + where);
  }

  /// Notes which key was meant, if that can be guessed, so that it does not count as missing too.
  const ConfigKey* note_misspelt(std::string_view section, std::string_view name) {
    const ConfigKey* const meant = nearest_key(section, name);
    if (meant) given_.misspelt.insert(meant->full_name());
    return meant;
  }

  GivenValues finish() && { return std::move(given_); }

 private:
  void add_unknown(const std::string& name, Origin origin) {
    const std::size_t dot = name.find('.');
    const std::string section = dot == std::string::npos ? "" : name.substr(0, dot);
    const std::string bare = dot == std::string::npos ? name : name.substr(dot + 1);
    std::string what = "unknown key " + quoted(bare);
    if (const ConfigKey* const meant = note_misspelt(section, bare)) {
      what += "; did you mean " + meant->full_name() + "?";
    } else if (const std::string known = key_list(section); !known.empty()) {
      what += "; expected one of " + known;
    } else {
      what += "; expected section.key with a section of " + section_list();
    }
    const bool printable = name.size() <= 64 && !has_control_character(name) && is_utf8(name);
    problems_.add(origin, printable ? name : "", what);
  }

  ProblemList& problems_;
  GivenValues given_;
};

/// Walks through the lines and keeps the section.
class IniReader {
 public:
  explicit IniReader(ProblemList& problems) : problems_(problems), builder_(problems) {}

  GivenValues read(std::string_view text) && {
    for (LineWalker walker(text); walker.next();) {
      const bool is_text = !has_control_character(walker.line());
      if (!is_text)
        problems_.add(Origin::at_line(walker.number()), "", "expected text, got a control character in " + quoted(walker.line()));
      if (!is_text || problems_.full()) problems_.throw_if_any();
      const std::string_view line = without_comment(walker.line());
      if (!line.empty()) read_line(line, Origin::at_line(walker.number()));
    }
    return std::move(builder_).finish();
  }

 private:
  enum class Place { before_sections, in_known_section, in_unknown_section };

  void read_line(std::string_view line, Origin origin) {
    if (line.front() == '[')
      enter_section(line, origin);
    else if (line.front() == ';')
      problems_.add(origin, "", "expected a comment to start with '#' (';' separates sites), got " + quoted(line));
    else if (line.find('=') == std::string_view::npos || line.front() == '=')
      refuse_line(line, origin);
    else if (place_ == Place::before_sections)
      refuse_key_without_section(line, origin);
    else if (place_ == Place::in_known_section)
      read_key(line, origin);
  }

  void refuse_line(std::string_view line, Origin origin) {
    problems_.add(origin, "", "expected 'key = value' or '[section]', got " + quoted(line));
    builder_.note_misspelt(section_, words(line, 1).front());
  }

  void refuse_key_without_section(std::string_view line, Origin origin) {
    problems_.add(origin, "", "expected a section, one of " + section_list() + ", before the first key, got " + quoted(line));
    builder_.note_misspelt("", trim(line.substr(0, line.find('='))));
  }

  void read_key(std::string_view line, Origin origin) {
    try {
      builder_.add(parse_line(section_, line), origin);
    } catch (const po::error& error) {
      problems_.add(origin, "", "expected 'key = value', got " + quoted(line) + " (" + error.what() + ")");
    }
  }

  /// After a misspelt section its keys are read as those of the nearest one, so that their problems are found as well.
  void enter_section(std::string_view line, Origin origin) {
    const std::size_t end = line.find(']');
    const std::string_view name = trim(line.substr(1, end == std::string_view::npos ? end : end - 1));
    if (end != line.size() - 1) problems_.add(origin, "", "expected '[section]' alone in its line, got " + quoted(line));
    const std::optional<std::string> nearest = nearest_section(name);
    place_ = nearest ? Place::in_known_section : Place::in_unknown_section;
    section_ = nearest.value_or("");
    if (name == section_ && nearest) return;
    const std::string hint = nearest ? "; did you mean [" + *nearest + "]?" : "";
    problems_.add(origin, "", "unknown section " + quoted(name) + "; expected one of " + section_list() + hint);
  }

  ProblemList& problems_;
  GivenValuesBuilder builder_;
  Place place_ = Place::before_sections;
  std::string section_;
};

}  // namespace

GivenValues read_ini(std::string_view text, ProblemList& problems) { return IniReader(problems).read(text); }

GivenValues read_overrides(const std::vector<Override>& overrides, ProblemList& problems) {
  GivenValuesBuilder builder(problems);
  for (const Override& given : overrides) {
    try {
      builder.add(parse_override(given), Origin::command_line());
    } catch (const po::error& error) {
      problems.add(Origin::command_line(), "",
                   "expected --section.key=value, got " + quoted(given.first) + " (" + error.what() + ")");
    }
  }
  return std::move(builder).finish();
}

}  // namespace nnft
