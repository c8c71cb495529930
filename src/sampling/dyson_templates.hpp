#pragma once
/// @file The kernel schwinger_dyson of chain_kernels.hpp as a template over the instruction set.
///
/// Legs are integrated by parts: with V_i = C_i·∂V, V_ij = C_iC_j·∂²V, … (sums over nodes) Y_i = −V_i, Y_ij = V_iV_j − V_ij, …,
/// and a leg of A may also be contracted with any other leg, by δC = C − K₀.

#include <cstddef>

#include "sampling/chain_templates.hpp"
#include "sampling/dyson_scratch.hpp"
#include "sampling/packed_places.hpp"

namespace nnft::simd {

template <class Arch>
class Dyson {
 public:
  Dyson(const OperatorArrays& op, const DysonArrays& arrays)
      : op_(op),
        arrays_(arrays),
        scratch_(op.nodes, arrays.sites, arrays.quads, arrays.scratch),
        pairs_(arrays.sites * (arrays.sites + 1) / 2) {}

  void run() {
    if (op_.pair_weights != nullptr) smear_square();
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) derivatives(lane);
    if (arrays_.products != nullptr)
      multiply_all();
    else
      contract_all();
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
  int triple(int i, int j, int k) const { return triple_place(arrays_.sites, i, j, k); }

  D covariance(int site, int z, int lane) const { return at<Arch>(arrays_.covariance, site * op_.nodes + z, lane); }
  D shift(int p, int lane) const { return arrays_.shift == nullptr ? D(0.0) : at<Arch>(arrays_.shift, p, lane); }

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

  /// Products of covariances that are the same for every chain are given.
  void multiply_all() {
    const int triples = pairs_ * (arrays_.sites + 2) / 3, quads = arrays_.quads;
    const double* row = arrays_.products;
    const auto multiply = [&](int rows, const double* values, double* out) {
      simd::multiply<Arch>(rows, op_.nodes, row, values, out);
      row += static_cast<std::ptrdiff_t>(rows) * op_.nodes;
    };
    multiply(arrays_.sites, scratch_.local[0], scratch_.bare_legs);
    multiply(pairs_, scratch_.local[1], scratch_.bare_pairs);
    if (quads == 0) return;
    multiply(triples, scratch_.local[2], scratch_.bare_triples);
    multiply(quads, scratch_.local[3], scratch_.bare_quads);
  }

  void contract_all() {
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>)
      for (int i = 0; i < arrays_.sites; ++i)
        for (int j = i; j < arrays_.sites; ++j)
          for (int z = 0; z < op_.nodes; ++z)
            put<Arch>(scratch_.products, pair(i, j) * op_.nodes + z, lane, covariance(i, z, lane) * covariance(j, z, lane));
    if (op_.pair_weights != nullptr) smear_all();
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      for (int i = 0; i < arrays_.sites; ++i) {
        put<Arch>(scratch_.bare_legs, i, lane, leg(i, lane));
        for (int j = i; j < arrays_.sites; ++j) {
          put<Arch>(scratch_.bare_pairs, pair(i, j), lane, pair_of_legs(i, j, lane));
          for (int k = j; k < arrays_.sites && arrays_.quads > 0; ++k)
            put<Arch>(scratch_.bare_triples, triple(i, j, k), lane, triple_of_legs(i, j, k, lane));
        }
      }
      for (int q = 0; q < arrays_.quads; ++q) put<Arch>(scratch_.bare_quads, q, lane, quad_of_legs(arrays_.legs[q], lane));
    }
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
  D quad_of_legs(const DysonQuad& quad, int lane) const {
    D sum(0.0);
    const int left = quad.pair[0][1], right = quad.pair[2][3];
    for (int z = 0; z < op_.nodes; ++z)
      sum = fma<Arch>(product(left, z, lane) * product(right, z, lane), at<Arch>(scratch_.local[3], z, lane), sum);
    if (op_.pair_weights == nullptr) return sum;
    D smeared(0.0);
    for (int z = 0; z < op_.nodes; ++z)
      smeared = smeared + product(left, z, lane) * smeared_product(right, z, lane) +
                product(quad.pair[0][2], z, lane) * smeared_product(quad.pair[1][3], z, lane) +
                product(quad.pair[0][3], z, lane) * smeared_product(quad.pair[1][2], z, lane);
    return fma<Arch>(D(8.0 * op_.quartic), smeared, sum);
  }

