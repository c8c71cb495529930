#include "nnft/run/result_layout.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "run/chain_variables.hpp"
#include "run/histogram_variables.hpp"

namespace nnft {
namespace {

std::vector<std::int64_t> block_labels(const Plan& plan) {
  std::vector<std::int64_t> labels;
  for (std::uint64_t block = 0; block < plan.blocks(); ++block)
    labels.push_back(static_cast<std::int64_t>(plan.block_label(block)));
  return labels;
}

std::vector<double> values_of(const RowMatrix& matrix) { return {matrix.data(), matrix.data() + matrix.size()}; }

void add_coordinates(Schema& schema, const Config& config, const Plan& plan) {
  schema.variables.push_back({"site_x",
                              {"site", "component"},
                              ElementType::float64,
                              "coordinates of the sites, dimensionless",
                              "",
                              values_of(config.sites)});
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
  if (plan.sums().sources() > 0)
    schema.variables.push_back(
        {"source_J", {"source", "site"}, ElementType::float64, "source J at each site", "", values_of(config.measure.sources)});
}

using Names = std::vector<std::string>;
using Extents = std::vector<std::uint64_t>;

template <class T>
std::vector<T> joined(std::vector<T> first, const std::vector<T>& second, const std::vector<T>& third) {
  first.insert(first.end(), second.begin(), second.end());
  first.insert(first.end(), third.begin(), third.end());
  return first;
}

/// The dimension of a variable beside the scan axes, if it has one.
Names named(const std::string& dimension) { return dimension.empty() ? Names{} : Names{dimension}; }

/// So many numbers of a variable beside the scan axes.
Extents extents(const std::string& dimension, Eigen::Index size) {
  return dimension.empty() ? Extents{} : Extents{static_cast<std::uint64_t>(size)};
}
Extents start(const std::string& dimension) { return extents(dimension, 0); }

/// Scan points are written one by one.
Names written_singly(const Plan& plan) { return joined<std::string>(plan.axes(), {"subtree"}, {}); }

void add_sums(Schema& schema, const Plan& plan) {
  schema.variables.push_back({"reference_kernel",
                              joined<std::string>(plan.axes(), {"pair"}, {}),
                              ElementType::float64,
                              "reference kernel K0 that the monomials are centred on",
                              "pair_i pair_j",
                              {}});
  schema.variables.push_back(
      {"count", joined<std::string>(plan.axes(), {"block"}, {}), ElementType::int64, "networks in each block", "", {}});
  for (const SumVariable& sum : sum_variables(plan.sums()))
    schema.variables.push_back({sum.name,
                                joined<std::string>(plan.axes(), {"block", sum.dimension}, {}),
                                ElementType::float64,
                                sum.long_name,
                                sum.coordinates,
                                {},
                                written_singly(plan)});
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
  for (const SumVariable& sum : sum_variables(plan.sums()))
    schema.variables.push_back({"subtree_" + sum.name,
                                joined<std::string>({"subtree"}, plan.axes(), {"block", sum.dimension}),
                                ElementType::float64,
                                sum.name + " of the finished subtrees of a block",
                                sum.coordinates,
                                {},
                                written_singly(plan)});
}

void add_estimates(Schema& schema, const Plan& plan, ResultKind kind) {
  for (const PointVariable& variable : point_variables(plan.sums(), kind))
    schema.variables.push_back({variable.name,
                                joined<std::string>(plan.axes(), named(variable.dimension), {}),
                                variable.type,
                                variable.long_name,
                                variable.coordinates,
                                {}});
  if (!is_sampled(kind) || !plan.stores_jackknife()) return;
  for (const LeaveOneOutVariable& variable : leave_one_out_variables(plan.sums()))
    schema.variables.push_back({variable.name,
                                joined<std::string>({"block"}, plan.axes(), named(variable.dimension)),
                                ElementType::float64,
                                variable.long_name,
                                variable.coordinates,
                                {},
                                written_singly(plan)});
}

/// Where something of a scan point stands in a dataset, and its extent along the dimensions beside the scan axes. A rank without
/// a point writes nothing.
struct Slab {
  Extents offset;
  Extents count;

