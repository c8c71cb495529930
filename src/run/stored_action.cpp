#include "nnft/run/stored_action.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/core/packed_index.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

/// Far beyond what diagrams can be summed to, sites that can be drawn at, and scans that anybody prints.
constexpr std::uint64_t most_orders = 64;
constexpr std::uint64_t most_pairs = 8'390'656;  // of 4096 sites
constexpr int most_points = 1'000'000;

std::string coupling_name(int degree) { return "g" + std::to_string(degree); }
std::string correlator_name(int order) { return "G" + std::to_string(order) + "c"; }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "(" + text + ")";
}

/// S of S(S + 1)/2 pairs; 0 if there is none.
int sites_of_pairs(std::uint64_t pairs) {
  std::uint64_t sites = 1;
  while (sites * (sites + 1) / 2 < pairs) ++sites;
  return sites * (sites + 1) / 2 == pairs ? static_cast<int>(sites) : 0;
}

std::vector<StoredPoint> product_of(const std::vector<StoredAxis>& axes) {
  std::vector<StoredPoint> points = {{}};
  for (const StoredAxis& axis : axes) {
    std::vector<StoredPoint> finer;
    for (const StoredPoint& point : points)
      for (std::size_t k = 0; k < axis.values.size(); ++k) {
        finer.push_back(point);
        finer.back().place.push_back(k);
        finer.back().name += (point.name.empty() ? "" : ", ") + axis.name + " " + number_text(axis.values[k]);
      }
    points = std::move(finer);
  }
  return points;
}

}  // namespace

StoredAction::StoredAction(const ResultReader& file, std::string path) : file_(file), path_(std::move(path)) {
  if (const std::string kind = attribute("kind", ""); kind != "action")
    refuse("expected a file of couplings (root attribute kind = action), got " + (kind.empty() ? "none" : "kind = " + kind));
  expanded_in_ = attribute("expanded_in", "1/N");
  read_axes();
  for (int order = 2; order <= highest_action_degree; order += 2) {
    if (file_.has(coupling_name(order))) {
      check_shape(coupling_name(order), dimensions(true, order));
      degrees_.push_back(order);
    }
    if (file_.has(correlator_name(order))) {
      check_shape(correlator_name(order), dimensions(false, order));
      if (file_.has(correlator_name(order) + "_err")) check_shape(correlator_name(order) + "_err", dimensions(false, order));
      correlators_.push_back(order);
    }
    if (file_.has(coupling_name(order)) || file_.has(correlator_name(order))) check_tuples(order);
  }
  points_ = product_of(axes_);
}

void StoredAction::refuse(const std::string& problem) const { throw IoError(path_ + ": " + problem); }

std::string StoredAction::attribute(const std::string& name, const std::string& otherwise) const {
  for (const auto& [found, text] : file_.attributes())
    if (found == name) return text;
  return otherwise;
}

/// Everything that g2 tells: (order, scan axes, pair).
void StoredAction::read_axes() {
  if (!file_.has("g2")) refuse("has no variable g2: expected the couplings g2(order, width, strength, pair)");
  const std::vector<std::string> names = file_.dimensions("g2");
  const std::vector<std::uint64_t> shape = file_.shape("g2");
  if (names.size() < 2 || names.front() != "order" || names.back() != "pair")
    refuse("g2: expected dimensions (order, width, strength, …, pair), got " + joined(names));
  if (shape.front() < 1 || shape.front() > most_orders)
    refuse("g2: expected 1 to " + std::to_string(most_orders) + " orders, got " + std::to_string(shape.front()));
  orders_ = static_cast<int>(shape.front());
  if (shape.back() > most_pairs)
    refuse("g2: expected at most " + std::to_string(most_pairs) + " pairs of sites, got " + std::to_string(shape.back()));
  sites_ = sites_of_pairs(shape.back());
  if (sites_ == 0)
    refuse("g2: expected S(S + 1)/2 pairs of S sites, got " + std::to_string(shape.back()) + " along the dimension pair");
  const std::vector<std::int64_t> powers = file_.read_int("order");
  if (powers.size() != shape.front())
    refuse("order: expected as many powers as g2 has orders, " + std::to_string(shape.front()) + ", got " +
           std::to_string(powers.size()));
  for (std::size_t k = 0; k < powers.size(); ++k)
    if (powers[k] != static_cast<std::int64_t>(k))
      refuse("order: expected 0, 1, …, got " + std::to_string(powers[k]) + " at place " + std::to_string(k));
  double points = 1.0;
  for (std::size_t axis = 1; axis + 1 < names.size(); ++axis) {
    axes_.push_back({names[axis], file_.read_double(names[axis])});
    const std::vector<double>& values = axes_.back().values;
    if (values.size() != shape[axis])
      refuse(names[axis] + ": expected as many values as g2 has along it, " + std::to_string(shape[axis]) + ", got " +
             std::to_string(values.size()));
    // NaN is a number of nothing; an infinite width is the Gaussian process.
    for (const double value : values)
      if (std::isnan(value)) refuse(names[axis] + ": expected numbers, got nan");
    points *= static_cast<double>(values.size());
  }
  if (points < 1.0 || points > most_points)
    refuse("g2: expected 1 to " + std::to_string(most_points) + " scan points, got " + number_text(points));
  if (expanded_in_strength() && std::ranges::none_of(axes_, [this](const StoredAxis& axis) { return axis.name == expanded_in_; }))
    refuse("attribute expanded_in: expected 1/N or one of the scan axes of g2, got " + expanded_in_);
}

