#pragma once
/// @file Files of fitted series; src/io/FORMAT.md says the same in words.

#include "nnft/io/schema.hpp"
#include "nnft/run/series_analysis.hpp"

namespace nnft {

/// The whole content of the file, values included; attributes and provenance are the caller's.
Schema series_schema(const SeriesAnalysis& analysis);

}  // namespace nnft
