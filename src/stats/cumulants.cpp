#include "nnft/stats/cumulants.hpp"

#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/core/series.hpp"

namespace nnft {
namespace {

void extend(SetPartition& blocks, int element, int order, std::vector<SetPartition>& found) {
  if (element == order) {
    for (const auto& block : blocks)
      if (block.size() % 2 != 0) return;
    found.push_back(blocks);
    return;
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    blocks[b].push_back(element);
    extend(blocks, element + 1, order, found);
    blocks[b].pop_back();
  }
  blocks.push_back({element});
  extend(blocks, element + 1, order, found);
  blocks.pop_back();
}

double cumulant_weight(std::size_t blocks) {
  double weight = 1.0;
  for (std::size_t k = 1; k < blocks; ++k) weight *= -static_cast<double>(k);
  return weight;
}

}  // namespace

std::vector<SetPartition> even_set_partitions(int order) {
  std::vector<SetPartition> found;
  SetPartition blocks;
  extend(blocks, 0, order, found);
  return found;
}

CumulantEstimator::CumulantEstimator(const MomentLayout& layout, Vector reference_kernel)
    : size_(layout.size()), reference_kernel_(std::move(reference_kernel)) {
  if (reference_kernel_.size() != layout.index(2).size())
    throw ShapeError("CumulantEstimator: expected a reference kernel of " + std::to_string(layout.index(2).size()) +
                     " pairs, got " + std::to_string(reference_kernel_.size()));
  for (const int order : layout.orders()) {
    const std::vector<SetPartition> partitions = even_set_partitions(order);
    const PackedIndex& index = layout.index(order);
    OrderTable table{layout.offset(order), index.size(), {}, {}};
    for (const SetPartition& partition : partitions)
      table.terms.push_back({cumulant_weight(partition.size()), static_cast<int>(partition.size())});
    std::vector<int> sites;
    for (int t = 0; t < index.size(); ++t)
      for (const SetPartition& partition : partitions)
        for (const std::vector<int>& block : partition) {
          sites.clear();
          for (const int leg : block) sites.push_back(index.tuple(t)[leg]);
          const int sub_order = static_cast<int>(block.size());
          table.places.push_back(layout.offset(sub_order) + layout.index(sub_order).position(sites.data()));
        }
    orders_.push_back(std::move(table));
  }
}

/// weight(order, partition) multiplies the product of a partition's factors.
template <class T, class Weight>
void CumulantEstimator::sum_over_partitions(std::span<const T> factors, std::span<T> sums, Weight weight) const {
  for (std::size_t order = 0; order < orders_.size(); ++order) {
    const OrderTable& table = orders_[order];
    const int* place = table.places.data();
    for (int t = 0; t < table.tuples; ++t) {
      T& sum = sums[static_cast<std::size_t>(table.offset + t)];
      for (std::size_t k = 0; k < table.terms.size(); ++k) {
        T product = weight(order, k) * factors[static_cast<std::size_t>(*place++)];
        for (int f = 1; f < table.terms[k].factors; ++f) product = product * factors[static_cast<std::size_t>(*place++)];
        sum = k == 0 ? product : sum + product;
      }
    }
  }
}

namespace {

void add_constant(double& number, double constant) { number += constant; }
void add_constant(long double& number, double constant) { number += constant; }
template <class T>
void add_constant(Series<T>& series, double constant) {
  series[0] += constant;
}

}  // namespace

template <class T>
void CumulantEstimator::connected(std::span<const T> means, std::span<T> cumulants) const {
  sum_over_partitions(means, cumulants, [this](std::size_t order, std::size_t k) { return orders_[order].terms[k].weight; });
  for (Eigen::Index pair = 0; pair < reference_kernel_.size(); ++pair)
    add_constant(cumulants[static_cast<std::size_t>(pair)], reference_kernel_[pair]);
}

template <class T>
void CumulantEstimator::full(std::span<const T> cumulants, std::span<T> moments) const {
  sum_over_partitions(cumulants, moments, [](std::size_t, std::size_t) { return 1.0; });
}

template <class T>
void CumulantEstimator::weighted(std::span<const T> cumulants, std::span<T> sums,
                                 const std::vector<std::vector<T>>& weights) const {
  sum_over_partitions(cumulants, sums, [&](std::size_t order, std::size_t k) -> const T& { return weights[order][k]; });
}

template void CumulantEstimator::connected<double>(std::span<const double>, std::span<double>) const;
template void CumulantEstimator::connected<long double>(std::span<const long double>, std::span<long double>) const;
template void CumulantEstimator::connected<Series<double>>(std::span<const Series<double>>, std::span<Series<double>>) const;
template void CumulantEstimator::connected<Series<long double>>(std::span<const Series<long double>>,
                                                                std::span<Series<long double>>) const;
template void CumulantEstimator::full<double>(std::span<const double>, std::span<double>) const;
template void CumulantEstimator::full<long double>(std::span<const long double>, std::span<long double>) const;
template void CumulantEstimator::full<Series<double>>(std::span<const Series<double>>, std::span<Series<double>>) const;
template void CumulantEstimator::full<Series<long double>>(std::span<const Series<long double>>,
                                                           std::span<Series<long double>>) const;
template void CumulantEstimator::weighted(std::span<const Series<double>>, std::span<Series<double>>,
                                          const std::vector<std::vector<Series<double>>>&) const;

}  // namespace nnft
