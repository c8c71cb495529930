#pragma once
/// @file The kernel schwinger_dyson of chain_kernels.hpp as a template over the instruction set.
///
/// Legs are integrated by parts: with V_i = C_i·∂V, V_ij = C_iC_j·∂²V, … (sums over nodes) Y_i = −V_i, Y_ij = V_iV_j − V_ij, …,
/// and a leg of A may also be contracted with any other leg, by δC = C − K₀.

#include <cstddef>

#include "sampling/chain_templates.hpp"

namespace nnft::simd {

/// The place of a pair i <= j of sites in packed order.
inline int pair_place(int sites, int i, int j) {
  if (i > j) return pair_place(sites, j, i);
  return i * sites - i * (i - 1) / 2 + (j - i);
}

/// Where a kernel keeps what it needs more than once.
struct DysonScratch {
  DysonScratch(int nodes, int sites, double* memory) {
    const auto take = [&memory](int rows) {
      double* const place = memory;
      memory += static_cast<std::ptrdiff_t>(rows) * batch_samples;
      return place;
    };
    const int pairs = sites * (sites + 1) / 2;
    for (double*& derivative : local) derivative = take(nodes);
    squares = take(nodes);
    smeared_square = take(nodes);
    products = take(pairs * nodes);
    smeared_leg = take(sites * nodes);
    smeared_products = take(pairs * nodes);
    legs = take(sites);
    curvatures = take(pairs);
    triples = take(sites * sites * sites);
    bare_triples = take(sites * sites * sites);
    pair_sums = take(pairs);
    half = take(sites * sites);
    contracted = take(sites * sites);
    fields = take(pairs);
    end = memory;
  }

  double* local[4];          ///< w times the derivatives 1 … 4 of the local density of V, [node]
  double* squares;           ///< φ²
  double* smeared_square;    ///< Uφ²
  double* products;          ///< C_iC_j, [pair][node]
  double* smeared_leg;       ///< U(φC_i), [site][node]
  double* smeared_products;  ///< U(C_iC_j), [pair][node]
  double* legs;              ///< Y_i
  double* curvatures;        ///< V_ij
  double* triples;           ///< Y_ijk + Σ δC_ij Y_k for i <= j <= k, [i][j][k]
  double* bare_triples;      ///< V_ijk
  double* pair_sums;         ///< Y_ij + δC_ij
  double* half;              ///< Y_i φ_j, [i][j]
  double* contracted;        ///< Y_i φ_j + δC_ij, [i][j]
  double* fields;            ///< φ_iφ_j
  const double* end;
};

template <class Arch>
class Dyson {
 public:
  Dyson(const OperatorArrays& op, const DysonArrays& arrays)
      : op_(op),
        arrays_(arrays),
        scratch_(op.nodes, arrays.sites, arrays.scratch),
        pairs_(arrays.sites * (arrays.sites + 1) / 2) {}

