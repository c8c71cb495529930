#pragma once
/// @file Many seeds of a small run of a config beside what `nnft exact` knows of it: rows of the table of error bars for all that
/// a result file holds of its correlators.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/effective_mass.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "support/coverage_table.hpp"
#include "support/small_run.hpp"

namespace nnft::test {

/// Makes a model wrong.
struct ConfigChange {
  std::string name;
  std::function<void(Config&)> change;
};

inline ConfigChange larger_output(int per_cent) {
  return {"sigma_a +" + std::to_string(per_cent) + " %",
          [=](Config& config) { config.field.sigma_out *= 1.0 + 0.01 * per_cent; }};
}
inline ConfigChange stronger(int per_cent) {
  return {"strength +" + std::to_string(per_cent) + " %", [=](Config& config) {
            for (double& strength : config.deformations.front().strengths) strength *= 1.0 + 0.01 * per_cent;
          }};
}
inline ConfigChange of_strength(int strength) {
  return {"strength " + std::to_string(strength),
          [=](Config& config) { config.deformations.front().strengths = {static_cast<double>(strength)}; }};
}
inline ConfigChange heavier(int per_cent) {
  return {"mass +" + std::to_string(per_cent) + " %", [=](Config& config) { config.field.mass *= 1.0 + 0.01 * per_cent; }};
}
inline ConfigChange rademacher_output() {
  return {"rademacher output", [](Config& config) { config.field.out_density = DensityShape::rademacher; }};
}
inline ConfigChange normal_weights() {
  return {"normal weights", [](Config& config) { config.field.weight_density = DensityShape::normal; }};
}
inline ConfigChange wider_weights(int per_cent) {
  return {"sigma_w +" + std::to_string(per_cent) + " %",
          [=](Config& config) { config.field.sigma_weight *= 1.0 + 0.01 * per_cent; }};
}
inline ConfigChange of_width(int width) {
  return {"width " + std::to_string(width), [=](Config& config) { config.field.widths = {static_cast<double>(width)}; }};
}

/// An ensemble, and how it is measured.
struct EnsembleCase {
  std::string name;
  std::string config;                    ///< all sections but [run]
  std::vector<ConfigChange> wrong = {};  ///< tried before other output weights, from little to much
  int fewer = 1;                         ///< by what the number of seeds is divided, where one is dear
  int blocks = 32;
  int networks = 2048;
  bool one_seed = false;      ///< runs are of other samples of one seed: saves tables that are dear to make
  double tau = std::nan("");  ///< τ_int of ∫φ², if it is known
};

inline void PrintTo(const EnsembleCase& of, std::ostream* out) { *out << of.name; }

/// A name that GoogleTest takes: letters and digits.
inline std::string identifier(std::string name) {
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

inline Config case_config(const EnsembleCase& of) {
  return parse_config(of.config + "[run]\nnetworks = " + std::to_string(of.networks) + "\nblocks = " + std::to_string(of.blocks) +
                          "\nslice = 64\n",
                      identifier(of.name) + ".ini", {});
}

/// A quantity's place among the numbers of a run.
struct CoveredQuantity {
  std::string name;
  Eigen::Index size;
};

/// Numbers that belong together: value and error of each, or exact ones without error.
class NumberList {
 public:
  void add(const std::string& name, const Vector& value, const Vector& error, const Vector& trusted) {
    quantities_.push_back({name, value.size()});
    values_.insert(values_.end(), value.begin(), value.end());
    errors_.insert(errors_.end(), error.begin(), error.end());
    trusted_.insert(trusted_.end(), trusted.begin(), trusted.end());
  }
  void add(const std::string& name, const Vector& value, const Vector& error) {
    add(name, value, error, Vector::Ones(value.size()));
  }
  void add(const std::string& name, const Vector& value) { add(name, value, Vector::Zero(value.size())); }

  const std::vector<CoveredQuantity>& quantities() const noexcept { return quantities_; }
  Vector values() const { return Eigen::Map<const Vector>(values_.data(), std::ssize(values_)); }
  Vector errors() const { return Eigen::Map<const Vector>(errors_.data(), std::ssize(errors_)); }
  Vector trusted() const { return Eigen::Map<const Vector>(trusted_.data(), std::ssize(trusted_)); }

 private:
  std::vector<CoveredQuantity> quantities_;
  std::vector<double> values_, errors_, trusted_;
};

inline std::string correlator_name(int order, const std::string& suffix) { return "G" + std::to_string(order) + suffix; }

/// What a run finds.
inline NumberList found_numbers(const PointResult& result, const SumLayout& layout, double tau) {
  NumberList numbers;
  const MomentLayout& moments = layout.moments();
  const auto add = [&](const std::string& suffix, const Estimate& estimate, int from) {
    for (const int order : moments.orders())
      if (order >= from)
        numbers.add(correlator_name(order, suffix), estimate.value.segment(moments.offset(order), moments.index(order).size()),
                    estimate.error.segment(moments.offset(order), moments.index(order).size()),
                    result.tails.trusted.segment(moments.offset(order), moments.index(order).size()));
  };
  add("c", result.connected, 2);
  add("", result.full, 4);
  for (int k = 0; k < layout.derivatives().size(); ++k)
    add("c_" + layout.derivatives().name(k + 1), result.derivatives[static_cast<std::size_t>(k)], 2);
  if (layout.sources() > 0) numbers.add("W", result.generating.value, result.generating.error);
  if (!result.chain) return numbers;
  add("c_plain", result.chain->plain, 2);
  numbers.add("m_eff", result.chain->effective_mass.value, result.chain->effective_mass.error);
  const std::vector<BoxObservable> names = box_observables(layout);
  for (const char* const wanted : {"V", "phi2", "phi4", "chi", "binder"})
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k].name == wanted)
        numbers.add(wanted, result.chain->observables.value.segment(static_cast<Eigen::Index>(k), 1),
                    result.chain->observables.error.segment(static_cast<Eigen::Index>(k), 1));
  if (std::isnan(tau)) return numbers;
  const AutocorrelationTime& time = (*result.chain->statistics)[static_cast<std::size_t>(ChainObservable::square)].time;
  numbers.add("tau_int", Vector::Constant(1, time.tau), Vector::Constant(1, time.error));
  return numbers;
}

