#include "nnft/run/config.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "nnft/core/error.hpp"
#include "nnft/run/config_conflicts.hpp"
#include "nnft/run/config_keys.hpp"
#include "nnft/run/config_problems.hpp"
#include "nnft/run/config_reader.hpp"
#include "nnft/run/config_text.hpp"

namespace nnft {

namespace {

const std::string points_key = "sites.points";
const std::string sites_file_key = "sites.file";
const std::string input_dim_key = "field.input-dim";
const std::string output_key = "run.output";
const std::string depth_key = "field.depth";
const std::string hidden_widths_key = "field.hidden-widths";
const std::string estimator_key = "measure.estimator";

bool is_key_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// The names of further keys in a value that goes on with 'key = value'.
std::vector<std::string_view> further_keys(std::string_view value) {
  std::vector<std::string_view> names;
  for (std::size_t equals = value.find('='); equals != std::string_view::npos; equals = value.find('=', equals + 1)) {
    const std::string_view before = trim(value.substr(0, equals));
    const std::size_t blank = before.find_last_of(" \t");
    if (blank == std::string_view::npos) continue;
    const std::string_view name = before.substr(blank + 1);
    if (std::ranges::all_of(name, is_key_letter)) names.push_back(name);
  }
  return names;
}

/// What keeps a value from being written on one line of an INI file, if anything does.
std::optional<std::string> line_problem(std::string_view value) {
  if (!further_keys(value).empty()) return "expected one 'key = value' per line, got " + quoted(value);
  if (value.find('#') != std::string_view::npos)
    return "expected a value without '#', which starts a comment, got " + quoted(value);
  if (has_control_character(value)) return "expected a value without control characters, got " + quoted(value);
  return std::nullopt;
}

std::string default_output(std::string_view config_name) {
  const std::size_t slash = config_name.rfind('/');
  std::string_view base = slash == std::string_view::npos ? config_name : config_name.substr(slash + 1);
  if (base.ends_with(".ini")) base.remove_suffix(4);
  return std::string(base) + ".h5";
}

/// The command line over the file; there, sites.points and sites.file stand for each other.
GivenValues merged(GivenValues file, GivenValues command_line) {
  if (command_line.values.contains(points_key)) file.values.erase(sites_file_key);
  if (command_line.values.contains(sites_file_key)) file.values.erase(points_key);
  command_line.values.merge(file.values);
  command_line.misspelt.merge(file.misspelt);
  return command_line;
}

EstimatorKind default_estimator(const Config& config) {
  if (!has_normal_output(config)) return EstimatorKind::plain;
  return config.has_field_operator() ? EstimatorKind::improved : EstimatorKind::conditional;
}

/// Turns given values into a Config and notes what is wrong with each.
class ConfigBuilder {
 public:
  ConfigBuilder(GivenValues given, ProblemList& problems) : given_(std::move(given)), problems_(problems) {}

  Config build(std::string_view config_name) && {
    note_hidden_keys();
    for (const ConfigKey& key : config_keys()) {
      const GivenValue* const value = find(key.full_name());
      if (key.applies && !key.applies(config_)) {
        if (value && !is_undecided(key)) {
          problems_.add(value->origin, key.full_name(), "expected only with " + key.only_with);
          out_of_place_.insert(key.full_name());
        }
      } else if (value)
        read(key, value->text, value->origin);
      else if (key.when_absent == WhenAbsent::use_default)
        read(key, key.default_text, Origin::whole_file());
      else if (key.when_absent == WhenAbsent::complain && !given_.misspelt.contains(key.full_name()) &&
               (!key.applies || !config_.field.architecture.empty()))
        problems_.add(Origin::whole_file(), key.full_name(), "missing; expected " + key.expected);
    }
    if (!find(output_key)) read(*find_key(output_key), default_output(config_name), Origin::whole_file());
    check_sites();
    check_depth();
    if (!find(estimator_key)) config_.measure.estimator = default_estimator(config_);
    if (wrong_.empty() && given_.misspelt.empty())
      for (const ConfigConflict& conflict : find_conflicts(config_))
        problems_.add(origin(conflict.key), conflict.key, conflict.what);
    return std::move(config_);
  }

 private:
  /// Keys in the line of another one are not missing too.
  void note_hidden_keys() {
    for (const auto& [full_name, value] : given_.values)
      for (const std::string_view name : further_keys(value.text))
        if (const ConfigKey* const hidden = nearest_key(find_key(full_name)->section, name))
          given_.misspelt.insert(hidden->full_name());
  }

