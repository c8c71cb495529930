#pragma once
/// @file Couplings of the action from the correlators of a result file.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nnft/action/coupling_layout.hpp"
#include "nnft/action/diagram.hpp"
#include "nnft/action/mode_basis.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/stored_result.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {

/// Highest order, which needs connected correlators of 8 fields.
inline constexpr int most_action_order = 3;
/// Most legs of a coupling, since packed dimensions have names up to octet.
inline constexpr int most_coupling_legs = 8;

/// What to expand in.
enum class ActionExpansion {
  width,    ///< the connected correlator of 2k fields counts as N^{1−k}, as it is for independent neurons, or as λ^{k−1}
  strength  ///< derivatives in a strength, around a Gaussian theory at strength 0
};

struct ActionRequest {
  ActionExpansion expansion = ActionExpansion::width;
  std::optional<int> order;  ///< none: the highest that the file has correlators, or derivatives, for
  std::string axis = "strength";
  std::vector<int> sites;  ///< of the file, in this order; empty: all
  ModeRegulator regulator;
};

/// Which correlators of a file take part, and how.
struct ActionSubject {
  ActionExpansion expansion;
  std::string axis;        ///< the strength that is expanded in
  std::vector<int> sites;  ///< of the file
  int order;
  ModeRegulator regulator;
  std::vector<VertexKind> vertices;
  std::vector<int> correlator_orders;  ///< 2, 4, … of the vertices
  std::vector<std::size_t> points;     ///< of the file's scan, those that can be expanded around
  std::vector<int> derivatives;        ///< in a strength: which derivative of the file is the k-th in the axis, k = 1, …
  CouplingLayout layout;
};

/// @param plan of the file. @throws UsageError for a request that the file cannot meet, with what was expected and got.
ActionSubject action_subject(const Plan& plan, const ActionRequest& request);

/// "expected a number for G4c of sites 0 0 1 2, got none". @param tuple among all of that order of the sites.
std::string unknown_correlator(int order, const std::vector<int>& sites, int tuple);

/// The diagrams of a subject, with the legs that its layout has.
std::vector<Diagram> action_diagrams(const ActionSubject& subject);

/// Connected correlators at the chosen sites, orders one after the other; errors 0 if they are exact.
struct ChosenCorrelators {
  Vector value, error;
  bool trusted = true;
};

/// Couplings at one scan point. Everything dimensionless.
struct PointAction {
  std::size_t point;  ///< of the file
  ChosenCorrelators correlators;
  Vector eigenvalues;  ///< of G2c, falling; shape (sites)
  double condition_number = 0.0;
  int modes = 0;
  Estimate
      couplings;  ///< in the layout's order; errors 0 and no leave-one-out values if correlators are exact; NaN after a failure
  std::vector<Eigen::Index> blocks;  ///< places in the file of those left out in turn
  Vector unregulated;                ///< couplings without the regulator, NaN where that is impossible; empty if there is none
  std::string failure;               ///< why there are no couplings; empty if there are
};

/// Couplings of one scan point after another: each leave-one-out row of the correlators goes through all diagrams, whose tables
/// are kept from point to point.
class ActionAnalysis {
 public:
  /// @param moments of the results. @param subject must outlive it.
  ActionAnalysis(const MomentLayout& moments, const ActionSubject& subject);
  ~ActionAnalysis();
  /// Ranks share the rows and all get everything, the same bits on any number of ranks; `point` is left 0. Collective.
  /// @param result the same on every rank.
  PointAction couplings(const Communicator& comm, const PointResult& result);

 private:
  class Statistics;
  const ActionSubject& subject_;
  std::vector<Eigen::Index> columns_;  ///< of the chosen correlators among the moments
  std::unique_ptr<Statistics> statistics_;
};

/// Couplings of every point of a file. Collective. @throws IoError on every rank.
std::vector<PointAction> analyse_action(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject);

}  // namespace nnft