std::vector<std::string> StoredAction::dimensions(bool ordered, int order) const {
  std::vector<std::string> names;
  if (ordered) names.emplace_back("order");
  for (const StoredAxis& axis : axes_) names.push_back(axis.name);
  names.push_back(tuple_dimension(order));
  return names;
}

void StoredAction::check_shape(const std::string& variable, const std::vector<std::string>& expected) const {
  if (const std::vector<std::string> found = file_.dimensions(variable); found != expected)
    refuse(variable + ": expected dimensions " + joined(expected) + ", got " + joined(found));
}

/// All sorted tuples, in the order of PackedIndex.
void StoredAction::check_tuples(int order) const {
  const std::string dimension = tuple_dimension(order);
  // Counted before they are listed: a few sites have more tuples than memory holds.
  const std::int64_t expected = PackedIndex::count(sites_, order);
  const std::uint64_t found = file_.shape(dimension).front();
  if (found != static_cast<std::uint64_t>(expected))
    refuse(dimension + ": expected all " + std::to_string(expected) + " sorted tuples of " + std::to_string(order) + " of " +
           std::to_string(sites_) + " sites, got " + std::to_string(found));
  const PackedIndex index(sites_, order);
  const std::vector<std::string> legs = leg_names(order);
  for (std::size_t leg = 0; leg < legs.size(); ++leg) {
    if (!file_.has(legs[leg])) continue;
    check_shape(legs[leg], {dimension});
    const std::vector<std::int64_t> sites = file_.read_int(legs[leg]);
    for (int t = 0; t < index.size(); ++t)
      if (sites[static_cast<std::size_t>(t)] != index.tuple(t)[leg])
        refuse(legs[leg] + ": expected sorted tuples in lexicographic order, " + std::to_string(index.tuple(t)[leg]) +
               " at place " + std::to_string(t) + ", got " + std::to_string(sites[static_cast<std::size_t>(t)]));
  }
}

std::vector<Couplings> StoredAction::couplings(const StoredPoint& point, int order, double strength) const {
  std::vector<Couplings> all;
  for (const int degree : degrees_) {
    const PackedIndex index(sites_, degree);
    Vector sum = Vector::Zero(index.size());
    double power = 1.0;
    for (int o = 0; o <= order; ++o, power *= expanded_in_strength() ? strength : 1.0) {
      std::vector<std::uint64_t> offset = {static_cast<std::uint64_t>(o)}, count(point.place.size() + 1, 1);
      offset.insert(offset.end(), point.place.begin(), point.place.end());
      offset.push_back(0);
      count.push_back(static_cast<std::uint64_t>(index.size()));
      const std::vector<double> values = file_.read_double(coupling_name(degree), offset, count);
      sum += power * Eigen::Map<const Vector>(values.data(), index.size());
    }
    all.push_back({degree, std::move(sum)});
  }
  return all;
}

Eigen::Index StoredAction::coupling_offset(int order, int degree) const {
  Eigen::Index of_order = 0, before = 0;
  for (const int other : degrees_) {
    const auto size = static_cast<Eigen::Index>(PackedIndex(sites_, other).size());
    if (other < degree) before += size;
    of_order += size;
  }
  return order * of_order + before;
}

Vector StoredAction::coupling_row(const StoredPoint& point, const std::string& suffix) const {
  Vector row = Vector::Zero(coupling_offset(orders_, 0));
  for (const int degree : degrees_) {
    const std::string name = coupling_name(degree) + suffix;
    if (!suffix.empty() && !file_.has(name)) continue;
    check_shape(name, dimensions(true, degree));
    const auto size = static_cast<std::uint64_t>(PackedIndex(sites_, degree).size());
    for (int order = 0; order < orders_; ++order) {
      std::vector<std::uint64_t> offset = {static_cast<std::uint64_t>(order)}, count(point.place.size() + 1, 1);
      offset.insert(offset.end(), point.place.begin(), point.place.end());
      offset.push_back(0);
      count.push_back(size);
      const std::vector<double> values = file_.read_double(name, offset, count);
      row.segment(coupling_offset(order, degree), std::ssize(values)) =
          Eigen::Map<const Vector>(values.data(), std::ssize(values));
    }
  }
  return row;
}

