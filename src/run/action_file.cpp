#include "nnft/run/action_file.hpp"

#include <cmath>
#include <functional>

#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

using Names = std::vector<std::string>;

/// Builds the schema; values are those of all points one after the other, which is their order along the scan axes.
class ActionSchema {
 public:
  ActionSchema(const StoredResult& stored, const ActionSubject& subject, const std::vector<PointAction>& actions)
      : stored_(stored), subject_(subject), actions_(actions), axes_(stored.plan().axes()) {}

  Schema build(const ResultReader& file) && {
    add_dimensions();
    add_coordinates();
    add_correlators();
    add_modes();
    for (const int degree : subject_.layout.degrees()) add_couplings(degree);
    const bool in_strength = subject_.expansion == ActionExpansion::strength;
    schema_.attributes = {{"nnft_format", result_format_version},
                          {"title", "Couplings of the action of a neural network field theory"},
                          {"kind", "action"},
                          {"estimator", file.attribute("estimator")},
                          {"architecture", file.attribute("architecture")},
                          {"expanded_in", in_strength ? subject_.axis : "1/N"},
                          {"regulator", mode_regulator_text(subject_.regulator)}};
    return std::move(schema_);
  }

 private:
  void dimension(const std::string& name, std::vector<std::int64_t> values, const std::string& long_name) {
    schema_.dimensions.push_back({name, std::move(values), long_name});
  }
  void dimension(const std::string& name, std::vector<double> values, const std::string& long_name) {
    schema_.dimensions.push_back({name, std::move(values), long_name});
  }
  void integers(const std::string& name, Names dimensions, std::vector<std::int64_t> values, const std::string& long_name) {
    schema_.variables.push_back({name, std::move(dimensions), ElementType::int64, long_name, "", std::move(values)});
  }

  void add_dimensions() {
    dimension("order", counting(subject_.order + 1), "power of the expansion parameter");
    const bool in_strength = subject_.expansion == ActionExpansion::strength;
    dimension("width", stored_.plan().widths(), "width N of the last hidden layer");
    for (std::size_t axis = 1; axis < axes_.size(); ++axis)
      dimension(axes_[axis], in_strength ? std::vector<double>{0.0} : stored_.plan().strengths()[axis - 1],
                "strength of the deformation, as in the file of the correlators");
    if (stored_.sampled()) {
      std::vector<std::int64_t> labels;
      for (std::uint64_t block = 0; block < stored_.plan().blocks(); ++block)
        labels.push_back(static_cast<std::int64_t>(stored_.plan().block_label(block)));
      dimension("block", std::move(labels), "jackknife block");
    }
    dimension("site", std::vector<std::int64_t>(subject_.sites.begin(), subject_.sites.end()),
              "site, by its number in the file of the correlators");
    dimension("component", counting(stored_.config().sites.cols()), "component of a position");
    for (const int degree : tuple_degrees())
      dimension(tuple_dimension(degree), counting(index(degree).size()), "packed index of " + std::to_string(degree) + " sites");
    dimension("mode", counting(subject_.sites.size()), "eigenvector of G2c");
  }

  /// Of couplings and correlators together.
  std::vector<int> tuple_degrees() const {
    const int highest = std::max(subject_.layout.degrees().back(), subject_.correlator_orders.back());
    std::vector<int> degrees;
    for (int degree = 2; degree <= highest; degree += 2) degrees.push_back(degree);
    return degrees;
  }
  PackedIndex index(int degree) const { return PackedIndex(subject_.layout.sites(), degree); }

  void add_coordinates() {
    std::vector<double> positions;
    for (const int site : subject_.sites)
      for (Eigen::Index k = 0; k < stored_.config().sites.cols(); ++k) positions.push_back(stored_.config().sites(site, k));
    schema_.variables.push_back({"site_x",
                                 {"site", "component"},
                                 ElementType::float64,
                                 "coordinates of the sites, dimensionless",
                                 "",
                                 std::move(positions)});
    for (const int degree : tuple_degrees()) {
      const PackedIndex tuples = index(degree);
      const Names legs = leg_names(degree);
      for (int leg = 0; leg < degree; ++leg) {
        std::vector<std::int64_t> values;
        for (int t = 0; t < tuples.size(); ++t) values.push_back(tuples.tuple(t)[leg]);
        integers(legs[static_cast<std::size_t>(leg)], {tuple_dimension(degree)}, std::move(values),
                 "place in `site` of leg " + std::to_string(leg + 1) + " of each tuple");
      }
    }
  }

  static std::string coordinates(int degree) { return degree > 0 ? joined_legs(degree) : ""; }

  /// `values` of each point, scan axes leading.
  void add(const std::string& name, const Names& last, const std::string& long_name, const std::string& coordinates,
           const std::function<Vector(const PointAction&)>& values) {
    std::vector<double> all;
    for (const PointAction& action : actions_) {
      const Vector of_point = values(action);
      all.insert(all.end(), of_point.begin(), of_point.end());
    }
    Names dimensions = axes_;
    dimensions.insert(dimensions.end(), last.begin(), last.end());
    schema_.variables.push_back({name, std::move(dimensions), ElementType::float64, long_name, coordinates, std::move(all)});
  }

