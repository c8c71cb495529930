#include "nnft/sampling/chain_sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/sampling/operator_arrays.hpp"

namespace nnft {
namespace {

/// For each tuple of an order the places of the pairs that it is a product of.
std::vector<int> pair_places(const MomentLayout& moments, int order) {
  const PackedIndex& index = moments.index(order);
  std::vector<int> places;
  for (int t = 0; t < index.size(); ++t)
    for (int leg = 0; leg < order; leg += 2) places.push_back(moments.index(2).position(index.tuple(t) + leg));
  return places;
}

}  // namespace

ChainSampler::ChainSampler(std::unique_ptr<FieldChains> chains, const FieldOperator& op, ChainMeasurement measurement,
                           SimdPath path)
    : chains_(std::move(chains)),
      op_(op),
      arrays_(operator_arrays(op_)),
      measurement_(std::move(measurement)),
      layout_(measurement_.layout.chain()),
      chain_offset_(measurement_.layout.chain_offset()),
      kernels_(chain_kernels(path)),
      field_kernels_(field_kernels(path)),
      improved_(layout_.improved()),
      sums_(column(measurement_.layout.state_offset())),
      series_(column(std::int64_t{chain_observables + 1} * layout_.slice())),
      weight_(column(1)),
      pairs_(column(layout_.present() ? measurement_.layout.moments().index(2).size() : 0)),
      dyson_(improved_ ? dyson_scratch(op.nodes(), measurement_.layout.sites(), layout_.quads()) : 0),
      starred_(column(3 * layout_.pairs() + 4 * layout_.quads())) {
  if (!layout_.present() || layout_.nodes() != op.nodes())
    throw ShapeError("ChainSampler: expected a layout with a chain of " + std::to_string(op.nodes()) + " nodes, got " +
                     std::to_string(layout_.nodes()));
  if (layout_.is_chain() && layout_.state() < chains_->state_size())
    throw ShapeError("ChainSampler: expected a state of at least " + std::to_string(chains_->state_size()) + " numbers, got " +
                     std::to_string(layout_.state()));
  const MomentLayout& moments = measurement_.layout.moments();
  for (const int order : moments.orders()) places_.push_back(pair_places(moments, order));
  for (int q = 0; q < layout_.quads(); ++q) legs_.push_back(dyson_quad(moments.sites(), moments.index(4).tuple(q)));
  products_ = covariance_products();
}

RowMatrix ChainSampler::covariance_products() const {
  const RowMatrix covariance = chains_->common_covariance();
  if (!improved_ || covariance.size() == 0 || !op_.couplings().local()) return {};
  const int sites = measurement_.layout.sites(), triples = layout_.pairs() * (sites + 2) / 3;
  RowMatrix products(sites + layout_.pairs() + triples + layout_.quads(), op_.nodes());
  Eigen::Index row = 0;
  const auto add = [&](std::initializer_list<int> legs) {
    products.row(row).setOnes();
    for (const int leg : legs) products.row(row).array() *= covariance.row(leg).array();
    ++row;
  };
  for (int i = 0; i < sites; ++i) add({i});
  for (int i = 0; i < sites; ++i)
    for (int j = i; j < sites; ++j) add({i, j});
  for (int i = 0; i < sites; ++i)
    for (int j = i; j < sites; ++j)
      for (int k = j; k < sites; ++k) add({i, j, k});
  for (int q = 0; q < layout_.quads(); ++q) {
    const int* const s = legs_[static_cast<std::size_t>(q)].site;
    add({s[0], s[1], s[2], s[3]});
  }
  return products;
}

void ChainSampler::start() {
  chains_->start();
  if (layout_.is_chain())
    for (std::uint64_t step = 1; step <= measurement_.thermalisation; ++step) chains_->update(step, false);
  next_slice_ = 0;
}

void ChainSampler::restore(std::uint64_t slices, const RowMatrix& rows) {
  if (slices == 0 || !layout_.is_chain()) {
    start();
  } else {
    chains_->restore(rows.middleCols(measurement_.layout.state_offset(), chains_->state_size()));
  }
  next_slice_ = slices;
}

const double* ChainSampler::series(ChainObservable which) const {
  return series_.data() + column(std::int64_t{static_cast<int>(which)} * layout_.slice());
}

void ChainSampler::sum_slice(RowMatrix& rows) {
  sums_.fill(0.0);
  chains_->renew();
  const auto slice = static_cast<std::uint64_t>(layout_.slice());
  const std::uint64_t thermalisation = layout_.is_chain() ? measurement_.thermalisation : 0;
  std::uint64_t step = thermalisation + next_slice_ * slice * measurement_.updates;
  for (int place = 0; place < layout_.slice(); ++place) {
    std::array<double, batch_samples> accepted{};
    for (std::uint64_t u = 1; u <= measurement_.updates; ++u) {
      chains_->update(++step, improved_ && u == measurement_.updates);
      for (std::size_t c = 0; c < batch_samples; ++c) accepted[c] += chains_->acceptance()[c];
    }
    sample(place);
    double* const sum_accepted = sum(chain_offset_ + static_cast<int>(ChainSum::accepted));
    for (std::size_t c = 0; c < batch_samples; ++c)
      sum_accepted[c] += weight_.data()[c] * accepted[c] / static_cast<double>(measurement_.updates);
  }
  if (layout_.is_chain()) add_lags(next_slice_);
  write(rows);
  ++next_slice_;
}

void ChainSampler::sample(int place) {
  if (layout_.is_chain()) {
    weight_.fill(1.0);
  } else {
    for (std::size_t c = 0; c < batch_samples; ++c)
      weight_.data()[c] = measurement_.reference_potential - chains_->potential()[c];
    field_kernels_.exponentials(batch_samples, weight_.data());
  }
  add_moments(chains_->fields() + column(op_.nodes()));
  add_histograms(chains_->fields() + column(op_.nodes()));
  add_chain_sums(place);
  if (improved_) add_improved();
}

void ChainSampler::add_moments(const double* sites) {
  const SumLayout& layout = measurement_.layout;
  const MomentLayout& moments = layout.moments();
  const double* const weight = weight_.data();
  const PackedIndex& pairs = moments.index(2);
  for (int p = 0; p < pairs.size(); ++p)
    for (std::size_t c = 0; c < batch_samples; ++c)
      pairs_.data()[column(p) + c] = sites[column(pairs.tuple(p)[0]) + c] * sites[column(pairs.tuple(p)[1]) + c];
  for (std::size_t o = 0; o < places_.size(); ++o) {
    const int order = moments.orders()[o];
    kernels_.add_tuples(moments.index(order).size(), order / 2, places_[o].data(), pairs_.data(), weight,
                        sum(moments.offset(order)));
  }
  for (int s = 0; s < layout.sources(); ++s) {
    std::array<double, 2 * batch_samples> exponentials{};  // of J·φ, then of −J·φ
    for (std::size_t c = 0; c < batch_samples; ++c) {
      for (int site = 0; site < layout.sites(); ++site)
        exponentials[c] += measurement_.sources(s, site) * sites[column(site) + c];
      exponentials[batch_samples + c] = -exponentials[c];
    }
    field_kernels_.exponentials(2 * batch_samples, exponentials.data());
    for (std::size_t c = 0; c < batch_samples; ++c)
      sum(layout.source_offset() + s)[c] += weight[c] * 0.5 * (exponentials[c] + exponentials[batch_samples + c]);
  }
  for (int site = 0; site < layout.sites(); ++site)
    for (std::size_t c = 0; c < batch_samples; ++c) {
      const double x = sites[column(site) + c] * sites[column(site) + c];
      double& largest = sum(layout.maxima_offset() + site)[c];
      largest = std::max(largest, weight[c] * x);
      double power = weight[c];
      for (int k = 1; k <= layout.powers(); ++k) sum(layout.power_offset(k) + site)[c] += power *= x;
    }
}

void ChainSampler::add_histograms(const double* sites) {
  const HistogramLayout& histograms = measurement_.layout.histograms();
  for (int entry = 0; entry < histograms.entries(); ++entry) {
    const double* const first = sites + column(histograms.sites(entry).front());
    const double* const second = sites + column(histograms.sites(entry).back());
    for (std::size_t c = 0; c < batch_samples; ++c)
      if (const int bin = histograms.column(entry, first[c], second[c]); bin >= 0)
        sum(measurement_.layout.histogram_offset() + bin)[c] += weight_.data()[c];
  }
}

void ChainSampler::add_chain_sums(int place) {
  const double* const potential = chains_->potential();
  const auto series = [&](int which) { return series_.data() + column(std::int64_t{which} * layout_.slice() + place); };
  double* const squares = series(static_cast<int>(ChainObservable::square));
  double* const means = series(static_cast<int>(ChainObservable::zero_mode));
  kernels_.box_sums(arrays_, chains_->fields(), squares, means);
  const auto add = [&](ChainSum which, std::size_t c, double value) {
    sum(chain_offset_ + static_cast<int>(which))[c] += weight_.data()[c] * value;
  };
  for (std::size_t c = 0; c < batch_samples; ++c) {
    means[c] /= measurement_.volume;
    const double v = potential[c], f = squares[c], m = means[c];
    series(static_cast<int>(ChainObservable::potential))[c] = v;
    series(chain_observables)[c] = m * m;
    add(ChainSum::weight, c, 1.0);
    add(ChainSum::squared_weight, c, weight_.data()[c]);
    add(ChainSum::potential, c, v);
    add(ChainSum::squared_potential, c, v * v);
    add(ChainSum::square, c, f);
    add(ChainSum::squared_square, c, f * f);
    add(ChainSum::magnetisation, c, std::abs(m));
    add(ChainSum::squared_magnetisation, c, m * m);
    add(ChainSum::quartic_magnetisation, c, m * m * m * m);
  }
  kernels_.add_profile(op_.nodes(), chains_->fields(), weight_.data(), sum(chain_offset_ + layout_.profile(2)),
                       sum(chain_offset_ + layout_.profile(4)));
}

void ChainSampler::add_improved() {
  const ConditionalCovariance covariance = chains_->covariance();
  kernels_.schwinger_dyson(arrays_, {measurement_.layout.sites(), chains_->fields(), chains_->fields() + column(op_.nodes()),
                                     covariance.to_nodes, products_.size() > 0 ? products_.data() : nullptr, covariance.shift,
                                     layout_.quads(), legs_.data(), dyson_.data(), starred_.data()});
  kernels_.add_rows(3 * layout_.pairs() + 4 * layout_.quads(), starred_.data(), weight_.data(),
                    sum(chain_offset_ + layout_.starred_pairs(0)));
}

void ChainSampler::add_lags(std::uint64_t slice) {
  const int samples = layout_.slice();
  for (int observable = 0; observable < chain_observables; ++observable) {
    const int kept = observable == static_cast<int>(ChainObservable::zero_mode) ? chain_observables : observable;
    const double* const x = series_.data() + column(std::int64_t{kept} * samples);
    std::array<double, batch_samples> edges{};
    for (int lag = 0; lag < layout_.lags(); ++lag) {
      double* const products = sum(chain_offset_ + layout_.lag_products(observable) + lag);
      for (int t = 0; t + lag < samples; ++t)
        for (std::size_t c = 0; c < batch_samples; ++c) products[c] += x[column(t) + c] * x[column(t + lag) + c];
      double* const edge = sum(chain_offset_ + layout_.lag_edges(observable) + lag);
      for (std::size_t c = 0; c < batch_samples; ++c) {
        edge[c] = edges[c];
        edges[c] += x[column(lag) + c] + x[column(samples - 1 - lag) + c];
      }
    }
    double* const window = sum(chain_offset_ + layout_.window(observable) + ChainLayout::window_of(slice));
    for (int t = 0; t < samples; ++t)
      for (std::size_t c = 0; c < batch_samples; ++c) window[c] += x[column(t) + c];
    if (slice > 0) continue;
    const double* const values = series_.data() + column(std::int64_t{observable} * samples);
    std::copy_n(values, column(layout_.series()), sum(chain_offset_ + layout_.series(observable)));
  }
}

void ChainSampler::write(RowMatrix& rows) const {
  rows.setZero(batch_samples, measurement_.layout.size());
  for (int k = 0; k < measurement_.layout.state_offset(); ++k)
    for (int c = 0; c < batch_samples; ++c) rows(c, k) = sums_.data()[column(k) + static_cast<std::size_t>(c)];
  if (!layout_.is_chain()) return;
  RowMatrix state(batch_samples, chains_->state_size());
  chains_->save(state);
  rows.middleCols(measurement_.layout.state_offset(), state.cols()) = state;
}

}  // namespace nnft
