#include "nnft/run/plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/core/format.hpp"
#include "nnft/random/variates.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/sampling/finite_differences.hpp"
#include "nnft/sampling/moment_sampler.hpp"

namespace nnft {
namespace {

/// `jackknife = auto` leaves leave-one-out values out of the file when they would be larger than this.
constexpr double automatic_jackknife_bytes = 1e9;

/// What a rank of a job without tables takes: 30 MB measured with Open MPI 4.1 and HDF5 1.10 on 1 to 4 ranks, and some room.
constexpr double library_bytes = 40e6;

/// What a rank keeps for each pair of sites of a scan point: K₀, as the pilot finds it, as it is summed over the ranks, and as it
/// is kept.
constexpr double bytes_of_reference = 24.0;

std::vector<std::vector<double>> strength_axes(const Config& config) {
  std::vector<std::vector<double>> axes;
  for (int p = 0; p < std::max(1, config.deformation_count()); ++p)
    axes.push_back(config.deformations[static_cast<std::size_t>(p)].strengths);
  return axes;
}

/// The product of all axes, the last one fastest.
std::vector<ScanPoint> scan_points(const Config& config, const std::vector<std::vector<double>>& strengths) {
  const std::vector<double>& widths = config.field.widths;
  std::vector<ScanPoint> points;
  for (std::uint64_t w = 0; w < widths.size(); ++w) points.push_back({widths[w], {}, {w}, "width " + number_text(widths[w])});
  for (std::size_t p = 0; p < strengths.size(); ++p) {
    const std::vector<double>& axis = strengths[p];
    std::vector<ScanPoint> finer;
    for (const ScanPoint& point : points)
      for (std::uint64_t s = 0; s < axis.size(); ++s) {
        finer.push_back(point);
        finer.back().strengths.push_back(axis[s]);
        finer.back().place.push_back(s);
        if (config.deformations[p].kind)
          finer.back().name += ", " + config.strength_name(static_cast<int>(p)) + " " + number_text(axis[s]);
      }
    points = std::move(finer);
  }
  return points;
}

/// Ensembles of a family: strengths of a shared scale have the same samples.
double distinct_ensembles(const Config& config) {
  double ensembles = 1.0;
  for (const DeformationConfig& deformation : config.deformations)
    if (deformation.kind && deforms_weights(*deformation.kind)) ensembles *= static_cast<double>(deformation.strengths.size());
  return ensembles;
}

/// Outputs of the hidden layers that a sampler of deep networks keeps of a batch: one layer, or two while it computes the next,
/// in every copy.
double hidden_layer_bytes(const Config& config) {
  const FieldConfig& field = config.field;
  if (field.architecture != "mlp" || field.depth == 1 || mlp_spec(field).draw == HiddenDraw::preactivations) return 0.0;
  double neurons = 0.0;
  for (const int width : field.hidden_widths) neurons = std::max(neurons, static_cast<double>(width));
  for (const double width : field.widths)
    if (field.hidden_widths.empty() && std::isfinite(width)) neurons = std::max(neurons, width);
  const bool differences = config.measure.derivatives == DerivativeMethod::differences;
  double copies = 1.0;
  for (const std::size_t p : weight_parameters(config))
    copies *= static_cast<double>(config.deformations[p].strengths.size()) * (differences ? most_stencil_nodes : 1.0);
  return 8.0 * batch_samples * neurons * copies * static_cast<double>(config.sites.rows()) * (field.depth > 2 ? 2.0 : 1.0);
}

/// Bytes of the chains of a scan point: features of every neuron at every point, or fields and their factor, and the histograms
/// of a slice.
double chain_bytes(const Config& config, double blocks_of_rank) {
  if (!config.has_field_operator()) return 0.0;
  const double points = static_cast<double>(node_count(config)) + static_cast<double>(config.sites.rows());
  double widest = 0.0;
  for (const double width : config.field.widths)
    if (std::isfinite(width)) widest = std::max(widest, width);
  const double lanes = std::ceil(blocks_of_rank / batch_samples) * batch_samples;
  const bool process = std::ranges::any_of(config.field.widths, [](double width) { return std::isinf(width); });
  // Those of all chains, and of one batch as rows that trees are made of.
  const double histograms = (lanes + 3.0 * batch_samples) * sum_layout(config).histograms().size();
  return 8.0 * (lanes * points * (widest + 10.0 * static_cast<double>(config.sites.rows())) +
                (process ? 4.0 * points * points : 0.0) + histograms);
}

std::uint64_t round_up_divide(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit; }

}  // namespace

Plan::Plan(const Config& config, int ranks, const Part& part)
    : sums_(sum_layout(config)),
      estimator_(config.measure.estimator),
      hidden_layer_bytes_(hidden_layer_bytes(config)),
      chain_bytes_([config](double blocks) { return chain_bytes(config, blocks); }),
      widths_(config.field.widths),
      strengths_(strength_axes(config)),
      ensembles_(distinct_ensembles(config)),
      part_(part),
      all_blocks_(static_cast<std::uint64_t>(config.run.blocks)),
      blocks_(part.index < all_blocks_ ? round_up_divide(all_blocks_ - part.index, part.count) : 0),
      slice_(static_cast<std::uint64_t>(config.run.slice)),
      slices_per_block_(round_up_divide(config.run.networks, all_blocks_ * slice_)) {
  if (blocks_ < 2)
    throw UsageError("--part: expected at least two blocks in each part, got " + std::to_string(all_blocks_) + " blocks in " +
                     std::to_string(part.count) + " parts");
  double points = static_cast<double>(widths_.size());
  for (const std::vector<double>& axis : strengths_) points *= static_cast<double>(axis.size());
  scan_bytes_ = points * (bytes_of_scan_point + bytes_of_reference * static_cast<double>(sums_.moments().index(2).size()));
  const auto limit = static_cast<double>(config.run.max_memory);
  if (scan_bytes_ > limit)
    throw UsageError("run.max-memory: expected at least " + format_bytes(scan_bytes_ + library_bytes) +
                     " per rank for the list of " + shortest_text(points) + " scan points alone, got " + format_bytes(limit));
  points_ = scan_points(config, strengths_);
  for (std::size_t p = 0; p < strengths_.size(); ++p) strength_names_.push_back(config.strength_name(static_cast<int>(p)));

  const double table_bytes = 8.0 * static_cast<double>(blocks_) * sums_.size() * static_cast<double>(points_.size());
  const JackknifeOutput choice = config.measure.jackknife;
  const double jackknife_bytes = table_bytes * (1.0 - static_cast<double>(sums_.histograms().size()) / sums_.size());
  stores_jackknife_ =
      choice == JackknifeOutput::all || (choice == JackknifeOutput::automatic && jackknife_bytes <= automatic_jackknife_bytes);
  file_bytes_ = table_bytes * (1.0 + std::popcount(slices_per_block_)) + (stores_jackknife_ ? jackknife_bytes : 0.0) +
                40.0 * sums_.size() * static_cast<double>(points_.size());

  if (memory_of(1, ranks).total() > limit)
    throw UsageError("run.max-memory: expected at least " + format_bytes(memory_of(1, ranks).total()) +
                     " per rank for one scan point of " + std::to_string(sums_.size()) + " sums in " + std::to_string(blocks_) +
                     " blocks on " + std::to_string(ranks) + " ranks, got " + format_bytes(limit));
  std::uint64_t fit = 1;
  while (fit < points_.size() && memory_of(fit + 1, ranks).total() <= limit) ++fit;
  const std::uint64_t rounds = round_up_divide(points_.size(), fit);
  for (std::uint64_t g = 0; g < rounds; ++g)
    groups_.push_back(partition(points_.size(), static_cast<int>(g), static_cast<int>(rounds)));
  memory_ = memory_of(groups_.front().size(), ranks);
}

std::vector<std::string> Plan::axes() const {
  std::vector<std::string> names = {"width"};
  names.insert(names.end(), strength_names_.begin(), strength_names_.end());
  return names;
}

MemoryEstimate Plan::memory_of(std::uint64_t points, int ranks) const {
  const double row = 8.0 * sums_.size();
  const double owned = std::ceil(static_cast<double>(points * blocks_) / ranks);
  const auto levels = static_cast<int>(std::bit_width(slices_per_block_));
  MemoryEstimate memory;
  memory.trees = owned * levels * row;
  memory.messages = 2.0 * owned * row * std::min(levels, 2);
  memory.analysis = 5.0 * static_cast<double>(blocks_) * row;
  memory.sampler = MomentSampler::workspace_bytes(sums_, estimator_, ensembles_) + hidden_layer_bytes_ +
                   static_cast<double>(points) * chain_bytes_(std::ceil(static_cast<double>(blocks_) / ranks));
  memory.scan = scan_bytes_;
  memory.libraries = library_bytes;
  return memory;
}

}  // namespace nnft
