#include "nnft/action/action_draws.hpp"

#include <algorithm>
#include <array>

namespace nnft {
namespace {

std::ptrdiff_t column(int k) { return static_cast<std::ptrdiff_t>(k) * batch_samples; }

}  // namespace

const char* draw_observable_name(int observable) noexcept {
  constexpr std::array<const char*, draw_observables> names = {"S", "F", "m^2"};
  return names[static_cast<std::size_t>(observable)];
}

DrawSums::DrawSums(const DrawLayout& layout, SimdPath path)
    : layout_(layout),
      kernels_(action_kernels(path)),
      sums_(static_cast<std::size_t>(layout.size()) * batch_samples),
      history_(static_cast<std::size_t>(draw_observables * layout.lags()) * batch_samples) {}

void DrawSums::add(const ActionChains& chains, const std::int64_t* tried) {
  const MomentLayout& moments = layout_.moments();
  kernels_.add_monomials(moments.sites(), moments.orders().back(), chains.fields(), sums_.data());
  for (int c = 0; c < batch_samples; ++c) sums_.data()[column(layout_.tried()) + c] += static_cast<double>(tried[c]);
  add_observables(chains);
  for (int which = 0; which < draw_observables; ++which) follow(which);
  ++samples_;
}

void DrawSums::add_observables(const ActionChains& chains) {
  const int now = static_cast<int>(samples_ % layout_.lags());
  double *action = observable(0, now), *square = observable(1, now), *zero_mode = observable(2, now);
  chains.action(action);
  std::fill_n(square, batch_samples, 0.0);
  std::fill_n(zero_mode, batch_samples, 0.0);
  for (int a = 0; a < chains.sites(); ++a) {
    const double* phi = chains.fields() + column(a);
    for (int c = 0; c < batch_samples; ++c) {
      square[c] += phi[c] * phi[c];
      zero_mode[c] += phi[c];
    }
  }
  const double share = 1.0 / chains.sites();
  for (int c = 0; c < batch_samples; ++c) {
    square[c] *= share;
    zero_mode[c] *= share;
    zero_mode[c] *= zero_mode[c];
  }
}

/// Takes the newest value of an observable into its sums.
void DrawSums::follow(int which) {
  const int lags = layout_.lags();
  const std::int64_t t = samples_;
  const double* x = observable(which, static_cast<int>(t % lags));
  const auto add = [&](int to, const double* values, const double* factors) {
    double* sum = sums_.data() + column(to);
    for (int c = 0; c < batch_samples; ++c) sum[c] += values[c] * (factors != nullptr ? factors[c] : 1.0);
  };
  add(layout_.sum(which), x, nullptr);
  add(layout_.squares(which), x, x);
  if (t < layout_.first_half()) add(layout_.first_half_sum(which), x, nullptr);
  for (int l = 0; l < lags && l <= t; ++l)
    add(layout_.products(which) + l, x, observable(which, static_cast<int>((t - l) % lags)));
  // x_t is in the edges of l > t, and x_{samples−1−t} in those of l > samples−1−t.
  for (const std::int64_t distance : {t, layout_.samples() - 1 - t})
    for (std::int64_t l = distance + 1; l < lags; ++l) add(layout_.edges(which) + static_cast<int>(l), x, nullptr);
}

RowMatrix DrawSums::rows() const { return Eigen::Map<const RowMatrix>(sums_.data(), layout_.size(), batch_samples).transpose(); }

RowMatrix draw_batch(const GaussianReference& reference, const DrawLayout& layout, const DrawSchedule& schedule,
                     const Stream& stream, std::uint64_t first_chain, SimdPath path) {
  ActionChains chains(reference, stream, first_chain, path);
  DrawSums sums(layout, path);
  std::uint64_t step = 0;
  chains.start(step, schedule.other_start);
  for (int k = 0; k < schedule.thermalisation; ++k) chains.update(++step);
  for (std::int64_t s = 0; s < layout.samples(); ++s) {
    std::array<std::int64_t, batch_samples> tried{};
    for (int u = 0; u < schedule.updates_per_sample; ++u) {
      chains.update(++step);
      for (std::size_t c = 0; c < batch_samples; ++c) tried[c] += chains.tried()[c];
    }
    sums.add(chains, tried.data());
  }
  return sums.rows();
}

}  // namespace nnft
