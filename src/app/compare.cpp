#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/command.hpp"
#include "app/comparison_lines.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/stored_result.hpp"
#include "nnft/stats/comparison.hpp"

namespace nnft::app {
namespace {

CommonColumns common_tuples(const MomentLayout& a, const MomentLayout& b, int order) {
  CommonColumns common;
  const PackedIndex& left = a.index(order);
  const PackedIndex& right = b.index(order);
  for (int t = 0; t < left.size(); ++t) {
    const int place = right.position(left.tuple(t));
    if (place >= right.size() || !std::equal(left.tuple(t), left.tuple(t) + order, right.tuple(place))) continue;
    common.a.push_back(a.offset(order) + t);
    common.b.push_back(b.offset(order) + place);
    common.names.push_back(tuple_name(left.tuple(t), order));
  }
  return common;
}

CommonColumns common_sources(const RowMatrix& a, const RowMatrix& b) {
  CommonColumns common;
  for (Eigen::Index s = 0; s < a.rows(); ++s)
    for (Eigen::Index r = 0; r < b.rows(); ++r) {
      if (a.cols() != b.cols() || a.row(s) != b.row(r)) continue;
      common.a.push_back(s);
      common.b.push_back(r);
      common.names.push_back("source " + std::to_string(s));
      break;
    }
  return common;
}

CommonColumns common_observables(const SumLayout& a, const SumLayout& b) {
  CommonColumns common;
  const std::vector<BoxObservable> left = box_observables(a), right = box_observables(b);
  for (std::size_t k = 0; k < left.size(); ++k)
    for (std::size_t j = 0; j < right.size(); ++j) {
      if (!left[k].physical || left[k].name != right[j].name) continue;
      common.a.push_back(static_cast<Eigen::Index>(k));
      common.b.push_back(static_cast<Eigen::Index>(j));
      common.names.push_back(left[k].name);
    }
  return common;
}

/// What the two files say of the same quantities, and what of it may be rounding.
struct BothEstimates {
  const Estimate& a;
  const Estimate& b;
  double rounding = 0.0;
};

/// Connected correlators are sums of products of moments: rounding of them, in units of the largest moment of their order.
constexpr double rounding_of_cumulants = 8.0 * std::numeric_limits<double>::epsilon();

/// Value over error of a bin with 25 samples: with fewer, let alone none, the blocks do not tell the error.
constexpr double fewest_in_bin = 5.0;

/// Where the columns of the same bins begin in two files.
struct BinOffsets {
  int a;
  int b;
};

/// Those of `count` bins that both files know well enough. @param row bins in a row of two sites' bins; as many as `count` of one
/// site.
CommonColumns known_bins(const BinOffsets& offsets, int count, int row, const BothEstimates& both) {
  const auto known = [](const Estimate& estimate, int column) {
    return estimate.value[column] > fewest_in_bin * estimate.error[column];
  };
  CommonColumns common;
  for (int k = 0; k < count; ++k) {
    if (!known(both.a, offsets.a + k) || !known(both.b, offsets.b + k)) continue;
    common.a.push_back(offsets.a + k);
    common.b.push_back(offsets.b + k);
    common.names.push_back("bin " + (row < count ? std::to_string(k / row) + " " : std::string()) + std::to_string(k % row));
  }
  return common;
}

/// The largest magnitude in some columns of a row, of those computed.
double largest(const Vector& row, const std::vector<Eigen::Index>& columns) {
  double magnitude = 0.0;
  for (const Eigen::Index column : columns)
    if (std::isfinite(row[column])) magnitude = std::max(magnitude, std::abs(row[column]));
  return magnitude;
}

/// Of derivative k = 1, …, relative to the moments.
double rounding_of(const PointResult& result, int k) { return result.rounding.size() > 0 ? result.rounding[k - 1] : 0.0; }

/// Two files that can be compared.
class Pair {
 public:
  Pair(const std::string& a, const std::string& b) : a_file_(a), b_file_(b), a_(a_file_), b_(b_file_), names_{a, b} {
    if (a_.config().sites.rows() != b_.config().sites.rows() || a_.config().sites != b_.config().sites)
      throw UsageError("nnft compare: " + a + " and " + b + " have different sites");
    for (std::size_t k = 0; k < a_.config().deformations.size(); ++k)
      if (a_.config().deformations[k].kind != b_.config().deformations[k].kind)
        throw UsageError("nnft compare: " + a + " and " + b + " have different deformations");
    decide_sampling();
  }

