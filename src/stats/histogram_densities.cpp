#include "nnft/stats/histogram_densities.hpp"

namespace nnft {

int histogram_quantities(const HistogramLayout& histograms) noexcept {
  return histograms.size() + histograms.entries() + histograms.densities();
}

Statistic histogram_densities(const SumLayout& layout) {
  return [layout](std::span<const double> means, std::span<double> quantities) {
    const HistogramLayout& histograms = layout.histograms();
    auto integral = static_cast<std::size_t>(histograms.size() + histograms.entries());
    for (int entry = 0; entry < histograms.entries(); ++entry) {
      double inside = 0.0;
      for (int k = 0; k < histograms.columns(entry); ++k) {
        const auto column = static_cast<std::size_t>(histograms.offset(entry) + k);
        const double share = means[static_cast<std::size_t>(layout.histogram_offset()) + column];
        quantities[column] = share / histograms.volume(entry);
        inside += share;
      }
      quantities[static_cast<std::size_t>(histograms.size() + entry)] = inside;
      if (!histograms.has_density(entry)) continue;
      double sum = 0.0;
      for (int k = 0; k < histograms.columns(entry); ++k) {
        const auto column = static_cast<std::size_t>(histograms.density_offset(entry) + k);
        quantities[column] = means[static_cast<std::size_t>(layout.histogram_offset()) + column];
        sum += quantities[column];
      }
      quantities[integral++] = sum * histograms.volume(entry);
    }
  };
}

}  // namespace nnft
