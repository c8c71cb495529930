#pragma once
/// @file What Schwinger–Dyson monomials are computed from.

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

}  // namespace nnft::simd
