#include "nnft/run/result_layout.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

std::vector<std::int64_t> counting(std::uint64_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

std::vector<std::int64_t> block_labels(const Plan& plan) {
  std::vector<std::int64_t> labels;
  for (std::uint64_t block = 0; block < plan.blocks(); ++block)
    labels.push_back(static_cast<std::int64_t>(plan.block_label(block)));
  return labels;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

std::vector<std::string> leg_names(int order) {
  std::vector<std::string> names;
  for (int leg = 0; leg < order; ++leg) names.push_back(tuple_dimension(order) + "_" + static_cast<char>('i' + leg));
  return names;
}

void add_coordinates(Schema& schema, const Config& config, const Plan& plan) {
  const auto& sites = config.sites;
  schema.variables.push_back({"site_x",
                              {"site", "component"},
                              ElementType::float64,
                              "coordinates of the sites, dimensionless",
                              "",
                              std::vector<double>(sites.data(), sites.data() + sites.size())});
  for (const int order : plan.layout().orders()) {
    const PackedIndex& index = plan.layout().index(order);
    const std::vector<std::string> names = leg_names(order);
    for (int leg = 0; leg < order; ++leg) {
      std::vector<std::int64_t> values;
      for (int t = 0; t < index.size(); ++t) values.push_back(index.tuple(t)[leg]);
      schema.variables.push_back({names[static_cast<std::size_t>(leg)],
                                  {tuple_dimension(order)},
                                  ElementType::int64,
                                  "site of leg " + std::to_string(leg + 1) + " of each tuple",
                                  "",
                                  std::move(values)});
    }
  }
}

/// Scan points are written one by one.
std::vector<std::string> written_singly() { return {"width", "strength", "subtree"}; }

void add_sums(Schema& schema, const Plan& plan) {
  schema.variables.push_back({"reference_kernel",
                              {"width", "strength", "pair"},
                              ElementType::float64,
                              "reference kernel K0 that the monomials are centred on",
                              joined(leg_names(2)),
                              {}});
  schema.variables.push_back({"count", {"width", "strength", "block"}, ElementType::int64, "networks in each block", "", {}});
  for (const int order : plan.layout().orders())
    schema.variables.push_back({"sum" + std::to_string(order),
                                {"width", "strength", "block", tuple_dimension(order)},
                                ElementType::float64,
                                "sum over the networks of a block of the monomials of order " + std::to_string(order),
                                joined(leg_names(order)),
                                {},
                                written_singly()});
}

/// Levels of the finished subtrees of every block of a complete run, from left to right: the binary digits of its slices.
std::vector<std::int64_t> subtree_levels(const Plan& plan) {
  std::vector<std::int64_t> levels;
  for (int level = 63; level >= 0; --level)
    if (plan.slices_per_block() >> level & 1u) levels.push_back(level);
  return levels;
}

/// What a later run needs to go on where this one ended.
void add_subtrees(Schema& schema, const Plan& plan) {
  for (const int order : plan.layout().orders())
    schema.variables.push_back({"subtree_sum" + std::to_string(order),
                                {"subtree", "width", "strength", "block", tuple_dimension(order)},
                                ElementType::float64,
                                "sum" + std::to_string(order) + " of the finished subtrees of a block",
                                joined(leg_names(order)),
                                {},
                                written_singly()});
}

void add_estimates(Schema& schema, const Plan& plan, ResultKind kind) {
  for (const int order : plan.layout().orders()) {
    const std::string name = "G" + std::to_string(order);
    const std::string legs = joined(leg_names(order));
    const std::vector<std::string> shape = {"width", "strength", tuple_dimension(order)};
    const auto add = [&](const std::string& suffix, const std::string& long_name) {
      schema.variables.push_back({name + suffix, shape, ElementType::float64, long_name, legs, {}});
    };
    const std::string correlator = " " + std::to_string(order) + "-point correlator";
    add("", "full" + correlator);
    add("_err", "standard error of " + name);
    add("c", "connected" + correlator);
    add("c_err", "standard error of " + name + "c");
    if (kind == ResultKind::exact) continue;
    add("c_bias", "jackknife estimate of the bias that was subtracted in " + name + "c");
    if (plan.stores_jackknife())
      schema.variables.push_back({name + "c_jackknife",
                                  {"block", "width", "strength", tuple_dimension(order)},
                                  ElementType::float64,
                                  name + "c from all blocks but one",
                                  legs,
                                  {},
                                  written_singly()});
  }
}

using Place = std::array<std::uint64_t, 4>;

/// A rank without a point writes nothing.
struct Slab {
  Place offset{};
  Place count{};
};

std::span<const double> order_part(const Vector& row, const MomentLayout& layout, int order) {
  return {row.data() + layout.offset(order), static_cast<std::size_t>(layout.index(order).size())};
}

/// Writes rows of all orders under names G<order><suffix>; `row` null on ranks that have none.
void write_rows(ResultWriter& writer, const MomentLayout& layout, const ScanPoint* point, const std::string& suffix,
                const Vector* row) {
  for (const int order : layout.orders()) {
    Slab slab;
    std::span<const double> values;
    if (row != nullptr) {
      values = order_part(*row, layout, order);
      slab = {{point->width_index, point->strength_index, 0, 0}, {1, 1, values.size(), 0}};
    }
    writer.write("G" + std::to_string(order) + suffix, std::span(slab.offset).first(3), std::span(slab.count).first(3), values);
  }
}

void write_leave_one_out(ResultWriter& writer, const MomentLayout& layout, const PointResult* result) {
  for (const int order : layout.orders()) {
    Slab slab;
    RowMatrix values;
    if (result != nullptr) {
      values = result->connected.leave_one_out.middleCols(layout.offset(order), layout.index(order).size());
      slab = {{0, result->point.width_index, result->point.strength_index, 0},
              {static_cast<std::uint64_t>(values.rows()), 1, 1, static_cast<std::uint64_t>(values.cols())}};
    }
    writer.write("G" + std::to_string(order) + "c_jackknife", slab.offset, slab.count,
                 std::span<const double>(values.data(), static_cast<std::size_t>(values.size())));
  }
}

}  // namespace

std::string tuple_dimension(int order) {
  switch (order) {
    case 2:
      return "pair";
    case 4:
      return "quad";
    case 6:
      return "sextet";
    case 8:
      return "octet";
    default:
      throw ShapeError("no packed dimension for order " + std::to_string(order));
  }
}

Schema result_schema(const Config& config, const Plan& plan, ResultKind kind, TextPairs provenance) {
  Schema schema;
  schema.dimensions.push_back({"width", plan.widths(), "width N of the last hidden layer"});
  schema.dimensions.push_back({"strength", plan.strengths(), "strength of the deformation"});
  const bool sampled = kind != ResultKind::exact;
  if (sampled) schema.dimensions.push_back({"block", block_labels(plan), "jackknife block"});
  schema.dimensions.push_back({"site", counting(static_cast<std::uint64_t>(config.sites.rows())), "site"});
  schema.dimensions.push_back(
      {"component", counting(static_cast<std::uint64_t>(config.sites.cols())), "component of a site's coordinates"});
  for (const int order : plan.layout().orders())
    schema.dimensions.push_back({tuple_dimension(order), counting(static_cast<std::uint64_t>(plan.layout().index(order).size())),
                                 "sorted tuple of " + std::to_string(order) + " sites"});
  if (kind == ResultKind::sample)
    schema.dimensions.push_back(
        {"subtree", subtree_levels(plan), "base-2 logarithm of the slices in a finished subtree of a block"});
  add_coordinates(schema, config, plan);
  if (sampled) add_sums(schema, plan);
  add_estimates(schema, plan, kind);
  if (kind == ResultKind::sample) add_subtrees(schema, plan);
  schema.attributes = {{"nnft_format", result_format_version},
                       {"title", "Correlators of neural network ensembles"},
                       {"kind", sampled ? "sample" : "exact"},
                       {"estimator", sampled ? std::string(to_string(config.measure.estimator)) : "exact"},
                       {"architecture", config.field.architecture}};
  if (kind == ResultKind::partial) schema.attributes.emplace_back("partial", "yes");
  schema.provenance = std::move(provenance);
  return schema;
}

void write_subtrees(ResultWriter& writer, const Plan& plan, const BlockStore& store, const Range& points) {
  const MomentLayout& layout = plan.layout();
  const std::size_t subtrees = subtree_levels(plan).size();
  for (std::uint64_t p = 0; p < points.size(); ++p) {
    const ScanPoint& point = plan.points()[points.begin + p];
    const Range blocks = store.owned_blocks(p);
    for (std::size_t t = 0; t < subtrees; ++t)
      for (const int order : layout.orders()) {
        std::vector<double> values;
        for (std::uint64_t b = blocks.begin; b < blocks.end; ++b) {
          const std::vector<double>& sums = store.tree(p * plan.blocks() + b).nodes().at(t).sums;
          const auto first = sums.begin() + layout.offset(order);
          values.insert(values.end(), first, first + layout.index(order).size());
        }
        std::array<std::uint64_t, 5> offset{}, count{};
        if (blocks.size() > 0) {
          offset = {t, point.width_index, point.strength_index, blocks.begin, 0};
          count = {1, 1, 1, blocks.size(), static_cast<std::uint64_t>(layout.index(order).size())};
        }
        writer.write("subtree_sum" + std::to_string(order), offset, count, std::span<const double>(values));
      }
  }
}

void write_block_sums(ResultWriter& writer, const Plan& plan, const BlockStore& store, const Range& points) {
  const MomentLayout& layout = plan.layout();
  const std::uint64_t blocks = plan.blocks();
  for (std::uint64_t p = 0; p < points.size(); ++p) {
    const ScanPoint& point = plan.points()[points.begin + p];
    const std::uint64_t first = std::clamp(store.owned().begin, p * blocks, (p + 1) * blocks);
    const std::uint64_t end = std::clamp(store.owned().end, p * blocks, (p + 1) * blocks);
    const auto mine = static_cast<Eigen::Index>(end - first);
    RowMatrix sums(mine, layout.size());
    std::vector<std::int64_t> counts;
    for (std::uint64_t entry = first; entry < end; ++entry) {
      const std::vector<double> total = store.tree(entry).total(static_cast<std::size_t>(layout.size()));
      sums.row(static_cast<Eigen::Index>(entry - first)) = Eigen::Map<const Vector>(total.data(), layout.size()).transpose();
      counts.push_back(static_cast<std::int64_t>(store.tree(entry).slices() * plan.slice()));
    }
    Slab slab;
    if (mine > 0) slab = {{point.width_index, point.strength_index, first - p * blocks, 0}, {1, 1, counts.size(), 0}};
    writer.write("count", std::span(slab.offset).first(3), std::span(slab.count).first(3), std::span<const std::int64_t>(counts));
    for (const int order : layout.orders()) {
      const RowMatrix part = sums.middleCols(layout.offset(order), layout.index(order).size());
      slab.count[3] = mine > 0 ? static_cast<std::uint64_t>(part.cols()) : 0;
      writer.write("sum" + std::to_string(order), slab.offset, slab.count,
                   std::span<const double>(part.data(), static_cast<std::size_t>(part.size())));
    }
  }
}

void write_estimates(ResultWriter& writer, const Plan& plan, const PointResult* result) {
  const MomentLayout& layout = plan.layout();
  const auto rows = [&](const std::string& suffix, const Vector* row) {
    write_rows(writer, layout, result != nullptr ? &result->point : nullptr, suffix, row);
  };
  const bool mine = result != nullptr;
  rows("", mine ? &result->full.value : nullptr);
  rows("_err", mine ? &result->full.error : nullptr);
  rows("c", mine ? &result->connected.value : nullptr);
  rows("c_err", mine ? &result->connected.error : nullptr);
  rows("c_bias", mine ? &result->connected.bias : nullptr);
  if (plan.stores_jackknife()) write_leave_one_out(writer, layout, result);
  Slab slab;
  std::span<const double> kernel;
  if (mine) {
    kernel = {result->reference_kernel.data(), static_cast<std::size_t>(result->reference_kernel.size())};
    slab = {{result->point.width_index, result->point.strength_index, 0, 0}, {1, 1, kernel.size(), 0}};
  }
  writer.write("reference_kernel", std::span(slab.offset).first(3), std::span(slab.count).first(3), kernel);
}

void write_exact(ResultWriter& writer, const Plan& plan, const ExactPoint* exact) {
  const Vector zero = Vector::Zero(plan.layout().size());
  const auto rows = [&](const std::string& suffix, const Vector* row) {
    write_rows(writer, plan.layout(), exact != nullptr ? &exact->point : nullptr, suffix, row);
  };
  const bool mine = exact != nullptr;
  rows("", mine ? &exact->full : nullptr);
  rows("_err", mine ? &zero : nullptr);
  rows("c", mine ? &exact->connected : nullptr);
  rows("c_err", mine ? &zero : nullptr);
}

}  // namespace nnft
