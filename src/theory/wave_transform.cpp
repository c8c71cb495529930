#include "nnft/theory/wave_transform.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

using std::numbers::pi;
using Complex = std::complex<double>;

constexpr int degrees = 16;
constexpr double panel = 0.5;
constexpr int highest_order = 8;
constexpr int most_averages = 25;  // pairs (k, q) up to k = 8

/// The coefficients of e^{iqc}, q = −k … k in steps of 2, of Π_B A cos(θ_i + c).
std::vector<Complex> harmonics(const std::vector<int>& block, const WaveNodes& neuron, Eigen::Index node, Eigen::Index nodes) {
  std::vector<Complex> product = {1.0};
  for (const int site : block) {
    const Complex half = std::polar(0.5 * neuron.amplitudes[node], neuron.angles(nodes + site, node));
    std::vector<Complex> next(product.size() + 1, 0.0);
    for (std::size_t k = 0; k < product.size(); ++k) {
      next[k] += product[k] * std::conj(half);
      next[k + 1] += product[k] * half;
    }
    product = std::move(next);
  }
  return product;
}

class WaveTransform {
 public:
  WaveTransform(const LegPartitions& legs, const WaveNodes& neuron, const RowMatrix& t)
      : legs_(legs), neuron_(neuron), t_(t), averages_(largest_block(legs), largest_argument(neuron, t)) {
    blocks_.resize(highest_order + 1);
    for (std::size_t block = 0; block < legs.blocks.size(); ++block)
      blocks_[legs.blocks[block].size()].push_back(static_cast<int>(block));
  }

  RowMatrix operator()() const {
    constexpr Eigen::Index tile = 32, chunk = 64;
    RowMatrix chi = RowMatrix::Zero(static_cast<Eigen::Index>(legs_.blocks.size()) + 1, t_.cols());
    for (Eigen::Index begin = 0; begin < neuron_.weights.size(); begin += chunk) {
      const Eigen::Index count = std::min(chunk, neuron_.weights.size() - begin);
      const std::vector<RowMatrix> parts = weighted_harmonics(begin, count);
      for (Eigen::Index first = 0; first < t_.cols(); first += tile)
        add(parts, begin, {first, std::min(tile, t_.cols() - first)}, chi);
    }
    return chi;
  }

 private:
  struct Range {
    Eigen::Index first;
    Eigen::Index count;
  };

  static int largest_block(const LegPartitions& legs) {
    std::size_t largest = 0;
    for (const std::vector<int>& block : legs.blocks) largest = std::max(largest, block.size());
    return static_cast<int>(largest);
  }

  static double largest_argument(const WaveNodes& neuron, const RowMatrix& t) {
    return neuron.amplitudes.maxCoeff() * t.cwiseAbs().colwise().sum().maxCoeff();
  }

  /// Of each (k, q) and each block of size k, weights times real and imaginary part, twice for q > 0; shape (blocks of size k, 2
  /// count). Size 0: the weights.
  std::vector<RowMatrix> weighted_harmonics(Eigen::Index begin, Eigen::Index count) const {
    std::vector<RowMatrix> parts(static_cast<std::size_t>(averages_.size()));
    for (int place = 0; place < averages_.size(); ++place) {
      const auto rows = static_cast<Eigen::Index>(blocks_[static_cast<std::size_t>(averages_.order(place))].size());
      parts[static_cast<std::size_t>(place)] = RowMatrix::Zero(averages_.order(place) == 0 ? 1 : rows, 2 * count);
    }
    parts[0].leftCols(count) = neuron_.weights.segment(begin, count).transpose();
    for (int place = 1; place < averages_.size(); ++place) {
      const auto order = static_cast<std::size_t>(averages_.order(place));
      const int harmonic = averages_.harmonic(place);
      for (std::size_t row = 0; row < blocks_[order].size(); ++row)
        for (Eigen::Index k = 0; k < count; ++k) {
          const std::vector<int>& block = legs_.blocks[static_cast<std::size_t>(blocks_[order][row])];
          const Complex value = harmonics(block, neuron_, begin + k, t_.rows())[(order + static_cast<std::size_t>(harmonic)) / 2];
          const double weight = (harmonic > 0 ? 2.0 : 1.0) * neuron_.weights[begin + k];
          parts[static_cast<std::size_t>(place)](static_cast<Eigen::Index>(row), k) = weight * value.real();
          parts[static_cast<std::size_t>(place)](static_cast<Eigen::Index>(row), count + k) = weight * value.imag();
        }
    }
    return parts;
  }

