#include "nnft/run/action_analysis.hpp"

#include <cmath>
#include <memory>
#include <span>

#include "nnft/action/dual_expansion.hpp"
#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"

namespace nnft {
namespace {

/// For every correlator at the chosen sites, order after order, its column among the file's.
std::vector<Eigen::Index> chosen_columns(const MomentLayout& moments, const ActionSubject& subject) {
  std::vector<Eigen::Index> columns;
  for (const int order : subject.correlator_orders) {
    const PackedIndex tuples(static_cast<int>(subject.sites.size()), order);
    for (int t = 0; t < tuples.size(); ++t) {
      std::vector<int> tuple;
      for (int leg = 0; leg < order; ++leg) tuple.push_back(subject.sites[static_cast<std::size_t>(tuples.tuple(t)[leg])]);
      columns.push_back(moments.offset(order) + moments.index(order).position(std::move(tuple)));
    }
  }
  return columns;
}

/// Rows of correlators at a scan point: from all blocks, and without each; then the same of the derivatives, side by side.
struct CorrelatorRows {
  Vector plug_in;
  RowMatrix leave_one_out;  ///< of the blocks that are there
  std::vector<Eigen::Index> blocks;
};

CorrelatorRows rows_of(const PointResult& result, const ActionSubject& subject, const std::vector<Eigen::Index>& columns) {
  std::vector<const Estimate*> parts = {&result.connected};
  for (int k = 1; subject.expansion == ActionExpansion::strength && k <= subject.order; ++k)
    parts.push_back(&result.derivatives[static_cast<std::size_t>(subject.derivatives[static_cast<std::size_t>(k - 1)] - 1)]);
  const auto width = std::ssize(columns);
  const RowMatrix& rows = result.connected.leave_one_out;
  CorrelatorRows found{Vector(width * std::ssize(parts)), RowMatrix(rows.rows(), width * std::ssize(parts)), {}};
  for (Eigen::Index p = 0; p < std::ssize(parts); ++p) {
    const Estimate& part = *parts[static_cast<std::size_t>(p)];
    for (Eigen::Index k = 0; k < width; ++k) {
      const Eigen::Index column = columns[static_cast<std::size_t>(k)];
      found.plug_in[p * width + k] = part.value[column] + (part.bias.size() > 0 ? part.bias[column] : 0.0);
      if (rows.rows() > 0) found.leave_one_out.col(p * width + k) = part.leave_one_out.col(column);
    }
  }
  for (Eigen::Index b = 0; b < rows.rows(); ++b)
    if (found.leave_one_out.row(b).allFinite()) found.blocks.push_back(b);
  found.leave_one_out = present_rows(found.leave_one_out);
  return found;
}

/// @param row correlators, and their derivatives, of all orders. @throws SingularError that names one which is not known.
void require_known(const Vector& row, const ActionSubject& subject) {
  for (Eigen::Index k = 0; k < row.size();)
    for (const int order : subject.correlator_orders)
      for (int t = 0; t < PackedIndex::count(static_cast<int>(subject.sites.size()), order); ++t, ++k)
        if (!std::isfinite(row[k])) throw SingularError(unknown_correlator(order, subject.sites, t));
}

ChosenCorrelators correlators_of(const PointResult& result, const std::vector<Eigen::Index>& columns) {
  ChosenCorrelators chosen{Vector(std::ssize(columns)), Vector(std::ssize(columns))};
  for (std::size_t k = 0; k < columns.size(); ++k) {
    chosen.value[static_cast<Eigen::Index>(k)] = result.connected.value[columns[k]];
    chosen.error[static_cast<Eigen::Index>(k)] = result.connected.error[columns[k]];
    if (result.tails.trusted.size() > 0 && result.tails.trusted[columns[k]] == 0.0) chosen.trusted = false;
  }
  return chosen;
}

/// From a row of correlators, and of their derivatives, to a row of couplings.
class CouplingStatistic {
 public:
  CouplingStatistic(const ActionSubject& subject, ModeRegulator regulator, int modes)
      : subject_(subject),
        regulator_(regulator),
        expansion_(Duality::action_from_correlators, static_cast<int>(subject.sites.size()), modes, subject.vertices,
                   subject.order, subject.layout.degrees().back()),
        modes_(modes) {
    const auto sites = static_cast<int>(subject.sites.size());
    for (const int order : subject.correlator_orders) {
      offsets_.push_back(width_);
      sizes_.push_back(PackedIndex(sites, order).size());
      width_ += sizes_.back();
    }
  }

  int modes() const noexcept { return modes_; }
  RowMatrix two_point(const Vector& row) const {
    return symmetric_matrix(static_cast<int>(subject_.sites.size()), row.head(sizes_.front()));
  }
  Vector operator()(const Vector& row) const {
    std::vector<Vector> vertices;
    for (const VertexKind& kind : subject_.vertices) {
      const auto place = static_cast<std::size_t>(kind.legs / 2 - 1);
      const bool derivative = subject_.expansion == ActionExpansion::strength;
      const Eigen::Index first = offsets_[place] + (derivative ? kind.order * width_ : 0);
      // The coefficient of a power is the derivative over its factorial.
      vertices.push_back(row.segment(first, sizes_[place]) / (derivative ? std::tgamma(kind.order + 1.0) : 1.0));
    }
    return subject_.layout.row(expansion_.evaluate(ModeBasis(two_point(row), regulator_, modes_), vertices));
  }

