#include "nnft/run/stored_result.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/point_variables.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

/// The config that the file records, without limits of the machine that reads it.
Config stored_config(const ResultReader& file) {
  if (const std::string kind = file.attribute("kind"); kind != "sample" && kind != "exact")
    throw IoError(file.path() + ": expected a file of correlators, of kind sample or exact, got one of kind " + kind);
  try {
    Config config = parse_config(file.provenance("config"), "provenance/config", {});
    config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
    return config;
  } catch (const UsageError& error) {
    throw IoError(file.path() + ": the config recorded in the file cannot be read: " + error.what());
  }
}

void require_shape(const ResultReader& file, const std::string& name, const std::vector<std::uint64_t>& expected) {
  if (file.shape(name) == expected) return;
  std::string text;
  for (const std::uint64_t extent : expected) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  throw IoError(file.path() + ": " + name + ": expected the shape that the recorded config implies, (" + text + ")");
}

}  // namespace

StoredResult::StoredResult(const ResultReader& file)
    : file_(file), config_(stored_config(file)), plan_(config_, 1, part_of(file)), sampled_(file.attribute("kind") == "sample") {
  std::vector<std::uint64_t> scan = {plan_.widths().size()};
  for (const std::vector<double>& axis : plan_.strengths()) scan.push_back(axis.size());
  const auto shape = [&](const std::vector<std::uint64_t>& extents) {
    std::vector<std::uint64_t> all = scan;
    all.insert(all.end(), extents.begin(), extents.end());
    return all;
  };
  for (const PointVariable& variable : point_variables(layout(), sampled_ ? ResultKind::sample : ResultKind::exact))
    require_shape(file, variable.name, variable.dimension.empty() ? scan : shape({file.shape(variable.dimension).front()}));
  for (const int order : layout().moments().orders())
    require_shape(file, tuple_dimension(order), {static_cast<std::uint64_t>(layout().moments().index(order).size())});
  if (!sampled_) return;
  for (const SumVariable& sum : sum_variables(layout()))
    require_shape(file, sum.name, shape({plan_.blocks(), static_cast<std::uint64_t>(sum.size)}));
}

Vector StoredResult::row(const ScanPoint& point, const std::string& variable, Eigen::Index size) const {
  std::vector<std::uint64_t> offset = point.place, count(point.place.size(), 1);
  offset.push_back(0);
  count.push_back(static_cast<std::uint64_t>(size));
  const std::vector<double> values = file_.read_double(variable, offset, count);
  return Eigen::Map<const Vector>(values.data(), size);
}

BlockTable StoredResult::block_table(const ScanPoint& point) const {
  BlockTable table(static_cast<int>(plan_.blocks()), layout().size());
  std::vector<std::uint64_t> offset = point.place, count(point.place.size(), 1);
  offset.push_back(0);
  count.push_back(plan_.blocks());
  table.counts = file_.read_int("count", offset, count);
  offset.push_back(0);
  count.push_back(0);
  for (const SumVariable& sum : sum_variables(layout())) {
    count.back() = static_cast<std::uint64_t>(sum.size);
    const std::vector<double> values = file_.read_double(sum.name, offset, count);
    table.sums.middleCols(sum.offset, sum.size) = Eigen::Map<const RowMatrix>(values.data(), table.sums.rows(), sum.size);
  }
  return table;
}

Vector StoredResult::correlators(const ScanPoint& point, const std::string& suffix) const {
  const MomentLayout& moments = layout().moments();
  Vector all(moments.size());
  for (const int order : moments.orders())
    all.segment(moments.offset(order), moments.index(order).size()) =
        row(point, "G" + std::to_string(order) + suffix, moments.index(order).size());
  return all;
}

PointResult StoredResult::point(std::size_t index) const {
  const ScanPoint& point = points().at(index);
  const MomentLayout& moments = layout().moments();
  const Vector connected = correlators(point, "c");
  const Vector generating = layout().sources() > 0 ? row(point, "W", layout().sources()) : Vector();
  if (!sampled_) {
    RowMatrix derivatives(layout().derivatives().size(), moments.size());
    for (int k = 1; k <= layout().derivatives().size(); ++k)
      derivatives.row(k - 1) = correlators(point, "c_" + layout().derivatives().name(k)).transpose();
    return exact_result(point, connected, full_from_connected(moments, connected), generating, derivatives);
  }
  PointResult result =
      analyse(config_, point, layout(), row(point, "reference_kernel", moments.index(2).size()), block_table(point));
  // The file's own numbers; an analysis elsewhere may differ in the last bits.
  result.connected.value = connected;
  result.connected.error = correlators(point, "c_err");
  for (int k = 1; k <= layout().derivatives().size(); ++k) {
    Estimate& derivative = result.derivatives[static_cast<std::size_t>(k - 1)];
    derivative.value = correlators(point, "c_" + layout().derivatives().name(k));
    derivative.error = correlators(point, "c_" + layout().derivatives().name(k) + "_err");
  }
  if (layout().sources() == 0) return result;
  result.generating.value = generating;
  result.generating.error = row(point, "W_err", layout().sources());
  return result;
}

}  // namespace nnft
