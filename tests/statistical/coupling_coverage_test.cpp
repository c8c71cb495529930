// Error bars of couplings, and of the Edgeworth series of the density, cover the truth: many seeds of a small run through the
// analysis of `nnft action` against couplings from exact correlators. Rejected are another width, and errors that take the
// correlators for independent of each other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/action_analysis.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/field_density.hpp"
#include "nnft/stats/hypothesis.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "support/coverage_table.hpp"
#include "support/mpi_main.hpp"
#include "support/small_run.hpp"

namespace nnft {
namespace {

constexpr int width = 20;
constexpr int wrong_widths[] = {21, 24, 10, 5};
constexpr int order = 2;
constexpr int blocks = 64;
constexpr double rejected_beyond = 6.0;  ///< standard errors
constexpr double uniform_below = 1.95;   ///< √n D exceeds it with probability 1e-3 if p is uniform

int seeds() { return test::seeds(1500); }

Config cos_net(int net_width) {
  return parse_config("[field]\narchitecture = cos\nsigma-out = 1.3\nsigma-weight = 1.1\nwidth = " + std::to_string(net_width) +
                          "\n[sites]\npoints = 0; 1\n[measure]\norders = 2 4 6\nestimator = conditional\n" +
                          "[run]\nnetworks = 8192\nblocks = " + std::to_string(blocks) + "\nslice = 128\n",
                      "coupling_coverage.ini", {});
}

ActionRequest through_order() {
  ActionRequest request;
  request.order = order;
  return request;
}

/// A number that is estimated: a coupling through 1/N², its part of order 1/N² alone, or the density somewhere.
struct Quantity {
  std::string name;
  bool coupling;
};

/// What one run says of all quantities. Errors 0 and no rows if its correlators are exact.
struct Answer {
  Vector value, error;
  RowMatrix leave_one_out;  ///< of the couplings, which come first; shape (blocks, couplings)
};

std::string digits(const int* tuple, int legs) {
  std::string text;
  for (int leg = 0; leg < legs; ++leg) text += std::to_string(tuple[leg]);
  return text;
}

/// From correlators of a run to couplings and densities, as `nnft action --density '0; 0 1'` finds them.
class ActionOfRun {
 public:
  explicit ActionOfRun(const Communicator& comm)
      : comm_(comm),
        plan_(cos_net(width), 1),
        subject_(action_subject(plan_, through_order())),
        couplings_(plan_.layout(), subject_),
        bins_(HistogramLayout({2.4, 6}, {{0}, {0, 1}})),
        densities_(plan_.sums(), subject_, bins_) {
    name_quantities();
  }

  const Plan& plan() const noexcept { return plan_; }
  const std::vector<Quantity>& quantities() const noexcept { return quantities_; }
  Eigen::Index couplings() const noexcept { return subject_.layout.order_size() - first_coupling(); }

  Answer operator()(const PointResult& result) {
    const CouplingLayout& layout = subject_.layout;
    const Estimate estimate = couplings_.couplings(comm_, result).couplings;
    const std::vector<FieldDensity> found = densities_.densities(comm_, result);
    const auto size = std::ssize(quantities_);
    Answer answer{Vector(size), Vector::Zero(size), RowMatrix(estimate.leave_one_out.rows(), couplings())};
    answer.value.head(couplings()) = layout.summed(estimate.value, order).tail(couplings());
    for (Eigen::Index b = 0; b < answer.leave_one_out.rows(); ++b)
      answer.leave_one_out.row(b) = layout.summed(estimate.leave_one_out.row(b).transpose(), order).tail(couplings()).transpose();
    if (answer.leave_one_out.rows() > 0) answer.error.head(couplings()) = jackknife_error(answer.leave_one_out);
    Eigen::Index next = couplings();
    for (const int degree : {2, 4}) {
      const Eigen::Index first = layout.offset(order, degree), count = layout.index(degree).size();
      answer.value.segment(next, count) = estimate.value.segment(first, count);
      answer.error.segment(next, count) = estimate.error.segment(first, count);
      next += count;
    }
    for (const int through : {1, 2})
      for (const int bin : middles) {
        answer.value[next] = found[0].middle.value(through, bin);
        answer.error[next++] = found[0].middle.error(through, bin);
      }
    for (const auto& [first, second] : places) {
      answer.value[next] = found[1].series.value(order, first * bins_.bins().bins + second);
      answer.error[next++] = found[1].series.error(order, first * bins_.bins().bins + second);
    }
    return answer;
  }