RowMatrix StoredAction::leave_one_out(const StoredPoint& point) const {
  if (!std::ranges::all_of(degrees_, [this](int degree) { return file_.has(coupling_name(degree) + "_jackknife"); }))
    return RowMatrix(0, coupling_offset(orders_, 0));
  const std::uint64_t blocks = file_.shape("block").front();
  RowMatrix rows = RowMatrix::Zero(static_cast<Eigen::Index>(blocks), coupling_offset(orders_, 0));
  for (const int degree : degrees_) {
    const std::string name = coupling_name(degree) + "_jackknife";
    std::vector<std::string> expected = dimensions(true, degree);
    expected.insert(expected.begin(), "block");
    check_shape(name, expected);
    const auto size = static_cast<std::uint64_t>(PackedIndex(sites_, degree).size());
    for (int order = 0; order < orders_; ++order) {
      std::vector<std::uint64_t> offset = {0, static_cast<std::uint64_t>(order)}, count = {blocks, 1};
      offset.insert(offset.end(), point.place.begin(), point.place.end());
      count.insert(count.end(), point.place.size(), 1);
      offset.push_back(0);
      count.push_back(size);
      const std::vector<double> values = file_.read_double(name, offset, count);
      rows.middleCols(coupling_offset(order, degree), static_cast<Eigen::Index>(size)) =
          Eigen::Map<const RowMatrix>(values.data(), rows.rows(), static_cast<Eigen::Index>(size));
    }
  }
  for (Eigen::Index block = 0; block < rows.rows(); ++block) {
    // A block that is absent has no numbers at all.
    const Eigen::Index known = rows.row(block).array().isFinite().count();
    if (known > 0 && known < rows.cols())
      refuse("leave-one-out couplings: expected numbers or none without block " + std::to_string(block) + " at " +
             (point.name.empty() ? std::string("the only scan point") : point.name) + ", got " + std::to_string(known) + " of " +
             std::to_string(rows.cols()));
  }
  return rows;
}

StoredCorrelator StoredAction::correlator(const StoredPoint& point, int order) const {
  const auto size = static_cast<Eigen::Index>(PackedIndex(sites_, order).size());
  std::vector<std::uint64_t> offset = point.place, count(point.place.size(), 1);
  offset.push_back(0);
  count.push_back(static_cast<std::uint64_t>(size));
  const auto row = [&](const std::string& name) -> Vector {
    const std::vector<double> values = file_.read_double(name, offset, count);
    return Eigen::Map<const Vector>(values.data(), size);
  };
  const std::string name = correlator_name(order);
  StoredCorrelator found{row(name), file_.has(name + "_err") ? row(name + "_err") : Vector(Vector::Zero(size))};
  for (Eigen::Index t = 0; t < size; ++t)
    if (std::isfinite(found.value[t]) && !(found.error[t] >= 0.0 && std::isfinite(found.error[t])))
      refuse(name + "_err: expected a standard error at place " + std::to_string(t) + ", got " + shortest_text(found.error[t]));
  return found;
}

std::optional<RowMatrix> StoredAction::positions() const {
  if (!file_.has("site_x")) return std::nullopt;
  check_shape("site_x", {"site", "component"});
  const std::vector<std::uint64_t> shape = file_.shape("site_x");
  if (shape.front() != static_cast<std::uint64_t>(sites_))
    refuse("site_x: expected " + std::to_string(sites_) + " sites, as many as g2 has, got " + std::to_string(shape.front()));
  const std::vector<double> values = file_.read_double("site_x");
  for (const double value : values)
    if (!std::isfinite(value)) refuse("site_x: expected finite coordinates, got " + shortest_text(value));
  return RowMatrix(Eigen::Map<const RowMatrix>(values.data(), sites_, static_cast<Eigen::Index>(shape.back())));
}

std::optional<std::vector<std::int64_t>> StoredAction::site_numbers() const {
  if (!file_.has("site")) return std::nullopt;
  std::vector<std::int64_t> numbers = file_.read_int("site");
  if (numbers.size() != static_cast<std::size_t>(sites_))
    refuse("site: expected " + std::to_string(sites_) + " sites, as many as g2 has, got " + std::to_string(numbers.size()));
  return numbers;
}

}  // namespace nnft
