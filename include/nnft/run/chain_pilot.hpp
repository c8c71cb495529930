#pragma once
/// @file What a few reserved chains tell of how the chains of a scan point are to be run.

#include "nnft/run/chain_factory.hpp"

namespace nnft {

/// Fewest updates before the first sample, and how many times the longest autocorrelation time seen there are at least.
inline constexpr double fewest_thermalisation_updates = 64.0;
inline constexpr double thermalisation_times = 20.0;

/// Below this part of the samples reweighting is refused.
inline constexpr double least_effective_share = 0.1;

/// Chains that no block has, from the density without the operator: leapfrogs so many that hybrid Monte Carlo accepts four
/// proposals in five; the longest autocorrelation time of V, ∫φ² and m² in updates, over at least fifty of which they are
/// followed (at most 4096 updates). A pure function of (config, point). @throws UsageError if independent samples would have
/// weights of which less than a tenth is effective.
ChainSettings chain_pilot(const Config& config, const ChainFactory& factory, const ScanPoint& point);

}  // namespace nnft