 private:
  const ActionSubject& subject_;
  ModeRegulator regulator_;
  DualExpansion expansion_;
  int modes_;
  Eigen::Index width_ = 0;
  std::vector<Eigen::Index> offsets_, sizes_;
};

/// The rows of this rank, every size-th; zeros elsewhere. A block without which there is no inverse is a failure of the point.
RowMatrix own_rows(const Communicator& comm, const CouplingStatistic& statistic, const RowMatrix& correlators, int couplings) {
  RowMatrix rows = RowMatrix::Zero(correlators.rows(), couplings);
  for (Eigen::Index b = comm.rank(); b < rows.rows(); b += comm.size()) rows.row(b) = statistic(correlators.row(b).transpose());
  return rows;
}

Estimate unknown_couplings(int size) {
  const Vector none = Vector::Constant(size, not_a_number);
  return {none, none, none, RowMatrix(0, size)};
}

}  // namespace

/// From rows of correlators to rows of couplings; the diagrams' tables are the same for all points with as many modes.
class ActionAnalysis::Statistics {
 public:
  explicit Statistics(const ActionSubject& subject) : subject_(subject) {}
  const CouplingStatistic& with(const ModeRegulator& regulator, int modes) {
    for (const auto& [known, statistic] : known_)
      if (known == regulator && statistic->modes() == modes) return *statistic;
    known_.emplace_back(regulator, std::make_unique<CouplingStatistic>(subject_, regulator, modes));
    return *known_.back().second;
  }
  /// NaN where that is impossible.
  Vector without_regulator(const Vector& row) {
    try {
      return with({}, subject_.layout.sites())(row);
    } catch (const SingularError&) {
      return Vector::Constant(subject_.layout.size(), not_a_number);
    }
  }

 private:
  const ActionSubject& subject_;
  std::vector<std::pair<ModeRegulator, std::unique_ptr<CouplingStatistic>>> known_;
};

ActionAnalysis::ActionAnalysis(const MomentLayout& moments, const ActionSubject& subject)
    : subject_(subject), columns_(chosen_columns(moments, subject)), statistics_(std::make_unique<Statistics>(subject)) {}

ActionAnalysis::~ActionAnalysis() = default;

PointAction ActionAnalysis::couplings(const Communicator& comm, const PointResult& result) {
  const int size = subject_.layout.size(), sites = subject_.layout.sites();
  PointAction action{0,
                     correlators_of(result, columns_),
                     Vector::Constant(sites, not_a_number),
                     not_a_number,
                     0,
                     unknown_couplings(size),
                     {},
                     {},
                     {}};
  if (subject_.regulator.kind != ModeRegulatorKind::none) action.unregulated = action.couplings.value;
  const CorrelatorRows rows = rows_of(result, subject_, columns_);
  RowMatrix leave_one_out;
  const auto evaluate = [&] {
    require_known(rows.plug_in, subject_);
    const RowMatrix two_point = symmetric_matrix(sites, rows.plug_in.head(PackedIndex(sites, 2).size()));
    action.eigenvalues = mode_eigenvalues(two_point);
    action.condition_number = condition_number(action.eigenvalues);
    const ModeBasis basis(two_point, subject_.regulator);
    action.modes = basis.modes();
    const CouplingStatistic& statistic = statistics_->with(subject_.regulator, basis.modes());
    action.couplings.value = statistic(rows.plug_in);
    if (action.unregulated.size() > 0) action.unregulated = statistics_->without_regulator(rows.plug_in);
    leave_one_out = own_rows(comm, statistic, rows.leave_one_out, size);
  };
  if (const auto failure = agree_on_failure(comm, failure_of_kind<SingularError>(evaluate))) {
    action.failure = *failure;
    action.couplings = unknown_couplings(size);
    return action;
  }
  action.couplings.bias = action.couplings.error = Vector::Zero(size);
  action.couplings.leave_one_out = RowMatrix(0, size);
  if (result.connected.leave_one_out.rows() == 0) return action;
  comm.sum_disjoint(std::span(leave_one_out.data(), static_cast<std::size_t>(leave_one_out.size())));
  const double blocks = static_cast<double>(leave_one_out.rows());
  action.couplings.bias = (blocks - 1.0) * (leave_one_out.colwise().mean().transpose() - action.couplings.value);
  action.couplings.value -= action.couplings.bias;
  action.couplings.error = jackknife_error(leave_one_out);
  action.couplings.leave_one_out = std::move(leave_one_out);
  action.blocks = rows.blocks;
  return action;
}

std::vector<PointAction> analyse_action(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject) {
  ActionAnalysis analysis(stored.layout().moments(), subject);
  std::vector<PointAction> actions;
  for (const std::size_t point : subject.points) {
    std::optional<PointResult> result;
    run_agreed<IoError>(comm, [&] { result = stored.point(point); });
    actions.push_back(analysis.couplings(comm, *result));
    actions.back().point = point;
  }
  return actions;
}

}  // namespace nnft