  /// Where a key was given.
  Origin origin(const std::string& full_name) const {
    const GivenValue* const value = find(full_name);
    return value ? value->origin : Origin::whole_file();
  }

  void check_depth() {
    const GivenValue* const depth = find(depth_key);
    if (!depth || !find(hidden_widths_key) || wrong_.contains(depth_key) || wrong_.contains(hidden_widths_key)) return;
    int given = 0;
    read_whole(depth->text, {1, 1'000'000}, given);
    if (given != config_.field.depth)
      problems_.add(depth->origin, depth_key,
                    "expected " + std::to_string(config_.field.depth) + ", one layer more than " + hidden_widths_key +
                        " lists, got " + std::to_string(given));
  }

  const GivenValue* find(const std::string& full_name) const {
    const auto found = given_.values.find(full_name);
    return found == given_.values.end() ? nullptr : &found->second;
  }

  void read(const ConfigKey& key, const std::string& text, Origin origin) {
    if (const std::optional<std::string> problem = line_problem(text)) {
      wrong_.insert(key.full_name());
      return problems_.add(origin, key.full_name(), *problem);
    }
    for (const std::string& complaint : key.read(text, config_)) {
      wrong_.insert(key.full_name());
      problems_.add(origin, key.full_name(), "expected " + key.expected + ", got " + complaint);
    }
  }

  /// Whether what makes a key apply was itself refused or misspelt.
  bool is_undecided(const ConfigKey& key) const {
    const auto decides = [&](const std::string& full_name) {
      return key.only_with.find(full_name.substr(full_name.find('.') + 1)) != std::string::npos;
    };
    return std::ranges::any_of(wrong_, decides) || std::ranges::any_of(given_.misspelt, decides) ||
           std::ranges::any_of(out_of_place_, decides);
  }

  void check_sites() {
    const GivenValue* const points = find(points_key);
    const GivenValue* const file = find(sites_file_key);
    const bool misspelt = given_.misspelt.contains(points_key) || given_.misspelt.contains(sites_file_key);
    if (points && file)
      problems_.add(std::max(points->origin, file->origin), points->origin < file->origin ? sites_file_key : points_key,
                    "expected either " + points_key + " or " + sites_file_key + ", got both");
    else if (points || file)
      check_dimension(points ? points_key : sites_file_key, (points ? points : file)->origin);
    else if (!misspelt)
      problems_.add(Origin::whole_file(), points_key, "missing; expected " + points_key + " or " + sites_file_key);
  }

  void check_dimension(const std::string& full_name, Origin origin) {
    if (wrong_.contains(full_name) || wrong_.contains(input_dim_key) || given_.misspelt.contains(input_dim_key)) return;
    if (config_.sites.cols() == config_.field.input_dim) return;
    problems_.add(origin, full_name,
                  "expected sites of " + std::to_string(config_.field.input_dim) + " component(s), which is " + input_dim_key +
                      ", got " + std::to_string(config_.sites.cols()));
  }

