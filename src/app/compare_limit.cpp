#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/comparison_lines.hpp"
#include "nnft/core/error.hpp"
#include "nnft/run/infinite_width_limit.hpp"
#include "nnft/run/stored_result.hpp"

namespace nnft::app {
namespace {

void require_same_theory(const InfiniteWidthLimit& limit, const StoredResult& stored, const std::string& names) {
  const Config &a = limit.config, &b = stored.config();
  if (a.sites.rows() != b.sites.rows() || a.sites != b.sites)
    throw UsageError("nnft compare: " + names + " have different sites");
  for (std::size_t k = 0; k < a.deformations.size(); ++k)
    if (a.deformations[k].kind != b.deformations[k].kind)
      throw UsageError("nnft compare: " + names + " have different deformations");
}

/// Where the tuples of the limit stand in a row of a result, as far as it has them.
struct Places {
  std::vector<Eigen::Index> limit, result;
  std::vector<std::string> names;
};

Places common_places(const InfiniteWidthLimit& limit, const MomentLayout& moments) {
  Places places;
  const PackedIndex& index = moments.index(limit.order);
  for (std::size_t t = 0; t < limit.tuples.size(); ++t) {
    const int* const tuple = limit.tuples[t].data();
    const int place = index.position(tuple);
    if (place >= index.size() || !std::equal(tuple, tuple + limit.order, index.tuple(place))) continue;
    places.limit.push_back(static_cast<Eigen::Index>(t));
    places.result.push_back(moments.offset(limit.order) + place);
    places.names.push_back(tuple_name(tuple, limit.order));
  }
  return places;
}

QuantityBlock columns_of_limit(const QuantityBlock& limit, const std::vector<Eigen::Index>& columns) {
  return columns_of(Estimate{limit.value, limit.error, Vector::Zero(limit.value.size()), limit.leave_one_out}, columns);
}

}  // namespace

std::vector<double> compare_limit(const std::string& fits, const std::string& result) {
  const ResultReader fit_file(fits), file(result);
  const InfiniteWidthLimit limit = infinite_width_limit(fit_file);
  const StoredResult stored(file);
  require_same_theory(limit, stored, fits + " and " + result);
  std::vector<double> p_values;
  const std::vector<int>& orders = stored.layout().moments().orders();
  if (std::find(orders.begin(), orders.end(), limit.order) == orders.end()) return p_values;
  const Places places = common_places(limit, stored.layout().moments());
  if (places.limit.empty()) return p_values;
  for (std::size_t p = 0; p < stored.points().size(); ++p)
    for (const InfiniteWidthLimit::Group& group : limit.groups) {
      const ScanPoint& point = stored.points()[p];
      if (!std::isinf(point.width) || point.strengths != group.strengths) continue;
      std::printf("%s, against the limit of 1/N (%s)\n", point.name.c_str(), limit.series.c_str());
      const BlockComparison block = nnft::compare(columns_of_limit(group.limit, places.limit),
                                                  columns_of(stored.point(p).connected, places.result), Sampling::independent);
      print_block("G" + std::to_string(limit.order) + "c", block, places.names);
      if (block.quantities > 0) p_values.push_back(block.p_value);
    }
  return p_values;
}

}  // namespace nnft::app
