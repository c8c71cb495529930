#include "nnft/field/deformations/input_weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft::input_weights_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring;
constexpr double variance = 0.8;
constexpr std::uint64_t sample = 160;

const WeightDeformations mixed{{{quartic, 2.0}, {ring, 0.0}, {ring, -0.4}, {quartic, 1e4}, {quartic, 0.0}}, {ring, quartic}};

InputWeights::Draw draw_of(std::uint32_t neurons, int& requests) {
  return [neurons, &requests](const VariateRequest& request, double* out) {
    ++requests;
    variate_kernels(SimdPath::generic).normals(Stream(7, neurons), request, out);
  };
}

/// What InputWeights gives of one batch, [copy] of [neuron][component][sample], and potentials [copy][potential][sample].
struct Batch {
  std::vector<std::vector<double>> weights;
  std::vector<double> potentials;
  bool operator==(const Batch&) const = default;
};

Batch batch_of(InputWeights& input, InputShape shape, int tile, std::uint64_t first_sample) {
  Batch batch{std::vector<std::vector<double>>(static_cast<std::size_t>(input.copies())),
              std::vector<double>(static_cast<std::size_t>(input.copies() * input.potentials() * batch_samples))};
  input.start(first_sample);
  for (std::uint32_t first = 0; first < shape.neurons; first += static_cast<std::uint32_t>(tile)) {
    const int count = static_cast<int>(std::min(static_cast<std::uint32_t>(tile), shape.neurons - first));
    input.draw(first, count);
    for (int copy = 0; copy < input.copies(); ++copy) {
      const double* weights = input.weights(copy);
      std::vector<double>& all = batch.weights[static_cast<std::size_t>(copy)];
      all.insert(all.end(), weights, weights + count * shape.input_dim * batch_samples);
    }
  }
  input.potential_values(batch.potentials.data());
  return batch;
}

/// The same from all weights at once.
Batch direct(const WeightDeformations& deformations, InputShape shape) {
  const int d = shape.input_dim, n = static_cast<int>(shape.neurons);
  std::vector<double> z(static_cast<std::size_t>(n * d + 1) * batch_samples);
  int requests = 0;
  draw_of(shape.neurons, requests)({Purpose::input_weight, sample, 0, n * d}, z.data());
  z.resize(static_cast<std::size_t>(n * d * batch_samples));
  Batch batch;
  for (const Deformation& deformation : deformations.copies) {
    const auto map = weight_map(deformation, variance, shape.neurons, d);
    std::vector<double> w(z.size());
    map->start();
    if (map->needs_survey()) map->survey(n, z.data());
    map->map(n, z.data(), w.data());
    for (const DeformationKind kind : deformations.potentials) {
      const auto potential = weight_potential(kind, variance, shape.neurons, d);
      potential->start();
      potential->add(n, w.data());
      std::array<double, batch_samples> values{};
      potential->values(values.data());
      batch.potentials.insert(batch.potentials.end(), values.begin(), values.end());
    }
    batch.weights.push_back(std::move(w));
  }
  return batch;
}

// 4096 weights are kept between the two passes, more are drawn again.
const std::vector<InputShape> shapes = {{1, 1, variance},    {7, 3, variance},    {33, 1, variance},
                                        {4096, 1, variance}, {4097, 1, variance}, {1500, 3, variance}};

TEST(InputWeights, AreThoseOfAMapOfAllAtOnceWhateverTheTiles) {
  for (const InputShape& shape : shapes) {
    const Batch expected = direct(mixed, shape);
    EXPECT_NE(expected.weights[0], expected.weights[1]);
    EXPECT_EQ(expected.weights[1], expected.weights[4]);
    for (const int tile : {2, 12, 32}) {
      int requests = 0;
      InputWeights input(mixed, shape, draw_of(shape.neurons, requests), tile);
      batch_of(input, shape, tile, 0);  // leaves no trace
      EXPECT_TRUE(batch_of(input, shape, tile, sample) == expected) << shape.neurons << " neurons, tiles of " << tile;
    }
  }
}

TEST(InputWeights, ACopyIsWhatItIsAlone) {
  for (const InputShape& shape : shapes) {
    int requests = 0;
    InputWeights all(mixed, shape, draw_of(shape.neurons, requests), 12);
    const Batch together = batch_of(all, shape, 12, sample);
    for (std::size_t copy = 0; copy < mixed.copies.size(); ++copy)
      for (const bool measured : {false, true}) {
        InputWeights one({{mixed.copies[copy]}, measured ? mixed.potentials : std::vector<DeformationKind>()}, shape,
                         draw_of(shape.neurons, requests), 12);
        const Batch alone = batch_of(one, shape, 12, sample);
        EXPECT_EQ(alone.weights[0], together.weights[copy]);
        for (std::size_t k = 0; k < alone.potentials.size(); ++k)
          EXPECT_EQ(alone.potentials[k], together.potentials[copy * 2 * batch_samples + k]);
      }
  }
}

TEST(InputWeights, FewAreDrawnOnce) {
  const auto requests_of = [](const WeightDeformations& deformations, std::uint32_t neurons) {
    int requests = 0;
    const InputShape shape{neurons, 2, variance};
    InputWeights input(deformations, shape, draw_of(neurons, requests), 32);
    batch_of(input, shape, 32, sample);
    return requests;
  };
  EXPECT_EQ(requests_of(mixed, 2048), 64);
  EXPECT_EQ(requests_of(mixed, 2049), 2 * 65);
  EXPECT_EQ(requests_of({}, 2049), 65);
  EXPECT_EQ(requests_of({{{ring, 0.0}, {quartic, 0.0}}, {quartic}}, 2049), 65);
}

TEST(InputWeights, OfTheFirstNetworkAreThoseOfTheFirstCopy) {
  for (const InputShape& shape : shapes) {
    int requests = 0;
    InputWeights input(mixed, shape, draw_of(shape.neurons, requests), 6);
    const Batch batch = batch_of(input, shape, 6, sample);
    const std::vector<double> first = input.of_first_network(0.7);
    ASSERT_EQ(first.size() * batch_samples, batch.weights[0].size());
    for (std::size_t k = 0; k < first.size(); ++k) EXPECT_EQ(first[k], 0.7 * batch.weights[0][k * batch_samples]);
    EXPECT_TRUE(batch_of(input, shape, 6, sample) == batch);
  }
}

TEST(InputWeights, RefuseImpossibleStrengths) {
  int requests = 0;
  const auto build = [&](const WeightDeformations& deformations) {
    InputWeights(deformations, {3, 2, variance}, draw_of(3, requests), 4);
  };
  EXPECT_THROW(build({{{quartic, 0.0}, {quartic, -1.0}}, {}}), UsageError);
  EXPECT_THROW(build({{{ring, 0.5}}, {}}), UsageError);
  EXPECT_THROW(build({{{DeformationKind::shared_scale, 0.5}}, {}}), UsageError);
  EXPECT_THROW(build({{{ring, 0.0}}, {DeformationKind::shared_scale}}), UsageError);
}

}  // namespace
}  // namespace nnft::input_weights_test
