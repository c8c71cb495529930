#pragma once
/// @file An operator as the kernels take it.

#include "nnft/field/field_operator.hpp"
#include "nnft/sampling/chain_kernels.hpp"

namespace nnft {

/// Points into `op`.
inline OperatorArrays operator_arrays(const FieldOperator& op) {
  const FieldCouplings& couplings = op.couplings();
  return {op.nodes(),
          op.weights().data(),
          op.pair_weights().size() > 0 ? op.pair_weights().data() : nullptr,
          couplings.lambda / 24.0,
          0.5 * couplings.mu2,
          couplings.kappa / 720.0};
}

}  // namespace nnft
