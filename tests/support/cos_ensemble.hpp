#pragma once
/// @file A small ensemble for tests that need one.

#include <memory>

#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/network_ensemble.hpp"

namespace nnft::test {

/// The cos-net with σ_w = 1.2 σ_a = 0.9 and σ_a0 = 0.4, seed 8.
inline std::unique_ptr<FieldEnsemble> cos_ensemble(const RowMatrix& sites, std::uint32_t width, SimdPath path) {
  return std::make_unique<NetworkEnsemble>(CosNet(1.2), SiteSet(sites), Stream(8, width), OutputLayer{0.9, 0.4, {}}, path);
}

}  // namespace nnft::test
