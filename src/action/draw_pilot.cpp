#include "nnft/action/draw_pilot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "nnft/action/draw_statistics.hpp"
#include "nnft/action/lowest_field.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/packed_index.hpp"

namespace nnft {
namespace {

constexpr int batches = 4;
constexpr int rounds = 3;
constexpr int round_updates = 256;  // the second half is measured
constexpr int measured_updates = 768;
constexpr int least_thermalisation = 64;
constexpr double thermalisation_times = 20.0;
constexpr double longest_known_time = 1e5;
constexpr int most_updates_per_sample = 256;
constexpr double saved_by_covariance = 0.8;

/// The mean of a monomial of independent standard normal numbers: Π (m − 1)!! if all multiplicities m are even, else 0.
double standard_mean(const int* tuple, int order) {
  double mean = 1.0;
  int run = 0;
  for (int leg = 0; leg < order; ++leg) {
    run = leg > 0 && tuple[leg] == tuple[leg - 1] ? run + 1 : 1;
    if (run % 2 == 0) mean *= run - 1;
    const bool last = leg + 1 == order || tuple[leg + 1] != tuple[leg];
    if (last && run % 2 != 0) return 0.0;
  }
  return mean;
}

/// ⟨form of a degree⟩ over N(0, 1).
double isotropic_mean(const SiteAction& action, int degree) {
  const PackedIndex index(action.sites(), degree);
  double sum = 0.0;
  for (int t = 0; t < index.size(); ++t) sum += action.coefficients(degree)[t] * standard_mean(index.tuple(t), degree);
  return sum;
}

/// The chains of a pilot and where they are.
class PilotChains {
 public:
  /// Half of the chains from N(0, C), half from the lowest field.
  PilotChains(const SiteAction& action, const GaussianReference& reference, const Vector& lowest, const Stream& stream,
              SimdPath path)
      : action_(action), stream_(stream), path_(path), step_(first_pilot_sample >> 20) {
    for (std::uint64_t b = 0; b < batches; ++b) {
      ActionChains chains(reference, stream_, b * batch_samples, path_);
      chains.start(step_, lowest);
      fields_.emplace_back(batch_samples, action_.sites());
      chains.save(fields_.back());
    }
    ++step_;
  }

  /// ⟨φφ⟩ of the second half of some updates around N(0, C).
  RowMatrix covariance_found(const GaussianReference& reference) {
    RowMatrix sum = RowMatrix::Zero(action_.sites(), action_.sites());
    for (std::uint64_t b = 0; b < batches; ++b) {
      RowMatrix& fields = fields_[b];
      ActionChains chains(reference, stream_, b * batch_samples, path_);
      chains.restore(fields);
      for (std::uint64_t u = 0; u < round_updates; ++u) {
        chains.update(step_ + u);
        if (u < round_updates / 2) continue;
        chains.save(fields);
        sum += fields.transpose() * fields;
      }
    }
    step_ += round_updates;
    return sum / (0.5 * round_updates * batches * batch_samples);
  }

  /// What chains around N(0, C) remember, in updates.
  DrawStatistics remembered(const GaussianReference& reference) {
    const DrawLayout layout(MomentLayout(action_.sites(), {2}), measured_updates);
    BlockTable table(batches * batch_samples, layout.size());
    table.counts.assign(table.counts.size(), measured_updates);
    for (std::uint64_t b = 0; b < batches; ++b) {
      ActionChains chains(reference, stream_, b * batch_samples, path_);
      chains.restore(fields_[b]);
      DrawSums sums(layout, path_);
      std::array<std::int64_t, batch_samples> tried{};
      for (std::uint64_t u = 0; u < measured_updates; ++u) {
        chains.update(step_ + u);
        std::copy_n(chains.tried(), batch_samples, tried.begin());
        sums.add(chains, tried.data());
      }
      table.sums.middleRows(static_cast<Eigen::Index>(b) * batch_samples, batch_samples) = sums.rows();
    }
    step_ += measured_updates;
    return draw_statistics(layout, table);
  }