  void run() {
    if (op_.pair_weights != nullptr) smear_square();
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      derivatives(lane);
      products(lane);
    }
    if (op_.pair_weights != nullptr) smear_all();
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      starred_legs(lane);
      starred_triples(lane);
      write_pairs(lane);
      for (int q = 0; q < arrays_.quads; ++q) write_quad(q, lane);
    }
  }

 private:
  using D = Doubles<Arch>;

  int pair(int i, int j) const { return pair_place(arrays_.sites, i, j); }

  D covariance(int site, int z, int lane) const {
    const int row = site * op_.nodes + z;
    return arrays_.varies ? at<Arch>(arrays_.covariance, row, lane) : D(arrays_.covariance[row]);
  }
  D shift(int i, int j, int lane) const { return arrays_.shift == nullptr ? D(0.0) : at<Arch>(arrays_.shift, pair(i, j), lane); }

  void smear_square() {
    fill_squares<Arch>(op_.nodes, arrays_.nodes, scratch_.squares);
    smear<Arch>(op_.nodes, op_.pair_weights, scratch_.squares, scratch_.smeared_square);
  }

  /// With pair weights the quartic term is not local.
  void derivatives(int lane) {
    const bool local = op_.pair_weights == nullptr;
    const D quartic(local ? op_.quartic : 0.0), quadratic(op_.quadratic), sextic(op_.sextic), smeared(4.0 * op_.quartic);
    for (int z = 0; z < op_.nodes; ++z) {
      const D phi = at<Arch>(arrays_.nodes, z, lane), square = phi * phi, w(op_.weights[z]);
      D first = phi * w * fma<Arch>(square, fma<Arch>(D(6.0) * sextic, square, D(4.0) * quartic), D(-2.0) * quadratic);
      D second = w * fma<Arch>(square, fma<Arch>(D(30.0) * sextic, square, D(12.0) * quartic), D(-2.0) * quadratic);
      if (!local) {
        const D of_square = smeared * at<Arch>(scratch_.smeared_square, z, lane);
        first = fma<Arch>(phi, of_square, first);
        second = second + of_square;
      }
      put<Arch>(scratch_.local[0], z, lane, first);
      put<Arch>(scratch_.local[1], z, lane, second);
      put<Arch>(scratch_.local[2], z, lane, phi * w * fma<Arch>(D(120.0) * sextic, square, D(24.0) * quartic));
      put<Arch>(scratch_.local[3], z, lane, w * fma<Arch>(D(360.0) * sextic, square, D(24.0) * quartic));
    }
  }

  void products(int lane) {
    for (int i = 0; i < arrays_.sites; ++i)
      for (int j = i; j < arrays_.sites; ++j)
        for (int z = 0; z < op_.nodes; ++z)
          put<Arch>(scratch_.products, pair(i, j) * op_.nodes + z, lane, covariance(i, z, lane) * covariance(j, z, lane));
  }

  void smear_all() {
    const auto row = [this](double* rows, int k) { return rows + static_cast<std::ptrdiff_t>(k) * op_.nodes * batch_samples; };
    for (int i = 0; i < arrays_.sites; ++i) {
      for (int z = 0; z < op_.nodes; ++z)
        for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>)
          put<Arch>(scratch_.squares, z, lane, at<Arch>(arrays_.nodes, z, lane) * covariance(i, z, lane));
      smear<Arch>(op_.nodes, op_.pair_weights, scratch_.squares, row(scratch_.smeared_leg, i));
    }
    for (int p = 0; p < pairs_; ++p)
      smear<Arch>(op_.nodes, op_.pair_weights, row(scratch_.products, p), row(scratch_.smeared_products, p));
  }

  D product(int p, int z, int lane) const { return at<Arch>(scratch_.products, p * op_.nodes + z, lane); }
  D smeared_product(int p, int z, int lane) const { return at<Arch>(scratch_.smeared_products, p * op_.nodes + z, lane); }

  /// V_i.
  D leg(int i, int lane) const {
    D sum(0.0);
    for (int z = 0; z < op_.nodes; ++z) sum = fma<Arch>(covariance(i, z, lane), at<Arch>(scratch_.local[0], z, lane), sum);
    return sum;
  }

  /// V_ij.
  D pair_of_legs(int i, int j, int lane) const {
    D sum(0.0);
    for (int z = 0; z < op_.nodes; ++z) sum = fma<Arch>(product(pair(i, j), z, lane), at<Arch>(scratch_.local[1], z, lane), sum);
    if (op_.pair_weights == nullptr) return sum;
    D smeared(0.0);
    for (int z = 0; z < op_.nodes; ++z)
      smeared = fma<Arch>(at<Arch>(arrays_.nodes, z, lane) * covariance(j, z, lane),
                          at<Arch>(scratch_.smeared_leg, i * op_.nodes + z, lane), smeared);
    return fma<Arch>(D(8.0 * op_.quartic), smeared, sum);
  }

  /// V_ijk.
  D triple_of_legs(int i, int j, int k, int lane) const {
    D sum(0.0);
    for (int z = 0; z < op_.nodes; ++z)
      sum = fma<Arch>(product(pair(i, j), z, lane) * covariance(k, z, lane), at<Arch>(scratch_.local[2], z, lane), sum);
    if (op_.pair_weights == nullptr) return sum;
    D smeared(0.0);
    for (int z = 0; z < op_.nodes; ++z) {
      const D terms = covariance(k, z, lane) * smeared_product(pair(i, j), z, lane) +
                      covariance(j, z, lane) * smeared_product(pair(i, k), z, lane) +
                      covariance(i, z, lane) * smeared_product(pair(j, k), z, lane);
      smeared = fma<Arch>(at<Arch>(arrays_.nodes, z, lane), terms, smeared);
    }
    return fma<Arch>(D(8.0 * op_.quartic), smeared, sum);
  }

  /// V_ijkl.
  D quad_of_legs(const int* s, int lane) const {
    D sum(0.0);
    const int left = pair(s[0], s[1]), right = pair(s[2], s[3]);
    for (int z = 0; z < op_.nodes; ++z)
      sum = fma<Arch>(product(left, z, lane) * product(right, z, lane), at<Arch>(scratch_.local[3], z, lane), sum);
    if (op_.pair_weights == nullptr) return sum;
    D smeared(0.0);
    for (int z = 0; z < op_.nodes; ++z)
      smeared = smeared + product(left, z, lane) * smeared_product(right, z, lane) +
                product(pair(s[0], s[2]), z, lane) * smeared_product(pair(s[1], s[3]), z, lane) +
                product(pair(s[0], s[3]), z, lane) * smeared_product(pair(s[1], s[2]), z, lane);
    return fma<Arch>(D(8.0 * op_.quartic), smeared, sum);
  }

  void starred_legs(int lane) {
    const int sites = arrays_.sites;
    for (int i = 0; i < sites; ++i) put<Arch>(scratch_.legs, i, lane, D(0.0) - leg(i, lane));
    for (int i = 0; i < sites; ++i)
      for (int j = i; j < sites; ++j) {
        const D curvature = pair_of_legs(i, j, lane), contraction = shift(i, j, lane) - curvature;
        put<Arch>(scratch_.curvatures, pair(i, j), lane, curvature);
        put<Arch>(scratch_.pair_sums, pair(i, j), lane, fma<Arch>(star(i, lane), star(j, lane), contraction));
        put<Arch>(scratch_.fields, pair(i, j), lane, at<Arch>(arrays_.fields, i, lane) * at<Arch>(arrays_.fields, j, lane));
      }
    for (int i = 0; i < sites; ++i)
      for (int j = 0; j < sites; ++j) {
        const D half = at<Arch>(scratch_.legs, i, lane) * at<Arch>(arrays_.fields, j, lane);
        put<Arch>(scratch_.half, i * sites + j, lane, half);
        put<Arch>(scratch_.contracted, i * sites + j, lane, half + shift(i, j, lane));
      }
  }

  D star(int i, int lane) const { return at<Arch>(scratch_.legs, i, lane); }
  /// δC_ij − V_ij: with Y_i = −V_i, −V_ijk and −V_ijkl what partitions of the starred legs are made of.
  D link(int i, int j, int lane) const { return shift(i, j, lane) - at<Arch>(scratch_.curvatures, pair(i, j), lane); }

  int triple_place(int i, int j, int k) const {
    if (i > j) return triple_place(j, i, k);
    if (j > k) return triple_place(i, k, j);
    return (i * arrays_.sites + j) * arrays_.sites + k;
  }

  void starred_triples(int lane) {
    if (arrays_.quads == 0) return;
    for (int i = 0; i < arrays_.sites; ++i)
      for (int j = i; j < arrays_.sites; ++j)
        for (int k = j; k < arrays_.sites; ++k) {
          const D bare = triple_of_legs(i, j, k, lane);
          D y = star(i, lane) * star(j, lane) * star(k, lane) - bare;
          y = fma<Arch>(link(i, j, lane), star(k, lane), y);
          y = fma<Arch>(link(i, k, lane), star(j, lane), y);
          y = fma<Arch>(link(j, k, lane), star(i, lane), y);
          put<Arch>(scratch_.triples, triple_place(i, j, k), lane, y);
          put<Arch>(scratch_.bare_triples, triple_place(i, j, k), lane, bare);
        }
  }

  void write_pairs(int lane) {
    for (int i = 0; i < arrays_.sites; ++i)
      for (int j = i; j < arrays_.sites; ++j) {
        const int p = pair(i, j);
        put<Arch>(arrays_.out, p, lane, at<Arch>(scratch_.contracted, i * arrays_.sites + j, lane));
        put<Arch>(arrays_.out, pairs_ + p, lane, at<Arch>(scratch_.contracted, j * arrays_.sites + i, lane));
        put<Arch>(arrays_.out, 2 * pairs_ + p, lane, at<Arch>(scratch_.pair_sums, p, lane));
      }
  }

  /// The mean over the places of one starred leg: (Y_aφ_b + δC_ab)φ_cφ_d + δC_ac φ_bφ_d + δC_ad φ_bφ_c.
  D one_starred(const int* s, int lane) const {
    D sum(0.0);
    for (int a = 0; a < 4; ++a) {
      const int b = s[(a + 1) % 4], c = s[(a + 2) % 4], d = s[(a + 3) % 4];
      sum = fma<Arch>(contracted(s[a], b, lane), fields(c, d, lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(s[a], c, lane), fields(b, d, lane), sum);
      sum = fma<Arch>(shift(s[a], d, lane), fields(b, c, lane), sum);
    }
    return sum * D(0.25);
  }

  /// Legs a, b starred: (Y_ab + δC_ab)φ_cφ_d + δC_ac (Y_bφ_d + δC_bd) + δC_ad (Y_bφ_c + δC_bc) + δC_bc Y_aφ_d + δC_bd Y_aφ_c.
  D two_starred(const int* s, int lane) const {
    constexpr int choices[6][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}, {1, 2, 0, 3}, {1, 3, 0, 2}, {2, 3, 0, 1}};
    D sum(0.0);
    for (const auto& choice : choices) {
      const int a = s[choice[0]], b = s[choice[1]], c = s[choice[2]], d = s[choice[3]];
      sum = fma<Arch>(at<Arch>(scratch_.pair_sums, pair(a, b), lane), fields(c, d, lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(a, c, lane), contracted(b, d, lane), sum);
      sum = fma<Arch>(shift(a, d, lane), contracted(b, c, lane), sum);
      sum = fma<Arch>(shift(b, c, lane), at<Arch>(scratch_.half, a * arrays_.sites + d, lane), sum);
      sum = fma<Arch>(shift(b, d, lane), at<Arch>(scratch_.half, a * arrays_.sites + c, lane), sum);
    }
    return sum * D(1.0 / 6.0);
  }

  /// Leg d not starred: (Y_abc + Σ δC Y)φ_d + δC_ad (Y_bc + δC_bc) + δC_bd (Y_ac + δC_ac) + δC_cd (Y_ab + δC_ab).
  D three_starred(const int* s, int lane) const {
    D sum(0.0);
    for (int free = 0; free < 4; ++free) {
      const int a = s[(free + 1) % 4], b = s[(free + 2) % 4], c = s[(free + 3) % 4], d = s[free];
      sum = fma<Arch>(at<Arch>(scratch_.triples, triple_place(a, b, c), lane), at<Arch>(arrays_.fields, d, lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(a, d, lane), at<Arch>(scratch_.pair_sums, pair(b, c), lane), sum);
      sum = fma<Arch>(shift(b, d, lane), at<Arch>(scratch_.pair_sums, pair(a, c), lane), sum);
      sum = fma<Arch>(shift(c, d, lane), at<Arch>(scratch_.pair_sums, pair(a, b), lane), sum);
    }
    return sum * D(0.25);
  }

  /// The sum over the partitions of all four legs.
  D four_starred(const int* s, int lane) const {
    const D y[4] = {star(s[0], lane), star(s[1], lane), star(s[2], lane), star(s[3], lane)};
    D sum = y[0] * y[1] * y[2] * y[3] - quad_of_legs(s, lane);
    constexpr int pairings[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}};
    for (const auto& p : pairings) {
      const D left = link(s[p[0]], s[p[1]], lane), right = link(s[p[2]], s[p[3]], lane);
      sum = fma<Arch>(left, y[p[2]] * y[p[3]], sum);
      sum = fma<Arch>(right, y[p[0]] * y[p[1]], sum);
      sum = fma<Arch>(left, right, sum);
    }
    for (int a = 0; a < 4; ++a) {
      const int place = triple_place(s[(a + 1) % 4], s[(a + 2) % 4], s[(a + 3) % 4]);
      sum = sum - at<Arch>(scratch_.bare_triples, place, lane) * y[a];
    }
    return sum;
  }

  D fields(int i, int j, int lane) const { return at<Arch>(scratch_.fields, pair(i, j), lane); }
  D contracted(int i, int j, int lane) const { return at<Arch>(scratch_.contracted, i * arrays_.sites + j, lane); }

  void write_quad(int q, int lane) {
    const int* s = arrays_.legs + 4 * q;
    double* const out = arrays_.out + static_cast<std::ptrdiff_t>(3 * pairs_) * batch_samples;
    put<Arch>(out, q, lane, one_starred(s, lane));
    put<Arch>(out, arrays_.quads + q, lane, two_starred(s, lane));
    put<Arch>(out, 2 * arrays_.quads + q, lane, three_starred(s, lane));
    put<Arch>(out, 3 * arrays_.quads + q, lane, four_starred(s, lane));
  }

  const OperatorArrays& op_;
  const DysonArrays& arrays_;
  DysonScratch scratch_;
  int pairs_;
};

template <class Arch>
void schwinger_dyson(const OperatorArrays& op, const DysonArrays& arrays) {
  Dyson<Arch>(op, arrays).run();
}

template <class Arch>
inline constexpr ChainKernels chain_kernels_of = {&potential<Arch>,   &gradient<Arch>,       &refresh<Arch>,  &rotate<Arch>,
                                                  &add_outer<Arch>,   &add_tuples<Arch>,     &add_rows<Arch>, &box_sums<Arch>,
                                                  &add_profile<Arch>, &schwinger_dyson<Arch>};

}  // namespace nnft::simd
