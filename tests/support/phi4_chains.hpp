#pragma once
/// @file Small φ⁴ theories in one dimension, as networks and as a Gaussian process, for tests of chains.

#include <gtest/gtest.h>

#include <cctype>
#include <memory>
#include <string>

#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/gaussian_process.hpp"
#include "nnft/sampling/field_chains.hpp"

namespace nnft::test {

inline RowMatrix observed_sites() {
  RowMatrix sites(2, 1);
  sites << 0.9, 0.3;
  return sites;
}

inline NodeGrid small_grid() { return {1, 2.0, 6, NodeRule::gauss_legendre}; }

/// Some covariance at nodes and sites; the tests do not care which.
inline RowMatrix small_covariance() {
  const RowMatrix nodes = small_grid().coordinates(), sites = observed_sites();
  RowMatrix points(nodes.rows() + sites.rows(), 1);
  points << nodes, sites;
  RowMatrix covariance(points.rows(), points.rows());
  for (Eigen::Index i = 0; i < points.rows(); ++i)
    for (Eigen::Index j = 0; j < points.rows(); ++j) {
      const double r = points(i, 0) - points(j, 0);
      covariance(i, j) = 0.5 * std::exp(-r * r);
    }
  return covariance;
}

/// A cosine net of the same covariance at infinite width.
inline std::unique_ptr<FieldChains> network_chains(int width, const FieldOperator& op, const ChainMethod& method,
                                                   const ChainNumbers& numbers = {0, 1}, SimdPath path = widest_simd_path()) {
  const CosNet net(std::sqrt(2.0));
  const RowMatrix covariance = small_covariance();
  Vector kernel(3);
  kernel << covariance(6, 6), covariance(6, 7), covariance(7, 7);
  return neuron_chains({net, Stream(5, static_cast<std::uint32_t>(width)), {}, small_grid(), observed_sites(), kernel}, op,
                       method, numbers, path);
}

inline std::unique_ptr<FieldChains> gaussian_chains(const FieldOperator& op, const ChainMethod& method,
                                                    const ChainNumbers& numbers = {0, 1}, SimdPath path = widest_simd_path()) {
  const RowMatrix covariance = small_covariance();
  return process_chains({covariance_factor(covariance), covariance.bottomLeftCorner(2, 6), Stream::process(5)}, op, method,
                        numbers, path);
}

/// What tests of chains run over.
struct ChainCase {
  const char* name;
  int width;  ///< 0: the process
  ChainMethod method;

  std::unique_ptr<FieldChains> chains(const FieldOperator& op, const ChainNumbers& numbers = {0, 1},
                                      SimdPath path = widest_simd_path()) const {
    return width > 0 ? network_chains(width, op, method, numbers, path) : gaussian_chains(op, method, numbers, path);
  }
  /// Draws without the operator.
  std::unique_ptr<FieldChains> free_draws(const FieldOperator& op) const {
    ChainMethod independent;
    independent.independent = true;
    return width > 0 ? network_chains(width, op, independent) : gaussian_chains(op, independent);
  }
};

inline const std::vector<ChainCase>& chain_cases() {
  static const std::vector<ChainCase> cases = {{"neuron-refresh", 7, {false, false, 0}},
                                               {"neuron-refresh, one neuron", 1, {false, false, 0}},
                                               {"neuron-refresh with rotations", 7, {false, true, 0}},
                                               {"elliptical-slice", 0, {false, false, 0}},
                                               {"elliptical-slice with signs", 0, {false, true, 0}},
                                               {"hmc", 0, {false, true, 3}}};
  return cases;
}

inline std::string case_name(const testing::TestParamInfo<ChainCase>& test) {
  std::string name = test.param.name;
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

}  // namespace nnft::test
