#include "run/chain_variables.hpp"

#include <array>
#include <utility>

namespace nnft {
namespace {

/// ChainObservable in names of variables.
constexpr std::array<const char*, chain_observables> suffixes = {"V", "F", "m2"};
constexpr std::array<const char*, chain_observables> series_names = {"V_series", "F_series", "m_series"};
constexpr std::array<const char*, chain_observables> series_meanings = {
    "V of the first samples of each chain", "F = integral of phi^2 over the box, of the first samples of each chain",
    "m = integral of phi over the box / volume, of the first samples of each chain"};

const std::string observable_legend = " of 0: V, 1: F = integral of phi^2 over the box, 2: m^2";

void add_starred_sums(std::vector<SumVariable>& list, const SumLayout& layout) {
  const ChainLayout& chain = layout.chain();
  const int start = layout.chain_offset();
  const std::array<std::pair<const char*, const char*>, 3> rows = {
      {{"i", "first leg"}, {"j", "second leg"}, {"ij", "both legs"}}};
  for (std::size_t row = 0; row < rows.size(); ++row)
    list.push_back({std::string("sum2_starred_") + rows[row].first, "pair", joined_legs(2),
                    std::string("sum over the samples of a block of the monomial whose ") + rows[row].second +
                        " is integrated by parts, K0 taken out",
                    start + chain.starred_pairs(static_cast<int>(row)), chain.pairs()});
  if (chain.quads() == 0) return;
  for (int legs = 1; legs <= 4; ++legs)
    list.push_back({"sum4_starred_" + std::to_string(legs), "quad", joined_legs(4),
                    "sum over the samples of a block of the mean over all choices of " + std::to_string(legs) +
                        " legs of the monomial in which they are integrated by parts, K0 taken out",
                    start + chain.starred_quads(legs), chain.quads()});
}

void add_history_sums(std::vector<SumVariable>& list, const SumLayout& layout) {
  const ChainLayout& chain = layout.chain();
  const int start = layout.chain_offset();
  for (int k = 0; k < chain_observables; ++k) {
    const std::string name = suffixes[static_cast<std::size_t>(k)];
    list.push_back({"sum_lag_" + name, "lag", "", "sum over the slices of a block of sum_t x_t x_{t+lag}, x = " + name,
                    start + chain.lag_products(k), chain.lags()});
    list.push_back({"sum_edge_" + name, "lag", "",
                    "sum over the slices of a block of the first and the last lag values of x = " + name,
                    start + chain.lag_edges(k), chain.lags()});
  }
  for (int k = 0; k < chain_observables; ++k) {
    const std::string name = suffixes[static_cast<std::size_t>(k)];
    list.push_back({"sum_window_" + name, "chain_window", "",
                    "sum of " + name + " over slices 0, 1, [2, 4), [4, 8), ... of a block", start + chain.window(k),
                    chain.window_columns()});
  }
  for (int k = 0; k < chain_observables; ++k)
    list.push_back({series_names[static_cast<std::size_t>(k)], "time", "", series_meanings[static_cast<std::size_t>(k)],
                    start + chain.series(k), chain.series()});
}

using Result = const PointResult&;

void add_improvement(std::vector<PointVariable>& list, const SumLayout& layout) {
  for (const int order : layout.moments().orders()) {
    if (order > 4) continue;
    const std::string name = "G" + std::to_string(order) + "c";
    const Eigen::Index offset = layout.moments().offset(order), size = layout.moments().index(order).size();
    const auto add = [&](const std::string& suffix, const std::string& long_name, auto row) {
      list.push_back({name + suffix, tuple_dimension(order), joined_legs(order), long_name, ElementType::float64,
                      [=](Result r) -> Vector { return row(*r.chain).segment(offset, size); }});
    };
    using Chain = const ChainResult&;
    add("_plain", name + " from products of phi alone", [](Chain c) -> const Vector& { return c.plain.value; });
    add("_plain_err", "standard error of " + name + "_plain", [](Chain c) -> const Vector& { return c.plain.error; });
    add("_variance_reduction", "variance of " + name + "_plain over that of " + name,
        [](Chain c) -> const Vector& { return c.variance_reduction; });
  }
}

void add_statistics(std::vector<PointVariable>& list) {
  const auto add = [&](const std::string& name, const std::string& long_name, auto number,
                       ElementType type = ElementType::float64) {
    list.push_back({name, "chain_observable", "", long_name + observable_legend, type, [=](Result r) -> Vector {
                      Vector values(chain_observables);
                      for (int k = 0; k < chain_observables; ++k)
                        values[k] = number((*r.chain->statistics)[static_cast<std::size_t>(k)]);
                      return values;
                    }});
  };
  using Found = const ObservableStatistics&;
  add("tau_int", "integrated autocorrelation time in samples (1/2 if independent)", [](Found f) { return f.time.tau; });
  add("tau_int_err", "standard error of tau_int", [](Found f) { return f.time.error; });
  add(
      "tau_int_window", "lags that tau_int sums", [](Found f) { return static_cast<double>(f.time.window); }, ElementType::int64);
  add(
      "tau_int_window_fits", "1 if the window fits in the lags that are summed, 0 if tau_int is too small",
      [](Found f) { return f.time.window_fits ? 1.0 : 0.0; }, ElementType::int64);
  add("tau_int_chains", "integrated autocorrelation time from the scatter of the means of chains",
      [](Found f) { return f.by_means.tau; });
  add("tau_int_chains_err", "standard error of tau_int_chains", [](Found f) { return f.by_means.error; });
  add("n_eff", "effective number of samples", [](Found f) { return f.effective_samples; });
  add("split_rhat", "split R-hat", [](Found f) { return f.split_rhat; });
  add("thermalisation", "first slice of the chains minus the rest in standard errors", [](Found f) { return f.thermalisation; });
}

void add_profiles(std::vector<PointVariable>& list) {
  const auto add = [&](const std::string& name, const std::string& long_name, Profile ChainResult::*profile) {
    list.push_back(
        {name, "node", "", long_name, ElementType::float64, [=](Result r) -> Vector { return ((*r.chain).*profile).value; }});
    list.push_back({name + "_err", "node", "", "standard error of " + name, ElementType::float64,
                    [=](Result r) -> Vector { return ((*r.chain).*profile).error; }});
  };
  add("phi2_profile", "mean of phi^2 at the nodes", &ChainResult::squares);
  add("phi4_profile", "mean of phi^4 at the nodes", &ChainResult::quartics);
}

}  // namespace

void add_chain_sums(std::vector<SumVariable>& list, const SumLayout& layout) {
  const ChainLayout& chain = layout.chain();
  if (!chain.present()) return;
  const int start = layout.chain_offset();
  list.push_back({"sum_chain", "chain_sum", "",
                  "sum over the samples of a block, each times its weight, of 0: 1, 1: weight, 2: accepted share, 3: V, 4: V^2, "
                  "5: F, 6: F^2, 7: |m|, 8: m^2, 9: m^4",
                  start, chain_sums});
  if (chain.improved()) add_starred_sums(list, layout);
  for (const int power : {2, 4})
    list.push_back({"sum_profile" + std::to_string(power), "node", "",
                    "sum over the samples of a block of phi^" + std::to_string(power) + " at the nodes",
                    start + chain.profile(power), chain.nodes()});
  if (chain.is_chain()) add_history_sums(list, layout);
}

void add_chain_state(std::vector<SumVariable>& list, const SumLayout& layout) {
  if (layout.chain().state() > 0)
    list.push_back({"chain_state", "state", "", "where the chain is after the block's last sample", layout.state_offset(),
                    layout.chain().state()});
}

void add_chain_variables(std::vector<PointVariable>& list, const SumLayout& layout) {
  if (!layout.chain().present()) return;
  if (layout.chain().improved()) add_improvement(list, layout);
  const std::vector<BoxObservable> observables = box_observables(layout);
  for (std::size_t k = 0; k < observables.size(); ++k) {
    const auto entry = static_cast<Eigen::Index>(k);
    const auto add = [&](const std::string& suffix, const std::string& long_name, Vector Estimate::*member) {
      list.push_back({observables[k].name + suffix, "", "", long_name, ElementType::float64,
                      [=](Result r) -> Vector { return (r.chain->observables.*member).segment(entry, 1); }});
    };
    add("", observables[k].long_name, &Estimate::value);
    add("_err", "standard error of " + observables[k].name, &Estimate::error);
  }
  const auto add = [&](const std::string& name, const std::string& dimension, const std::string& long_name, auto values) {
    list.push_back({name, dimension, "", long_name, ElementType::float64, values});
  };
  add("m_eff", "site",
      "effective mass ln(G2(0, j)/G2(0, site))/(distance of site and j), j the site before on the ray from site 0",
      [](Result r) -> Vector { return r.chain->effective_mass.value; });
  add("m_eff_err", "site", "standard error of m_eff", [](Result r) -> Vector { return r.chain->effective_mass.error; });
  add_profiles(list);
  if (layout.chain().is_chain())
    add_statistics(list);
  else
    add("weight_efficiency", "", "(sum of weights)^2 / (samples times the sum of squared weights)",
        [](Result r) -> Vector { return Vector::Constant(1, r.chain->weight_efficiency); });
}

void add_chain_leave_one_out(std::vector<LeaveOneOutVariable>& list, const SumLayout& layout) {
  const std::vector<BoxObservable> observables = box_observables(layout);
  for (std::size_t k = 0; k < observables.size(); ++k)
    if (observables[k].physical)
      list.push_back({observables[k].name + "_jackknife", "", "", observables[k].name + " from all blocks but one",
                      [entry = static_cast<Eigen::Index>(k)](Result r) -> RowMatrix {
                        return r.chain->observables.leave_one_out.col(entry);
                      }});
}

void add_chain_dimensions(Schema& schema, const SumLayout& layout) {
  const ChainLayout& chain = layout.chain();
  if (!chain.present()) return;
  schema.dimensions.push_back({"node", counting(chain.nodes()), "node of the box"});
  schema.dimensions.push_back({"chain_sum", counting(chain_sums), "what sum_chain is a sum of"});
  if (!chain.is_chain()) return;
  schema.dimensions.push_back({"chain_observable", counting(chain_observables), "0: V, 1: F, 2: m^2"});
  schema.dimensions.push_back({"lag", counting(chain.lags()), "distance of two samples of a chain"});
  schema.dimensions.push_back({"chain_window", counting(chain.window_columns()), "slices 0, 1, [2, 4), [4, 8), ... of a chain"});
  schema.dimensions.push_back({"time", counting(chain.series()), "sample of a chain"});
  schema.dimensions.push_back({"state", counting(chain.state()), "number that a chain is in"});
}

void add_node_coordinates(Schema& schema, const Config& config) {
  const NodeGrid grid = node_grid(config);
  const RowMatrix places = grid.coordinates();
  const Vector weights = grid.weights();
  schema.variables.push_back({"node_x",
                              {"node", "component"},
                              ElementType::float64,
                              "coordinates of the nodes of the box",
                              "",
                              std::vector<double>(places.data(), places.data() + places.size())});
  schema.variables.push_back({"node_weight",
                              {"node"},
                              ElementType::float64,
                              "weights of the nodes; they add up to the volume of the box",
                              "",
                              std::vector<double>(weights.begin(), weights.end())});
}

}  // namespace nnft
