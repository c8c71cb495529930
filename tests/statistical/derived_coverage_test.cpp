// Error bars of what is derived from correlators: differences between strengths that share their draws, series in 1/N fitted to
// sampled widths, densities of the field, correlators of fields drawn from an action, p-values of comparisons. Prints a row of
// the table for each quantity.
#include <array>
#include <cmath>
#include <limits>

#include "nnft/action/action_draws.hpp"
#include "nnft/action/draw_pilot.hpp"
#include "nnft/run/series_analysis.hpp"
#include "nnft/stats/comparison.hpp"
#include "nnft/stats/cumulants.hpp"
#include "support/ensemble_coverage.hpp"

namespace nnft {
namespace {

using test::ConfigChange;
using test::NumberList;
using NamedLists = std::vector<std::pair<std::string, NumberList>>;

constexpr int blocks = 32;

int seeds() { return test::seeds(200); }

Config config_of(const std::string& text) {
  return parse_config(text + "[run]\nnetworks = 2048\nblocks = " + std::to_string(blocks) + "\nslice = 64\n", "derived.ini", {});
}

const std::string cosines = "[field]\narchitecture = cos\nsigma-out = 1.3\nsigma-weight = 1.1\n";
const std::string two_sites = "[sites]\npoints = -0.6; 1.1\n";

class DerivedErrorBars : public testing::Test {
 protected:
  static void SetUpTestSuite() { test::print_coverage_header(blocks); }
};

/// Orders one after the other.
NumberList by_order(const MomentLayout& moments, const Vector& value, const Vector& error, const std::string& prefix) {
  NumberList numbers;
  for (const int order : moments.orders()) {
    const Eigen::Index first = moments.offset(order), size = moments.index(order).size();
    numbers.add(prefix + test::correlator_name(order, "c"), value.segment(first, size), error.segment(first, size));
  }
  return numbers;
}

/// Of scan point 1 and point 0, block by block.
void expect_differences_covered(const std::string& name, const std::string& deformation) {
  const auto config_at = [&](const std::string& strength) {
    return config_of(cosines + "width = 8\n[deformation]\nkind = " + deformation + "\nstrength = 0 " + strength + "\n" +
                     two_sites + "[measure]\norders = 2 4\n");
  };
  const auto exact = [](const Config& config) {
    const Plan plan(config, 1);
    const Vector difference = exact_values(config, plan.points()[1], plan.sums()).connected -
                              exact_values(config, plan.points()[0], plan.sums()).connected;
    return by_order(plan.layout(), difference, Vector::Zero(difference.size()), "difference of ");
  };
  const Config config = config_at("0.2");
  const Plan plan(config, 1);
  const NamedLists wrong = {{"strength +5 %", exact(config_at("0.21"))}, {"strength +20 %", exact(config_at("0.24"))}};
  test::SmallFamily family(config, plan, {0, 2});
  const test::SeedEstimates estimates = test::over_seeds(seeds(), [&](std::uint64_t run) {
    const std::vector<PointResult> points = family.run(run);
    return by_order(plan.layout(), points[1].connected.value - points[0].connected.value,
                    jackknife_error(points[1].connected.leave_one_out - points[0].connected.leave_one_out), "difference of ");
  });
  test::expect_all_covered(name, estimates, exact(config), wrong, blocks);
}

TEST_F(DerivedErrorBars, DifferencesBetweenStrengths) {
  expect_differences_covered("cos, quartic 0, 0.2:", "weight-quartic");
  expect_differences_covered("cos, ring 0, 0.2:", "weight-ring");
  expect_differences_covered("cos, shared scale 0, 0.2:", "shared-scale");
}

/// G4c at one site of deep relu nets, all layers as wide: 3G2²[(1 + 5/N)^L − 1], a series that ends at 1/N^L.
Config deep_relu(int depth, int width, int networks_factor) {
  return parse_config("[field]\narchitecture = mlp\nactivation = relu\ndepth = " + std::to_string(depth) +
                          "\nwidth = " + std::to_string(width) + "\n[sites]\npoints = 1.3\n[measure]\norders = 2 4\n" +
                          "[run]\nnetworks = " + std::to_string(2048 * networks_factor) + "\nblocks = 32\nslice = 64\n",
                      "series.ini", {});
}

constexpr std::array<int, 4> widths = {12, 24, 48, 96};

FitInput sampled_scan(int depth, std::uint64_t seed) {
  FitInput input;
  input.variables = {{"G4c", "quad", {"quad_i", "quad_j", "quad_k", "quad_l"}, 4, 0, {{0, 0, 0, 0}}}};
  input.axes = {"strength"};
  for (int b = 0; b < blocks; ++b) input.blocks.push_back(b);
  std::vector<VariableValues> values;
  for (const int width : widths) {
    Config config = deep_relu(depth, width, 2);
    config.run.seed = seed;
    const Plan plan(config, 1);
    const PointResult result = test::small_run(config, plan);
    input.points.push_back({static_cast<double>(width), {0.0}});
    values.push_back({result.connected.value.tail(1), result.connected.error.tail(1), result.connected.leave_one_out.rightCols(1),
                      Vector::Ones(1)});
  }
  input.values = [values](std::size_t point, const FitVariable&) { return values[point]; };
  return input;
}

FitRequest series_request(double leading_power, std::vector<int> orders, bool free_exponent = false) {
  FitRequest request;
  request.direction = FitDirection::width;
  request.leading_power = leading_power;
  request.orders = std::move(orders);
  request.free_exponent = free_exponent;
  request.most_cuts = 0;
  return request;
}

/// Coefficients of the right series, then the leading one averaged over three, the limit of G4c, and the power of the leading
/// term of nets with one hidden layer.
NumberList fitted(int depth, std::uint64_t seed) {
  const FitInput input = sampled_scan(depth, seed);
  NumberList numbers;
  const LeastSquares fit = analyse_series(input, series_request(1.0, {1})).groups[0].tuples[0][0].fit;
  for (const int k : {0, 1})
    numbers.add("series, 1/N^" + std::to_string(k + 1), Vector::Constant(1, fit.parameters[k]),
                Vector::Constant(1, std::sqrt(fit.covariance(k, k))));
  const SeriesAnalysis orders = analyse_series(input, series_request(1.0, {0, 1, 2}));
  const AveragedParameter average = orders.average(orders.groups[0].tuples[0])[0];
  numbers.add("average, 1/N", Vector::Constant(1, average.value), Vector::Constant(1, average.error));
  const LeastSquares limit = analyse_series(input, series_request(0.0, {2})).groups[0].tuples[0][0].fit;
  numbers.add("limit N -> inf", Vector::Constant(1, limit.parameters[0]), Vector::Constant(1, std::sqrt(limit.covariance(0, 0))));
  // One hidden layer: G4c = 15 G2²/N.
  const FitInput single = sampled_scan(1, seed);
  const LeastSquares power = analyse_series(single, series_request(1.0, {0}, true)).groups[0].tuples[0][0].fit;
  numbers.add("leading power", Vector::Constant(1, power.parameters[1]), Vector::Constant(1, std::sqrt(power.covariance(1, 1))));
  return numbers;
}

NumberList exact_series(int depth, double larger) {
  const Config config = deep_relu(depth, widths[0], 1);
  const Plan plan(config, 1);
  const double square = 3.0 * std::pow(exact_values(config, plan.points()[0], plan.sums()).connected[0], 2);
  const auto one = [](double value) { return Vector::Constant(1, value); };
  NumberList numbers;
  numbers.add("series, 1/N^1", one(larger * 5.0 * depth * square));
  numbers.add("series, 1/N^2", one(larger * 25.0 * depth * (depth - 1) / 2.0 * square));
  numbers.add("average, 1/N", one(larger * 5.0 * depth * square));
  numbers.add("limit N -> inf", one((larger - 1.0) * 5.0 * depth * square / widths[0]));
  numbers.add("leading power", one(larger));
  return numbers;
}

TEST_F(DerivedErrorBars, SeriesInWidth) {
  constexpr int depth = 2;
  const NamedLists wrong = {{"+2 % (limit: of G4c at N = 12)", exact_series(depth, 1.02)},
                            {"+10 % (limit: of G4c at N = 12)", exact_series(depth, 1.1)},
                            {"+50 % (limit: of G4c at N = 12)", exact_series(depth, 1.5)}};
  const test::SeedEstimates estimates =
      test::over_seeds(test::seeds(200, 2), [&](std::uint64_t run) { return fitted(depth, 1000 + run); });
  test::expect_all_covered("relu, 2 layers, G4c:", estimates, exact_series(depth, 1.0), wrong, blocks);
}

/// Identity nets of L layers: given the layer below, kernels of a layer are Wishart, Σ over pairings of E[KK] grows by 1 + 2/N.
TEST_F(DerivedErrorBars, DeepIdentityNetsAtAnySites) {
  Config config = config_of(
      "[field]\narchitecture = mlp\nactivation = identity\ndepth = 3\ninput-dim = 2\nwidth = 16\n[sites]\npoints = 1 0; 0.3 0.9\n"
      "[measure]\norders = 2 4\n");
  const Plan plan(config, 1);
  const MomentLayout& moments = plan.layout();
  const RowMatrix kernel = config.sites * config.sites.transpose() / 2.0;
  const auto exact = [&](double width) {
    Vector connected(moments.size());
    for (int t = 0; t < moments.index(2).size(); ++t)
      connected[t] = kernel(moments.index(2).tuple(t)[0], moments.index(2).tuple(t)[1]);
    for (int t = 0; t < moments.index(4).size(); ++t) {
      const int* q = moments.index(4).tuple(t);
      connected[moments.offset(4) + t] = (std::pow(1.0 + 2.0 / width, 3) - 1.0) *
                                         (kernel(q[0], q[1]) * kernel(q[2], q[3]) + kernel(q[0], q[2]) * kernel(q[1], q[3]) +
                                          kernel(q[0], q[3]) * kernel(q[1], q[2]));
    }
    return connected;
  };
  const Vector truth = exact(16.0), none = Vector::Zero(truth.size());
  const auto scaled = [&](const Vector& row, double factor) { return by_order(moments, factor * row, none, ""); };
  const test::SeedEstimates estimates = test::over_seeds(seeds(), [&](std::uint64_t run) {
    config.run.seed = 1000 + run;
    const PointResult result = test::small_run(config, plan);
    return by_order(moments, result.connected.value, result.connected.error, "");
  });
  test::expect_all_covered("identity, 3 layers, two sites", estimates, scaled(truth, 1.0),
                           {{"correlators +1 %", scaled(truth, 1.01)}, {"N = 15", scaled(exact(15.0), 1.0)}}, blocks);
}

/// E e^{itφ} of N neurons a cos b, output weights of variance σ²/N: (e^{−z}I₀(z))^N, z = t²σ²/4N.
double characteristic(double t, double sigma, int width) {
  const double z = t * t * sigma * sigma / (4.0 * width);
  const double u = 1.0 / (8.0 * z);  // Abramowitz and Stegun 9.7.1
  const double one =
      z < 40.0 ? std::exp(-z) * std::cyl_bessel_i(0.0, z) : (1.0 + u * (1.0 + u * (4.5 + u * 37.5))) / std::sqrt(2.0 * M_PI * z);
  return std::pow(one, width);
}

/// The density in the middle of bins, and its mean over each.
NumberList exact_density(const FieldBins& bins, double sigma, int width) {
  constexpr double step = 0.02;
  constexpr int steps = 4000;
  Vector means = Vector::Zero(bins.bins), middles = Vector::Zero(bins.bins);
  for (int s = 0; s < steps; ++s) {
    const double t = (s + 0.5) * step, weight = characteristic(t, sigma, width) * step / M_PI, half = 0.5 * t * bins.width();
    for (int k = 0; k < bins.bins; ++k) {
      middles[k] += weight * std::cos(t * bins.centre(k));
      means[k] += weight * std::cos(t * bins.centre(k)) * std::sin(half) / half;
    }
  }
  NumberList numbers;
  numbers.add("histogram", means);
  numbers.add("density given K", middles);
  numbers.add("share within range", Vector::Constant(1, means.sum() * bins.width()));
  return numbers;
}

TEST_F(DerivedErrorBars, Densities) {
  constexpr double sigma = 1.3;
  constexpr int width = 8;
  Config config = config_of(cosines + "width = 8\n[sites]\npoints = 0.4\n[measure]\norders = 2\nhistogram = 0\n" +
                            "histogram-range = 2\nhistogram-bins = 8\n");
  const Plan plan(config, 1);
  const FieldBins& bins = config.measure.field_bins;
  const test::SeedEstimates estimates = test::over_seeds(seeds(), [&](std::uint64_t run) {
    config.run.seed = 1000 + run;
    const PointResult result = test::small_run(config, plan);
    NumberList numbers;
    numbers.add("histogram", result.histograms.value.head(bins.bins), result.histograms.error.head(bins.bins));
    numbers.add("density given K", result.histograms.value.segment(bins.bins, bins.bins),
                result.histograms.error.segment(bins.bins, bins.bins));
    numbers.add("share within range", result.histograms.value.segment(2 * bins.bins, 1),
                result.histograms.error.segment(2 * bins.bins, 1));
    return numbers;
  });
  test::expect_all_covered(
      "cos, N = 8", estimates, exact_density(bins, sigma, width),
      {{"sigma_a +1 %", exact_density(bins, 1.01 * sigma, width)}, {"sigma_a +3 %", exact_density(bins, 1.03 * sigma, width)}},
      blocks);
}

/// ⟨φⁿ⟩ under e^{−g2 φ² − g4 φ⁴} by the trapezoidal rule, as connected correlators.
NumberList exact_draws(double g2, double g4) {
  std::array<double, 3> sums{};
  for (int k = -4000; k <= 4000; ++k) {
    const double phi = 0.002 * k, weight = std::exp(-g2 * phi * phi - g4 * std::pow(phi, 4));
    sums[0] += weight;
    sums[1] += weight * phi * phi;
    sums[2] += weight * std::pow(phi, 4);
  }
  NumberList numbers;
  const double second = sums[1] / sums[0];
  numbers.add("G2c", Vector::Constant(1, second));
  numbers.add("G4c", Vector::Constant(1, sums[2] / sums[0] - 3.0 * second * second));
  return numbers;
}

TEST_F(DerivedErrorBars, CorrelatorsOfDrawnFields) {
  for (const auto& [name, g2, g4] : {std::tuple("drawn, one well:", 0.7, 0.1), std::tuple("drawn, two wells:", -0.5, 0.2)}) {
    const SiteAction action(1, {{2, Vector::Constant(1, g2)}, {4, Vector::Constant(1, g4)}});
    const MomentLayout moments(1, {2, 4});
    const DrawLayout layout(moments, 256);
    const CumulantEstimator cumulants(moments, Vector::Zero(1));
    const SimdPath path = widest_simd_path();
    const DrawMethod method = pilot_draws(action, Stream(1, 1), path);
    const test::SeedEstimates estimates = test::over_seeds(seeds(), [&](std::uint64_t run) {
      const Stream stream(1000 + run, 1);
      const GaussianReference reference = reference_of(action, method.kind, method.covariance);
      BlockTable table(blocks, moments.size());
      table.counts.assign(table.counts.size(), layout.samples());
      for (std::uint64_t first = 0; first < blocks; first += batch_samples)
        table.sums.middleRows(static_cast<Eigen::Index>(first), batch_samples) =
            draw_batch(reference, layout, method.schedule, stream, first, path).leftCols(moments.size());
      const Estimate found = jackknife(table, moments.size(), [&](std::span<const double> means, std::span<double> connected) {
        cumulants.connected(means, connected);
      });
      return by_order(moments, found.value, found.error, "");
    });
    test::expect_all_covered(name, estimates, exact_draws(g2, g4),
                             {{"g4 +2 %", exact_draws(g2, 1.02 * g4)},
                              {"g2 +5 %", exact_draws(1.05 * g2, g4)},
                              {"g2 +20 %", exact_draws(1.2 * g2, g4)}},
                             blocks);
  }
}

/// p-values of pairs of runs of independent draws: chi2 of correlators, all together.
std::vector<double> p_values(const Config& first, const Config& second, bool combined) {
  std::vector<double> found;
  Config a = first, b = second;
  const Plan plan(a, 1), other(b, 1);
  for (int k = 0; k < seeds(); ++k) {
    a.run.seed = 5000 + 2 * static_cast<std::uint64_t>(k);
    b.run.seed = a.run.seed + 1;
    const Estimate x = test::small_run(a, plan).connected, y = test::small_run(b, other).connected;
    const BlockComparison comparison =
        compare({x.value, x.error, x.leave_one_out}, {y.value, y.error, y.leave_one_out}, Sampling::independent);
    found.push_back(combined ? comparison.p_value : comparison.chi2->p_value);
  }
  return found;
}

TEST_F(DerivedErrorBars, PValuesOfComparisons) {
  const auto at_width = [](int width) {
    return config_of(cosines + "width = " + std::to_string(width) + "\n" + two_sites + "[measure]\norders = 2 4\n");
  };
  const std::vector<double> chi2 = p_values(at_width(16), at_width(16), false), all = p_values(at_width(16), at_width(16), true),
                            wrong = p_values(at_width(16), at_width(20), false);
  const double distance = test::uniformity(chi2), wrong_distance = test::uniformity(wrong);
  const auto below = [&](double p) { return static_cast<double>(std::ranges::count_if(all, [=](double x) { return x < p; })); };
  // D√n of a uniform p exceeds 2.7 with probability 1e-6 (Kolmogorov: 2e^{−2x²}).
  std::printf("COVERAGE compare, p of chi2: sqrt(n) D %.2f of %zu; N = 20 against 16: %.2f. combined p < 0.1, 0.01: %.4f, %.4f\n",
              distance, chi2.size(), wrong_distance, below(0.1) / seeds(), below(0.01) / seeds());
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(distance, 2.7);
  EXPECT_GT(wrong_distance, 2.7);
  // The combined p is a bound (Bonferroni): it may not be too small.
  for (const double p : {0.1, 0.01}) EXPECT_LT(test::binomial_z(below(p) / seeds(), p, seeds()), 4.9) << p;
}

}  // namespace
}  // namespace nnft