 private:
  /// φ at site 0, and bins of both sites.
  static constexpr int middles[] = {3, 4, 5};
  static constexpr std::pair<int, int> places[] = {{3, 3}, {3, 1}, {4, 5}};

  /// Behind the constant, which is no coupling.
  Eigen::Index first_coupling() const { return subject_.layout.offset(0, 2); }
  void name_couplings(int degree, const std::string& through) {
    const PackedIndex& tuples = subject_.layout.index(degree);
    for (int t = 0; t < tuples.size(); ++t)
      quantities_.push_back({"g" + std::to_string(degree) + "(" + digits(tuples.tuple(t), degree) + ")" + through, true});
  }
  void name_quantities() {
    for (const int degree : {2, 4, 6}) name_couplings(degree, "");
    for (const int degree : {2, 4}) name_couplings(degree, ", only 1/N^2");
    const auto centre = [&](int bin) { return std::to_string(bins_.bins().centre(bin)).substr(0, bin < 3 ? 4 : 3); };
    for (const int through : {1, 2})
      for (const int bin : middles)
        quantities_.push_back({"P(" + centre(bin) + ") through 1/N^" + std::to_string(through), false});
    for (const auto& [first, second] : places) quantities_.push_back({"P(" + centre(first) + ", " + centre(second) + ")", false});
  }

  const Communicator& comm_;
  Plan plan_;
  ActionSubject subject_;
  ActionAnalysis couplings_;
  HistogramLayout bins_;
  DensityAnalysis densities_;
  std::vector<Quantity> quantities_;
};

PointResult exact_point(int net_width) {
  const Config config = cos_net(net_width);
  const Plan plan(config, 1);
  const ScanPoint& point = plan.points().front();
  const Vector connected = exact_values(config, point, plan.sums()).connected;
  return exact_result(point, connected, full_from_connected(plan.layout(), connected), Vector(),
                      RowMatrix(0, plan.layout().size()));
}

/// Derivatives of the quantities in the correlators, at exact ones: central differences. Shape (quantities, moments).
RowMatrix slopes(ActionOfRun& action, const PointResult& exact, const MomentLayout& moments) {
  RowMatrix found(std::ssize(action.quantities()), moments.size());
  for (const int legs : moments.orders()) {
    const Eigen::Index first = moments.offset(legs), size = moments.index(legs).size();
    const double step = 1e-4 * exact.connected.value.segment(first, size).cwiseAbs().maxCoeff();
    for (Eigen::Index k = first; k < first + size; ++k) {
      PointResult above = exact, below = exact;
      above.connected.value[k] += step;
      below.connected.value[k] -= step;
      found.col(k) = (action(above).value - action(below).value) / (2.0 * step);
    }
  }
  return found;
}

/// What the seeds found: shape (seeds, quantities), or (seeds).
struct Found {
  RowMatrix value, error;
  RowMatrix separate;             ///< errors as if the correlators were independent of each other
  Vector p_value, wrong_p_value;  ///< Hotelling, of all couplings, against both widths
};

/// Each rank works on every size-th seed, by itself.
class Experiment {
 public:
  Experiment() : alone_(MPI_COMM_SELF), action_(alone_) {
    const PointResult exact = exact_point(width);
    truth_ = action_(exact).value;
    for (const int other : wrong_widths) wrong_.emplace_back(other, action_(exact_point(other)).value);
    slopes_ = slopes(action_, exact, action_.plan().layout());
    const Eigen::Index columns = std::ssize(action_.quantities());
    const RowMatrix none = RowMatrix::Zero(seeds(), columns);
    found_ = {none, none, none, Vector::Zero(seeds()), Vector::Zero(seeds())};
    for (int seed = test::world().rank(); seed < seeds(); seed += test::world().size()) run(seed);
    for (RowMatrix* part : {&found_.value, &found_.error, &found_.separate})
      test::world().sum_disjoint({part->data(), static_cast<std::size_t>(part->size())});
    for (Vector* part : {&found_.p_value, &found_.wrong_p_value})
      test::world().sum_disjoint({part->data(), static_cast<std::size_t>(part->size())});
  }

  const std::vector<Quantity>& quantities() const noexcept { return action_.quantities(); }
  const Vector& truth() const noexcept { return truth_; }
  /// Of other widths.
  const std::vector<std::pair<int, Vector>>& wrong() const noexcept { return wrong_; }
  const Found& found() const noexcept { return found_; }