  /// p-values of all blocks, printed on the way.
  std::vector<double> compare_all() const {
    std::vector<double> p_values;
    for (std::size_t p = 0; p < a_.points().size(); ++p)
      for (std::size_t q = 0; q < b_.points().size(); ++q)
        if (a_.points()[p].width == b_.points()[q].width && a_.points()[p].strengths == b_.points()[q].strengths)
          compare_points(p, q, p_values);
    return p_values;
  }

 private:
  void decide_sampling() {
    if (!a_.sampled() || !b_.sampled()) return;
    const RunConfig& left = a_.config().run;
    const RunConfig& right = b_.config().run;
    if (left.seed != right.seed) return;
    const bool same_blocks = left.blocks == right.blocks && left.slice == right.slice &&
                             a_.plan().networks() == b_.plan().networks() &&
                             a_.plan().block_label(0) == b_.plan().block_label(0) && a_.plan().blocks() == b_.plan().blocks();
    if (same_blocks) sampling_ = Sampling::paired;
    std::printf("  both have seed %llu: %s\n", static_cast<unsigned long long>(left.seed),
                same_blocks ? "differences are taken block by block"
                            : "they share random numbers but not blocks, and are compared as if independent");
  }

  void compare_points(std::size_t p, std::size_t q, std::vector<double>& p_values) const {
    const PointResult left = a_.point(p), right = b_.point(q);
    const ScanPoint& point = a_.points()[p];
    std::printf("%s\n", point.name.c_str());
    const MomentLayout& moments = a_.layout().moments();
    for (const int order : moments.orders()) {
      const std::vector<int>& others = b_.layout().moments().orders();
      if (std::find(others.begin(), others.end(), order) == others.end()) continue;
      const CommonColumns common = common_tuples(moments, b_.layout().moments(), order);
      const double rounding =
          rounding_of_cumulants * std::max(largest(left.full.value, common.a), largest(right.full.value, common.b));
      compare_block("G" + std::to_string(order) + "c", common, {left.connected, right.connected, rounding}, p_values);
    }
    compare_derivatives(left, right, p_values);
    if (a_.sampled() && b_.sampled()) compare_histograms(left, right, p_values);
    if (left.chain && right.chain) compare_box(*left.chain, *right.chain, p_values);
    compare_block("W", common_sources(a_.config().measure.sources, b_.config().measure.sources),
                  {left.generating, right.generating}, p_values);
  }

  /// Observables of the box that both files have, and effective masses of the sites, which are the same.
  void compare_box(const ChainResult& left, const ChainResult& right, std::vector<double>& p_values) const {
    compare_block("box", common_observables(a_.layout(), b_.layout()), {left.observables, right.observables}, p_values);
    CommonColumns sites;
    for (Eigen::Index site = 0; site < left.effective_mass.value.size(); ++site) {
      if (!std::isfinite(left.effective_mass.value[site]) && !std::isfinite(right.effective_mass.value[site])) continue;
      sites.a.push_back(site);
      sites.b.push_back(site);
      sites.names.push_back("site " + std::to_string(site));
    }
    compare_block("m_eff", sites, {left.effective_mass, right.effective_mass}, p_values);
  }

  /// Histograms of the same sites, if the bins are the same, and conditional densities.
  void compare_histograms(const PointResult& left, const PointResult& right, std::vector<double>& p_values) const {
    const HistogramLayout &mine = a_.layout().histograms(), &others = b_.layout().histograms();
    if (mine.bins() != others.bins()) return;
    const int row = mine.bins().bins;
    const BothEstimates both{left.histograms, right.histograms};
    for (int entry = 0; entry < mine.entries(); ++entry)
      for (int other = 0; other < others.entries(); ++other) {
        if (mine.sites(entry) != others.sites(other)) continue;
        compare_block("histogram_" + mine.name(entry),
                      known_bins({mine.offset(entry), others.offset(other)}, mine.columns(entry), row, both), both, p_values);
        if (mine.has_density(entry) && others.has_density(other))
          compare_block("density_" + mine.name(entry),
                        known_bins({mine.density_offset(entry), others.density_offset(other)}, row, row, both), both, p_values);
      }
  }

