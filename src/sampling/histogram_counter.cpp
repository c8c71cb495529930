#include "nnft/sampling/histogram_counter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"

namespace nnft {

FieldPair draw_field(const PairCovariance& covariance, double first_normal, double second_normal) noexcept {
  if (covariance.first == 0.0) return {0.0, std::sqrt(covariance.second) * second_normal};
  const double deviation = std::sqrt(covariance.first), slope = covariance.cross / deviation;
  const double rest = covariance.second - slope * slope;  // below 0 by rounding where the covariance is singular
  return {deviation * first_normal, slope * first_normal + (rest < 0.0 ? 0.0 : std::sqrt(rest)) * second_normal};
}

HistogramCounter::HistogramCounter(const SumLayout& layout, const std::optional<Stream>& stream, SimdPath path)
    : histograms_(layout.histograms()),
      offset_(layout.histogram_offset()),
      stream_(stream),
      variates_(variate_kernels(path)),
      kernels_(field_kernels(SimdPath::generic)),
      exponents_(batch_samples),
      normals_(static_cast<std::size_t>(2 * histograms_.entries() * batch_samples)) {
  const PackedIndex& pairs = layout.moments().index(2);
  const auto place = [&](int i, int j) {
    const int pair[2] = {std::min(i, j), std::max(i, j)};
    return pairs.position(pair);
  };
  for (int entry = 0; entry < histograms_.entries(); ++entry) {
    const int first = histograms_.sites(entry).front(), second = histograms_.sites(entry).back();
    places_.push_back({place(first, first), place(first, second), place(second, second)});
  }
}

void HistogramCounter::add_fields(const double* fields, int count, double* sums) const {
  for (int entry = 0; entry < histograms_.entries(); ++entry) {
    const double* const first = fields + histograms_.sites(entry).front() * batch_samples;
    const double* const second = fields + histograms_.sites(entry).back() * batch_samples;
    for (int lane = 0; lane < count; ++lane)
      if (const int column = histograms_.column(entry, first[lane], second[lane]); column >= 0) sums[offset_ + column] += 1.0;
  }
}

void HistogramCounter::add_drawn(std::uint64_t first_sample, const ConditionalKernel& kernel, int count, double* sums) {
  if (!stream_) throw ShapeError("HistogramCounter: expected a stream to draw fields given their covariance with, got none");
  variates_.normals(*stream_, {Purpose::histogram, first_sample, 0, 2 * histograms_.entries()}, normals_.data());
  for (int entry = 0; entry < histograms_.entries(); ++entry) {
    const KernelPlaces& places = places_[static_cast<std::size_t>(entry)];
    const double* const normals = normals_.data() + 2 * entry * batch_samples;
    for (int lane = 0; lane < count; ++lane) {
      const auto covariance = [&](int pair) {
        return kernel.scale * kernel.products[pair * batch_samples + lane] + kernel.offset;
      };
      const FieldPair field = draw_field({covariance(places.first), covariance(places.cross), covariance(places.second)},
                                         normals[lane], normals[batch_samples + lane]);
      if (const int column = histograms_.column(entry, field.first, field.second); column >= 0) sums[offset_ + column] += 1.0;
    }
    if (histograms_.has_density(entry)) add_densities(entry, kernel, count, sums);
  }
}

/// Σ e^{−φ²/2K}/√(2πK) at the middles of bins, of which ±φ are a pair.
void HistogramCounter::add_densities(int entry, const ConditionalKernel& kernel, int count, double* sums) {
  std::array<double, batch_samples> precision{}, height{};
  const double* const products = kernel.products + places_[static_cast<std::size_t>(entry)].first * batch_samples;
  for (std::size_t lane = 0; lane < static_cast<std::size_t>(count); ++lane) {
    const double variance = kernel.scale * products[lane] + kernel.offset;
    if (variance < smallest_variance) continue;
    precision[lane] = 1.0 / variance;
    height[lane] = 1.0 / std::sqrt(2.0 * std::numbers::pi * variance);
  }
  double* const densities = sums + offset_ + histograms_.density_offset(entry);
  const FieldBins& bins = histograms_.bins();
  for (int bin = 0, mirrored = bins.bins - 1; bin <= mirrored; ++bin, --mirrored) {
    const double centre = bins.centre(bin), half_square = 0.5 * centre * centre;
    for (std::size_t lane = 0; lane < batch_samples; ++lane) exponents_.data()[lane] = -half_square * precision[lane];
    kernels_.exponentials(batch_samples, exponents_.data());
    double sum = 0.0;
    for (std::size_t lane = 0; lane < batch_samples; ++lane) sum += height[lane] * exponents_.data()[lane];
    densities[bin] += sum;
    if (mirrored != bin) densities[mirrored] += sum;
  }
}

}  // namespace nnft
