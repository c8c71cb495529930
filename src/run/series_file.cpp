#include "nnft/run/series_file.hpp"

#include <cmath>
#include <functional>
#include <utility>

namespace nnft {
namespace {

using Names = std::vector<std::string>;

/// Adds variables whose values are computed entry by entry, the last dimension fastest.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(const SeriesAnalysis& analysis) : analysis_(analysis) {
    for (const std::string& leg : analysis.variable.legs) coordinates_ += (coordinates_.empty() ? "" : " ") + leg;
  }

  void dimension(const std::string& name, std::size_t size, const std::string& long_name) {
    schema.dimensions.push_back({name, counting(size), long_name});
  }
  void integers(const std::string& name, const std::string& dimension, const std::string& long_name,
                std::vector<std::int64_t> values) {
    schema.variables.push_back({name, {dimension}, ElementType::int64, long_name, "", std::move(values)});
  }
  void reals(const std::string& name, const std::string& dimension, const std::string& long_name, std::vector<double> values) {
    schema.variables.push_back({name, {dimension}, ElementType::float64, long_name, "", std::move(values)});
  }
  /// A number of each fit, group and tuple.
  void of_fits(const std::string& name, const std::string& long_name, const std::function<double(const TupleFit&)>& value) {
    std::vector<double> values;
    each_fit([&](const FitModel&, const TupleFit& fit) { values.push_back(fit.done ? value(fit) : not_a_number); });
    table(name, {"fit", "group", analysis_.variable.dimension}, long_name, std::move(values));
  }
  /// A number of each fit, group, tuple and parameter; `value` gets the parameter's place in the fit.
  void of_parameters(const std::string& name, const std::string& long_name,
                     const std::function<double(const LeastSquares&, Eigen::Index)>& value) {
    std::vector<double> values;
    each_fit([&](const FitModel& model, const TupleFit& fit) {
      for (const Eigen::Index own : own_places(model))
        values.push_back(fit.done && own >= 0 ? value(fit.fit, own) : not_a_number);
    });
    table(name, {"fit", "group", analysis_.variable.dimension, "parameter"}, long_name, std::move(values));
  }
  void table(const std::string& name, Names dimensions, const std::string& long_name, std::vector<double> values) {
    schema.variables.push_back({name, std::move(dimensions), ElementType::float64, long_name, coordinates_, std::move(values)});
  }
  void each_fit(const std::function<void(const FitModel&, const TupleFit&)>& visit) const {
    for (std::size_t m = 0; m < analysis_.models.size(); ++m)
      for (const FitGroup& group : analysis_.groups)
        for (const std::vector<TupleFit>& fits : group.tuples) visit(analysis_.models[m], fits[m]);
  }
  /// For each parameter of all models its place in this one, or −1.
  std::vector<Eigen::Index> own_places(const FitModel& model) const {
    std::vector<Eigen::Index> own(static_cast<std::size_t>(analysis_.parameters()), -1);
    const std::vector<int> places = analysis_.places(model);
    for (std::size_t k = 0; k < places.size(); ++k) own[static_cast<std::size_t>(places[k])] = static_cast<Eigen::Index>(k);
    return own;
  }

  Schema schema;

 private:
  const SeriesAnalysis& analysis_;
  std::string coordinates_;
};

void add_models(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  std::vector<std::int64_t> orders, strength_orders, cuts, width_powers, strength_powers, exponent;
  for (const FitModel& model : analysis.models) {
    orders.push_back(model.order.width);
    strength_orders.push_back(model.order.strength);
    cuts.push_back(model.cut);
  }
  for (const SeriesTerm& term : analysis.terms) {
    width_powers.push_back(term.width_power);
    strength_powers.push_back(term.strength_power);
    exponent.push_back(0);
  }
  if (analysis.free_exponent) {
    width_powers.push_back(0);
    strength_powers.push_back(0);
    exponent.push_back(1);
  }
  builder.integers("fit_order", "fit", "highest power of 1/N beyond the leading one", std::move(orders));
  builder.integers("fit_order_strength", "fit", "highest power of the strength", std::move(strength_orders));
  builder.integers("fit_cut", "fit", "how many of the narrowest widths are left out", std::move(cuts));
  builder.integers("parameter_width_power", "parameter", "power of 1/N beyond the leading one", std::move(width_powers));
  builder.integers("parameter_strength_power", "parameter", "power of the strength", std::move(strength_powers));
  builder.integers("parameter_is_exponent", "parameter", "1: the leading power p itself; 0: a coefficient", std::move(exponent));
}

