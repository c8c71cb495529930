// Error bars of couplings by powers of a strength: a Gaussian process with a shared scale through the analysis of
// `nnft action --in strength` against couplings from exact correlators. Prints a row of the table for each order and degree.
#include "nnft/run/action_analysis.hpp"
#include "support/ensemble_coverage.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

constexpr int blocks = 64;

/// Correlators of orders up to 2(order + 1) give the couplings through that order of the strength.
Config process(int order, double sigma_out) {
  return parse_config("[field]\narchitecture = cos\nsigma-weight = 1.1\nwidth = inf\nsigma-out = " + std::to_string(sigma_out) +
                          "\n[sites]\npoints = 0; 1\n[deformation]\nkind = shared-scale\nstrength = 0\n" +
                          "[measure]\norders = 2 4" + (order > 1 ? " 6" : "") +
                          "\nestimator = plain\nderivatives = differences\n" + "[run]\nnetworks = 65536\n" +
                          "blocks = " + std::to_string(blocks) + "\nslice = 128\n",
                      "strength_couplings.ini", {});
}

ActionRequest by_powers(int order) {
  ActionRequest request;
  request.expansion = ActionExpansion::strength;
  request.order = order;
  return request;
}

/// Couplings of each order and degree, as `nnft action` finds them. Every rank by itself.
class StrengthCouplings {
 public:
  explicit StrengthCouplings(int order)
      : alone_(MPI_COMM_SELF),
        plan_(process(order, 1.3), 1),
        subject_(action_subject(plan_, by_powers(order))),
        analysis_(plan_.layout(), subject_) {}

  const Plan& plan() const noexcept { return plan_; }

  test::NumberList operator()(const PointResult& result) {
    const PointAction action = analysis_.couplings(alone_, result);
    const Estimate& found = action.couplings;
    test::NumberList numbers;
    for (int order = 0; order <= subject_.order; ++order)
      for (const int degree : {2, 4, 6}) {
        if (degree > 2 * (order + 1)) continue;
        const Eigen::Index first = subject_.layout.offset(order, degree), size = subject_.layout.index(degree).size();
        numbers.add("g" + std::to_string(degree) + " alpha^" + std::to_string(order), found.value.segment(first, size),
                    found.error.size() > 0 ? Vector(found.error.segment(first, size)) : Vector(Vector::Zero(size)),
                    Vector::Constant(size, action.correlators.trusted ? 1.0 : 0.0));
      }
    return numbers;
  }

  test::NumberList exact(double sigma_out) {
    const Plan plan(process(subject_.order, sigma_out), 1);
    const ScanPoint& point = plan.points().front();
    const ExactValues exact = exact_values(process(subject_.order, sigma_out), point, plan.sums());
    return (*this)(
        exact_result(point, exact.connected, full_from_connected(plan.layout(), exact.connected), Vector(), exact.derivatives));
  }

 private:
  Communicator alone_;
  Plan plan_;
  ActionSubject subject_;
  ActionAnalysis analysis_;
};

void expect_couplings_covered(int order) {
  StrengthCouplings couplings(order);
  const test::NumberList exact = couplings.exact(1.3);
  const int seeds = test::seeds(200, 4);
  const RowMatrix none = RowMatrix::Zero(seeds, exact.values().size());
  test::SeedEstimates estimates = {none, none, none};
  for (int seed = test::world().rank(); seed < seeds; seed += test::world().size()) {
    Config config = process(order, 1.3);
    config.run.seed = 1000 + static_cast<std::uint64_t>(seed);
    const test::NumberList found = couplings(test::small_run(config, couplings.plan()));
    estimates.value.row(seed) = found.values().transpose();
    estimates.error.row(seed) = found.errors().transpose();
    estimates.trusted.row(seed) = found.trusted().transpose();
  }
  for (RowMatrix* part : {&estimates.value, &estimates.error, &estimates.trusted})
    test::world().sum_disjoint({part->data(), static_cast<std::size_t>(part->size())});
  if (!test::world().root()) return;
  test::print_coverage_header(blocks);
  test::expect_all_covered("shared scale, N = inf, order " + std::to_string(order) + ":", estimates, exact,
                           {{"sigma_a +1 %", couplings.exact(1.3 * 1.01)},
                            {"sigma_a +10 %", couplings.exact(1.3 * 1.1)},
                            {"sigma_a +30 %", couplings.exact(1.3 * 1.3)}},
                           blocks);
}

TEST(StrengthCouplingErrorBars, CoverTheTruthInFirstOrder) { expect_couplings_covered(1); }

// Of correlators of six fields the program does not trust the errors of so few samples.
TEST(StrengthCouplingErrorBars, CoverTheTruthInSecondOrderOrAreNotTrusted) { expect_couplings_covered(2); }

}  // namespace
}  // namespace nnft
