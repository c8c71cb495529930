#include "nnft/field/deformations/weight_potential.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft::weight_potential_test {
namespace {

/// V of one sample in weights W = √s w, by the definition.
double definition(DeformationKind kind, double variance, const std::vector<std::vector<double>>& w) {
  const std::size_t n = w.size();
  double square = 0.0, products = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < w[i].size(); ++j) {
      square += variance * w[i][j] * w[i][j];
      products += variance * w[i][j] * w[(i + 1) % n][j];
    }
  const auto size = static_cast<double>(n);
  return kind == DeformationKind::weight_quartic ? square * square / (size * size) : products / variance;
}

TEST(WeightPotential, IsTheDefinitionWhateverTheTiles) {
  constexpr double variance = 1.7;
  for (const DeformationKind kind : {DeformationKind::weight_quartic, DeformationKind::weight_ring})
    for (const int n : {1, 2, 7})
      for (const int d : {1, 3}) {
        const auto potential = weight_potential(kind, variance, static_cast<std::uint32_t>(n), d);
        std::vector<double> w(static_cast<std::size_t>(n * d * batch_samples));
        for (std::size_t k = 0; k < w.size(); ++k) w[k] = std::sin(1.0 + 1.3 * static_cast<double>(k));
        std::array<double, batch_samples> first{};
        for (const int tile : {7, 3, 1}) {
          potential->start();
          for (int i = 0; i < n; i += tile) potential->add(std::min(tile, n - i), w.data() + i * d * batch_samples);
          std::array<double, batch_samples> v{};
          potential->values(v.data());
          if (tile == 7) first = v;
          EXPECT_EQ(v, first);
          potential->values(v.data());
          EXPECT_EQ(v, first);
        }
        for (int s = 0; s < batch_samples; ++s) {
          std::vector<std::vector<double>> sample(static_cast<std::size_t>(n));
          for (int i = 0; i < n; ++i)
            for (int j = 0; j < d; ++j)
              sample[static_cast<std::size_t>(i)].push_back(w[static_cast<std::size_t>((i * d + j) * batch_samples + s)]);
          EXPECT_NEAR(first[static_cast<std::size_t>(s)], definition(kind, variance, sample), 1e-14 * n * d);
        }
      }
}

TEST(WeightPotential, RefusesSharedScale) {
  EXPECT_THROW(weight_potential(DeformationKind::shared_scale, 1.0, 5, 1), UsageError);
}

}  // namespace
}  // namespace nnft::weight_potential_test
