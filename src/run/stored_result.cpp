#include "nnft/run/stored_result.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>

#include "nnft/core/error.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft {
namespace {

/// The config that the file records, without limits of the machine that reads it.
Config stored_config(const ResultReader& file) {
  try {
    Config config = parse_config(file.provenance("config"), "provenance/config", {});
    config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
    return config;
  } catch (const UsageError& error) {
    throw IoError(std::string("the config recorded in the file cannot be read: ") + error.what());
  }
}

}  // namespace

StoredResult::StoredResult(const ResultReader& file)
    : file_(file), config_(stored_config(file)), plan_(config_, 1, part_of(file)) {
  for (const int order : layout().orders()) {
    const std::string name = "G" + std::to_string(order) + "c";
    const std::vector<std::uint64_t> expected = {plan_.widths().size(), plan_.strengths().size(),
                                                 static_cast<std::uint64_t>(layout().index(order).size())};
    if (file_.shape(name) != expected)
      throw IoError(name + ": expected the shape that the recorded config implies, (" + std::to_string(expected[0]) + ", " +
                    std::to_string(expected[1]) + ", " + std::to_string(expected[2]) + ")");
  }
}

Vector StoredResult::row(const ScanPoint& point, const std::string& suffix) const {
  Vector row(layout().size());
  for (const int order : layout().orders()) {
    const auto size = static_cast<std::uint64_t>(layout().index(order).size());
    const std::array<std::uint64_t, 3> offset = {point.width_index, point.strength_index, 0};
    const std::array<std::uint64_t, 3> count = {1, 1, size};
    const std::vector<double> values = file_.read_double("G" + std::to_string(order) + suffix, offset, count);
    std::copy(values.begin(), values.end(), row.data() + layout().offset(order));
  }
  return row;
}

RowMatrix StoredResult::leave_one_out(const ScanPoint& point) const {
  RowMatrix rows;
  for (const int order : layout().orders()) {
    const std::string name = "G" + std::to_string(order) + "c_jackknife";
    if (!file_.has(name)) return RowMatrix();
    const auto size = layout().index(order).size();
    const std::array<std::uint64_t, 4> offset = {0, point.width_index, point.strength_index, 0};
    const std::array<std::uint64_t, 4> count = {plan_.blocks(), 1, 1, static_cast<std::uint64_t>(size)};
    const std::vector<double> values = file_.read_double(name, offset, count);
    if (rows.size() == 0) rows.resize(static_cast<Eigen::Index>(plan_.blocks()), layout().size());
    rows.middleCols(layout().offset(order), size) = Eigen::Map<const RowMatrix>(values.data(), rows.rows(), size);
  }
  return rows;
}

CorrelatorRows StoredResult::correlators(std::size_t index) const {
  const ScanPoint& point = points().at(index);
  const bool sampled = file_.attribute("kind") == "sample";
  CorrelatorRows rows{point, 0, row(point, "c"), row(point, "c_err"), RowMatrix(), std::nullopt};
  if (!sampled) return rows;
  const std::array<std::uint64_t, 3> offset = {point.width_index, point.strength_index, 0};
  const std::array<std::uint64_t, 3> count = {1, 1, plan_.blocks()};
  const std::vector<std::int64_t> counts = file_.read_int("count", offset, count);
  rows.networks = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  rows.leave_one_out = leave_one_out(point);
  rows.exact = exact_connected(config_, point, layout());
  return rows;
}

}  // namespace nnft