void add_coordinates(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  const std::vector<FitGroup>& groups = analysis.groups;
  std::vector<double> widths;
  for (const FitGroup& group : groups) widths.push_back(group.width);
  builder.reals("group_width", "group", "width that is held fixed; NaN if it is fitted", std::move(widths));
  for (std::size_t axis = 0; axis < groups.front().strengths.size(); ++axis) {
    std::vector<double> strengths;
    for (const FitGroup& group : groups) strengths.push_back(group.strengths[axis]);
    builder.reals("group_strength" + (axis == 0 ? std::string() : std::to_string(axis + 1)), "group",
                  "strength that is held fixed; NaN if it is fitted", std::move(strengths));
  }
  for (std::size_t leg = 0; leg < analysis.variable.legs.size(); ++leg) {
    std::vector<std::int64_t> sites;
    for (const std::vector<int>& tuple : analysis.variable.tuples) sites.push_back(tuple[leg]);
    builder.integers(analysis.variable.legs[leg], analysis.variable.dimension,
                     "site of leg " + std::to_string(leg + 1) + " of each tuple", std::move(sites));
  }
}

void add_points(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  std::vector<std::int64_t> groups;
  std::vector<double> widths, strengths, values, errors;
  for (std::size_t g = 0; g < analysis.groups.size(); ++g)
    for (const GroupPoint& point : analysis.groups[g].points) {
      groups.push_back(static_cast<std::int64_t>(g));
      widths.push_back(point.at.width);
      strengths.push_back(point.at.strength);
      values.insert(values.end(), point.value.begin(), point.value.end());
      errors.insert(errors.end(), point.error.begin(), point.error.end());
    }
  builder.integers("point_group", "point", "group of the point", std::move(groups));
  builder.reals("point_width", "point", "width of the point", std::move(widths));
  builder.reals("point_strength", "point", "strength of the point", std::move(strengths));
  const std::string& tuple = analysis.variable.dimension;
  builder.table("value", {"point", tuple}, analysis.variable.name + " as measured", std::move(values));
  builder.table("value_err", {"point", tuple}, "standard error of value", std::move(errors));
  std::vector<double> fitted;
  for (std::size_t m = 0; m < analysis.models.size(); ++m)
    for (const FitGroup& group : analysis.groups)
      for (std::size_t p = 0; p < group.points.size(); ++p)
        for (const std::vector<TupleFit>& fits : group.tuples) {
          const auto cut = static_cast<Eigen::Index>(group.points.size()) - fits[m].fit.fitted.size();
          const auto place = static_cast<Eigen::Index>(p) - cut;
          fitted.push_back(fits[m].done && place >= 0 ? fits[m].fit.fitted[place] : not_a_number);
        }
  builder.table("fitted", {"fit", "point", tuple}, "the series at the point; NaN if it is left out of the fit",
                std::move(fitted));
}

