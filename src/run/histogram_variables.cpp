#include "run/histogram_variables.hpp"

#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

namespace nnft {
namespace {

const char* dimension_of(const HistogramLayout& histograms, int entry) { return histograms.is_pair(entry) ? "bin_pair" : "bin"; }

const char* coordinates_of(const HistogramLayout& histograms, int entry) {
  return histograms.is_pair(entry) ? "bin_pair_i bin_pair_j" : "";
}

std::string sites_text(const HistogramLayout& histograms, int entry) {
  const std::vector<int>& sites = histograms.sites(entry);
  return sites.size() == 1 ? "site " + std::to_string(sites[0])
                           : "sites " + std::to_string(sites[0]) + " and " + std::to_string(sites[1]);
}

}  // namespace

void add_histogram_sums(std::vector<SumVariable>& list, const SumLayout& layout) {
  const HistogramLayout& histograms = layout.histograms();
  for (int entry = 0; entry < histograms.entries(); ++entry)
    list.push_back({"sum_histogram_" + histograms.name(entry), dimension_of(histograms, entry), coordinates_of(histograms, entry),
                    "sum over the samples of a block, each times its weight, of those with phi at " +
                        sites_text(histograms, entry) + " in the bin",
                    layout.histogram_offset() + histograms.offset(entry), histograms.columns(entry)});
  for (int entry = 0; entry < histograms.entries(); ++entry)
    if (histograms.has_density(entry))
      list.push_back({"sum_density_" + histograms.name(entry), "bin", "",
                      "sum over the networks of a block of the density of phi given K at " + sites_text(histograms, entry) +
                          " in the middle of the bin",
                      layout.histogram_offset() + histograms.density_offset(entry), histograms.columns(entry)});
}

void add_histogram_variables(std::vector<PointVariable>& list, const SumLayout& layout) {
  const HistogramLayout& histograms = layout.histograms();
  for (int entry = 0; entry < histograms.entries(); ++entry) {
    const std::string name = "histogram_" + histograms.name(entry);
    const Eigen::Index offset = histograms.offset(entry), size = histograms.columns(entry);
    const auto add = [&](const std::string& suffix, const std::string& long_name, Vector Estimate::*member) {
      list.push_back({name + suffix, dimension_of(histograms, entry), coordinates_of(histograms, entry), long_name,
                      ElementType::float64,
                      [=](const PointResult& r) -> Vector { return (r.histograms.*member).segment(offset, size); }});
    };
    add("", "mean density of phi at " + sites_text(histograms, entry) + " in the bin", &Estimate::value);
    add("_err", "standard error of " + name, &Estimate::error);
  }
  for (int entry = 0; entry < histograms.entries(); ++entry) {
    if (!histograms.has_density(entry)) continue;
    const std::string name = "density_" + histograms.name(entry);
    const Eigen::Index offset = histograms.density_offset(entry), size = histograms.columns(entry);
    const auto add = [&](const std::string& suffix, const std::string& long_name, Vector Estimate::*member) {
      list.push_back({name + suffix, "bin", "", long_name, ElementType::float64,
                      [=](const PointResult& r) -> Vector { return (r.histograms.*member).segment(offset, size); }});
    };
    add("", "density of phi at " + sites_text(histograms, entry) + " in the middle of the bin, averaged given K",
        &Estimate::value);
    add("_err", "standard error of " + name, &Estimate::error);
  }
}

void add_histogram_dimensions(Schema& schema, const HistogramLayout& histograms) {
  if (histograms.entries() == 0) return;
  const int bins = histograms.bins().bins;
  std::vector<double> centres;
  for (int bin = 0; bin < bins; ++bin) centres.push_back(histograms.bins().centre(bin));
  schema.dimensions.push_back({"bin", std::move(centres), "phi in the middle of a bin"});
  if (!histograms.has_pairs()) return;
  schema.dimensions.push_back({"bin_pair", counting(std::int64_t{bins} * bins), "bins of phi at two sites"});
}

void add_histogram_coordinates(Schema& schema, const HistogramLayout& histograms) {
  if (!histograms.has_pairs()) return;
  std::vector<std::int64_t> first, second;
  for (int i = 0; i < histograms.bins().bins; ++i)
    for (int j = 0; j < histograms.bins().bins; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  schema.variables.push_back(
      {"bin_pair_i", {"bin_pair"}, ElementType::int64, "bin of phi at the first site", "", std::move(first)});
  schema.variables.push_back(
      {"bin_pair_j", {"bin_pair"}, ElementType::int64, "bin of phi at the second site", "", std::move(second)});
}

}  // namespace nnft
