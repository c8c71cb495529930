#pragma once
/// @file What a result file holds of histograms of the field: the part of point_variables.hpp that they add.

#include <vector>

#include "nnft/io/schema.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {

/// The columns of a HistogramLayout, in order; none if there are none.
void add_histogram_sums(std::vector<SumVariable>& list, const SumLayout& layout);
void add_histogram_variables(std::vector<PointVariable>& list, const SumLayout& layout);

/// Dimensions of all these, and the coordinates of pairs of bins.
void add_histogram_dimensions(Schema& schema, const HistogramLayout& histograms);
void add_histogram_coordinates(Schema& schema, const HistogramLayout& histograms);

}  // namespace nnft
