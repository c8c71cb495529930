#pragma once
/// @file Deep mlps whose hidden layers above the first are drawn as pre-activations at the sites.

#include <memory>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/architecture.hpp"
#include "nnft/field/architectures/mlp.hpp"

namespace nnft {

/// A sampler of HiddenDraw::preactivations. What it throws are the reasons of InputWeights; parameters() throws UsageError, as
/// there are no weights to tell.
std::unique_ptr<FeatureSampler> preactivation_sampler(const SiteSet& sites, const MlpSpec& spec, const Stream& stream,
                                                      SimdPath path, const WeightDeformations& deformations);

/// scale · matrix, row by row.
AlignedBuffer scaled_copy(const RowMatrix& matrix, double scale);

/// The lower triangular factor A, AAᵀ = scale·covariance, of a batch of positive covariance matrices. covariance[pair][sample],
/// pairs x <= y in packed order; factor[x][y <= x][sample] packed by rows. A column whose pivot is rounding is 0.
void triangular_factors(int sites, double scale, const double* covariance, double* factor);

}  // namespace nnft
