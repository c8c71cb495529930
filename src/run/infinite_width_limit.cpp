#include "nnft/run/infinite_width_limit.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

void require(const ResultReader& file, const std::string& attribute, const std::string& expected, const std::string& hint) {
  const std::string found = file.attribute(attribute);
  if (found != expected)
    throw UsageError(file.path() + ": expected " + attribute + " " + expected + " (" + hint + "), got " + found);
}

/// 2 for G2c, 4 for G4c, …; nothing for another variable.
std::optional<int> correlator_order(const std::string& variable) {
  for (const int order : {2, 4, 6, 8})
    if (variable == "G" + std::to_string(order) + "c" || variable == "G" + std::to_string(order) + "c_plain") return order;
  return std::nullopt;
}

/// The whole of a variable with its shape, whose dimensions must be those named.
struct Table {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;

  Table(const ResultReader& file, const std::string& name, const std::vector<std::string>& dimensions)
      : shape(file.shape(name)), values(file.read_double(name)) {
    std::vector<std::uint64_t> expected;
    for (const std::string& dimension : dimensions) expected.push_back(file.shape(dimension).front());
    if (shape != expected)
      throw IoError(file.path() + ": " + name + ": expected as many numbers as its dimensions have, got another shape");
    if (values.empty()) throw IoError(file.path() + ": " + name + ": expected numbers, got none");
  }
  double at(std::initializer_list<std::size_t> place) const {
    std::size_t index = 0, axis = 0;
    for (const std::size_t p : place) index = index * shape[axis++] + p;
    return values.at(index);
  }
};

/// A variable of `count` whole numbers.
std::vector<std::int64_t> integers(const ResultReader& file, const std::string& name, std::size_t count) {
  std::vector<std::int64_t> values = file.read_int(name);
  if (values.size() != count)
    throw IoError(file.path() + ": " + name + ": expected " + std::to_string(count) + " numbers, got " +
                  std::to_string(values.size()));
  return values;
}

/// The fit whose weights, added over groups and tuples that it was done for, are the largest.
std::size_t likeliest(const Table& weight) {
  std::size_t best = 0;
  double largest = -1.0;
  for (std::size_t fit = 0; fit < weight.shape[0]; ++fit) {
    double sum = 0.0;
    for (std::size_t group = 0; group < weight.shape[1]; ++group)
      for (std::size_t tuple = 0; tuple < weight.shape[2]; ++tuple)
        if (std::isfinite(weight.at({fit, group, tuple}))) sum += weight.at({fit, group, tuple});
    if (sum > largest) {
      largest = sum;
      best = fit;
    }
  }
  return best;
}

/// Which coefficient of a file, of all its tuples.
struct Coefficient {
  std::size_t fit, group, tuples, parameter;
  std::string dimension;  ///< of the tuples
};

/// Blocks of different widths are independent: each deletion counts as it does among those of its own width. Scaled so that the
/// jackknife of all rows together has the right scatter.
RowMatrix deleted_limits(const ResultReader& file, const Coefficient& wanted, const Vector& limit) {
  if (!file.has("coefficient_jackknife")) return {};
  const Table samples(file, "coefficient_jackknife", {"deletion", "fit", wanted.dimension, "parameter"});
  const std::vector<std::int64_t> groups = file.read_int("deletion_group");
  const std::vector<double> widths = file.read_double("deletion_width");
  if (groups.size() != samples.shape[0] || widths.size() != samples.shape[0])
    throw IoError(file.path() + ": deletion_group, deletion_width: expected one for each of " + std::to_string(samples.shape[0]) +
                  " deletions, got " + std::to_string(groups.size()) + " and " + std::to_string(widths.size()));
  std::vector<std::size_t> rows;
  for (std::size_t d = 0; d < groups.size(); ++d)
    if (groups[d] == static_cast<std::int64_t>(wanted.group)) rows.push_back(d);
  RowMatrix deleted(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(wanted.tuples));
  const auto all = static_cast<double>(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    double blocks = 0.0;
    for (const std::size_t other : rows) blocks += widths[other] == widths[rows[r]] ? 1.0 : 0.0;
    const double scale = std::sqrt((blocks - 1.0) / blocks * all / (all - 1.0));
    for (std::size_t t = 0; t < wanted.tuples; ++t) {
      const auto tuple = static_cast<Eigen::Index>(t);
      const double value = samples.at({rows[r], wanted.fit, t, wanted.parameter});
      deleted(static_cast<Eigen::Index>(r), tuple) = limit[tuple] + scale * (value - limit[tuple]);
    }
  }
  return deleted;
}

}  // namespace

