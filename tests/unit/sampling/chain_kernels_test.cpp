#include "nnft/sampling/chain_kernels.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/field_operator.hpp"
#include "nnft/random/variates.hpp"
#include "nnft/sampling/operator_arrays.hpp"

namespace nnft::chain_kernels_test {
namespace {

constexpr int nodes = 5, sites = 3, pairs = 6, quads = 15;
constexpr std::size_t lanes = batch_samples;

/// Numbers for every chain.
AlignedBuffer drawn(int rows, std::mt19937& generator, double scale) {
  std::normal_distribution<double> normal(0.0, scale);
  AlignedBuffer values(static_cast<std::size_t>(rows) * lanes);
  for (std::size_t k = 0; k < values.size(); ++k) values.data()[k] = normal(generator);
  return values;
}

Vector column(const AlignedBuffer& values, int first, int rows, int lane) {
  Vector chain(rows);
  for (int r = 0; r < rows; ++r)
    chain[r] = values.data()[static_cast<std::size_t>(first + r) * lanes + static_cast<std::size_t>(lane)];
  return chain;
}

/// Mixed derivative of V along some directions, by central differences of two steps: exact for polynomials of degree 6 up to
/// rounding.
double derivative(const FieldOperator& op, const Vector& phi, const std::vector<Vector>& directions) {
  const auto differences = [&](double h) {
    double sum = 0.0;
    for (unsigned signs = 0; signs < (1u << directions.size()); ++signs) {
      Vector shifted = phi;
      double sign = 1.0;
      for (std::size_t k = 0; k < directions.size(); ++k) {
        const bool minus = (signs >> k & 1u) != 0;
        shifted += (minus ? -h : h) * directions[k];
        sign *= (minus ? -1.0 : 1.0) / (2.0 * h);
      }
      sum += sign * op.value(shifted);
    }
    return sum;
  };
  // Errors are a h² + b h⁴.
  const double a = differences(0.2), b = differences(0.1), c = differences(0.05);
  const double ab = (4.0 * b - a) / 3.0, bc = (4.0 * c - b) / 3.0;
  return (16.0 * bc - ab) / 15.0;
}

/// Σ over partitions of the starred legs into links: −V of one, δC − V of two, −V of more; and contractions with legs that are
/// not.
class BruteForce {
 public:
  BruteForce(const FieldOperator& op, Vector phi, Vector fields, RowMatrix covariance, RowMatrix shift)
      : op_(op), phi_(std::move(phi)), fields_(std::move(fields)), covariance_(std::move(covariance)), shift_(std::move(shift)) {}

  double monomial(std::vector<int> starred, std::vector<int> plain) const {
    if (starred.empty()) {
      double product = 1.0;
      for (const int leg : plain) product *= fields_[leg];
      return product;
    }
    const int first = starred.back();
    starred.pop_back();
    double sum = 0.0;
    for (unsigned with = 0; with < (1u << starred.size()); ++with) {
      std::vector<int> block = {first}, rest;
      for (std::size_t k = 0; k < starred.size(); ++k) ((with >> k & 1u) != 0 ? block : rest).push_back(starred[k]);
      sum += link(block) * monomial(rest, plain);
    }
    for (std::size_t k = 0; k < plain.size(); ++k) {
      std::vector<int> rest = plain;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
      sum += shift_(first, plain[k]) * monomial(starred, rest);
    }
    return sum;
  }

  double mean(const std::array<int, 4>& legs, int count) const {
    double sum = 0.0;
    int sets = 0;
    for (unsigned set = 0; set < 16; ++set) {
      std::vector<int> starred, plain;
      for (std::size_t k = 0; k < 4; ++k) ((set >> k & 1u) != 0 ? starred : plain).push_back(legs[k]);
      if (static_cast<int>(starred.size()) != count) continue;
      sum += monomial(starred, plain);
      ++sets;
    }
    return sum / sets;
  }

 private:
  double link(const std::vector<int>& block) const {
    std::vector<Vector> directions;
    for (const int leg : block) directions.push_back(covariance_.row(leg).transpose());
    return (block.size() == 2 ? shift_(block[0], block[1]) : 0.0) - derivative(op_, phi_, directions);
  }

