#include "nnft/sampling/moment_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/network_ensemble.hpp"

namespace nnft {
namespace {

constexpr std::uint32_t width = 5;

RowMatrix line_of_sites(int sites) {
  RowMatrix x(sites, 1);
  for (int p = 0; p < sites; ++p) x(p, 0) = 0.4 * p - 0.5;
  return x;
}

std::unique_ptr<FieldEnsemble> ensemble_of(int sites, SimdPath path) {
  const OutputLayer output{0.9, 0.0, {}};
  return std::make_unique<NetworkEnsemble>(CosNet(1.2), SiteSet(line_of_sites(sites)), Stream(8, width), output, path);
}

class EveryPath : public testing::TestWithParam<SimdPath> {
 protected:
  void SetUp() override {
    if (GetParam() > widest_simd_path()) GTEST_SKIP() << "this processor has no " << to_string(GetParam());
  }
};

// Slices shorter and longer than a batch and than the chunk of 256 samples that is held at a time.
TEST_P(EveryPath, SumsAreTheMonomialsOneByOne) {
  for (const int sites : {1, 2, 3, 5})
    for (const int count : {1, 16, 100, 300}) {
      const MomentLayout layout(sites, {2, 4});
      const PackedIndex& pairs = layout.index(2);
      const Vector reference = Vector::LinSpaced(pairs.size(), 0.2, 0.5);
      const std::unique_ptr<FieldEnsemble> reader = ensemble_of(sites, GetParam());
      Vector plain = Vector::Zero(layout.size()), conditional = Vector::Zero(layout.size());
      std::vector<double> phi(static_cast<std::size_t>(sites * batch_samples)),
          k(static_cast<std::size_t>(pairs.size() * batch_samples));
      for (int s = 0; s < count; ++s) {
        reader->fields(77 + static_cast<std::uint64_t>(s), phi.data());
        reader->feature_products(77 + static_cast<std::uint64_t>(s), k.data());
        const auto field = [&](int p) { return phi[static_cast<std::size_t>(p * batch_samples)]; };
        const auto deviation = [&](int p, int q) {
          const int pair = pairs.position({p, q});
          return k[static_cast<std::size_t>(pair * batch_samples)] * reader->kernel_scale() - reference[pair];
        };
        for (int t = 0; t < pairs.size(); ++t) {
          plain[t] += field(pairs.tuple(t)[0]) * field(pairs.tuple(t)[1]);
          conditional[t] += deviation(pairs.tuple(t)[0], pairs.tuple(t)[1]);
        }
        for (int t = 0; t < layout.index(4).size(); ++t) {
          const int* i = layout.index(4).tuple(t);
          plain[layout.offset(4) + t] += field(i[0]) * field(i[1]) * field(i[2]) * field(i[3]);
          conditional[layout.offset(4) + t] += deviation(i[0], i[1]) * deviation(i[2], i[3]) +
                                               deviation(i[0], i[2]) * deviation(i[1], i[3]) +
                                               deviation(i[0], i[3]) * deviation(i[1], i[2]);
        }
      }
      Vector sums = Vector::Zero(layout.size());
      MomentSampler(ensemble_of(sites, GetParam()), EstimatorKind::plain, layout, Vector::Zero(pairs.size()), GetParam())
          .add_slice(77, count, {sums.data(), static_cast<std::size_t>(sums.size())});
      EXPECT_LT((sums - plain).cwiseAbs().maxCoeff(), 1e-12 * count);
      sums.setZero();
      MomentSampler(ensemble_of(sites, GetParam()), EstimatorKind::conditional, layout, reference, GetParam())
          .add_slice(77, count, {sums.data(), static_cast<std::size_t>(sums.size())});
      EXPECT_LT((sums - conditional).cwiseAbs().maxCoeff(), 1e-12 * count);
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, EveryPath, testing::Values(SimdPath::generic, SimdPath::avx2, SimdPath::avx512),
                         [](const auto& path) { return std::string(to_string(path.param)); });

TEST(PilotKernel, IsTheMeanOverTheReservedSamples) {
  const std::unique_ptr<FieldEnsemble> ensemble = ensemble_of(2, widest_simd_path());
  const Vector pilot = pilot_kernel(*ensemble);
  std::vector<double> k(3 * batch_samples);
  Vector mean = Vector::Zero(3);
  for (int s = 0; s < pilot_samples; ++s) {
    ensemble->feature_products(first_pilot_sample + static_cast<std::uint64_t>(s), k.data());
    for (Eigen::Index pair = 0; pair < 3; ++pair)
      mean[pair] += k[static_cast<std::size_t>(pair) * batch_samples] * ensemble->kernel_scale() / pilot_samples;
  }
  EXPECT_LT((pilot - mean).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(MomentSampler, RefusesWhatDoesNotFit) {
  const MomentLayout two(2, {2, 4}), three(3, {2, 4}), high(2, {2, 4, 6});
  const SimdPath path = SimdPath::generic;
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), EstimatorKind::plain, three, Vector::Zero(6), path), ShapeError);
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), EstimatorKind::plain, two, Vector::Zero(2), path), ShapeError);
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), EstimatorKind::plain, high, Vector::Zero(3), path), ShapeError);
}

}  // namespace
}  // namespace nnft
