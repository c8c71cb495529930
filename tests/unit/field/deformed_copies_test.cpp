/// @file Ensembles whose copies have deformed first-layer weights, of every architecture that has such weights.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/deformations/weight_potential.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "support/every_path.hpp"

namespace nnft::deformed_copies_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring;
constexpr int sites = 2, d = 2;
constexpr double sigma_weight = 1.1, sigma_bias = 0.4;
constexpr std::uint64_t first_sample = 60;

RowMatrix coordinates() {
  RowMatrix x(sites, d);
  x << 0.5, -0.2, 1.0, 0.3;
  return x;
}

const std::vector<Deformation> strengths = {{quartic, 300.0}, {ring, 0.3}, {quartic, 0.0}, {ring, -0.45}};
const std::vector<DeformationKind> potentials = {quartic, ring};

/// An architecture, the neurons of its first layer when the last has N, and its features from the parameters of a network.
struct Net {
  std::shared_ptr<const Architecture> architecture;
  std::function<std::uint32_t(std::uint32_t)> first_width;
  std::function<RowMatrix(const std::vector<ParameterArray>&)> features;  ///< shape (N, sites)
};

RowMatrix matrix(const ParameterArray& array) {
  const auto columns = static_cast<Eigen::Index>(array.shape.size() > 1 ? array.shape[1] : 1);
  return Eigen::Map<const RowMatrix>(array.values.data(), static_cast<Eigen::Index>(array.shape[0]), columns);
}

RowMatrix mlp_formula(const std::vector<ParameterArray>& arrays, int depth) {
  RowMatrix below = coordinates().transpose();
  for (int layer = 0; layer < depth; ++layer) {
    RowMatrix above = matrix(arrays[static_cast<std::size_t>(2 * layer)]) * below;
    above.colwise() += matrix(arrays[static_cast<std::size_t>(2 * layer + 1)]).col(0);
    below = above.unaryExpr([](double z) { return std::tanh(z); });
  }
  return below;
}

std::vector<Net> nets() {
  std::vector<Net> list;
  const auto same = [](std::uint32_t n) { return n; };
  list.push_back({std::make_shared<CosNet>(sigma_weight), same, [](const auto& arrays) {
                    RowMatrix angle = matrix(arrays[0]) * coordinates().transpose();
                    angle.colwise() += matrix(arrays[1]).col(0);
                    return RowMatrix(angle.array().cos());
                  }});
  list.push_back({std::make_shared<GaussNet>(GaussSpec{sigma_weight, sigma_bias}), same, [](const auto& arrays) {
                    RowMatrix exponent = matrix(arrays[0]) * coordinates().transpose();
                    exponent.colwise() += matrix(arrays[1]).col(0);
                    for (Eigen::Index p = 0; p < sites; ++p)
                      exponent.col(p).array() -=
                          sigma_bias * sigma_bias + sigma_weight * sigma_weight / d * coordinates().row(p).squaredNorm();
                    return RowMatrix(exponent.array().exp());
                  }});
  const auto mlp = [](std::vector<std::uint32_t> hidden) {
    const int depth = static_cast<int>(hidden.size()) + 1;
    return std::make_shared<MlpNet>(
        MlpSpec{Activation::tanh, depth, std::move(hidden), sigma_weight, sigma_bias, {DensityShape::normal, 0.0}});
  };
  list.push_back({mlp({}), same, [](const auto& arrays) { return mlp_formula(arrays, 1); }});
  const auto fixed = [](std::uint32_t) { return 37u; };
  list.push_back({mlp({37, 5}), fixed, [](const auto& arrays) { return mlp_formula(arrays, 3); }});
  return list;
}

NetworkEnsemble ensemble_of(const Net& net, std::uint32_t width, const WeightDeformations& deformations, SimdPath path) {
  return {*net.architecture, SiteSet(coordinates()), Stream(4, width), OutputLayer{1.3, 0.2, {}}, path, deformations};
}

/// All there is to know of a batch.
struct Batch {
  std::vector<double> fields, products, potentials;
  bool operator==(const Batch&) const = default;
};

Batch batch_of(NetworkEnsemble& ensemble) {
  const auto size = [&](int rows) { return static_cast<std::size_t>(ensemble.copies() * rows * batch_samples); };
  Batch batch{std::vector<double>(size(sites)), std::vector<double>(size(ensemble.pairs())),
              std::vector<double>(size(ensemble.potentials()))};
  ensemble.fields(first_sample, batch.fields.data());
  ensemble.potential_values(batch.potentials.data());
  ensemble.feature_products(first_sample, batch.products.data());
  std::vector<double> again(batch.potentials.size());
  ensemble.potential_values(again.data());
  EXPECT_EQ(again, batch.potentials);
  return batch;
}

