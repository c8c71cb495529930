#pragma once
/// @file Networks of finite width with e^{−V} inserted, exactly, where V has one or two nodes.

#include "nnft/field/field_operator.hpp"
#include "nnft/theory/few_node_moments.hpp"
#include "nnft/theory/neuron_rule.hpp"
#include "nnft/theory/source_threshold.hpp"
#include "nnft/theory/wave_rule.hpp"

namespace nnft {

/// ⟨Π_i φ(x_i) e^{−V}⟩/⟨e^{−V}⟩ to 1e-9 of connected correlators, from the characteristic function χ(t)^N of the field on the
/// nodes: e^{−V} is a Fourier integral over t, and legs are derivatives of χ^N, of which each neuron takes its part, Σ_π
/// N!/(N−|π|)! χ^{N−|π|} Π_B χ_B over the partitions of the legs, χ_B = E[(Π_B a h_i) e^{ia t·h}].
/// @param rule over one neuron, features of all nodes, then all sites; F(−h) = F(h) is used. @param readout normal output
/// weights, no a₀, a width that is an integer.
/// @throws UsageError unless readout is as said, there are one or two nodes and e^{−V} decays at large fields, and if the wells
/// of V are so deep that digits cancel; ShapeError unless the rule has all nodes and sites.
FewNodeMoments few_node_network(const MomentLayout& layout, const NeuronRule& rule, const Readout& readout,
                                const FieldOperator& field_operator, double most_operations = patient_operations);

/// The same of plane waves; the average over their phase is in closed form up to a table, which is much faster.
FewNodeMoments few_node_network(const MomentLayout& layout, const WaveRule& rule, const Readout& readout,
                                const FieldOperator& field_operator, double most_operations = patient_operations);

}  // namespace nnft
