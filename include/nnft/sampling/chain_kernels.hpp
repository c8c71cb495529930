#pragma once
/// @file Vector kernels of Markov chains for one instruction set. All arrays are structure-of-arrays with batch_samples chains
/// innermost, which never mix: [row][chain].

#include <cstddef>

#include "nnft/core/simd_path.hpp"

namespace nnft {

/// V = Σ_z w_z (quartic φ⁴ − quadratic φ² + sextic φ⁶), or with pair weights U: quartic Σ_zy U_zy φ_z²φ_y² in place of the first.
struct OperatorArrays {
  int nodes;
  const double* weights;       ///< [node]
  const double* pair_weights;  ///< [node][node], or null
  double quartic;              ///< λ/4!
  double quadratic;            ///< μ²/2
  double sextic;               ///< κ/6!
};

/// A proposal to replace one neuron, φ → φ + a'h' − ah.
struct NeuronProposal {
  const double* features;    ///< h' at all points, [point]
  const double* output;      ///< a'
  const double* acceptance;  ///< uniform in [−½, ½)
  double step;               ///< what the neuron's birth becomes
};

/// The chains and a neuron of each.
struct NeuronState {
  int points;         ///< nodes first, then sites
  double* fields;     ///< [point]
  double* potential;  ///< V
  double* accepted;   ///< counts
  double* features;   ///< h at all points
  double* output;     ///< a
  double* birth;      ///< the step at which the neuron was drawn
  double* trial;      ///< workspace, [point]
  double* squares;    ///< workspace, [node], with pair weights
};

/// A quad of sites, and the places of its parts in packed order.
struct DysonQuad {
  int site[4];
  int pair[4][4];     ///< of legs a and b
  int ordered[4][4];  ///< of sites a and b in [site][site]
  int triple[4];      ///< of the legs other than a
};

DysonQuad dyson_quad(int sites, const int* legs) noexcept;

/// What Schwinger–Dyson monomials are made of. C is the covariance of φ(x) given what is not integrated over.
struct DysonArrays {
  int sites;
  const double* nodes;       ///< φ at the nodes
  const double* fields;      ///< φ at the sites
  const double* covariance;  ///< C(x, z), [site][node][chain]; null if `products` are given
  /// If C is the same for every chain and V is local: C_i(z), then C_iC_j, C_iC_jC_k and C_iC_jC_kC_l of the quads, in packed
  /// order, [row][node]; else null.
  const double* products;
  const double* shift;  ///< C(x, y) − K₀(x, y), [pair][chain]; null if it is 0
  int quads;
  const DysonQuad* legs;
  double* scratch;  ///< dyson_scratch(…) numbers
  double* out;      ///< [3 · pairs + 4 · quads]: ChainLayout's starred pairs and quads
};

/// Numbers that a Schwinger–Dyson kernel works in.
std::size_t dyson_scratch(int nodes, int sites, int quads);

struct ChainKernels {
  /// values = V of fields[node]. squares: workspace, [node], used with pair weights only.
  void (*potential)(const OperatorArrays&, const double* fields, double* squares, double* values);
  /// out[node] = ∂V/∂φ_z.
  void (*gradient)(const OperatorArrays&, const double* fields, double* squares, double* out);
  /// out[row] = Σ_k matrix[row][k] values[k], k in order. out must not be values.
  void (*multiply)(int rows, int columns, const double* matrix, const double* values, double* out);
  /// Accepts each chain's proposal with probability min(1, e^{−ΔV}).
  void (*refresh)(const OperatorArrays&, const NeuronProposal&, const NeuronState&);
  /// out[row] = a[row] cos 2πt + b[row] sin 2πt, |t| <= ½; out may be a or b.
  void (*rotate)(int rows, const double* turns, const double* a, const double* b, double* out);
  /// products[site][point] += h(site)h(point), points = nodes, then sites.
  void (*add_outer)(int nodes, int sites, const double* features, double* products);
  /// sums[tuple] += weight · the product of `factors` pairs φφ, places[tuple][factor].
  void (*add_tuples)(int tuples, int factors, const int* places, const double* pairs, const double* weight, double* sums);
  /// sums[row] += weight · values[row].
  void (*add_rows)(int rows, const double* values, const double* weight, double* sums);
  /// square = Σ w φ², mean = Σ w φ.
  void (*box_sums)(const OperatorArrays&, const double* fields, double* square, double* mean);
  /// squares[node] += weight φ², quartics[node] += weight φ⁴.
  void (*add_profile)(int nodes, const double* fields, const double* weight, double* squares, double* quartics);
  /// Schwinger–Dyson monomials of all pairs and the given quads.
  void (*schwinger_dyson)(const OperatorArrays&, const DysonArrays&);
};

/// @throws UsageError if this build or processor lacks the path.
const ChainKernels& chain_kernels(SimdPath path);

}  // namespace nnft
