#pragma once
/// @file Averages over models and over cuts of the data. Jay and Neil, Phys. Rev. D 103 (2021) 114502, arXiv:2008.01069.

#include <span>

#include "nnft/core/types.hpp"

namespace nnft {

/// How well a model describes the data that it was given.
struct ModelScore {
  double chi2;
  int parameters;
  int points_cut;  ///< data points that it was not given
};

/// Probabilities of the models, ∝ exp(−½(χ² + 2k + 2N_cut)) and 1 in all; a model whose χ² is NaN has none, and
/// all are 0 if every one is NaN. Shape (models).
Vector model_weights(std::span<const ModelScore> scores);

struct AveragedParameter {
  double value;
  double error;   ///< of ⟨σ²⟩ + ⟨c²⟩ − ⟨c⟩²
  double weight;  ///< of the models that have the parameter
};

/// One parameter of all models. Those that lack it, its value being NaN there, do not take part; NaN if that are all.
/// @throws ShapeError if the shapes differ.
AveragedParameter average_models(const Vector& values, const Vector& errors, const Vector& weights);

}  // namespace nnft
