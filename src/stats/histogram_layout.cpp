#include "nnft/stats/histogram_layout.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {

HistogramLayout::HistogramLayout(const FieldBins& bins, std::vector<std::vector<int>> entries, ConditionalDensity density)
    : bins_(bins), entries_(std::move(entries)), density_(density) {
  if (!(bins.range > 0.0) || !std::isfinite(bins.range) || bins.bins < 1)
    throw ShapeError("HistogramLayout: expected bins of a range > 0, got " + std::to_string(bins.bins) + " of range " +
                     std::to_string(bins.range));
  for (const std::vector<int>& sites : entries_) {
    if (sites.empty() || sites.size() > 2 || sites.front() < 0 || sites.back() < 0)
      throw ShapeError("HistogramLayout: expected one or two sites in an entry, got " + std::to_string(sites.size()));
    if (sites.size() == 2 && sites[0] == sites[1])
      throw ShapeError("HistogramLayout: expected two different sites, got site " + std::to_string(sites[0]) + " twice");
    offsets_.push_back(size_);
    size_ += columns(static_cast<int>(offsets_.size()) - 1);
  }
  for (int entry = 0; entry < this->entries(); ++entry) {
    density_offsets_.push_back(size_);
    if (has_density(entry)) size_ += bins.bins;
  }
}

int HistogramLayout::densities() const noexcept {
  int count = 0;
  for (int entry = 0; entry < entries(); ++entry) count += has_density(entry) ? 1 : 0;
  return count;
}

bool HistogramLayout::has_pairs() const noexcept {
  return std::ranges::any_of(entries_, [](const std::vector<int>& sites) { return sites.size() == 2; });
}

std::string HistogramLayout::name(int entry) const {
  std::string text;
  for (const int site : sites(entry)) text += (text.empty() ? "" : "_") + std::to_string(site);
  return text;
}

int HistogramLayout::column(int entry, double first, double second) const noexcept {
  const int bin = bins_.of(first);
  if (!is_pair(entry)) return bin < 0 ? -1 : offset(entry) + bin;
  const int other = bins_.of(second);
  return bin < 0 || other < 0 ? -1 : offset(entry) + bin * bins_.bins + other;
}

}  // namespace nnft
