#pragma once
/// @file Densities of the field from its histograms.

#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Numbers that histogram_densities finds: one for each column of the histograms, then one for each entry.
int histogram_quantities(const HistogramLayout& histograms) noexcept;

/// From mean counts the mean density in each bin, mean / volume of the bin, then for each entry the share of all samples that are
/// in a bin.
Statistic histogram_densities(const SumLayout& layout);

}  // namespace nnft