  void starred_legs(int lane) {
    const int sites = arrays_.sites;
    for (int i = 0; i < sites; ++i) put<Arch>(scratch_.legs, i, lane, -at<Arch>(scratch_.bare_legs, i, lane));
    for (int i = 0; i < sites; ++i)
      for (int j = i; j < sites; ++j) {
        put<Arch>(scratch_.pair_sums, pair(i, j), lane, fma<Arch>(star(i, lane), star(j, lane), link(pair(i, j), lane)));
        put<Arch>(scratch_.fields, pair(i, j), lane, at<Arch>(arrays_.fields, i, lane) * at<Arch>(arrays_.fields, j, lane));
      }
    for (int i = 0; i < sites; ++i)
      for (int j = 0; j < sites; ++j) {
        const D half = at<Arch>(scratch_.legs, i, lane) * at<Arch>(arrays_.fields, j, lane);
        put<Arch>(scratch_.half, i * sites + j, lane, half);
        put<Arch>(scratch_.contracted, i * sites + j, lane, half + shift(pair(i, j), lane));
      }
  }

  D star(int i, int lane) const { return at<Arch>(scratch_.legs, i, lane); }
  /// δC_ij − V_ij: with Y_i = −V_i, −V_ijk and −V_ijkl what partitions of the starred legs are made of.
  D link(int p, int lane) const { return shift(p, lane) - at<Arch>(scratch_.bare_pairs, p, lane); }