  /// Rounding of a V where the chains are, of the one where it is worst.
  double rounding(const SiteAction& potential) const {
    double largest = 0.0;
    for (const RowMatrix& fields : fields_)
      for (Eigen::Index c = 0; c < fields.rows(); ++c)
        largest = std::max(largest, potential.magnitude(fields.row(c).transpose()));
    return largest * std::numeric_limits<double>::epsilon();
  }

 private:
  const SiteAction& action_;
  Stream stream_;
  SimdPath path_;
  std::uint64_t step_;
  std::vector<RowMatrix> fields_;  ///< of each batch
};

DrawSchedule schedule_for(double tau, const Vector& lowest) {
  const double known = std::clamp(std::isnan(tau) ? longest_known_time : tau, 0.5, longest_known_time);
  return {std::max(least_thermalisation, static_cast<int>(std::ceil(thermalisation_times * known))),
          static_cast<int>(std::clamp(std::round(known), 1.0, static_cast<double>(most_updates_per_sample))), lowest};
}

}  // namespace

const char* to_string(ReferenceKind kind) noexcept {
  return kind == ReferenceKind::gaussian_part ? "gaussian part" : "pilot covariance";
}

double isotropic_variance(const SiteAction& action) {
  std::vector<double> means;
  for (int degree = 2; degree <= action.degree(); degree += 2) means.push_back(degree * isotropic_mean(action, degree));
  // Grows from −sites at c = 0 if the highest form is positive on average.
  const auto excess = [&](double c) {
    double sum = 0.0;
    for (std::size_t k = means.size(); k-- > 0;) sum = (sum + means[k]) * c;
    return sum - action.sites();
  };
  double low = 1.0, high = 1.0;
  for (int k = 0; k < 200 && !(excess(low) < 0.0); ++k) low *= 0.25;
  for (int k = 0; k < 200 && !(excess(high) > 0.0); ++k) high *= 4.0;
  if (!(excess(low) < 0.0) || !(excess(high) > 0.0))
    throw ShapeError("isotropic_variance: expected an action whose highest form is positive on average");
  for (int k = 0; k < 500 && high - low > 1e-6 * low; ++k) {
    const double middle = high > 2.0 * low ? std::sqrt(low * high) : 0.5 * (low + high);
    (excess(middle) < 0.0 ? low : high) = middle;
  }
  return low;
}

GaussianReference reference_of(const SiteAction& action, ReferenceKind kind, const RowMatrix& covariance) {
  if (kind == ReferenceKind::pilot_covariance) return {action, covariance};
  if (std::optional<GaussianReference> found = GaussianReference::of_gaussian_part(action)) return *found;
  throw ShapeError("reference Gaussian: expected an action with positive definite g2");
}

DrawMethod pilot_draws(const SiteAction& action, const Stream& stream, SimdPath path) {
  const std::optional<GaussianReference> gaussian = GaussianReference::of_gaussian_part(action);
  const RowMatrix identity = RowMatrix::Identity(action.sites(), action.sites());
  GaussianReference reference = gaussian ? *gaussian : GaussianReference(action, isotropic_variance(action) * identity);
  const Vector lowest = lowest_field(action);
  PilotChains chains(action, reference, lowest, stream, path);
  RowMatrix covariance;
  for (int round = 0; round < rounds; ++round) {
    covariance = chains.covariance_found(reference);
    reference = GaussianReference(action, covariance);
  }
  const DrawStatistics found = chains.remembered(reference);
  if (gaussian) {
    const DrawStatistics of_gaussian = chains.remembered(*gaussian);
    const double cost = found.slowest() * found.angles_per_sample;
    if (!(cost < saved_by_covariance * of_gaussian.slowest() * of_gaussian.angles_per_sample))
      return {ReferenceKind::gaussian_part, gaussian->covariance(), schedule_for(of_gaussian.slowest(), lowest),
              chains.rounding(gaussian->potential())};
  }
  return {ReferenceKind::pilot_covariance, covariance, schedule_for(found.slowest(), lowest),
          chains.rounding(reference.potential())};
}

}  // namespace nnft
