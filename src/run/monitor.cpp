#include "nnft/run/monitor.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "nnft/core/format.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {

std::string monitored_correlator(const Communicator& comm, const Plan& plan, const MonitoredPoint& monitored,
                                 const BlockStore& store) {
  // The coincident tuple at site 0 comes first in every order that has it; it is a one-site theory of its own.
  std::vector<int> orders;
  for (const int order : plan.layout().orders()) {
    const PackedIndex& index = plan.layout().index(order);
    if (index.size() == 0 || index.tuple(0)[order - 1] != 0) break;
    orders.push_back(order);
  }
  const MomentLayout one_site(1, orders);
  // A row: samples, the sum of weights, the monomials.
  const auto moments = static_cast<std::size_t>(one_site.size());
  const std::size_t columns = moments + 2;
  const ChainLayout& chain = plan.sums().chain();
  const auto weight = static_cast<std::size_t>(plan.sums().chain_offset() + ChainLayout::sum(ChainSum::weight));
  std::vector<double> rows(plan.blocks() * columns, 0.0);
  const Range mine = store.owned_blocks(monitored.place_in_group);
  for (std::uint64_t block = mine.begin; block < mine.end; ++block) {
    double* row = rows.data() + block * columns;
    row[0] = static_cast<double>(store.tree(monitored.place_in_group, block).slices() * plan.slice());
    for (const SumNode& node : store.tree(monitored.place_in_group, block).nodes()) {
      row[1] += chain.present() ? node.sums[weight] : static_cast<double>((std::uint64_t{1} << node.level) * plan.slice());
      for (std::size_t k = 0; k < moments; ++k)
        row[k + 2] += node.sums[static_cast<std::size_t>(plan.layout().offset(one_site.orders()[k]))];
    }
  }
  comm.sum_disjoint(rows);
  BlockTable table(static_cast<int>(plan.blocks()), one_site.size() + 1);
  int present = 0;
  for (std::uint64_t block = 0; block < plan.blocks(); ++block) {
    const double* row = rows.data() + block * columns;
    table.counts[block] = static_cast<std::int64_t>(row[0]);
    present += row[0] > 0.0 ? 1 : 0;
    table.sums.row(static_cast<Eigen::Index>(block)) = Eigen::Map<const Eigen::RowVectorXd>(row + 1, table.sums.cols());
  }
  if (present < 2) return "";
  // The monomials of fields under an operator are not centred on the reference kernel.
  const Vector centre = chain.present() ? Vector(Vector::Zero(1)) : Vector(monitored.reference_kernel.head(1));
  const ConnectedSeries series(SumLayout(one_site, 0), centre, monitored.scale);
  std::vector<double> full(static_cast<std::size_t>(one_site.size()));
  const Estimate connected = jackknife(table, one_site.size(), [&](std::span<const double> means, std::span<double> out) {
    std::vector<double> of_weight(means.begin() + 1, means.end());
    for (double& mean : of_weight) mean /= means[0];
    series.evaluate(of_weight, {out, full, {}});
  });
  const double value = connected.value[one_site.size() - 1];
  const double error = connected.error[one_site.size() - 1];
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "G%dc at site 0, %s: %s, %.2g %%", one_site.orders().back(),
                monitored.point.name.c_str(), format_estimate(value, error).c_str(), 100.0 * std::abs(error / value));
  return text.data();
}

}  // namespace nnft
