#pragma once
/// @file What Schwinger–Dyson monomials are computed from, and sums of rows over nodes.

#include <cstddef>

#include "sampling/chain_templates.hpp"

namespace nnft::simd {

/// Where a kernel keeps what it needs more than once.
struct DysonScratch {
  DysonScratch(int nodes, int sites, int quads, double* memory) {
    const auto take = [&memory](int rows) {
      double* const place = memory;
      memory += static_cast<std::ptrdiff_t>(rows) * batch_samples;
      return place;
    };
    const int pairs = sites * (sites + 1) / 2, all_triples = pairs * (sites + 2) / 3;
    for (double*& derivative : local) derivative = take(nodes);
    squares = take(nodes);
    smeared_square = take(nodes);
    products = take(pairs * nodes);
    smeared_leg = take(sites * nodes);
    smeared_products = take(pairs * nodes);
    bare_legs = take(sites);
    bare_pairs = take(pairs);
    bare_triples = take(all_triples);
    bare_quads = take(quads);
    legs = take(sites);
    triples = take(all_triples);
    pair_sums = take(pairs);
    half = take(sites * sites);
    contracted = take(sites * sites);
    fields = take(pairs);
  }

  double* local[4];          ///< w times the derivatives 1 … 4 of the local density of V, [node]
  double* squares;           ///< φ²
  double* smeared_square;    ///< Uφ²
  double* products;          ///< C_iC_j, [pair][node]
  double* smeared_leg;       ///< U(φC_i), [site][node]
  double* smeared_products;  ///< U(C_iC_j), [pair][node]
  double* bare_legs;         ///< V_i
  double* bare_pairs;        ///< V_ij
  double* bare_triples;      ///< V_ijk, packed
  double* bare_quads;        ///< V_ijkl of each quad
  double* legs;              ///< Y_i
  double* triples;           ///< Y_ijk + Σ δC_ij Y_k, packed
  double* pair_sums;         ///< Y_ij + δC_ij
  double* half;              ///< Y_i φ_j, [i][j]
  double* contracted;        ///< Y_i φ_j + δC_ij, [i][j]
  double* fields;            ///< φ_iφ_j
};

/// out[row] = Σ_z matrix[row][z] values[z], four rows at a time.
template <class Arch>
void multiply_rows(int rows, int nodes, const double* matrix, const double* values, double* out) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      const double* const m = matrix + static_cast<std::ptrdiff_t>(row) * nodes;
      D sum[4] = {D(0.0), D(0.0), D(0.0), D(0.0)};
      for (int z = 0; z < nodes; ++z) {
        const D x = at<Arch>(values, z, lane);
        for (int r = 0; r < 4; ++r) sum[r] = fma<Arch>(D(m[r * nodes + z]), x, sum[r]);
      }
      for (int r = 0; r < 4; ++r) put<Arch>(out, row + r, lane, sum[r]);
    }
    for (; row < rows; ++row) {
      D sum(0.0);
      for (int z = 0; z < nodes; ++z)
        sum = fma<Arch>(D(matrix[static_cast<std::ptrdiff_t>(row) * nodes + z]), at<Arch>(values, z, lane), sum);
      put<Arch>(out, row, lane, sum);
    }
  }
}

}  // namespace nnft::simd
