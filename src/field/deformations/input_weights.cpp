#include "nnft/field/deformations/input_weights.hpp"

#include <algorithm>
#include <utility>

namespace nnft {
namespace {

/// Weights of a batch that a second-level cache holds beside everything else.
constexpr std::uint64_t most_kept_weights = 4096;

bool is_identity(const WeightDeformations& deformations) {
  return deformations.copies.size() == 1 && deformations.copies.front().strength == 0.0 && deformations.potentials.empty();
}

}  // namespace

InputWeights::InputWeights(const WeightDeformations& deformations, InputShape shape, Draw draw, int tile)
    : shape_(shape), draw_(std::move(draw)), tile_(tile), potentials_(static_cast<int>(deformations.potentials.size())) {
  for (const Deformation& copy : deformations.copies) {
    maps_.push_back(weight_map(copy, shape.variance, shape.neurons, shape.input_dim));
    for (const DeformationKind kind : deformations.potentials)
      measured_.push_back(weight_potential(kind, shape.variance, shape.neurons, shape.input_dim));
  }
  surveyed_ = std::ranges::any_of(maps_, [](const auto& map) { return map->needs_survey(); });
  const std::uint64_t weights = std::uint64_t{shape.neurons} * static_cast<std::uint64_t>(shape.input_dim);
  kept_ = surveyed_ && weights <= most_kept_weights;
  const auto row = static_cast<std::size_t>(batch_samples);
  const std::size_t of_tile = static_cast<std::size_t>(tile * shape.input_dim);
  free_ = AlignedBuffer((std::max<std::size_t>(kept_ ? weights + of_tile : 0, of_tile) + 1) * row);
  mapped_ = AlignedBuffer(is_identity(deformations) ? 0 : of_tile * row);
}

void InputWeights::request(std::uint32_t first_neuron, int count, double* out) const {
  const auto d = static_cast<std::uint32_t>(shape_.input_dim);
  draw_({Purpose::input_weight, first_sample_, first_neuron * d, count * shape_.input_dim}, out);
}

void InputWeights::start(std::uint64_t first_sample) {
  first_sample_ = first_sample;
  for (const auto& map : maps_) map->start();
  for (const auto& potential : measured_) potential->start();
  if (!surveyed_) return;
  const auto row = static_cast<std::size_t>(shape_.input_dim * batch_samples);
  for (std::uint32_t first = 0; first < shape_.neurons; first += static_cast<std::uint32_t>(tile_)) {
    const int count = static_cast<int>(std::min(static_cast<std::uint32_t>(tile_), shape_.neurons - first));
    double* weights = free_.data() + (kept_ ? first * row : 0);
    request(first, count, weights);
    for (const auto& map : maps_)
      if (map->needs_survey()) map->survey(count, weights);
  }
}

void InputWeights::draw(std::uint32_t first_neuron, int count) {
  first_neuron_ = first_neuron;
  count_ = count;
  if (!kept_) request(first_neuron, count, free_.data());
}

const double* InputWeights::weights(int copy) {
  const double* weights =
      free_.data() +
      (kept_ ? static_cast<std::size_t>(first_neuron_) * static_cast<std::size_t>(shape_.input_dim * batch_samples) : 0);
  if (mapped_.size() == 0) return weights;
  maps_[static_cast<std::size_t>(copy)]->map(count_, weights, mapped_.data());
  for (int p = 0; p < potentials_; ++p) measured_[static_cast<std::size_t>(copy * potentials_ + p)]->add(count_, mapped_.data());
  return mapped_.data();
}

void InputWeights::potential_values(double* values) const {
  for (const auto& potential : measured_) {
    potential->values(values);
    values += batch_samples;
  }
}

std::vector<double> InputWeights::of_first_network(double scale) {
  std::vector<double> all;
  start(first_sample_);
  for (std::uint32_t first = 0; first < shape_.neurons; first += static_cast<std::uint32_t>(tile_)) {
    draw(first, static_cast<int>(std::min(static_cast<std::uint32_t>(tile_), shape_.neurons - first)));
    const double* weight = weights(0);
    for (int k = 0; k < count_ * shape_.input_dim; ++k) all.push_back(scale * weight[k * batch_samples]);
  }
  return all;
}

}  // namespace nnft
