#include "nnft/run/stored_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/point_variables.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

std::string in_brackets(const std::vector<std::uint64_t>& extents) {
  std::string text;
  for (const std::uint64_t extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "(" + text + ")";
}

void require_shape(const ResultReader& file, const std::string& name, const std::vector<std::uint64_t>& expected) {
  const std::vector<std::uint64_t> found = file.shape(name);
  if (found == expected) return;
  throw IoError(file.path() + ": " + name + ": expected the shape that the recorded config implies, " + in_brackets(expected) +
                ", got " + in_brackets(found));
}

/// Before tables of all tuples and scan points are made: a config can ask for far more of them than any file holds.
void require_extents(const ResultReader& file, const Config& config) {
  std::vector<std::uint64_t> shape = {config.field.widths.size()};
  for (int p = 0; p < std::max(1, config.deformation_count()); ++p)
    shape.push_back(config.deformations[static_cast<std::size_t>(p)].strengths.size());
  const auto sites = static_cast<int>(config.sites.rows());
  for (const int order : config.measure.orders) {
    shape.push_back(static_cast<std::uint64_t>(PackedIndex::count(sites, order)));
    if (config.measure.tuples == TupleChoice::all || order == 2) require_shape(file, "G" + std::to_string(order) + "c", shape);
    shape.pop_back();
  }
}

/// The config that the file records, without limits of the machine that reads it.
Config stored_config(const ResultReader& file) {
  if (const std::string kind = file.attribute("kind"); kind != "sample" && kind != "exact")
    throw IoError(file.path() + ": expected a file of correlators, of kind sample or exact, got one of kind " + kind);
  Config config = parse_recorded_config(file.provenance("config"), file.path());
  require_extents(file, config);
  config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
  return config;
}

Plan stored_plan(const ResultReader& file, const Config& config) {
  const Part part = part_of(file);
  try {
    return Plan(config, 1, part);
  } catch (const UsageError& error) {
    throw IoError(file.path() + ": the recorded config and part do not fit together: " + error.what());
  }
}

template <class Values>
void require_values(const ResultReader& file, const std::string& name, const Values& found, const Values& expected) {
  for (std::size_t k = 0; k < std::max(found.size(), expected.size()); ++k) {
    if (k < found.size() && k < expected.size() && found[k] == expected[k]) continue;
    const auto text = [k](const Values& values) {
      return k < values.size() ? number_text(static_cast<double>(values[k])) : std::string("nothing");
    };
    throw IoError(file.path() + ": " + name + ": expected what the recorded config says, " + text(expected) + ", at place " +
                  std::to_string(k) + ", got " + text(found));
  }
}

/// The config says which numbers belong to what; whoever reads the file without it goes by the coordinates.
void require_coordinates(const ResultReader& file, const Config& config, const Plan& plan) {
  const std::vector<std::string> axes = plan.axes();
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    require_values(file, axes[axis], file.read_double(axes[axis]), axis == 0 ? plan.widths() : plan.strengths()[axis - 1]);
  const RowMatrix& sites = config.sites;
  require_shape(file, "site_x", {static_cast<std::uint64_t>(sites.rows()), static_cast<std::uint64_t>(sites.cols())});
  require_values(file, "site_x", file.read_double("site_x"), std::vector<double>(sites.data(), sites.data() + sites.size()));
  for (const int order : plan.layout().orders()) {
    const PackedIndex& index = plan.layout().index(order);
    const std::vector<std::string> legs = leg_names(order);
    for (std::size_t leg = 0; leg < legs.size(); ++leg) {
      std::vector<std::int64_t> expected;
      for (int t = 0; t < index.size(); ++t) expected.push_back(index.tuple(t)[leg]);
      require_values(file, legs[leg], file.read_int(legs[leg]), expected);
    }
  }
}

/// Numbers of a scan point that must be finite. @param rows of `columns` numbers each, of which those not `present` may hold
/// anything.
struct FiniteNumbers {
  const std::string& variable;
  const ScanPoint& point;
  Eigen::Index columns;
};

[[noreturn]] void refuse_number(const ResultReader& file, const FiniteNumbers& about, std::size_t place, double value) {
  const auto columns = static_cast<std::size_t>(about.columns);
  throw IoError(file.path() + ": " + about.variable + ": expected a finite number at " + about.point.name + ", place " +
                std::to_string(place % columns) + (place >= columns ? " of block " + std::to_string(place / columns) : "") +
                ", got " + shortest_text(value));
}

/// Of a scan point: run.networks at most, rounded up to whole slices of all blocks.
constexpr std::int64_t most_networks = 1'001'000'000'000'000;

/// What the analysis of the block sums knows, a file of them must know, too. NaN stays where they give none.
void require_known(const ResultReader& file, const std::string& variable, const ScanPoint& point, const Vector& stored,
                   const Vector& computed) {
  for (Eigen::Index k = 0; k < stored.size(); ++k)
    if (!std::isfinite(stored[k]) && std::isfinite(computed[k]))
      refuse_number(file, {variable, point, stored.size()}, static_cast<std::size_t>(k), stored[k]);
}

}  // namespace