  void starred_triples(int lane) {
    if (arrays_.quads == 0) return;
    for (int i = 0; i < arrays_.sites; ++i)
      for (int j = i; j < arrays_.sites; ++j)
        for (int k = j; k < arrays_.sites; ++k) {
          const int place = triple(i, j, k);
          D y = star(i, lane) * star(j, lane) * star(k, lane) - at<Arch>(scratch_.bare_triples, place, lane);
          y = fma<Arch>(link(pair(i, j), lane), star(k, lane), y);
          y = fma<Arch>(link(pair(i, k), lane), star(j, lane), y);
          y = fma<Arch>(link(pair(j, k), lane), star(i, lane), y);
          put<Arch>(scratch_.triples, place, lane, y);
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

  D fields(int p, int lane) const { return at<Arch>(scratch_.fields, p, lane); }
  D pair_sum(int p, int lane) const { return at<Arch>(scratch_.pair_sums, p, lane); }
  D contracted(int ordered, int lane) const { return at<Arch>(scratch_.contracted, ordered, lane); }
  D half(int ordered, int lane) const { return at<Arch>(scratch_.half, ordered, lane); }

  /// The mean over the places of one starred leg: (Y_aφ_b + δC_ab)φ_cφ_d + δC_ac φ_bφ_d + δC_ad φ_bφ_c.
  D one_starred(const DysonQuad& quad, int lane) const {
    D sum(0.0);
    for (int a = 0; a < 4; ++a) {
      const int b = (a + 1) % 4, c = (a + 2) % 4, d = (a + 3) % 4;
      sum = fma<Arch>(contracted(quad.ordered[a][b], lane), fields(quad.pair[c][d], lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(quad.pair[a][c], lane), fields(quad.pair[b][d], lane), sum);
      sum = fma<Arch>(shift(quad.pair[a][d], lane), fields(quad.pair[b][c], lane), sum);
    }
    return sum * D(0.25);
  }

  /// Legs a, b starred: (Y_ab + δC_ab)φ_cφ_d + δC_ac (Y_bφ_d + δC_bd) + δC_ad (Y_bφ_c + δC_bc) + δC_bc Y_aφ_d + δC_bd Y_aφ_c.
  D two_starred(const DysonQuad& quad, int lane) const {
    constexpr int choices[6][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}, {1, 2, 0, 3}, {1, 3, 0, 2}, {2, 3, 0, 1}};
    D sum(0.0);
    for (const auto& [a, b, c, d] : choices) {
      sum = fma<Arch>(pair_sum(quad.pair[a][b], lane), fields(quad.pair[c][d], lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(quad.pair[a][c], lane), contracted(quad.ordered[b][d], lane), sum);
      sum = fma<Arch>(shift(quad.pair[a][d], lane), contracted(quad.ordered[b][c], lane), sum);
      sum = fma<Arch>(shift(quad.pair[b][c], lane), half(quad.ordered[a][d], lane), sum);
      sum = fma<Arch>(shift(quad.pair[b][d], lane), half(quad.ordered[a][c], lane), sum);
    }
    return sum * D(1.0 / 6.0);
  }

  /// Leg d not starred: (Y_abc + Σ δC Y)φ_d + δC_ad (Y_bc + δC_bc) + δC_bd (Y_ac + δC_ac) + δC_cd (Y_ab + δC_ab).
  D three_starred(const DysonQuad& quad, int lane) const {
    D sum(0.0);
    for (int d = 0; d < 4; ++d) {
      const int a = (d + 1) % 4, b = (d + 2) % 4, c = (d + 3) % 4;
      sum = fma<Arch>(at<Arch>(scratch_.triples, quad.triple[d], lane), at<Arch>(arrays_.fields, quad.site[d], lane), sum);
      if (arrays_.shift == nullptr) continue;
      sum = fma<Arch>(shift(quad.pair[a][d], lane), pair_sum(quad.pair[b][c], lane), sum);
      sum = fma<Arch>(shift(quad.pair[b][d], lane), pair_sum(quad.pair[a][c], lane), sum);
      sum = fma<Arch>(shift(quad.pair[c][d], lane), pair_sum(quad.pair[a][b], lane), sum);
    }
    return sum * D(0.25);
  }

  /// The sum over the partitions of all four legs.
  D four_starred(const DysonQuad& quad, int q, int lane) const {
    const D y[4] = {star(quad.site[0], lane), star(quad.site[1], lane), star(quad.site[2], lane), star(quad.site[3], lane)};
    D sum = y[0] * y[1] * y[2] * y[3] - at<Arch>(scratch_.bare_quads, q, lane);
    constexpr int pairings[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}};
    for (const auto& [a, b, c, d] : pairings) {
      const D left = link(quad.pair[a][b], lane), right = link(quad.pair[c][d], lane);
      sum = fma<Arch>(left, y[c] * y[d], sum);
      sum = fma<Arch>(right, y[a] * y[b], sum);
      sum = fma<Arch>(left, right, sum);
    }
    for (int a = 0; a < 4; ++a) sum = sum - at<Arch>(scratch_.bare_triples, quad.triple[a], lane) * y[a];
    return sum;
  }

  void write_quad(int q, int lane) {
    const DysonQuad& quad = arrays_.legs[q];
    double* const out = arrays_.out + static_cast<std::ptrdiff_t>(3 * pairs_) * batch_samples;
    put<Arch>(out, q, lane, one_starred(quad, lane));
    put<Arch>(out, arrays_.quads + q, lane, two_starred(quad, lane));
    put<Arch>(out, 2 * arrays_.quads + q, lane, three_starred(quad, lane));
    put<Arch>(out, 3 * arrays_.quads + q, lane, four_starred(quad, q, lane));
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
inline constexpr ChainKernels chain_kernels_of = {&potential<Arch>, &gradient<Arch>,    &multiply<Arch>,       &refresh<Arch>,
                                                  &rotate<Arch>,    &add_outer<Arch>,   &add_tuples<Arch>,     &add_rows<Arch>,
                                                  &box_sums<Arch>,  &add_profile<Arch>, &schwinger_dyson<Arch>};

}  // namespace nnft::simd
