#include "nnft/field/deformations/weight_potential.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

/// V = (s |w|²/N)².
class QuarticPotential final : public WeightPotential {
 public:
  QuarticPotential(double scale, int input_dim) : scale_(scale), input_dim_(input_dim) {}

  void start() noexcept override { squares_.fill(0.0); }

  void add(int count, const double* w) noexcept override {
    for (int row = 0; row < count * input_dim_; ++row, w += batch_samples)
      for (std::size_t s = 0; s < batch_samples; ++s) squares_[s] += w[s] * w[s];
  }

  void values(double* v) const noexcept override {
    for (std::size_t s = 0; s < batch_samples; ++s) v[s] = (scale_ * squares_[s]) * (scale_ * squares_[s]);
  }

 private:
  double scale_;  ///< s/N
  int input_dim_;
  std::array<double, batch_samples> squares_{};
};

/// V = Σ_i w_i·w_{i+1} around the ring.
class RingPotential final : public WeightPotential {
 public:
  explicit RingPotential(int input_dim) : first_(static_cast<std::size_t>(input_dim) * batch_samples, 0.0), last_(first_) {}

  void start() noexcept override {
    empty_ = true;
    sums_.fill(0.0);
  }

  void add(int count, const double* w) noexcept override {
    const auto extent = static_cast<std::ptrdiff_t>(first_.size());
    for (int neuron = 0; neuron < count; ++neuron, w += extent) {
      if (!empty_) add_product(sums_.data(), w);
      if (empty_) std::copy_n(w, extent, first_.begin());
      empty_ = false;
      std::copy_n(w, extent, last_.begin());
    }
  }

  void values(double* v) const noexcept override {
    std::copy(sums_.begin(), sums_.end(), v);
    add_product(v, first_.data());
  }

 private:
  /// sums += last·w.
  void add_product(double* sums, const double* w) const noexcept {
    for (std::size_t row = 0; row < last_.size(); row += batch_samples)
      for (std::size_t s = 0; s < batch_samples; ++s) sums[s] += last_[row + s] * w[row + s];
  }

  bool empty_ = true;
  std::vector<double> first_, last_;  ///< neurons, [component][sample]
  std::array<double, batch_samples> sums_{};
};

}  // namespace

std::unique_ptr<WeightPotential> weight_potential(DeformationKind kind, double variance, std::uint32_t neurons, int input_dim) {
  switch (kind) {
    case DeformationKind::weight_quartic:
      return std::make_unique<QuarticPotential>(variance / neurons, input_dim);
    case DeformationKind::weight_ring:
      return std::make_unique<RingPotential>(input_dim);
    case DeformationKind::field_operator:
    case DeformationKind::field_mass:
    case DeformationKind::shared_scale:
      break;
  }
  throw UsageError("V of the weights: expected weight-quartic or weight-ring, got " + std::string(to_string(kind)));
}

}  // namespace nnft
