#pragma once
/// @file Why the error bars of Markov chains or of weighted samples cannot be trusted.

#include <string>
#include <vector>

#include "nnft/run/chain_analysis.hpp"

namespace nnft {

/// By ChainObservable: V, F, m^2.
const char* chain_observable_name(int observable) noexcept;

/// One line for each reason; none if all is well. `result` with its statistics and weight efficiency.
std::vector<std::string> chain_warnings(const SumLayout& layout, const BlockTable& table, const ChainResult& result);

}  // namespace nnft