/// V, φ², φ⁴, χ and the Binder cumulant of a box with nodes of the same weight, at which the first sites are.
/// @param full moments.
inline void add_box(NumberList& numbers, const Config& config, const ScanPoint& point, const MomentLayout& moments,
                    const Vector& full) {
  const int nodes = config.field_operator.nodes;
  const double volume = config.field_operator.box;
  const auto moment = [&](const std::vector<int>& sites) {
    const int order = static_cast<int>(sites.size());
    return full[moments.offset(order) + moments.index(order).position(sites)];
  };
  double second = 0.0, fourth = 0.0, mean_second = 0.0, mean_fourth = 0.0;
  for (int i = 0; i < nodes; ++i) {
    second += moment({i, i}) / nodes;
    fourth += moment({i, i, i, i}) / nodes;
    for (int j = 0; j < nodes; ++j) {
      mean_second += moment({i, j}) / std::pow(nodes, 2);
      for (int k = 0; k < nodes; ++k)
        for (int l = 0; l < nodes; ++l) mean_fourth += moment({i, j, k, l}) / std::pow(nodes, 4);
    }
  }
  const FieldCouplings couplings = field_couplings(config, point);
  const auto add = [&](const char* name, double value) { numbers.add(name, Vector::Constant(1, value)); };
  add("V", volume * (couplings.lambda / 24.0 * fourth - 0.5 * couplings.mu2 * second));
  add("phi2", second);
  add("phi4", fourth);
  add("chi", volume * mean_second);
  add("binder", 1.0 - mean_fourth / (3.0 * mean_second * mean_second));
}