InfiniteWidthLimit infinite_width_limit(const ResultReader& file) {
  const std::string& path = file.path();
  if (file.attribute("kind") != "fit")
    throw IoError(path + ": expected a file of fits, got one of kind " + file.attribute("kind"));
  require(file, "fitted_in", "width", "nnft fit --in width");
  require(file, "leading_power", "0", "nnft fit --leading-power 0");
  const std::optional<int> order = correlator_order(file.attribute("variable"));
  if (!order) throw UsageError(path + ": expected a connected correlator, got " + file.attribute("variable"));
  InfiniteWidthLimit limit{parse_recorded_config(file.provenance("config"), file.path()), *order, "", {}, {}};

  const std::string tuple = tuple_dimension(*order);
  const Table coefficient(file, "coefficient", {"fit", "group", tuple, "parameter"}),
      error(file, "coefficient_err", {"fit", "group", tuple, "parameter"}), weight(file, "weight", {"fit", "group", tuple});
  const std::size_t fit = likeliest(weight), groups = weight.shape[1], tuples = weight.shape[2];
  const std::vector<std::int64_t> powers = integers(file, "parameter_width_power", coefficient.shape[3]);
  std::size_t constant = 0;
  while (constant < powers.size() && powers[constant] != 0) ++constant;
  if (constant == powers.size()) throw IoError(path + ": expected a coefficient of N^0, got none");
  limit.series = "order " + std::to_string(integers(file, "fit_order", coefficient.shape[0])[fit]) + ", " +
                 std::to_string(integers(file, "fit_cut", coefficient.shape[0])[fit]) + " widths left out";

  std::vector<std::vector<std::int64_t>> legs;
  for (const std::string& leg : leg_names(*order)) {
    legs.push_back(integers(file, leg, tuples));
    for (const std::int64_t site : legs.back())
      if (site < 0 || site >= limit.config.sites.rows())
        throw IoError(path + ": " + leg + ": expected sites from 0 to " + std::to_string(limit.config.sites.rows() - 1) +
                      ", got " + std::to_string(site));
  }
  for (std::size_t t = 0; t < tuples; ++t) {
    limit.tuples.emplace_back();
    for (const auto& leg : legs) limit.tuples.back().push_back(static_cast<int>(leg.at(t)));
  }
  for (std::size_t g = 0; g < groups; ++g) {
    InfiniteWidthLimit::Group group{
        {}, {Vector(static_cast<Eigen::Index>(tuples)), Vector(static_cast<Eigen::Index>(tuples)), {}, 0.0}};
    for (std::size_t axis = 0;; ++axis) {
      const std::string name = "group_strength" + (axis == 0 ? std::string() : std::to_string(axis + 1));
      if (!file.has(name)) break;
      group.strengths.push_back(Table(file, name, {"group"}).values[g]);
    }
    for (std::size_t t = 0; t < tuples; ++t) {
      group.limit.value[static_cast<Eigen::Index>(t)] = coefficient.at({fit, g, t, constant});
      group.limit.error[static_cast<Eigen::Index>(t)] = error.at({fit, g, t, constant});
    }
    group.limit.leave_one_out = deleted_limits(file, {fit, g, tuples, constant, tuple}, group.limit.value);
    limit.groups.push_back(std::move(group));
  }
  return limit;
}

}  // namespace nnft
