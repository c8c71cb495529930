#include "nnft/stats/sum_layout.hpp"

#include <algorithm>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

SumLayout SumLayout::with_histograms(HistogramLayout histograms) const {
  for (int entry = 0; entry < histograms.entries(); ++entry)
    if (const int site = std::ranges::max(histograms.sites(entry)); site >= sites())
      throw ShapeError("SumLayout: expected histograms of sites below " + std::to_string(sites()) + ", got " +
                       std::to_string(site));
  SumLayout layout = *this;
  layout.histograms_ = std::move(histograms);
  return layout;
}

}  // namespace nnft