  void add(const std::vector<RowMatrix>& parts, Eigen::Index begin, Range points, RowMatrix& chi) const {
    const Eigen::Index count = parts[0].cols() / 2;
    const auto size = static_cast<std::size_t>(averages_.size());
    std::vector<RowMatrix> waves(size, RowMatrix(2 * count, points.count));
    std::array<double, most_averages> values{};
    for (Eigen::Index k = 0; k < count; ++k) {
      std::vector<Complex> phasors;
      for (Eigen::Index z = 0; z < t_.rows(); ++z) phasors.push_back(std::polar(1.0, neuron_.angles(z, begin + k)));
      for (Eigen::Index point = 0; point < points.count; ++point) {
        double real = 0.0, imaginary = 0.0;
        for (Eigen::Index z = 0; z < t_.rows(); ++z) {
          real += t_(z, points.first + point) * phasors[static_cast<std::size_t>(z)].real();
          imaginary += t_(z, points.first + point) * phasors[static_cast<std::size_t>(z)].imag();
        }
        const double length = std::sqrt(real * real + imaginary * imaginary);
        const double c = length > 0.0 ? real / length : 1.0, s = length > 0.0 ? imaginary / length : 0.0;
        averages_.at(neuron_.amplitudes[begin + k] * length, values.data());
        std::array<double, highest_order + 1> cosines{1.0}, sines{0.0};
        for (std::size_t q = 1; q <= highest_order; ++q) {
          cosines[q] = cosines[q - 1] * c - sines[q - 1] * s;
          sines[q] = sines[q - 1] * c + cosines[q - 1] * s;
        }
        for (std::size_t place = 0; place < size; ++place) {
          const auto q = static_cast<std::size_t>(averages_.harmonic(static_cast<int>(place)));
          waves[place](k, point) = values[place] * cosines[q];
          waves[place](count + k, point) = values[place] * sines[q];
        }
      }
    }
    for (std::size_t place = 0; place < size; ++place) {
      const auto order = static_cast<std::size_t>(averages_.order(static_cast<int>(place)));
      if (parts[place].rows() == 0) continue;
      const RowMatrix sums = parts[place] * waves[place];
      if (order == 0) chi.bottomRows(1).middleCols(points.first, points.count) += sums;
      for (std::size_t row = 0; row < blocks_[order].size(); ++row)
        chi.row(blocks_[order][row]).segment(points.first, points.count) += sums.row(static_cast<Eigen::Index>(row));
    }
  }

  const LegPartitions& legs_;
  const WaveNodes& neuron_;
  const RowMatrix& t_;
  PhaseAverages averages_;
  std::vector<std::vector<int>> blocks_;  ///< of each size
};

}  // namespace

PhaseAverages::PhaseAverages(int highest, double largest) : largest_(largest) {
  if (highest < 0 || highest > highest_order)
    throw UsageError("PhaseAverages: expected an order from 0 to " + std::to_string(highest_order) + ", got " +
                     std::to_string(highest));
  for (int k = 0; k <= highest; ++k)
    for (int q = k % 2; q <= k; q += 2) {
      orders_.push_back(k);
      harmonics_.push_back(q);
    }
  const int panels = static_cast<int>(largest / panel) + 1;
  RowMatrix values(degrees, size());
  for (int p = 0; p < panels; ++p) {
    values.setZero();
    for (int node = 0; node < degrees; ++node) {
      const double tau = panel * (p + 0.5 + 0.5 * std::cos(pi * (node + 0.5) / degrees));
      const int phases = 32 + static_cast<int>(4.5 * tau);
      for (int j = 0; j < phases; ++j) {
        const double c = pi * (j + 0.5) / phases, x = tau * std::cos(c);
        double hermite = std::exp(-0.5 * x * x) / phases, before = 0.0;
        for (int k = 0, place = 0; k <= highest; ++k) {
          if (k > 0) before = std::exchange(hermite, x * hermite - (k - 1) * before);
          for (int q = k % 2; q <= k; q += 2, ++place) values(node, place) += std::cos(q * c) * hermite;
        }
      }
    }
    for (int degree = 0; degree < degrees; ++degree)
      for (int place = 0; place < size(); ++place) {
        double sum = 0.0;
        for (int node = 0; node < degrees; ++node) sum += values(node, place) * std::cos(pi * degree * (node + 0.5) / degrees);
        coefficients_.push_back((degree == 0 ? 1.0 : 2.0) / degrees * sum);
      }
  }
}

void PhaseAverages::at(double tau, double* values) const {
  const int p = static_cast<int>(std::min(tau, largest_) / panel);
  const double x = 2.0 * (tau / panel - p) - 1.0;
  const double* c = coefficients_.data() + static_cast<std::ptrdiff_t>(p) * degrees * size();
  std::array<double, most_averages> next{}, after{};
  const int count = size();
  for (int degree = degrees - 1; degree > 0; --degree)
    for (int k = 0; k < count; ++k) {
      const auto place = static_cast<std::size_t>(k);
      const double here = 2.0 * x * next[place] - after[place] + c[degree * count + k];
      after[place] = next[place];
      next[place] = here;
    }
  for (int k = 0; k < count; ++k) values[k] = x * next[static_cast<std::size_t>(k)] - after[static_cast<std::size_t>(k)] + c[k];
}

RowMatrix wave_transform(const LegPartitions& legs, const WaveNodes& neuron, const RowMatrix& t) {
  return WaveTransform(legs, neuron, t)();
}

}  // namespace nnft