  void compare_derivatives(const PointResult& left, const PointResult& right, std::vector<double>& p_values) const {
    const DerivativeLayout &mine = a_.layout().derivatives(), &other = b_.layout().derivatives();
    for (int k = 1; k <= mine.size(); ++k)
      for (int j = 1; j <= other.size(); ++j) {
        if (mine.name(k) != other.name(j)) continue;
        for (const int order : a_.layout().moments().orders()) {
          const std::vector<int>& others = b_.layout().moments().orders();
          if (std::find(others.begin(), others.end(), order) == others.end()) continue;
          const CommonColumns common = common_tuples(a_.layout().moments(), b_.layout().moments(), order);
          const double rounding = rounding_of(left, k) * largest(left.full.value, common.a) +
                                  rounding_of(right, j) * largest(right.full.value, common.b);
          compare_block(
              "G" + std::to_string(order) + "c_" + mine.name(k), common,
              {left.derivatives[static_cast<std::size_t>(k - 1)], right.derivatives[static_cast<std::size_t>(j - 1)], rounding},
              p_values);
        }
      }
  }

  void compare_block(const std::string& name, const CommonColumns& common, const BothEstimates& both,
                     std::vector<double>& p_values) const {
    if (common.a.empty()) return;
    QuantityBlock left = columns_of(both.a, common.a);
    left.rounding = both.rounding;
    const BlockComparison block = compare(left, columns_of(both.b, common.b), sampling_);
    print_block(name, block, common.names);
    if (block.quantities > 0) p_values.push_back(block.p_value);
  }

  ResultReader a_file_, b_file_;
  StoredResult a_, b_;
  std::array<std::string, 2> names_;
  Sampling sampling_ = Sampling::independent;
};

bool holds_fits(const std::string& path) { return ResultReader(path).attribute("kind") == "fit"; }

std::vector<double> compare_two(const std::string& a, const std::string& b) {
  if (holds_fits(a)) return compare_limit(a, b);
  if (holds_fits(b)) return compare_limit(b, a);
  return Pair(a, b).compare_all();
}

}  // namespace

ExitCode compare(const Communicator& comm, const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words, {{}, {"--p"}});
  if (arguments.positional.size() != 2 || !arguments.overrides.empty())
    throw UsageError("nnft compare: expected two result files, got " + std::to_string(arguments.positional.size()));
  double threshold = incompatible_below;
  if (arguments.options.contains("--p") && !read_number(arguments.options.at("--p"), 0.0, 1.0, Ends::open, threshold).empty())
    throw UsageError("nnft compare: --p: expected a number between 0 and 1, got '" + arguments.options.at("--p") + "'");
  double p_value = 1.0;
  const auto compare_files = [&] {
    const std::vector<double> p_values = compare_two(arguments.positional[0], arguments.positional[1]);
    if (p_values.empty())
      throw UsageError("nnft compare: " + arguments.positional[0] + " and " + arguments.positional[1] +
                       " have no quantity in common (scan points, orders, tuples)");
    p_value = combined_p_value(p_values);
    std::printf("%s: p = %.3g for %zu blocks of quantities together (Bonferroni), threshold %g\n",
                p_value < threshold ? "INCOMPATIBLE" : "compatible", p_value, p_values.size(), threshold);
  };
  // The root compares; what it throws is everybody's, with its exit code.
  std::optional<std::string> unreadable;
  run_agreed<UsageError>(comm, [&] {
    try {
      if (comm.root()) compare_files();
    } catch (const IoError& error) {
      unreadable = error.what();
    }
  });
  run_agreed<IoError>(comm, [&] {
    if (unreadable) throw IoError(*unreadable);
  });
  return comm.min(p_value) < threshold ? ExitCode::incompatible : ExitCode::done;
}

}  // namespace nnft::app