StoredResult::StoredResult(const ResultReader& file)
    : file_(file), config_(stored_config(file)), plan_(stored_plan(file, config_)), sampled_(file.attribute("kind") == "sample") {
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
  require_coordinates(file, config_, plan_);
  if (!sampled_) return;
  require_shape(file, "block", {plan_.blocks()});
  require_shape(file, "count", shape({plan_.blocks()}));
  require_shape(file, "reference_kernel", shape({static_cast<std::uint64_t>(layout().moments().index(2).size())}));
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
  const std::int64_t most = most_networks / static_cast<std::int64_t>(plan_.blocks());
  for (std::size_t block = 0; block < table.counts.size(); ++block)
    if (table.counts[block] < 0 || table.counts[block] > most)
      throw IoError(file_.path() + ": count: expected a number of networks from 0 to " + std::to_string(most) + " at " +
                    point.name + ", block " + std::to_string(block) + ", got " + std::to_string(table.counts[block]));
  offset.push_back(0);
  count.push_back(0);
  for (const SumVariable& sum : sum_variables(layout())) {
    count.back() = static_cast<std::uint64_t>(sum.size);
    const std::vector<double> values = file_.read_double(sum.name, offset, count);
    for (std::size_t k = 0; k < values.size(); ++k)
      if (!is_possible_sum(sum, values[k]) && table.counts[k / static_cast<std::size_t>(sum.size)] > 0)
        refuse_number(file_, {sum.name, point, sum.size}, k, values[k]);
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
  if (!sampled_) {
    const Vector connected = correlators(point, "c");
    const Vector generating = layout().sources() > 0 ? row(point, "W", layout().sources()) : Vector();
    RowMatrix derivatives(layout().derivatives().size(), moments.size());
    for (int k = 1; k <= layout().derivatives().size(); ++k)
      derivatives.row(k - 1) = correlators(point, "c_" + layout().derivatives().name(k)).transpose();
    return exact_result(point, connected, full_from_connected(moments, connected), generating, derivatives);
  }
  const BlockTable table = block_table(point);
  const std::string kernel_name = "reference_kernel";
  const Vector kernel = row(point, kernel_name, moments.index(2).size());
  if (table.samples() > 0)
    for (Eigen::Index pair = 0; pair < kernel.size(); ++pair)
      if (!std::isfinite(kernel[pair]))
        refuse_number(file_, {kernel_name, point, kernel.size()}, static_cast<std::size_t>(pair), kernel[pair]);
  PointResult result = analyse(config_, point, layout(), kernel, table);
  // The file's own numbers; an analysis elsewhere may differ in the last bits.
  const auto take = [&](const std::string& suffix, Vector& computed) {
    const Vector stored = correlators(point, suffix);
    for (const int order : moments.orders()) {
      const Eigen::Index offset = moments.offset(order), size = moments.index(order).size();
      require_known(file_, "G" + std::to_string(order) + suffix, point, stored.segment(offset, size),
                    computed.segment(offset, size));
    }
    computed = stored;
  };
  take("c", result.connected.value);
  take("c_err", result.connected.error);
  for (int k = 1; k <= layout().derivatives().size(); ++k) {
    Estimate& derivative = result.derivatives[static_cast<std::size_t>(k - 1)];
    const std::string suffix = "c_" + layout().derivatives().name(k);
    take(suffix, derivative.value);
    take(suffix + "_err", derivative.error);
  }
  if (layout().sources() == 0) return result;
  const auto take_row = [&](const std::string& name, Vector& computed) {
    const Vector stored = row(point, name, layout().sources());
    require_known(file_, name, point, stored, computed);
    computed = stored;
  };
  take_row("W", result.generating.value);
  take_row("W_err", result.generating.error);
  return result;
}

}  // namespace nnft