  const FieldOperator& op_;
  Vector phi_, fields_;
  RowMatrix covariance_, shift_;
};

struct Case {
  FieldCouplings couplings;
  bool common;  ///< the same covariance for every chain
};

class SchwingerDyson : public testing::TestWithParam<Case> {};

TEST_P(SchwingerDyson, IsTheSumOverPartitionsOfTheStarredLegs) {
  const FieldOperator op(NodeGrid(1, 2.0, nodes, NodeRule::gauss_legendre), GetParam().couplings);
  std::mt19937 generator(7);
  const bool common = GetParam().common;
  const AlignedBuffer phi = drawn(nodes, generator, 1.0), fields = drawn(sites, generator, 1.0);
  AlignedBuffer covariance = drawn(sites * nodes, generator, 0.5), shift = drawn(pairs, generator, 0.3);
  if (common) {
    shift.fill(0.0);
    for (std::size_t k = 0; k < covariance.size(); ++k) covariance.data()[k] = covariance.data()[k / lanes * lanes];
  }
  std::vector<DysonQuad> legs;
  std::vector<std::array<int, 4>> tuples;
  for (int a = 0; a < sites; ++a)
    for (int b = a; b < sites; ++b)
      for (int c = b; c < sites; ++c)
        for (int d = c; d < sites; ++d) {
          tuples.push_back({a, b, c, d});
          legs.push_back(dyson_quad(sites, tuples.back().data()));
        }
  RowMatrix products(sites + pairs + 10 + quads, nodes);
  Eigen::Index row = 0;
  const auto add = [&](const std::vector<int>& of) {
    products.row(row).setOnes();
    for (const int leg : of) products.row(row).array() *= column(covariance, leg * nodes, nodes, 0).transpose().array();
    ++row;
  };
  for (int a = 0; a < sites; ++a) add({a});
  for (int a = 0; a < sites; ++a)
    for (int b = a; b < sites; ++b) add({a, b});
  for (int a = 0; a < sites; ++a)
    for (int b = a; b < sites; ++b)
      for (int c = b; c < sites; ++c) add({a, b, c});
  for (const auto& t : tuples) add({t[0], t[1], t[2], t[3]});

  AlignedBuffer scratch(dyson_scratch(nodes, sites, quads)), out((3 * pairs + 4 * quads) * lanes);
  chain_kernels(widest_simd_path())
      .schwinger_dyson(operator_arrays(op),
                       {sites, phi.data(), fields.data(), covariance.data(), common ? products.data() : nullptr,
                        common ? nullptr : shift.data(), quads, legs.data(), scratch.data(), out.data()});
  for (const int lane : {0, 3, 15}) {
    RowMatrix of_chain(sites, nodes), shifts(sites, sites);
    int pair = 0;
    for (int a = 0; a < sites; ++a) {
      of_chain.row(a) = column(covariance, a * nodes, nodes, lane).transpose();
      for (int b = a; b < sites; ++b, ++pair) shifts(a, b) = shifts(b, a) = column(shift, pair, 1, lane)[0];
    }
    const BruteForce brute(op, column(phi, 0, nodes, lane), column(fields, 0, sites, lane), of_chain, shifts);
    pair = 0;
    for (int a = 0; a < sites; ++a)
      for (int b = a; b < sites; ++b, ++pair) {
        EXPECT_NEAR(column(out, pair, 1, lane)[0], brute.monomial({a}, {b}), 1e-7) << a << b;
        EXPECT_NEAR(column(out, pairs + pair, 1, lane)[0], brute.monomial({b}, {a}), 1e-7) << a << b;
        EXPECT_NEAR(column(out, 2 * pairs + pair, 1, lane)[0], brute.monomial({a, b}, {}), 1e-7) << a << b;
      }
    for (int q = 0; q < quads; ++q)
      for (int count = 1; count <= 4; ++count) {
        const double expected = brute.mean(tuples[static_cast<std::size_t>(q)], count);
        EXPECT_NEAR(column(out, 3 * pairs + (count - 1) * quads + q, 1, lane)[0], expected, 1e-5 * (1.0 + std::abs(expected)))
            << q << " with " << count << " starred legs";
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, SchwingerDyson,
                         testing::Values(Case{{3.0, 0.0, 0.0, 0.0}, true}, Case{{3.0, 0.7, 0.4, 0.0}, true},
                                         Case{{3.0, 0.0, 0.0, 0.0}, false}, Case{{3.0, 0.7, 0.4, 0.0}, false},
                                         Case{{3.0, 0.7, 0.4, 0.6}, false}));

TEST(ChainKernels, PotentialAndGradientAreThoseOfTheOperator) {
  std::mt19937 generator(3);
  for (const FieldCouplings& couplings : {FieldCouplings{2.0, 0.5, 0.3, 0.0}, FieldCouplings{2.0, 0.5, 0.3, 0.5}}) {
    const FieldOperator op(NodeGrid(2, 2.0, 3, NodeRule::midpoint), couplings);
    const AlignedBuffer phi = drawn(op.nodes(), generator, 1.0);
    AlignedBuffer squares(phi.size()), gradient(phi.size()), values(lanes);
    const ChainKernels& kernels = chain_kernels(widest_simd_path());
    kernels.potential(operator_arrays(op), phi.data(), squares.data(), values.data());
    kernels.gradient(operator_arrays(op), phi.data(), squares.data(), gradient.data());
    for (int lane = 0; lane < batch_samples; ++lane) {
      const Vector chain = column(phi, 0, op.nodes(), lane), expected = op.gradient(chain);
      EXPECT_NEAR(values.data()[lane], op.value(chain), 1e-12 * op.nodes());
      EXPECT_LT((column(gradient, 0, op.nodes(), lane) - expected).cwiseAbs().maxCoeff(), 1e-12 * op.nodes());
      for (int z = 0; z < op.nodes(); ++z) {
        Vector direction = Vector::Zero(op.nodes());
        direction[z] = 1.0;
        EXPECT_NEAR(expected[z], derivative(op, chain, {direction}), 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace nnft::chain_kernels_test
