#pragma once
/// @file The characteristic function of one neuron, from a quadrature over its features.

#include "nnft/theory/leg_partitions.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {

/// E[(Π_{i∈B} a h_i) e^{ia t·h}]/i^|B| with a ~ N(0, 1) of every block B of legs, then of none: shape (blocks + 1, points of t).
/// t has shape (nodes of the operator, points); features are those of the nodes, then the sites that legs count.
RowMatrix feature_transform(const LegPartitions& legs, const FeatureNodes& neuron, const RowMatrix& t);

}  // namespace nnft
