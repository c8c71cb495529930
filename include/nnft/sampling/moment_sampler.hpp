#pragma once
/// @file Slices of ensembles that share their draws turned into sums of monomials.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/sampling/histogram_counter.hpp"
#include "nnft/sampling/moment_kernels.hpp"
#include "nnft/sampling/monomial_rows.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Samples of the pilot that sets the reference values of an ensemble.
inline constexpr int pilot_samples = 256;

/// Means over the reserved pilot samples; pure functions of the ensemble.
struct PilotMeans {
  RowMatrix kernels;     ///< conditional covariance, shape (copies, pairs)
  RowMatrix potentials;  ///< V, shape (copies, potentials)
};
PilotMeans pilot_means(FieldEnsemble& ensemble);

/// What is added up.
struct Measurement {
  EstimatorKind estimator;
  SumLayout layout;
  RowMatrix sources;                          ///< J, shape (sources, sites)
  std::vector<MultiIndex> score_powers = {};  ///< of each potential, for each summed derivative by score
  std::optional<Stream> stream = {};  ///< that of the ensemble: histograms of the conditional estimator draw φ given K with it
};

/// One of the ensembles that share their draws.
struct SharedEnsemble {
  int copy = 0;                 ///< of the field ensemble, whose samples are its own
  Vector reference_kernel;      ///< K₀, shape (pairs); zero for the plain estimator
  Vector reference_potentials;  ///< V₀, shape (potentials)
  RowMatrix differences;  ///< shape (summed derivatives, nodes): weights of the moments of copies copy, copy + 1, …; or none
};

/// Adds up the monomials of samples in a fixed order. Owns its workspace; nothing is allocated per slice; not thread-safe.
class MomentSampler {
 public:
  /// @throws ShapeError if shapes do not fit or an order above 8 is asked for.
  MomentSampler(std::unique_ptr<FieldEnsemble> field, Measurement measurement, std::vector<SharedEnsemble> ensembles,
                SimdPath path);
  /// A single ensemble without derivatives.
  MomentSampler(std::unique_ptr<FieldEnsemble> field, Measurement measurement, Vector reference_kernel, SimdPath path);

  /// Adds samples first_sample … first_sample + count − 1 to rows of the layout, shape (ensembles, layout.size()). Monomials are
  /// those of MonomialRows; exponentials cosh J·φ (plain), or e^{½JδKJ} (conditional). Derivatives are monomials times powers of
  /// V − V₀, or the weighted monomials of neighbouring copies. Histograms count φ (plain), or φ drawn given K (conditional).
  void add_slice(std::uint64_t first_sample, int count, std::span<double> sums);

  /// Bytes that a sampler of so many ensembles of this layout works in, about.
  static double workspace_bytes(const SumLayout& layout, EstimatorKind estimator, double ensembles);

 private:
  void check_shapes() const;
  int nodes(const SharedEnsemble& ensemble) const;
  double* products(std::size_t ensemble, int row) noexcept;
  const double* drawn(int copy, int at) const noexcept;
  void draw_batch(std::uint64_t sample, int at);
  void fill_batch(const SharedEnsemble& ensemble, int copy, int at);
  void fill_sources(int copy, int at);
  void count_fields(const double* batch, std::uint64_t first_sample, int count, double* sums);
  void add_chunk(std::uint64_t first_sample, int count, std::span<double> sums);
  void add_ensemble(std::size_t ensemble, int count, std::span<double> sums);
  void add_scores(std::size_t ensemble, int count, int padded, std::span<double> sums);
  void add_derivatives(std::size_t ensemble, std::span<double> sums);

  std::unique_ptr<FieldEnsemble> field_;
  Measurement measurement_;
  std::vector<SharedEnsemble> ensembles_;
  const MomentKernels& kernels_;
  std::vector<Vector> shifts_;  ///< reference kernels without the output bias
  RowMatrix source_weights_;    ///< what J makes of the fields (plain) or of the pairs' δK
  int pairs_;
  MonomialRows rows_;
  int product_rows_;          ///< rows of products of an ensemble: its own, then those of its derivatives
  AlignedBuffer products_;    ///< (ensembles, product rows, products)
  std::size_t batch_size_;    ///< numbers of one batch of one copy
  int kept_batches_;          ///< all of a chunk if there are several copies
  AlignedBuffer batches_;     ///< fields or feature products [batch][copy][row][sample]
  AlignedBuffer potentials_;  ///< [batch][copy][potential][sample]
  AlignedBuffer weights_;     ///< of a chunk
  HistogramCounter histograms_;
};

}  // namespace nnft