/// The same exactly.
inline NumberList exact_numbers(const Config& config, double tau) {
  const Plan plan(config, 1);
  const MomentLayout& moments = plan.layout();
  const ScanPoint& point = plan.points().front();
  const ExactValues exact = exact_values(config, point, plan.sums());
  NumberList numbers;
  const auto add = [&](const std::string& suffix, const Vector& row, int from) {
    for (const int order : moments.orders())
      if (order >= from)
        numbers.add(correlator_name(order, suffix), row.segment(moments.offset(order), moments.index(order).size()));
  };
  const Vector full = full_from_connected(moments, exact.connected);
  add("c", exact.connected, 2);
  add("", full, 4);
  for (int k = 0; k < plan.sums().derivatives().size(); ++k)
    add("c_" + plan.sums().derivatives().name(k + 1), exact.derivatives.row(k).transpose(), 2);
  if (plan.sums().sources() > 0) numbers.add("W", exact.generating);
  if (!config.has_field_operator()) return numbers;
  add("c_plain", exact.connected, 2);
  numbers.add("m_eff", effective_mass(longest_ray(config.sites), moments,
                                      {exact.connected.data(), static_cast<std::size_t>(moments.index(2).size())}));
  add_box(numbers, config, point, moments, full);
  if (!std::isnan(tau)) numbers.add("tau_int", Vector::Constant(1, tau));
  return numbers;
}

/// The error of an autocorrelation time leaves out that the window is chosen by the same samples; averages over truncated series
/// keep some of the truncation.
inline Tolerance tolerance_of(const std::string& quantity, int blocks) {
  if (quantity == "tau_int") return {0.15};
  if (quantity.starts_with("average")) return {tolerance_of_blocks(blocks).ratio, 0.2};
  return tolerance_of_blocks(blocks);
}

/// One row of the table for each quantity of the list, whose seeds' estimates are given; wrong lists in the order of trial.
inline void expect_all_covered(const std::string& name, const SeedEstimates& estimates, const NumberList& exact,
                               const std::vector<std::pair<std::string, NumberList>>& wrong, int blocks) {
  Eigen::Index first = 0;
  for (const CoveredQuantity& quantity : exact.quantities()) {
    std::vector<WrongModel> models;
    for (const auto& [what, numbers] : wrong) models.push_back({what, numbers.values().segment(first, quantity.size)});
    expect_covered(name + " " + quantity.name, estimates.columns(first, quantity.size),
                   exact.values().segment(first, quantity.size), models, blocks, tolerance_of(quantity.name, blocks));
    first += quantity.size;
  }
}

/// What `find` finds in each of so many runs.
inline SeedEstimates over_seeds(int seeds, const std::function<NumberList(std::uint64_t run)>& find) {
  SeedEstimates estimates;
  for (int k = 0; k < seeds; ++k) {
    const NumberList found = find(static_cast<std::uint64_t>(k));
    const Vector value = found.values();
    if (k == 0) {
      const RowMatrix none = RowMatrix::Zero(seeds, value.size());
      estimates = {none, none, none};
    }
    estimates.value.row(k) = value.transpose();
    estimates.error.row(k) = found.errors().transpose();
    estimates.trusted.row(k) = found.trusted().transpose();
  }
  return estimates;
}

/// The changes of a case, then output weights that are larger by 1, 3, 10 and 30 per cent.
inline std::vector<ConfigChange> all_changes(const EnsembleCase& of) {
  std::vector<ConfigChange> changes = of.wrong;
  for (const int per_cent : {1, 3, 10, 30}) changes.push_back(larger_output(per_cent));
  return changes;
}

inline void expect_ensemble_covered(const EnsembleCase& of, int seeds) {
  Config config = case_config(of);
  const NumberList exact = exact_numbers(config, of.tau);
  std::vector<std::pair<std::string, NumberList>> wrong;
  for (const ConfigChange& change : all_changes(of)) {
    Config changed = config;
    change.change(changed);
    wrong.emplace_back(change.name, exact_numbers(changed, 1.05 * of.tau));
    if (small_sizes()) break;
  }
  const Plan plan(config, 1);
  std::optional<SmallFamily> family;
  if (of.one_seed) family.emplace(config, plan, Range{0, 1});
  const SeedEstimates estimates = over_seeds(seeds, [&](std::uint64_t run) {
    config.run.seed = 1000 + run;
    return found_numbers(family ? family->run(run).front() : small_run(config, plan), plan.sums(), of.tau);
  });
  expect_all_covered(of.name, estimates, exact, wrong, of.blocks);
}

}  // namespace nnft::test
