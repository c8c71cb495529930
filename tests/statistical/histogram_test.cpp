// Counts in bins against exact probabilities by Pearson's χ²: Gaussian processes, a finite cos-net whose density comes from its
// characteristic function, plain and conditional estimators against each other. Each is also held against a wrong model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/family.hpp"
#include "nnft/stats/hypothesis.hpp"

namespace nnft {
namespace {

constexpr int samples = 1 << 20;
constexpr double least_p_value = 1e-4;   // of a right model
constexpr double rejected_below = 1e-9;  // a wrong one

/// Bins, and behind them all that is outside.
using Cells = std::vector<double>;

struct Measured {
  HistogramLayout histograms;
  std::vector<Cells> counts;   ///< of each entry
  std::vector<Cells> density;  ///< of the first entry, if it has one: its mean over each slice
};

/// Counts of the first scan point, as the program finds them, behind them conditional densities.
Measured measured(const std::string& field, const std::string& measure) {
  const Config config = parse_config("[field]\n" + field + "[sites]\npoints = 0; 0.7\n[measure]\norders = 2\n" + measure +
                                         "[run]\nnetworks = 1\nblocks = 2\nslice = 8192\n",
                                     "histogram.ini", {});
  const Plan plan(config, 1);
  const SimdPath path = widest_simd_path();
  FamilySampler sampler(config, plan, {0, 1}, pilot_references(config, plan, {0, 1}, path), path);
  std::vector<double> row(static_cast<std::size_t>(plan.sums().size()));
  const HistogramLayout& histograms = plan.sums().histograms();
  Measured result{histograms, {}, {}};
  for (int entry = 0; entry < histograms.entries(); ++entry)
    result.counts.emplace_back(static_cast<std::size_t>(histograms.columns(entry)) + 1, 0.0);
  for (std::uint64_t first = 0; first < samples; first += plan.slice()) {
    std::ranges::fill(row, 0.0);
    sampler.sum_slice(first, static_cast<int>(plan.slice()), row);
    if (histograms.has_density(0)) {
      const auto begin = row.begin() + plan.sums().histogram_offset() + histograms.density_offset(0);
      result.density.emplace_back(begin, begin + histograms.columns(0));
      for (double& value : result.density.back()) value /= static_cast<double>(plan.slice());
    }
    for (int entry = 0; entry < histograms.entries(); ++entry)
      for (int k = 0; k < histograms.columns(entry); ++k)
        result.counts[static_cast<std::size_t>(entry)][static_cast<std::size_t>(k)] +=
            row[static_cast<std::size_t>(plan.sums().histogram_offset() + histograms.offset(entry) + k)];
  }
  for (Cells& cells : result.counts) {
    cells.back() = samples;
    for (std::size_t k = 0; k + 1 < cells.size(); ++k) cells.back() -= cells[k];
  }
  return result;
}

Cells with_outside(Cells probabilities) {
  double inside = 0.0;
  for (const double p : probabilities) inside += p;
  probabilities.push_back(1.0 - inside);
  return probabilities;
}

/// Σ of squared deviations over variances, where cells whose variance is below 25 are taken together.
class PearsonSum {
 public:
  void add(double deviation, double cell_variance) {
    if (cell_variance >= 25.0) return add_cell(deviation, cell_variance);
    rare_deviation_ += deviation;
    rare_variance_ += cell_variance;
  }
  double p_value() && {
    if (rare_variance_ >= 25.0) add_cell(rare_deviation_, rare_variance_);
    return chi2_p_value(chi2_, cells_ - 1.0);
  }

