#pragma once
/// @file Quadratures over the momentum and the phase of one neuron that is a plane wave, A cos(θ(x) + c) with a uniform phase c.

#include <functional>
#include <string>

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {

/// Some momenta of one neuron.
struct WaveNodes {
  Vector weights;     ///< shape (nodes)
  Vector amplitudes;  ///< A, shape (nodes)
  RowMatrix angles;   ///< θ(x_p), shape (points, nodes)
};
using WaveVisitor = std::function<void(const WaveNodes&)>;

/// An average over momenta at levels of increasing resolution; the average over the phase is left to the user.
struct WaveRule {
  std::string name;
  int points = 0;
  std::function<void(int level, const WaveVisitor& visitor)> visit;
  std::function<double(int level)> nodes;
};

/// h(x) = cos(W·x + c). @throws UsageError if the differences of the points span more than 3 dimensions.
WaveRule cos_wave_rule(const SiteSet& points, double sigma_weight);
/// @throws UsageError if the points are not in 1, 2 or 3 dimensions.
WaveRule free_scalar_wave_rule(const SiteSet& points, const FreeScalarSpec& spec);

/// With 16·2^level phases in half a period: for averages of even F only, F(−h) = F(h).
NeuronRule with_phases(const WaveRule& waves);

}  // namespace nnft