  void add_correlators() {
    Eigen::Index offset = 0;
    for (const int order : subject_.correlator_orders) {
      const Eigen::Index size = index(order).size();
      const std::string name = "G" + std::to_string(order) + "c";
      add(name, {tuple_dimension(order)}, "connected correlator that the couplings come from", coordinates(order),
          [=](const PointAction& action) { return Vector(action.correlators.value.segment(offset, size)); });
      add(name + "_err", {tuple_dimension(order)}, "standard error of " + name, coordinates(order),
          [=](const PointAction& action) { return Vector(action.correlators.error.segment(offset, size)); });
      offset += size;
    }
  }

  void add_modes() {
    add("eigenvalue", {"mode"}, "eigenvalue of G2c", "", [](const PointAction& action) { return action.eigenvalues; });
    add("condition_number", {}, "largest eigenvalue of G2c over the smallest", "",
        [](const PointAction& action) { return Vector::Constant(1, action.condition_number); });
    std::vector<std::int64_t> modes, trusted;
    for (const PointAction& action : actions_) {
      modes.push_back(action.modes);
      trusted.push_back(action.correlators.trusted ? 1 : 0);
    }
    integers("modes_kept", axes_, std::move(modes), "eigenvectors of G2c that are used");
    if (stored_.sampled())
      integers("trusted", axes_, std::move(trusted), "0 if heavy tails make the error bar of a correlator worthless, else 1");
  }

  /// A row of couplings at one order.
  Vector segment(const Vector& row, int order, int degree) const {
    return row.segment(subject_.layout.offset(order, degree), subject_.layout.index(degree).size());
  }

  void add_orders(int degree, const std::string& name, const std::string& long_name,
                  const std::function<const Vector&(const PointAction&)>& row) {
    std::vector<double> all;
    for (int order = 0; order <= subject_.order; ++order)
      for (const PointAction& action : actions_) {
        const Vector values = segment(row(action), order, degree);
        all.insert(all.end(), values.begin(), values.end());
      }
    add_coupling(degree, {"order"}, name, long_name, std::move(all));
  }

  void add_coupling(int degree, Names dimensions, const std::string& name, const std::string& long_name,
                    std::vector<double> all) {
    dimensions.insert(dimensions.end(), axes_.begin(), axes_.end());
    if (degree > 0) dimensions.push_back(tuple_dimension(degree));
    schema_.variables.push_back(
        {name, std::move(dimensions), ElementType::float64, long_name, coordinates(degree), std::move(all)});
  }

  void add_couplings(int degree) {
    const std::string name = "g" + std::to_string(degree);
    add_orders(degree, name,
               degree == 0 ? "contribution of the order to S(0)"
                           : "contribution of the order to the coupling of " + std::to_string(degree) + " fields",
               [](const PointAction& action) -> const Vector& { return action.couplings.value; });
    add_orders(degree, name + "_err", "standard error of " + name,
               [](const PointAction& action) -> const Vector& { return action.couplings.error; });
    add_orders(degree, name + "_bias", "jackknife estimate of the bias, already subtracted from " + name,
               [](const PointAction& action) -> const Vector& { return action.couplings.bias; });
    if (subject_.regulator.kind != ModeRegulatorKind::none)
      add_orders(degree, name + "_unregulated", name + " without the regulator",
                 [](const PointAction& action) -> const Vector& { return action.unregulated; });
    if (stored_.sampled()) add_leave_one_out(degree, name);
  }

  void add_leave_one_out(int degree, const std::string& name) {
    const auto size = static_cast<std::size_t>(subject_.layout.index(degree).size());
    const std::size_t orders = static_cast<std::size_t>(subject_.order) + 1, points = actions_.size();
    std::vector<double> all(stored_.plan().blocks() * orders * points * size, not_a_number);
    for (std::size_t p = 0; p < points; ++p)
      for (std::size_t row = 0; row < actions_[p].blocks.size(); ++row)
        for (std::size_t order = 0; order < orders; ++order) {
          const Vector values = segment(actions_[p].couplings.leave_one_out.row(static_cast<Eigen::Index>(row)).transpose(),
                                        static_cast<int>(order), degree);
          const auto block = static_cast<std::size_t>(actions_[p].blocks[row]);
          std::copy(values.begin(), values.end(),
                    all.begin() + static_cast<std::ptrdiff_t>(((block * orders + order) * points + p) * size));
        }
    add_coupling(degree, {"block", "order"}, name + "_jackknife", name + " from the correlators without one block",
                 std::move(all));
  }

  const StoredResult& stored_;
  const ActionSubject& subject_;
  const std::vector<PointAction>& actions_;
  Names axes_;
  Schema schema_;
};

}  // namespace

Schema action_schema(const ResultReader& file, const StoredResult& stored, const ActionSubject& subject,
                     const std::vector<PointAction>& actions) {
  return ActionSchema(stored, subject, actions).build(file);
}

}  // namespace nnft
