#pragma once
/// @file Exact coincident correlators of deep identity and relu nets without biases, at any widths.

#include "nnft/core/types.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/output_layer.hpp"

namespace nnft {

/// A net of finite width and what is asked of it.
struct CoincidentProblem {
  MlpSpec spec;
  OutputLayer output;
  double width = 1.0;     ///< N of the last hidden layer
  int highest_order = 4;  ///< even
};

/// G_c of orders 2, 4, …, highest_order at one site x. The square of the feature vector is a product over layers of sums of N_l
/// independent σ(g)², g ~ N(0, 1), so that its moments are products. Hanin, Nica, arXiv:1812.05994, Theorem 1.
/// @param x shape (input dimension). @return shape (highest_order/2).
/// @throws UsageError unless the activation is identity or relu without biases, weights and output are normal, and the width is
/// a whole number (at infinite width all but order 2 vanish: kernels.hpp).
Vector deep_coincident_connected(const CoincidentProblem& problem, const Vector& x);

}  // namespace nnft