 private:
  void add_cell(double deviation, double cell_variance) {
    chi2_ += deviation * deviation / cell_variance;
    cells_ += 1.0;
  }
  double chi2_ = 0.0, cells_ = 0.0, rare_deviation_ = 0.0, rare_variance_ = 0.0;
};

double p_value(const Cells& counts, const Cells& probabilities) {
  EXPECT_EQ(counts.size(), probabilities.size());
  PearsonSum sum;
  for (std::size_t k = 0; k < counts.size(); ++k) sum.add(counts[k] - samples * probabilities[k], samples * probabilities[k]);
  return std::move(sum).p_value();
}

/// Two independent sets of as many samples.
double two_sample_p_value(const Cells& a, const Cells& b) {
  EXPECT_EQ(a.size(), b.size());
  PearsonSum sum;
  for (std::size_t k = 0; k < a.size(); ++k) sum.add(a[k] - b[k], a[k] + b[k]);
  return std::move(sum).p_value();
}

void expect_right_and_wrong(const std::string& what, double right, double wrong) {
  std::printf("%-44s p = %.3g; wrong model %.2g\n", what.c_str(), right, wrong);
  EXPECT_GT(right, least_p_value) << what;
  EXPECT_LT(wrong, rejected_below) << what;
}

double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double edge(const FieldBins& bins, int k) { return bins.centre(0) + (k - 0.5) * bins.width(); }

Cells normal_cells(const FieldBins& bins, double variance) {
  Cells p;
  const double sigma = std::sqrt(variance);
  for (int k = 0; k < bins.bins; ++k) p.push_back(normal_below(edge(bins, k + 1) / sigma) - normal_below(edge(bins, k) / sigma));
  return with_outside(p);
}

/// Of two sites of equal variance: ∫ over the first one's bin of the conditional probability of the second one's.
Cells normal_pair_cells(const FieldBins& bins, double variance, double covariance) {
  constexpr int steps = 64;  // midpoints; off by (bin / 64σ)²/24
  const double slope = covariance / variance, rest = std::sqrt(variance - slope * covariance);
  Cells p;
  for (int i = 0; i < bins.bins; ++i)
    for (int j = 0; j < bins.bins; ++j) {
      double sum = 0.0;
      for (int k = 0; k < steps; ++k) {
        const double x = edge(bins, i) + (k + 0.5) * bins.width() / steps;
        const double density = std::exp(-0.5 * x * x / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
        sum +=
            density * (normal_below((edge(bins, j + 1) - slope * x) / rest) - normal_below((edge(bins, j) - slope * x) / rest));
      }
      p.push_back(sum * bins.width() / steps);
    }
  return with_outside(p);
}

/// e^{−z} I₀(z) = E e^{−z(1 + cos 2b)}, of which the characteristic function of one neuron a cos b of variance σ²/N is made: z =
/// t²σ²/4N. Abramowitz and Stegun 9.7.1 beyond z = 40, where its fifth term is below 1e-8.
double scaled_bessel(double z) {
  if (z < 40.0) return std::exp(-z) * std::cyl_bessel_i(0.0, z);
  const double u = 1.0 / (8.0 * z);
  return (1.0 + u * (1.0 + u * (4.5 + u * (37.5 + u * 459.375)))) / std::sqrt(2.0 * std::numbers::pi * z);
}

/// Of φ = Σ a_i cos b_i, N neurons: P(a < φ < b) = (1/π) ∫ χ(t) [sin tb − sin ta]/t dt, χ(t) = (e^{−z}I₀(z))^N.
Cells cos_net_cells(const FieldBins& bins, int neurons, double variance) {
  constexpr double step = 0.02, end = 400.0;  // χ falls as t^−N
  Cells p(static_cast<std::size_t>(bins.bins), 0.0);
  for (double t = 0.5 * step; t < end; t += step) {
    const double characteristic = std::pow(scaled_bessel(t * t * variance / (2.0 * neurons)), neurons);
    for (int k = 0; k < bins.bins; ++k)
      p[static_cast<std::size_t>(k)] +=
          step / std::numbers::pi * characteristic * (std::sin(t * edge(bins, k + 1)) - std::sin(t * edge(bins, k))) / t;
  }
  return with_outside(p);
}

/// P(φ) = (1/π) ∫ χ(t) cos tφ dt of the same in the middle of bins.
Cells cos_net_density(const FieldBins& bins, int neurons, double variance) {
  constexpr double step = 0.02, end = 2000.0;  // χ falls as t^−N
  Cells p(static_cast<std::size_t>(bins.bins), 0.0);
  for (double t = 0.5 * step; t < end; t += step) {
    const double characteristic = std::pow(scaled_bessel(t * t * variance / (2.0 * neurons)), neurons);
    for (int k = 0; k < bins.bins; ++k)
      p[static_cast<std::size_t>(k)] += step / std::numbers::pi * characteristic * std::cos(t * bins.centre(k));
  }
  return p;
}

/// The largest deviation of mean densities from exact ones, in standard errors from the scatter of the slices.
double largest_pull(const std::vector<Cells>& density, const Cells& exact) {
  double largest = 0.0;
  const auto slices = static_cast<double>(density.size());
  for (std::size_t k = 0; k < exact.size(); ++k) {
    double sum = 0.0, squares = 0.0;
    for (const Cells& slice : density) {
      sum += slice[k] - exact[k];
      squares += (slice[k] - exact[k]) * (slice[k] - exact[k]);
    }
    const double mean = sum / slices, error = std::sqrt((squares / slices - mean * mean) / (slices - 1.0));
    largest = std::max(largest, std::abs(mean) / error);
  }
  return largest;
}

const std::string plain = "estimator = plain\n", conditional = "estimator = conditional\n";
const std::string one_site = "histogram = 1\nhistogram-range = 2.4\nhistogram-bins = 24\n";
const std::string two_sites = "histogram = 0 1; 1\nhistogram-range = 2\nhistogram-bins = 12\n";

// The kernel of the cos-net: σ_a²/2 e^{−σ_w²(x − y)²/2}.
constexpr double variance = 0.5 * 1.3 * 1.3;

TEST(Histogram, OfAGaussianProcessIsNormal) {
  const double covariance = variance * std::exp(-0.5 * 0.7 * 0.7);
  for (const std::string& estimator : {plain, conditional}) {
    const Measured one = measured("architecture = cos\nsigma-out = 1.3\nwidth = inf\n", estimator + one_site);
    const FieldBins bins = one.histograms.bins();
    expect_right_and_wrong("process, one site, " + estimator.substr(12, 5), p_value(one.counts[0], normal_cells(bins, variance)),
                           p_value(one.counts[0], normal_cells(bins, 1.03 * variance)));
    const Measured two = measured("architecture = cos\nsigma-out = 1.3\nwidth = inf\n", estimator + two_sites);
    const FieldBins wide = two.histograms.bins();
    expect_right_and_wrong("process, two sites, " + estimator.substr(12, 5),
                           p_value(two.counts[0], normal_pair_cells(wide, variance, covariance)),
                           p_value(two.counts[0], normal_pair_cells(wide, variance, 0.98 * covariance)));
    expect_right_and_wrong("process, behind a pair, " + estimator.substr(12, 5),
                           p_value(two.counts[1], normal_cells(wide, variance)),
                           p_value(two.counts[1], normal_cells(wide, 1.03 * variance)));
  }
}

TEST(Histogram, OfFourCosineNeuronsIsThatOfTheirCharacteristicFunction) {
  for (const std::string& estimator : {plain, conditional}) {
    const Measured one = measured("architecture = cos\nsigma-out = 1.3\nwidth = 4\n", estimator + one_site);
    const FieldBins bins = one.histograms.bins();
    const Cells exact = cos_net_cells(bins, 4, variance);
    expect_right_and_wrong("4 cosines, " + estimator.substr(12, 5) + ", variance 3 % off", p_value(one.counts[0], exact),
                           p_value(one.counts[0], cos_net_cells(bins, 4, 1.03 * variance)));
    // Nor is it normal, nor that of five neurons.
    EXPECT_LT(p_value(one.counts[0], normal_cells(bins, variance)), rejected_below);
    EXPECT_LT(p_value(one.counts[0], cos_net_cells(bins, 5, variance)), rejected_below);
  }
}

// Errors come from 128 slices: a pull beyond 5 has a probability of 2e-6.
TEST(ConditionalDensity, OfCosineNeuronsIsThatOfTheirCharacteristicFunction) {
  for (const int neurons : {4, 20}) {
    const Measured one =
        measured("architecture = cos\nsigma-out = 1.3\nwidth = " + std::to_string(neurons) + "\n", conditional + one_site);
    const FieldBins bins = one.histograms.bins();
    ASSERT_EQ(one.density.size(), samples / 8192u);
    const double right = largest_pull(one.density, cos_net_density(bins, neurons, variance)),
                 wrong = largest_pull(one.density, cos_net_density(bins, neurons, 1.003 * variance)),
                 broader = largest_pull(one.density, cos_net_density(bins, neurons + 1, variance));
    double variance_of_counts = 0.0, variance_of_density = 0.0;
    const Cells exact = cos_net_density(bins, neurons, variance);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      const double p = exact[k] * bins.width();
      variance_of_counts += p * (1.0 - p) / (bins.width() * bins.width());
      for (const Cells& slice : one.density)
        variance_of_density += (slice[k] - exact[k]) * (slice[k] - exact[k]) * 8192.0 / static_cast<double>(one.density.size());
    }
    const double gain = variance_of_counts / variance_of_density;
    std::printf("%d cosines: largest pull %.2f; variance 0.3 %% off %.1f, %d cosines %.1f; variance of counts over it %.0f\n",
                neurons, right, wrong, neurons + 1, broader, gain);
    EXPECT_LT(right, 5.0);
    EXPECT_GT(wrong, 8.0);
    EXPECT_GT(broader, 8.0);
    EXPECT_GT(gain, 5.0);
  }
}

TEST(Histogram, OfBothEstimatorsIsTheSame) {
  const std::string net = "architecture = mlp\nactivation = tanh\nsigma-bias = 0.5\nwidth = 3\n";
  const std::string bins = "histogram = 0 1; 0\nhistogram-range = 0.8\nhistogram-bins = 16\n";
  const auto of = [&](const std::string& estimator, const std::string& sigma_out) {
    return measured(net + "sigma-out = " + sigma_out + "\n", estimator + bins + (estimator == plain ? "[run]\nseed = 2\n" : ""));
  };
  const Measured left = of(plain, "1"), right = of(conditional, "1"), wrong = of(conditional, "1.015");
  for (std::size_t entry = 0; entry < 2; ++entry)
    expect_right_and_wrong("3 tanh neurons, plain beside conditional",
                           two_sample_p_value(left.counts[entry], right.counts[entry]),
                           two_sample_p_value(left.counts[entry], wrong.counts[entry]));
}

}  // namespace
}  // namespace nnft