  /// Nothing, in a dataset of so many dimensions.
  explicit Slab(std::size_t dimensions) : offset(dimensions, 0), count(dimensions, 0) {}
  Slab(const ScanPoint& point, const Extents& before, const Extents& first, const Extents& extents)
      : offset(joined(before.empty() ? Extents() : Extents(before.size(), 0), point.place, first)),
        count(joined(before, Extents(point.place.size(), 1), extents)) {}
};

std::span<const double> view(const double* data, Eigen::Index size) { return {data, static_cast<std::size_t>(size)}; }

/// One number for each entry of a dimension at a scan point.
void write_row(ResultWriter& writer, const Plan& plan, const PointVariable& variable, const PointResult* result) {
  const Vector values = result != nullptr ? variable.values(*result) : Vector();
  const std::string& dimension = variable.dimension;
  const Slab slab = result != nullptr ? Slab(result->point, {}, start(dimension), extents(dimension, values.size()))
                                      : Slab(plan.axes().size() + named(dimension).size());
  if (variable.type == ElementType::float64) {
    writer.write(variable.name, slab.offset, slab.count, view(values.data(), values.size()));
  } else {
    std::vector<std::int64_t> whole;
    for (const double value : values) whole.push_back(std::isnan(value) ? 0 : static_cast<std::int64_t>(value));
    writer.write(variable.name, slab.offset, slab.count, std::span<const std::int64_t>(whole));
  }
}

void write_leave_one_out(ResultWriter& writer, const Plan& plan, const PointResult* result) {
  for (const LeaveOneOutVariable& variable : leave_one_out_variables(plan.sums())) {
    const RowMatrix values = result != nullptr ? variable.values(*result) : RowMatrix();
    const std::string& dimension = variable.dimension;
    const Slab slab = result != nullptr ? Slab(result->point, {static_cast<std::uint64_t>(values.rows())}, start(dimension),
                                               extents(dimension, values.cols()))
                                        : Slab(plan.axes().size() + 1 + named(dimension).size());
    writer.write(variable.name, slab.offset, slab.count, view(values.data(), values.size()));
  }
}

}  // namespace

Schema result_schema(const Config& config, const Plan& plan, ResultKind kind, TextPairs provenance) {
  Schema schema;
  schema.dimensions.push_back({"width", plan.widths(), "width N of the last hidden layer"});
  for (std::size_t p = 0; p < plan.strengths().size(); ++p) {
    const std::optional<DeformationKind>& deformation = config.deformations[p].kind;
    schema.dimensions.push_back(
        {config.strength_name(static_cast<int>(p)), plan.strengths()[p],
         "strength of the deformation" + (deformation ? " " + std::string(to_string(*deformation)) : std::string())});
  }
  const bool sampled = is_sampled(kind);
  if (sampled) schema.dimensions.push_back({"block", block_labels(plan), "jackknife block"});
  schema.dimensions.push_back({"site", counting(config.sites.rows()), "site"});
  schema.dimensions.push_back({"component", counting(config.sites.cols()), "component of a site's coordinates"});
  for (const int order : plan.layout().orders())
    schema.dimensions.push_back({tuple_dimension(order), counting(plan.layout().index(order).size()),
                                 "sorted tuple of " + std::to_string(order) + " sites"});
  if (plan.sums().sources() > 0) schema.dimensions.push_back({"source", counting(plan.sums().sources()), "source J of W[J]"});
  if (sampled && plan.sums().scores() > 0)
    schema.dimensions.push_back({"score", counting(plan.sums().scores()), "powers of V - V0"});
  if (sampled) add_chain_dimensions(schema, plan.sums());
  if (sampled) add_histogram_dimensions(schema, plan.sums().histograms());
  if (kind == ResultKind::sample)
    schema.dimensions.push_back(
        {"subtree", subtree_levels(plan), "base-2 logarithm of the slices in a finished subtree of a block"});
  add_coordinates(schema, config, plan);
  if (sampled && config.has_field_operator()) add_node_coordinates(schema, config);
  if (sampled) add_histogram_coordinates(schema, plan.sums().histograms());
  if (sampled) add_sums(schema, plan);
  add_estimates(schema, plan, kind);
  if (kind == ResultKind::sample) add_subtrees(schema, plan);
  schema.attributes = {{"nnft_format", result_format_version},
                       {"title", "Correlators of neural network ensembles"},
                       {"kind", sampled ? "sample" : "exact"},
                       {"estimator", sampled ? std::string(to_string(config.measure.estimator)) : "exact"},
                       {"architecture", config.field.architecture}};
  for (int p = 0; p < config.deformation_count(); ++p)
    schema.attributes.emplace_back(config.strength_name(p) + "_of",
                                   std::string(to_string(*config.deformations[static_cast<std::size_t>(p)].kind)));
  if (plan.sums().derivatives().size() > 0)
    schema.attributes.emplace_back("derivatives", !sampled ? "exact"
                                                  : plan.sums().derivatives().method() == DerivativeMethod::score
                                                      ? "score"
                                                      : "differences");
  if (kind == ResultKind::leading) schema.attributes.emplace_back("expansion", "leading order in 1/N");
  if (kind == ResultKind::perturbation)
    schema.attributes.emplace_back("expansion", "second order in lambda, first order in mu2 and kappa");
  if (kind == ResultKind::partial) schema.attributes.emplace_back("partial", "yes");
  schema.provenance = std::move(provenance);
  return schema;
}

namespace {

/// The columns of each variable of sums; `subtree` is its place in a variable of subtrees.
void write_rows(ResultWriter& writer, const Plan& plan, const ScanPoint* point, const BlockTable& table,
                std::optional<std::uint64_t> subtree) {
  const auto blocks = static_cast<std::uint64_t>(table.blocks());
  const std::size_t dimensions = plan.axes().size() + 2 + (subtree ? 1 : 0);
  for (const SumVariable& sum : sum_variables(plan.sums())) {
    const RowMatrix part = table.sums.middleCols(sum.offset, point != nullptr ? sum.size : 0);
    Slab slab(dimensions);
    if (point != nullptr)
      slab = Slab(*point, subtree ? Extents{1} : Extents{}, {0, 0}, {blocks, static_cast<std::uint64_t>(sum.size)});
    if (point != nullptr && subtree) slab.offset.front() = *subtree;
    writer.write((subtree ? "subtree_" : "") + sum.name, slab.offset, slab.count, view(part.data(), part.size()));
  }
}

}  // namespace

void write_subtrees(ResultWriter& writer, const Plan& plan, const BlockStore& store, const CollectedPoint& place) {
  const std::size_t subtrees = subtree_levels(plan).size();
  for (std::size_t t = 0; t < subtrees; ++t) write_rows(writer, plan, place.point, store.collect_subtree(place.wave, t), t);
}

void write_block_sums(ResultWriter& writer, const Plan& plan, const ScanPoint* point, const BlockTable& table) {
  Slab slab(plan.axes().size() + 1);
  if (point != nullptr) slab = Slab(*point, {}, {0}, {static_cast<std::uint64_t>(table.blocks())});
  writer.write("count", slab.offset, slab.count, std::span<const std::int64_t>(table.counts));
  write_rows(writer, plan, point, table, std::nullopt);
}

void write_estimates(ResultWriter& writer, const Plan& plan, ResultKind kind, const PointResult* result) {
  for (const PointVariable& variable : point_variables(plan.sums(), kind)) write_row(writer, plan, variable, result);
  if (!is_sampled(kind)) return;
  if (plan.stores_jackknife()) write_leave_one_out(writer, plan, result);
  Slab slab(plan.axes().size() + 1);
  std::span<const double> kernel;
  if (result != nullptr) {
    kernel = view(result->reference_kernel.data(), result->reference_kernel.size());
    slab = Slab(result->point, {}, {0}, {kernel.size()});
  }
  writer.write("reference_kernel", slab.offset, slab.count, kernel);
}

}  // namespace nnft