Batch part(const Batch& batch, std::size_t copy) {
  const auto cut = [&](const std::vector<double>& all) {
    const auto size = static_cast<std::ptrdiff_t>(all.size() / strengths.size());
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(copy) * size;
    return std::vector<double>(begin, begin + size);
  };
  return {cut(batch.fields), cut(batch.products), cut(batch.potentials)};
}

using DeformedCopies = test::EveryPath;

// 2100 neurons have more weights than are kept between two passes.
TEST_P(DeformedCopies, AreWhatTheyAreAlone) {
  for (const Net& net : nets())
    for (const std::uint32_t width : {1u, 35u, 2100u}) {
      NetworkEnsemble together = ensemble_of(net, width, {strengths, potentials}, GetParam());
      const Batch all = batch_of(together);
      for (std::size_t copy = 0; copy < strengths.size(); ++copy) {
        NetworkEnsemble one = ensemble_of(net, width, {{strengths[copy]}, potentials}, GetParam());
        const Batch alone = batch_of(one);
        EXPECT_TRUE(part(all, copy) == alone) << net.architecture->name() << " width " << width << " copy " << copy;
        NetworkEnsemble unmeasured = ensemble_of(net, width, {{strengths[copy]}, {}}, GetParam());
        EXPECT_EQ(batch_of(unmeasured).products, alone.products);
        if (strengths[copy].strength == 0.0) {
          NetworkEnsemble free = ensemble_of(net, width, {}, GetParam());
          EXPECT_EQ(batch_of(free).fields, alone.fields);
        } else {
          EXPECT_NE(alone.products, part(all, 2).products);
        }
      }
    }
}

TEST_P(DeformedCopies, HaveTheParametersThatTheyTell) {
  for (const Net& net : nets())
    for (const std::uint32_t width : {1u, 9u, 35u})
      for (const Deformation& deformation : strengths) {
        NetworkEnsemble ensemble = ensemble_of(net, width, {{deformation, {ring, 0.1}}, potentials}, GetParam());
        const Batch batch = batch_of(ensemble);
        const std::vector<ParameterArray> arrays = ensemble.parameters(first_sample);
        const RowMatrix h = net.features(arrays);
        ASSERT_EQ(h.rows(), width);
        // Angles and exponents below 10 and as many terms as neurons, each rounded a few times.
        EXPECT_NEAR(batch.products[batch_samples], h.col(0).dot(h.col(1)), 1e-14 * width * h.cwiseAbs2().maxCoeff() * 10)
            << net.architecture->name();
        const Vector a = matrix(arrays[arrays.size() - 2]).col(0);
        EXPECT_NEAR(batch.fields[0], h.col(0).dot(a) + arrays.back().values[0], 1e-13 * h.cwiseAbs().maxCoeff() * 10);
        // V of the weights W = √s w that are told.
        const std::uint32_t neurons = net.first_width(width);
        ASSERT_EQ(arrays[0].values.size(), neurons * d);
        std::vector<double> w(arrays[0].values.size() * batch_samples, 0.0);
        const double s = sigma_weight * sigma_weight / d;
        for (std::size_t k = 0; k < arrays[0].values.size(); ++k) w[k * batch_samples] = arrays[0].values[k] / std::sqrt(s);
        for (std::size_t p = 0; p < potentials.size(); ++p) {
          const auto potential = weight_potential(potentials[p], s, neurons, d);
          potential->start();
          potential->add(static_cast<int>(neurons), w.data());
          std::vector<double> v(batch_samples);
          potential->values(v.data());
          EXPECT_NEAR(batch.potentials[p * batch_samples], v[0], 1e-14 * neurons * std::max(1.0, v[0]));
        }
      }
}

INSTANTIATE_TEST_SUITE_P(Paths, DeformedCopies, test::every_path(), test::path_name);

TEST(DeformedEnsemble, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  for (const Net& net : nets()) {
    NetworkEnsemble one = ensemble_of(net, 35, {strengths, potentials}, SimdPath::avx2);
    NetworkEnsemble other = ensemble_of(net, 35, {strengths, potentials}, SimdPath::avx512);
    EXPECT_TRUE(batch_of(one) == batch_of(other)) << net.architecture->name();
  }
}

TEST(DeformedEnsemble, OfAFreeScalarIsRefused) {
  const FreeScalarNet net({1.0, 4.0, -1.0});
  const auto build = [&](const WeightDeformations& deformations) {
    return net.sampler(SiteSet(coordinates()), Stream(4, 5), SimdPath::generic, deformations)->tile();
  };
  EXPECT_GT(build({}), 0);
  EXPECT_THROW(build({{{quartic, 0.1}}, {}}), UsageError);
  EXPECT_THROW(build({{{quartic, 0.0}}, {quartic}}), UsageError);
}

}  // namespace
}  // namespace nnft::deformed_copies_test
