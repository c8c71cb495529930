#pragma once
/// @file The configuration of a run: an INI file, every key of which is also a command-line option --section.key=value.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/series.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/activation.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/deformation.hpp"
#include "nnft/field/node_grid.hpp"
#include "nnft/field/parameter_density.hpp"
#include "nnft/stats/derivative_layout.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Which leave-one-block-out values the result file stores.
enum class JackknifeOutput { automatic, all, none };

/// [field]: the architecture and the density of its parameters. All dimensionless. What belongs to another architecture keeps its
/// default.
struct FieldConfig {
  std::string architecture;    ///< required; mlp, cos, gauss or free-scalar
  int input_dim = 1;           ///< d, from 1 to 1000
  std::vector<double> widths;  ///< scan axis in the order given, required; whole numbers >= 1 or infinite, no width twice
  // mlp
  int depth = 1;                   ///< hidden layers; with hidden_widths one more than those
  std::vector<int> hidden_widths;  ///< of the hidden layers before the last; empty: as wide as it
  Activation activation = Activation::tanh;
  DensityShape weight_density = DensityShape::normal;
  std::optional<HiddenDraw> hidden_draw;  ///< what is drawn of hidden layers above the first; none: whatever is fastest
  // cos, gauss, mlp
  double sigma_weight = 1.0;  ///< sigma_w > 0: weights into a layer have variance sigma_w^2 / fan-in
  double sigma_bias = 0.0;    ///< sigma_b >= 0 (gauss, mlp)
  // free-scalar
  double mass = 1.0;
  double cutoff = 0.0;  ///< required there
  double momentum_exponent = -1.0;
  // the output layer, of every architecture
  double sigma_out = 1.0;       ///< sigma_a > 0: output weights have variance sigma_a^2 / N
  double sigma_out_bias = 0.0;  ///< sigma_a0 >= 0
  DensityShape out_density = DensityShape::normal;
  double degrees_of_freedom = 0.0;  ///< of student-t densities, > 2

  bool operator==(const FieldConfig&) const = default;
};

/// [deformation], [deformation-2], [deformation-3]: deformations of the parameter density.
struct DeformationConfig {
  std::optional<DeformationKind> kind;    ///< none
  std::vector<double> strengths = {0.0};  ///< scan axis in the order given, none twice

  bool operator==(const DeformationConfig&) const = default;
};

/// What [deformation] with kind = field-operator adds to its strengths, which are the λ; μ² is the second entry of
/// Config::deformations.
struct FieldOperatorConfig {
  double kappa = 0.0;
  double range = 0.0;  ///< of the quartic term, >= 0
  double box = 0.0;    ///< L > 0, required there
  int nodes = 0;       ///< in each direction, required there
  NodeRule rule = NodeRule::gauss_legendre;

  bool operator==(const FieldOperatorConfig&) const = default;
};

/// How the density of a field-operator is sampled.
enum class SamplingMethod { automatic, reweight, neuron_refresh, elliptical_slice, hmc };

/// [sampling]: only with kind = field-operator.
struct SamplingConfig {
  SamplingMethod method = SamplingMethod::automatic;
  std::optional<int> thermalisation;  ///< updates of a chain before its first sample; none: from the pilot's autocorrelation time
  int updates = 1;                    ///< of a chain between two samples

  bool operator==(const SamplingConfig&) const = default;
};

/// [measure]: what is estimated.
struct MeasureConfig {
  std::vector<int> orders = {2, 4};  ///< 2, 4, … up to the highest measured, without gaps
  TupleChoice tuples = TupleChoice::all;
  std::vector<std::vector<int>> listed;  ///< for TupleChoice::listed
  RowMatrix sources;                     ///< J for W[J], shape (sources, sites); empty for none
  EstimatorKind estimator = EstimatorKind::conditional;
  JackknifeOutput jackknife = JackknifeOutput::automatic;
  DerivativeMethod derivatives = DerivativeMethod::none;
  int derivative_order = 2;                  ///< highest total order of derivatives in the strengths, from 1 to 3
  std::vector<std::vector<int>> histograms;  ///< one site, or two different ones, each
  FieldBins field_bins{0.0, 48};             ///< of the histograms; the range is required with them
};
bool operator==(const MeasureConfig& a, const MeasureConfig& b);

