#include "nnft/run/correlators_file.hpp"

#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

using Names = std::vector<std::string>;

/// order and the scan axes, then one more dimension if it is named.
Names scan_dimensions(const StoredAction& stored, const std::string& last) {
  Names names = {"order"};
  for (const StoredAxis& axis : stored.axes()) names.push_back(axis.name);
  if (!last.empty()) names.push_back(last);
  return names;
}

void add_scan(Schema& schema, const StoredAction& stored, Dimension order, double strength) {
  schema.dimensions.push_back(std::move(order));
  for (const StoredAxis& axis : stored.axes())
    schema.dimensions.push_back({axis.name, axis.name == stored.expanded_in() ? std::vector<double>{strength} : axis.values,
                                 axis.name == "width" ? "width N of the last hidden layer" : "strength of a deformation"});
}

void add_sites(Schema& schema, const StoredAction& stored, const std::vector<PackedIndex>& tuples) {
  const std::optional<RowMatrix> positions = stored.positions();
  schema.dimensions.push_back({"site", stored.site_numbers().value_or(counting(stored.sites())), "site"});
  if (positions) schema.dimensions.push_back({"component", counting(positions->cols()), "component of a site's coordinates"});
  for (const PackedIndex& index : tuples)
    schema.dimensions.push_back(
        {tuple_dimension(index.order()), counting(index.size()), "sorted tuple of " + std::to_string(index.order()) + " sites"});
  if (positions)
    schema.variables.push_back({"site_x",
                                {"site", "component"},
                                ElementType::float64,
                                "coordinates of the sites, dimensionless",
                                "",
                                std::vector<double>(positions->data(), positions->data() + positions->size())});
}

/// The coordinates of the tuples of an order; returns their names.
std::string add_tuples(Schema& schema, const PackedIndex& index) {
  std::string names;
  const Names legs = leg_names(index.order());
  for (std::size_t leg = 0; leg < legs.size(); ++leg) {
    std::vector<std::int64_t> sites;
    for (int t = 0; t < index.size(); ++t) sites.push_back(index.tuple(t)[leg]);
    schema.variables.push_back({legs[leg],
                                {tuple_dimension(index.order())},
                                ElementType::int64,
                                "site of leg " + std::to_string(leg + 1) + " of each tuple",
                                "",
                                std::move(sites)});
    names += (leg > 0 ? " " : "") + legs[leg];
  }
  return names;
}

/// Part of an estimate of each scan point, none where it is refused; order after order.
struct CorrelatorPart {
  std::vector<const Estimate*> points;
  std::vector<Eigen::Index> offsets;  ///< of each order
};

/// Correlators of as many fields as the tuples have, their errors and biases; NaN at points that are refused.
void add_correlators(Schema& schema, const StoredAction& stored, const PackedIndex& tuples, const CorrelatorPart& part,
                     const std::string& coordinates) {
  const auto add = [&](const std::string& name, const std::string& long_name, Vector Estimate::*member) {
    std::vector<double> values;
    for (const Eigen::Index offset : part.offsets)
      for (const Estimate* point : part.points) {
        const Vector row = point != nullptr ? Vector((point->*member).segment(offset, tuples.size()))
                                            : Vector(Vector::Constant(tuples.size(), not_a_number));
        values.insert(values.end(), row.begin(), row.end());
      }
    schema.variables.push_back({name, scan_dimensions(stored, tuple_dimension(tuples.order())), ElementType::float64, long_name,
                                coordinates, std::move(values)});
  };
  const std::string name = "G" + std::to_string(tuples.order()) + "c";
  add(name, "connected correlator of " + std::to_string(tuples.order()) + " fields", &Estimate::value);
  add(name + "_err", "standard error of " + name, &Estimate::error);
  add(name + "_bias", "jackknife estimate of the bias that was subtracted in " + name, &Estimate::bias);
}

void add_chains(Schema& schema, const StoredAction& stored, const std::vector<DrawnPoint>& points) {
  const auto add_whole = [&](const std::string& name, const std::string& long_name,
                             const std::function<std::int64_t(const DrawnPoint&)>& value) {
    std::vector<std::int64_t> values;
    for (const DrawnPoint& point : points) values.push_back(point.refused.empty() ? value(point) : 0);
    schema.variables.push_back({name, scan_dimensions(stored, ""), ElementType::int64, long_name, "", std::move(values)});
  };
  const auto add_observables = [&](const std::string& name, const std::string& long_name,
                                   const std::function<double(const DrawnObservable&)>& value) {
    std::vector<double> values;
    for (const DrawnPoint& point : points)
      for (std::size_t which = 0; which < draw_observables; ++which)
        values.push_back(point.statistics ? value(point.statistics->observables[which]) : not_a_number);
    schema.variables.push_back(
        {name, scan_dimensions(stored, "draw_observable"), ElementType::float64, long_name, "", std::move(values)});
  };
  add_whole("samples", "fields drawn, in all chains; 0 if the action is refused", [](const DrawnPoint& p) { return p.samples; });
  add_whole("updates_per_sample", "updates of a chain between two samples",
            [](const DrawnPoint& p) { return p.schedule.updates_per_sample; });
  add_whole("thermalisation_updates", "updates of a chain before its first sample",
            [](const DrawnPoint& p) { return p.schedule.thermalisation; });
  add_whole("trusted", "1 if the error bars can be trusted, 0 if chains are too short or disagree",
            [](const DrawnPoint& p) { return p.warnings.empty() ? 1 : 0; });
  add_observables("tau_int", "integrated autocorrelation time in samples",
                  [](const DrawnObservable& found) { return found.reliable().tau; });
  add_observables("tau_int_err", "standard error of tau_int",
                  [](const DrawnObservable& found) { return found.reliable().error; });
  add_observables("split_rhat", "split R-hat between chains", [](const DrawnObservable& found) { return found.split_rhat; });
}

