#include "run/histogram_keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "run/config_key_kinds.hpp"

namespace nnft {
namespace {

/// In all entries, so that their columns can be numbered by int with room for everything else.
constexpr double most_bins = 1 << 24;

/// What is wrong with entry `number` = 1, … of a list, whose earlier entries are `sets`, if anything is.
Complaints entry_complaints(const std::vector<int>& sites, std::size_t number, std::set<std::set<int>>& sets) {
  const std::string where = " in entry " + std::to_string(number);
  if (sites.empty() || sites.size() > 2) return {std::to_string(sites.size()) + " sites" + where};
  if (sites.size() == 2 && sites[0] == sites[1]) return {"site " + std::to_string(sites[0]) + " twice" + where};
  if (!sets.insert({sites.begin(), sites.end()}).second) return {quoted(list_text(sites)) + " again" + where};
  return {};
}

Complaints read_entries(std::string_view text, std::vector<std::vector<int>>& entries) {
  std::vector<std::vector<int>> read;
  std::set<std::set<int>> sets;
  text = trim(text);
  if (text.empty()) return {quoted(text)};
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    std::vector<int>& sites = read.emplace_back();
    if (Complaints complaints = read_whole_list(text.substr(0, end), {0, 1'000'000}, sites); !complaints.empty())
      return complaints;
    if (Complaints complaints = entry_complaints(sites, read.size(), sets); !complaints.empty()) return complaints;
    text = end == std::string_view::npos ? "" : trim(text.substr(end + 1));
  }
  entries = std::move(read);
  return {};
}

ConfigKey histogram() {
  ConfigKey entry = key("measure.histogram", "none");
  entry.expected = "none, or entries separated by ';', each of one site or two different ones, none twice";
  entry.read = [](std::string_view text, Config& config) {
    return text == "none" ? Complaints() : read_entries(text, config.measure.histograms);
  };
  entry.text = [](const Config& config) { return tuples_text(config.measure.histograms); };
  return entry;
}

/// Far from where a square or a quotient of it would overflow.
ConfigKey range() {
  ConfigKey entry = key("measure.histogram-range", nullptr);
  entry.expected = "a number > 0, from 1e-100 to 1e100";
  return number(
      std::move(entry), 1e-100, 1e100, Ends::closed, [](auto& c) -> auto& { return c.measure.field_bins.range; });
}

ConfigKey only_with_histogram(ConfigKey key) {
  key.only_with = "measure.histogram";
  key.applies = [](const Config& config) { return !config.measure.histograms.empty(); };
  return key;
}

}  // namespace

std::vector<ConfigKey> histogram_keys() {
  return {in_identity(histogram()), in_identity(only_with_histogram(range())),
          in_identity(only_with_histogram(whole(
              key("measure.histogram-bins", "48"), {2, 512}, [](auto& c) -> auto& { return c.measure.field_bins.bins; })))};
}

void check_histograms(const Config& config, std::vector<ConfigConflict>& conflicts) {
  const std::vector<std::vector<int>>& entries = config.measure.histograms;
  if (entries.empty()) return;
  int highest = 0;
  double bins = 0.0;
  for (const std::vector<int>& sites : entries) {
    highest = std::max(highest, std::ranges::max(sites));
    bins += (sites.size() == 2 ? config.measure.field_bins.bins : 1.0) * config.measure.field_bins.bins;
  }
  if (highest >= config.sites.rows())
    conflicts.push_back({"measure.histogram",
                         "expected sites below " + std::to_string(config.sites.rows()) + ", got " + std::to_string(highest)});
  if (bins > most_bins)
    conflicts.push_back({"measure.histogram-bins", "expected at most " + number_text(most_bins) +
                                                       " bins in all entries of measure.histogram together, got " +
                                                       number_text(bins)});
  for (const DeformationConfig& deformation : config.deformations)
    if (deformation.kind == DeformationKind::shared_scale)
      conflicts.push_back({"measure.histogram",
                           "expected none with shared-scale, whose scale is averaged over in closed form and never drawn, got " +
                               quoted(tuples_text(entries))});
}

}  // namespace nnft