void add_fits(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  builder.of_parameters("coefficient", "parameter of the series; NaN if it has none such",
                        [](const LeastSquares& fit, Eigen::Index k) { return fit.parameters[k]; });
  builder.of_parameters("coefficient_err", "standard error of coefficient",
                        [](const LeastSquares& fit, Eigen::Index k) { return std::sqrt(fit.covariance(k, k)); });
  std::vector<double> covariance;
  builder.each_fit([&](const FitModel& model, const TupleFit& fit) {
    const std::vector<Eigen::Index> own = builder.own_places(model);
    for (const Eigen::Index row : own)
      for (const Eigen::Index column : own)
        covariance.push_back(fit.done && row >= 0 && column >= 0 ? fit.fit.covariance(row, column) : not_a_number);
  });
  builder.table("covariance", {"fit", "group", analysis.variable.dimension, "parameter", "parameter_other"},
                "covariance of the parameters of a series", std::move(covariance));
  builder.of_fits("chi2", "chi squared with the unbiased inverse covariance", [](const TupleFit& fit) { return fit.fit.chi2; });
  builder.of_fits("dof", "degrees of freedom", [](const TupleFit& fit) { return static_cast<double>(fit.fit.dof); });
  builder.of_fits("p_value", "probability of a larger chi squared", [](const TupleFit& fit) { return fit.fit.p_value; });
  builder.of_fits("weight", "probability of the series by the information criterion",
                  [](const TupleFit& fit) { return fit.weight; });
}

void add_averages(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  std::vector<double> values, errors, weights;
  for (const FitGroup& group : analysis.groups)
    for (const std::vector<TupleFit>& fits : group.tuples)
      for (const AveragedParameter& average : analysis.average(fits)) {
        values.push_back(average.value);
        errors.push_back(average.error);
        weights.push_back(average.weight);
      }
  const Names dimensions = {"group", analysis.variable.dimension, "parameter"};
  builder.table("average", dimensions, "parameter averaged over the series that have it", std::move(values));
  builder.table("average_err", dimensions, "standard error of average", std::move(errors));
  builder.table("average_weight", dimensions, "weight of the series that have the parameter", std::move(weights));
}

/// Groups may have different deletions: those of all groups one below the other.
void add_leave_one_out(SchemaBuilder& builder, const SeriesAnalysis& analysis) {
  std::vector<std::int64_t> groups, blocks;
  std::vector<double> widths;
  for (std::size_t g = 0; g < analysis.groups.size(); ++g)
    for (const Deletion& deletion : analysis.groups[g].deletions) {
      groups.push_back(static_cast<std::int64_t>(g));
      widths.push_back(deletion.width);
      blocks.push_back(deletion.block);
    }
  builder.dimension("deletion", groups.size(), "sample without one block of one width");
  builder.integers("deletion_group", "deletion", "group that the sample belongs to", std::move(groups));
  builder.reals("deletion_width", "deletion", "width that lacks the block", std::move(widths));
  builder.integers("deletion_block", "deletion", "block that is left out", std::move(blocks));
  std::vector<double> values;
  for (const FitGroup& group : analysis.groups)
    for (Eigen::Index d = 0; d < std::ssize(group.deletions); ++d)
      for (std::size_t m = 0; m < analysis.models.size(); ++m)
        for (const std::vector<TupleFit>& fits : group.tuples)
          for (const Eigen::Index own : builder.own_places(analysis.models[m]))
            values.push_back(fits[m].done && own >= 0 ? fits[m].leave_one_out(d, own) : not_a_number);
  builder.table("coefficient_jackknife", {"deletion", "fit", analysis.variable.dimension, "parameter"},
                "coefficient of the sample without one block of one width, of the deletion's group", std::move(values));
}

}  // namespace

Schema series_schema(const SeriesAnalysis& analysis) {
  SchemaBuilder builder(analysis);
  std::size_t points = 0;
  for (const FitGroup& group : analysis.groups) points += group.points.size();
  const auto parameters = static_cast<std::size_t>(analysis.parameters());
  builder.dimension("fit", analysis.models.size(), "series and widths that it is fitted to");
  builder.dimension("group", analysis.groups.size(), "points that are fitted together");
  builder.dimension(analysis.variable.dimension, analysis.variable.tuples.size(), "fitted entry of " + analysis.variable.name);
  builder.dimension("parameter", parameters, "parameter of any series");
  builder.dimension("parameter_other", parameters, "the same");
  builder.dimension("point", points, "measured point");
  add_models(builder, analysis);
  add_coordinates(builder, analysis);
  add_points(builder, analysis);
  add_fits(builder, analysis);
  add_averages(builder, analysis);
  if (analysis.leave_one_out) add_leave_one_out(builder, analysis);
  return std::move(builder.schema);
}

}  // namespace nnft
