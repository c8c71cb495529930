#pragma once
/// @file What people want to know of chains and weights beside the numbers: short lines for the tables of results.

#include <string>

#include "nnft/run/chain_analysis.hpp"

namespace nnft {

/// Lines that say how the chains or weights did, what the improved estimators gained, and what cannot be trusted.
std::string chain_summary(const ChainResult& chain, const SumLayout& layout);

}  // namespace nnft
