#pragma once
/// @file Densities of the field from its histograms.

#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Numbers that histogram_densities finds: one for each column of the histograms, then one for each entry, then one for each
/// conditional density.
int histogram_quantities(const HistogramLayout& histograms) noexcept;

/// From mean counts the mean density in each bin, mean / volume of the bin; conditional densities as they are; then for each
/// entry the share of all samples that are in a bin; then of each conditional density the integral over the bins by the midpoint
/// rule.
Statistic histogram_densities(const SumLayout& layout);

}  // namespace nnft
