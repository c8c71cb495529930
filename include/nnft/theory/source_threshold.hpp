#pragma once
/// @file For which sources Z[J] = E[exp Σ_p J_p φ(x_p)] is finite.

#include <string_view>

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/output_layer.hpp"
#include "nnft/field/site_set.hpp"

namespace nnft {

/// How features are combined: φ = Σ_{i ≤ N} a_i h_i + a₀.
struct Readout {
  OutputLayer output;
  double width = 1.0;  ///< N, may be infinite
};

/// All of the following return t such that Z[sJ] is finite for 0 <= s < t: infinity if it always is, 0 if it never is. Infinite
/// width: only a₀ can make Z infinite. With f = Σ_p J_p h(x_p): Gaussian a_i need E exp(½σ_a²f²/N), uniform and rademacher ones
/// grow like exp|f|, Laplace needs sup|f| < √(2N)/σ_a, student-t never has Z.
/// `sources` has shape (sites).

/// Features with |h(x_p)| <= bounds[p]. With Laplace output sup|f| is bounded by Σ|J_p|bounds[p]: Z may be finite beyond t.
double bounded_source_limit(const Vector& bounds, const Readout& readout, const Vector& sources);

double cos_source_limit(const Readout& readout, const Vector& sources);
double free_scalar_source_limit(const SiteSet& sites, const FreeScalarSpec& spec, const Readout& readout, const Vector& sources);
/// The exponential of an exponential of a Gaussian: never finite at finite width.
double gauss_source_limit(const Readout& readout, const Vector& sources);

/// relu, gelu and identity of depth 1 with normal weights and output: √N/σ_a over the largest |f| in a direction of the whitened
/// weights; deeper ones: 0. Their Laplace and student-t weights: 0; uniform and rademacher ones make features bounded.
/// @throws UsageError where the answer is not known: unbounded features with uniform or rademacher output and deep nets or
/// Laplace weights; more than 10 sources other than 0 in more than two dimensions.
double mlp_source_limit(const SiteSet& sites, const MlpSpec& spec, const Readout& readout, const Vector& sources);

/// max |Σ_p J_p σ(A_p·u)| over unit vectors u, for relu and identity. @param loadings A, shape (sites, D).
/// @throws UsageError if more than 10 sources are not 0 and D > 2.
double largest_response(Activation activation, const RowMatrix& loadings, const Vector& sources);

/// @throws UsageError that names the largest multiple of the sources for which W[J] exists, unless limit > 1.
void expect_finite_sources(double limit, std::string_view architecture);

}  // namespace nnft