  GivenValues given_;
  ProblemList& problems_;
  Config config_;
  std::set<std::string> wrong_;         ///< keys whose value was refused
  std::set<std::string> out_of_place_;  ///< keys that other keys' values exclude
};

/// The keys that `wanted` selects, as INI text.
template <class Predicate>
std::string ini_text(const Config& config, Predicate wanted) {
  std::string text;
  for (const std::string& section : config_sections()) {
    std::string lines;
    for (const ConfigKey& key : config_keys())
      if (key.section == section && key.text && wanted(key) && (!key.applies || key.applies(config)))
        if (const std::string value = key.text(config); !value.empty()) lines += key.name + " = " + value + "\n";
    if (!lines.empty()) text += (text.empty() ? "[" : "\n[") + section + "]\n" + lines;
  }
  return text;
}

}  // namespace

std::string Config::resolved() const {
  return ini_text(*this, [](const ConfigKey&) { return true; });
}

int Config::deformation_count() const noexcept {
  int count = 0;
  while (count < static_cast<int>(deformations.size()) && deformations[static_cast<std::size_t>(count)].kind) ++count;
  return count;
}

std::string Config::identity() const {
  return ini_text(*this, [](const ConfigKey& key) { return key.in_identity; });
}

namespace {

bool same_matrix(const RowMatrix& a, const RowMatrix& b) { return a.rows() == b.rows() && a.cols() == b.cols() && a == b; }

}  // namespace

bool operator==(const MeasureConfig& a, const MeasureConfig& b) {
  return a.orders == b.orders && a.tuples == b.tuples && a.listed == b.listed && same_matrix(a.sources, b.sources) &&
         a.estimator == b.estimator && a.jackknife == b.jackknife && a.derivatives == b.derivatives &&
         a.derivative_order == b.derivative_order && a.histograms == b.histograms && a.field_bins == b.field_bins;
}

std::string Config::strength_name(int deformation) const {
  const bool mass = deformations[static_cast<std::size_t>(deformation)].kind == DeformationKind::field_mass;
  return mass ? "mu2" : strength_axis(deformation);
}

MomentLayout moment_layout(const Config& config) {
  return {static_cast<int>(config.sites.rows()), config.measure.orders, config.measure.tuples, config.measure.listed};
}

DerivativeLayout derivative_layout(const Config& config) {
  const int parameters = config.deformation_count();
  if (config.measure.derivatives == DerivativeMethod::none || parameters == 0) return {};
  std::vector<bool> summed;
  for (int p = 0; p < parameters; ++p) summed.push_back(deforms_weights(*config.deformations[static_cast<std::size_t>(p)].kind));
  return {config.measure.derivatives, SeriesBasis(parameters, config.measure.derivative_order), summed};
}

ChainExtents chain_extents(const Config& config) {
  if (!config.has_field_operator()) return {};
  const int nodes = node_count(config);
  int state = 0;
  for (const double width : config.field.widths)
    state = std::max(state, std::isinf(width) ? nodes + static_cast<int>(config.sites.rows()) : 2 * static_cast<int>(width));
  return {nodes, config.run.slice, config.sampling.method == SamplingMethod::reweight ? 0 : state,
          config.measure.estimator == EstimatorKind::improved};
}

NodeGrid node_grid(const Config& config) {
  return {config.field.input_dim, config.field_operator.box, config.field_operator.nodes, config.field_operator.rule};
}

int node_count(const Config& config) noexcept {
  int nodes = 1;
  for (int j = 0; j < config.field.input_dim; ++j) nodes *= config.field_operator.nodes;
  return nodes;
}

SumLayout sum_layout(const Config& config) {
  const SumLayout layout(moment_layout(config), static_cast<int>(config.measure.sources.rows()), derivative_layout(config),
                         chain_extents(config));
  if (config.measure.histograms.empty()) return layout;
  const bool conditional = config.measure.estimator == EstimatorKind::conditional;
  return layout.with_histograms({config.measure.field_bins, config.measure.histograms,
                                 conditional ? ConditionalDensity::measured : ConditionalDensity::left_out});
}

bool operator==(const Config& a, const Config& b) {
  return same_matrix(a.sites, b.sites) && a.field == b.field && a.deformations == b.deformations &&
         a.field_operator == b.field_operator && a.sampling == b.sampling && a.measure == b.measure && a.run == b.run;
}

Config parse_config(const std::string& text, const std::string& name, const std::vector<Override>& overrides) {
  ProblemList problems(name);
  GivenValues file = read_ini(text, problems);
  GivenValues command_line = read_overrides(overrides, problems);
  Config config = ConfigBuilder(merged(std::move(file), std::move(command_line)), problems).build(name);
  problems.throw_if_any();
  return config;
}

Config parse_recorded_config(const std::string& text, const std::string& path) {
  try {
    const std::string name = "/provenance/config";
    ProblemList problems(name);
    GivenValues values = read_ini(text, problems);
    if (const auto file = values.values.find(sites_file_key); file != values.values.end()) {
      problems.add(file->second.origin, sites_file_key, "expected sites.points in a recorded config, got another file");
      problems.throw_if_any();
    }
    Config config = ConfigBuilder(std::move(values), problems).build(name);
    problems.throw_if_any();
    return config;
  } catch (const UsageError& error) {
    throw IoError(path + ": the config recorded in the file cannot be read: " + error.what());
  }
}

Config load_config(const std::string& path, const std::vector<Override>& overrides) {
  std::string text;
  try {
    text = read_text_file(path);
  } catch (const IoError& error) {
    throw UsageError(error.what());
  }
  return parse_config(text, path, overrides);
}

}  // namespace nnft
