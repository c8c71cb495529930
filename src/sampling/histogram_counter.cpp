#include "nnft/sampling/histogram_counter.hpp"

#include <algorithm>
#include <cmath>

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
  }
}

}  // namespace nnft
