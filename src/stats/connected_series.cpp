#include "nnft/stats/connected_series.hpp"

#include "nnft/core/series.hpp"

namespace nnft {
namespace {

using DoubleSeries = Series<double>;

double sign(const SeriesBasis& basis, int monomial) {
  int total = 0;
  for (const int power : basis.index(monomial)) total += power;
  return total % 2 == 0 ? 1.0 : -1.0;
}

}  // namespace

ConnectedSeries::ConnectedSeries(const SumLayout& layout, const Vector& reference_kernel, std::optional<SharedScale> scale)
    : layout_(layout),
      cumulants_(layout.moments(), reference_kernel),
      uncentred_(layout.moments(), Vector::Zero(reference_kernel.size())),
      scale_(scale) {}

std::vector<DoubleSeries> ConnectedSeries::moments(std::span<const double> means) const {
  const DerivativeLayout& derivatives = layout_.derivatives();
  const SeriesBasis& basis = derivatives.basis();
  const bool score = layout_.scores() > 0;
  const auto mean = [&](int column) { return means[static_cast<std::size_t>(column)]; };
  // Coefficients of the monomials that have sums of their own.
  std::vector<double> factors;
  for (const int monomial : derivatives.summed())
    factors.push_back((score ? sign(basis, monomial) : 1.0) / basis.factorial(monomial));
  DoubleSeries norm(basis, 1.0);
  for (int k = 0; k < layout_.scores(); ++k)
    norm[derivatives.summed()[static_cast<std::size_t>(k)]] =
        factors[static_cast<std::size_t>(k)] * mean(layout_.score_offset() + k);
  const DoubleSeries inverse = DoubleSeries(basis, 1.0) / norm;
  std::vector<DoubleSeries> series;
  for (int t = 0; t < layout_.moments().size(); ++t) {
    DoubleSeries moment(basis, mean(t));
    for (int k = 0; k < layout_.summed_derivatives(); ++k)
      moment[derivatives.summed()[static_cast<std::size_t>(k)]] =
          factors[static_cast<std::size_t>(k)] * mean(layout_.derivative_offset(k) + t);
    series.push_back(score ? moment * inverse : moment);
  }
  return series;
}

void ConnectedSeries::multiply_by_scale(std::vector<DoubleSeries>& full) const {
  const SeriesBasis& basis = layout_.derivatives().basis();
  DoubleSeries alpha(basis, scale_->strength);
  MultiIndex linear{};
  linear[static_cast<std::size_t>(scale_->parameter)] = 1;
  if (const int position = basis.position(linear); position > 0) alpha[position] = 1.0;
  DoubleSeries ratio(basis, 1.0);
  for (const int order : layout_.moments().orders()) {
    ratio = ratio * (DoubleSeries(basis, 1.0) + alpha * (0.5 * order - 1.0));
    for (int t = 0; t < layout_.moments().index(order).size(); ++t) {
      DoubleSeries& moment = full[static_cast<std::size_t>(layout_.moments().offset(order) + t)];
      moment = moment * ratio;
    }
  }
}

void ConnectedSeries::evaluate(std::span<const double> means, const Correlators& correlators) const {
  if (layout_.derivatives().size() == 0 && !scale_) {
    // The same arithmetic without the room that series take.
    const auto size = static_cast<std::size_t>(layout_.moments().size());
    cumulants_.connected(means.first(size), correlators.connected);
    return cumulants_.full(correlators.connected, correlators.full);
  }
  std::vector<DoubleSeries> series = moments(means), connected = series, full = series;
  cumulants_.connected<DoubleSeries>(series, connected);
  cumulants_.full<DoubleSeries>(connected, full);
  if (scale_) {
    multiply_by_scale(full);
    uncentred_.connected<DoubleSeries>(full, connected);
  }
  const SeriesBasis& basis = layout_.derivatives().basis();
  const std::size_t size = series.size();
  for (std::size_t t = 0; t < size; ++t) {
    correlators.connected[t] = connected[t][0];
    correlators.full[t] = full[t][0];
    for (int k = 1; k < basis.size(); ++k)
      correlators.derivatives[static_cast<std::size_t>(k - 1) * size + t] = connected[t][k] * basis.factorial(k);
  }
}

}  // namespace nnft