 private:
  void run(int seed) {
    Config config = cos_net(width);
    config.run.seed = 1000 + static_cast<std::uint64_t>(seed);
    const PointResult result = test::small_run(config, action_.plan());
    const Answer answer = action_(result);
    found_.value.row(seed) = answer.value.transpose();
    found_.error.row(seed) = answer.error.transpose();
    found_.separate.row(seed) = (slopes_.cwiseAbs2() * result.connected.error.cwiseAbs2()).cwiseSqrt().transpose();
    const Eigen::Index couplings = action_.couplings();
    const Vector value = answer.value.head(couplings);
    found_.p_value[seed] = correlated_chi2(value - truth_.head(couplings), answer.leave_one_out).p_value;
    found_.wrong_p_value[seed] = correlated_chi2(value - wrong_.front().second.head(couplings), answer.leave_one_out).p_value;
  }

  Communicator alone_;
  ActionOfRun action_;
  Vector truth_;
  std::vector<std::pair<int, Vector>> wrong_;
  RowMatrix slopes_;
  Found found_;
};

/// Made once, by whichever test comes first. MPI must still be there when it goes.
class CouplingErrorBars : public testing::Test {
 protected:
  static void SetUpTestSuite() { experiment = std::make_unique<Experiment>(); }
  static void TearDownTestSuite() { experiment.reset(); }
  static std::unique_ptr<Experiment> experiment;
};
std::unique_ptr<Experiment> CouplingErrorBars::experiment;

/// Pulls of a quantity in errors that take the correlators for independent.
struct Line {
  const Quantity& quantity;
  test::Pulls separate;

  Line(const Experiment& experiment, Eigen::Index q)
      : quantity(experiment.quantities()[static_cast<std::size_t>(q)]),
        separate(experiment.found().value.col(q), experiment.found().separate.col(q), experiment.truth()[q], blocks) {}
};

std::vector<Line> lines(const Experiment& experiment) {
  std::vector<Line> found;
  for (Eigen::Index q = 0; q < std::ssize(experiment.quantities()); ++q) found.emplace_back(experiment, q);
  return found;
}

double uniformity(const Vector& p) { return test::uniformity({p.begin(), p.end()}); }

/// A row of the table for each quantity.
TEST_F(CouplingErrorBars, CoverTheTruthAndRejectOtherWidths) {
  if (!test::world().root()) return;
  test::print_coverage_header(blocks);
  const auto of = [](const Vector& row, Eigen::Index q) { return Vector(row.segment(q, 1)); };
  for (Eigen::Index q = 0; q < std::ssize(experiment->quantities()); ++q) {
    std::vector<test::WrongModel> wrong;
    for (const auto& [other, values] : experiment->wrong()) wrong.push_back({"width " + std::to_string(other), of(values, q)});
    test::expect_covered("cos, N = 20 " + experiment->quantities()[static_cast<std::size_t>(q)].name,
                         {experiment->found().value.col(q), experiment->found().error.col(q), RowMatrix::Ones(seeds(), 1)},
                         of(experiment->truth(), q), wrong, blocks);
  }
}

TEST_F(CouplingErrorBars, GiveUniformPValuesOfAllCouplingsTogether) {
  const double right = uniformity(experiment->found().p_value), wrong = uniformity(experiment->found().wrong_p_value);
  if (test::world().root())
    std::printf("COVERAGE Hotelling's p of all couplings: sqrt(n) D = %.3f, of those of N = %d %.3f\n", right, wrong_widths[0],
                wrong);
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(right, uniform_below);
  EXPECT_GT(wrong, 2.0 * uniform_below);
}

// Errors of G2c, G4c, … one by one, squares added: what one gets from the errors of a file without its leave-one-out values. They
// are too large by a factor of two to four, since correlators at nearby tuples move together and couplings are differences of
// them; only those of the density at one site, which G2c there decides, come out right.
TEST_F(CouplingErrorBars, RejectErrorsThatTakeCorrelatorsForIndependent) {
  NNFT_SKIP_IF_SMALL();
  double density = 0.0;
  for (const Line& line : lines(*experiment)) {
    if (line.quantity.coupling) {
      EXPECT_GT(std::abs(line.separate.ratio_z), rejected_beyond) << line.quantity.name << ": " << line.separate.ratio;
      EXPECT_GT(std::abs(line.separate.within_one_z), rejected_beyond) << line.quantity.name << ": " << line.separate.within_one;
    } else {
      density = std::max(density, std::abs(line.separate.within_one_z));
    }
  }
  EXPECT_GT(density, rejected_beyond) << "density";
}

}  // namespace
}  // namespace nnft