/// What the file of couplings says of itself; nothing where it has no provenance.
void add_origin(Schema& schema, const StoredAction& stored, const ResultReader& file) {
  schema.provenance.emplace_back("action_file", stored.path());
  schema.provenance.emplace_back("action_digest", file.digest());
  std::vector<std::pair<std::string, std::string>> found;
  try {
    found = file.provenance();
  } catch (const IoError&) {
    return;  // written by hand
  }
  for (const auto& [name, text] : found)
    if (name == "config" || name == "command" || name == "end" || name == "git_revision")
      schema.provenance.emplace_back(name == "config" ? name : "action_" + name, text);
}

std::vector<std::string> add_all_tuples(Schema& schema, const std::vector<PackedIndex>& tuples) {
  std::vector<std::string> coordinates;
  for (const PackedIndex& index : tuples) coordinates.push_back(add_tuples(schema, index));
  return coordinates;
}

void add_attributes(Schema& schema, const StoredAction& stored, const std::string& title, const std::string& method) {
  schema.attributes = {{"nnft_format", result_format_version},
                       {"title", title},
                       {"kind", "correlators"},
                       {"method", method},
                       {"expanded_in", stored.expanded_in()}};
  for (const char* name : {"estimator", "architecture", "regulator"})
    if (const std::string text = stored.attribute(name, ""); !text.empty()) schema.attributes.emplace_back(name, text);
}

}  // namespace

Schema drawn_schema(const StoredAction& stored, const ResultReader& file, const DrawRequest& request,
                    const std::vector<DrawnPoint>& points) {
  const MomentLayout moments(stored.sites(), request.measured);
  std::vector<PackedIndex> tuples;
  for (const int order : moments.orders()) tuples.push_back(moments.index(order));
  Schema schema;
  add_scan(schema, stored,
           {"order", std::vector<std::int64_t>{request.order}, "highest power of the expansion parameter in the couplings"},
           request.strength);
  add_sites(schema, stored, tuples);
  schema.dimensions.push_back(
      {"draw_observable", counting(draw_observables), "0: S, 1: mean of phi^2 over the sites, 2: square of the mean of phi"});
  CorrelatorPart part;
  for (const DrawnPoint& point : points) part.points.push_back(point.refused.empty() ? &point.connected : nullptr);
  const std::vector<std::string> coordinates = add_all_tuples(schema, tuples);
  for (std::size_t k = 0; k < tuples.size(); ++k) {
    part.offsets = {moments.offset(tuples[k].order())};
    add_correlators(schema, stored, tuples[k], part, coordinates[k]);
  }
  add_chains(schema, stored, points);
  add_attributes(schema, stored, "Connected correlators of fields drawn from an action", "draw");
  schema.provenance = {{"seed", std::to_string(request.seed)},
                       {"draws", std::to_string(request.draws)},
                       {"blocks", std::to_string(request.blocks)}};
  add_origin(schema, stored, file);
  return schema;
}

Schema expanded_schema(const StoredAction& stored, const ResultReader& file, const ExpandedCorrelators& expanded) {
  const CouplingLayout& layout = expanded.layout;
  std::vector<PackedIndex> tuples;
  for (const int degree : layout.degrees())
    if (degree > 0) tuples.push_back(layout.index(degree));
  Schema schema;
  add_scan(schema, stored, {"order", counting(static_cast<std::size_t>(layout.order()) + 1), "power of the expansion parameter"},
           0.0);
  add_sites(schema, stored, tuples);
  CorrelatorPart part;
  for (const ExpandedPoint& point : expanded.points) part.points.push_back(point.refused.empty() ? &point.correlators : nullptr);
  const std::vector<std::string> coordinates = add_all_tuples(schema, tuples);
  for (std::size_t k = 0; k < tuples.size(); ++k) {
    part.offsets.clear();
    for (int order = 0; order <= layout.order(); ++order) part.offsets.push_back(layout.offset(order, tuples[k].order()));
    add_correlators(schema, stored, tuples[k], part, coordinates[k]);
  }
  add_attributes(schema, stored, "Connected correlators of an action by diagrams", "diagrams");
  add_origin(schema, stored, file);
  return schema;
}

}  // namespace nnft
