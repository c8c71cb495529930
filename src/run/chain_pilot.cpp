#include "nnft/run/chain_pilot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

constexpr ChainNumbers pilot_chains{first_pilot_sample, 1};

/// V, F and m² of a batch, sample by sample.
class ChainSeries {
 public:
  explicit ChainSeries(const FieldOperator& op) : weights_(op.weights()) {}

  void add(const FieldChains& chains) {
    for (int c = 0; c < batch_samples; ++c) {
      double square = 0.0, mean = 0.0;
      for (Eigen::Index z = 0; z < weights_.size(); ++z) {
        const double phi = chains.fields()[z * batch_samples + c];
        square += weights_[z] * phi * phi;
        mean += weights_[z] * phi;
      }
      values_.insert(values_.end(), {chains.potential()[c], square, mean * mean});
    }
  }
  void clear() { values_.clear(); }
  int length() const { return static_cast<int>(values_.size()) / (chain_observables * batch_samples); }
  double at(int time, int chain, int observable) const {
    return values_[static_cast<std::size_t>((time * batch_samples + chain) * chain_observables + observable)];
  }

  /// ½ + Σ ρ(t), summed while the window is shorter than six times the sum; of the slowest observable.
  double autocorrelation_time() const {
    double longest = 0.5;
    for (int observable = 0; observable < chain_observables; ++observable) {
      double mean = 0.0;
      for (int t = 0; t < length(); ++t)
        for (int c = 0; c < batch_samples; ++c) mean += at(t, c, observable) / (length() * batch_samples);
      const auto covariance = [&](int lag) {
        double sum = 0.0;
        for (int t = 0; t + lag < length(); ++t)
          for (int c = 0; c < batch_samples; ++c) sum += (at(t, c, observable) - mean) * (at(t + lag, c, observable) - mean);
        return sum / ((length() - lag) * batch_samples);
      };
      const double variance = covariance(0);
      if (!(variance > 0.0)) continue;
      double time = 0.5;
      for (int lag = 1; lag < length() / 2 && lag < 6.0 * time; ++lag) time += covariance(lag) / variance;
      longest = std::max(longest, time);
    }
    return longest;
  }

 private:
  Vector weights_;
  std::vector<double> values_;
};

/// The fewest leapfrogs with which four proposals in five are accepted.
int enough_leapfrogs(const ChainFactory& factory, const ScanPoint& point) {
  constexpr int most = 256;
  for (int leapfrogs = 2; leapfrogs < most; leapfrogs *= 2) {
    const auto chains = factory.chains(point, {0, leapfrogs, 0.0, 0.5}, pilot_chains);
    chains->start();
    double accepted = 0.0, proposed = 0.0;
    constexpr std::uint64_t warm = 32, watched = 48;
    for (std::uint64_t step = 1; step <= warm + watched; ++step) {
      chains->update(step, false);
      if (step <= warm || step % hybrid_slice_interval == 0) continue;
      for (int c = 0; c < batch_samples; ++c) accepted += chains->acceptance()[c];
      proposed += batch_samples;
    }
    if (accepted >= 0.8 * proposed) return leapfrogs;
  }
  return most;
}

/// V₀ of independent samples: the smallest V seen.
ChainSettings reweighting_settings(const ChainFactory& factory, const ScanPoint& point) {
  const auto chains = factory.chains(point, {}, pilot_chains);
  std::vector<double> potentials;
  chains->start();
  for (std::uint64_t step = 1; step <= 256; ++step) {
    chains->update(step, false);
    potentials.insert(potentials.end(), chains->potential(), chains->potential() + batch_samples);
  }
  const double least = *std::ranges::min_element(potentials);
  double sum = 0.0, squares = 0.0;
  for (const double v : potentials) {
    sum += std::exp(least - v);
    squares += std::exp(2.0 * (least - v));
  }
  const double share = sum * sum / (squares * static_cast<double>(potentials.size()));
  if (share < least_effective_share)
    throw UsageError("sampling.method: expected another method than reweight at " + point.name + ", where " +
                     shortest_text(std::round(1000.0 * share) / 10.0) +
                     " % of the samples are effective (at least 10 % are needed; auto is always possible)");
  return {0, 0, least, 0.5};
}

void require_finite(const FieldChains& chains, const ScanPoint& point) {
  for (int c = 0; c < batch_samples; ++c)
    if (!std::isfinite(chains.potential()[c]))
      throw UsageError("[deformation]: expected couplings under which V is a finite number, got " +
                       shortest_text(chains.potential()[c]) + " at " + point.name);
}

}  // namespace

ChainSettings chain_pilot(const Config& config, const ChainFactory& factory, const ScanPoint& point) {
  const SamplingMethod method = sampling_method(config, point);
  if (method == SamplingMethod::reweight) return reweighting_settings(factory, point);
  ChainSettings settings;
  if (method == SamplingMethod::hmc) settings.leapfrogs = enough_leapfrogs(factory, point);
  const auto chains = factory.chains(point, settings, pilot_chains);
  ChainSeries series(factory.field_operator(point));
  chains->start();
  std::uint64_t step = 0;
  // Each stretch discards what came before it.
  for (int length = 128; length <= 4096; length *= 2) {
    series.clear();
    for (int t = 0; t < length; ++t) {
      chains->update(++step, false);
      series.add(*chains);
    }
    require_finite(*chains, point);
    settings.autocorrelation_time = series.autocorrelation_time();
    if (length > 128 && length >= 50.0 * settings.autocorrelation_time) break;
  }
  const double automatic =
      std::max(fewest_thermalisation_updates, std::ceil(thermalisation_times * settings.autocorrelation_time));
  settings.thermalisation =
      static_cast<std::uint64_t>(config.sampling.thermalisation ? *config.sampling.thermalisation : automatic);
  return settings;
}

}  // namespace nnft
