#include "nnft/stats/connected_series.hpp"

#include "nnft/core/series.hpp"
#include "nnft/stats/scale_cumulants.hpp"

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
    : layout_(layout), cumulants_(layout.moments(), reference_kernel), scale_(scale) {
  if (!scale) return;
  for (const int order : layout.moments().orders()) {
    scale_cumulants_.emplace_back();
    for (const SetPartition& partition : even_set_partitions(order)) {
      std::vector<int> powers;
      for (const std::vector<int>& block : partition) powers.push_back(static_cast<int>(block.size()) / 2);
      scale_cumulants_.back().push_back(scale_cumulant(powers));
    }
  }
}

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

/// A polynomial in the strength of the shared scale.
DoubleSeries ConnectedSeries::scale_cumulant_at(const std::vector<double>& polynomial) const {
  const SeriesBasis& basis = layout_.derivatives().basis();
  DoubleSeries alpha(basis, scale_->strength);
  MultiIndex linear{};
  linear[static_cast<std::size_t>(scale_->parameter)] = 1;
  if (const int position = basis.position(linear); position > 0) alpha[position] = 1.0;
  DoubleSeries sum(basis);
  for (std::size_t k = polynomial.size(); k-- > 0;) sum = sum * alpha + DoubleSeries(basis, polynomial[k]);
  return sum;
}

void ConnectedSeries::apply_scale(std::vector<DoubleSeries>& connected, std::vector<DoubleSeries>& full) const {
  std::vector<std::vector<DoubleSeries>> weights;
  for (const auto& of_order : scale_cumulants_) {
    weights.emplace_back();
    for (const std::vector<double>& polynomial : of_order) weights.back().push_back(scale_cumulant_at(polynomial));
  }
  const std::vector<DoubleSeries> free = connected;
  cumulants_.weighted<DoubleSeries>(free, connected, weights);
  for (const int order : layout_.moments().orders()) {
    const DoubleSeries moment = scale_cumulant_at(scale_cumulant({order / 2}));
    for (int t = 0; t < layout_.moments().index(order).size(); ++t) {
      DoubleSeries& entry = full[static_cast<std::size_t>(layout_.moments().offset(order) + t)];
      entry = entry * moment;
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
  if (scale_) apply_scale(connected, full);
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