/// [run]: how much of it, and where it goes.
struct RunConfig {
  std::uint64_t seed = 1;
  std::uint64_t networks = 0;  ///< required, >= 1; per scan point, rounded up to whole rounds of blocks x slice by the plan
  int blocks = 256;            ///< >= 2
  int slice = 256;             ///< samples per slice, >= 1
  std::string output;          ///< default: the config's name with .h5 in the working directory
  std::uint64_t max_memory = 2ull << 30;  ///< bytes per rank
  double checkpoint_interval = 300.0;     ///< seconds of work that a kill may cost at most, >= 0
  double max_walltime = 0.0;              ///< seconds after which a run saves and stops; 0: the end of the SLURM job, if any
  std::string simd = "auto";              ///< auto | generic | avx2 | avx512

  bool operator==(const RunConfig&) const = default;
};

/// A checked configuration. Every value is possible; what is physically identical has identical text.
struct Config {
  FieldConfig field;
  RowMatrix sites;  ///< shape (sites, input_dim)
  std::array<DeformationConfig, max_series_parameters> deformations;
  FieldOperatorConfig field_operator;
  SamplingConfig sampling;
  MeasureConfig measure;
  RunConfig run;

  /// The configuration as an INI text with every key given and sites inline; parsing it gives this configuration again.
  std::string resolved() const;
  /// Deformations given: those before the first without a kind.
  int deformation_count() const noexcept;
  /// Whether the field itself is deformed: then deformations[0] has λ and deformations[1] has μ².
  bool has_field_operator() const noexcept { return deformations[0].kind == DeformationKind::field_operator; }
  /// The name of a strength's scan axis: strength, strength2, …, or mu2.
  std::string strength_name(int deformation) const;

  /// The keys that decide what is sampled (not networks, output, memory, simd, jackknife), in the form of resolved().
  std::string identity() const;
};

/// The layout of the moments that a config measures, their derivatives in the strengths, and the rows of sums that they come
/// from.
MomentLayout moment_layout(const Config& config);
DerivativeLayout derivative_layout(const Config& config);
/// What the columns of chains depend on; all 0 without a field-operator. The state holds that of the largest scan point.
ChainExtents chain_extents(const Config& config);
SumLayout sum_layout(const Config& config);

/// The nodes of a config with a field-operator. @throws UsageError as NodeGrid does.
NodeGrid node_grid(const Config& config);
/// How many they are, without the quadrature rule.
int node_count(const Config& config) noexcept;

/// Equal in every value; sites of different shape are unequal.
bool operator==(const Config& a, const Config& b);

/// One --section.key=value of the command line: {"field.width", "8 16"}, without the dashes.
using Override = std::pair<std::string, std::string>;

/// Reads and checks a configuration.
/// @param text the INI text; @param name what error messages call it (a path).
/// @param overrides command-line values, which replace the file's; the same key twice is an error. sites.points and
///   sites.file replace each other.
/// @throws UsageError that lists every problem at once, one line each:
///   `FILE:LINE: section.key: expected …, got '…'` or `command line: --section.key: …`, with the nearest key for a typo.
/// Reads the file named by sites.file (relative to the working directory); not collective, call it on one rank.
Config parse_config(const std::string& text, const std::string& name, const std::vector<Override>& overrides);

/// A config that a result file records, in the form of resolved(): no other file is read for it.
/// @param path of the result file. @throws IoError that names it and lists every problem.
Config parse_recorded_config(const std::string& text, const std::string& path);

/// parse_config on the content of a file. @throws UsageError if it cannot be read.
Config load_config(const std::string& path, const std::vector<Override>& overrides);

}  // namespace nnft
