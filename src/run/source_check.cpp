#include "nnft/run/source_check.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/theory/source_threshold.hpp"

namespace nnft {
namespace {

double source_limit(const FieldConfig& field, const SiteSet& sites, const Readout& readout, const Vector& sources) {
  if (field.architecture == "cos") return cos_source_limit(readout, sources);
  if (field.architecture == "gauss") return gauss_source_limit(readout, sources);
  if (field.architecture == "free-scalar") return free_scalar_source_limit(sites, free_scalar_spec(field), readout, sources);
  return mlp_source_limit(sites, mlp_spec(field), readout, sources);
}

/// What a deformation of the weights makes of the limit: with weight-ring all of them can grow together, equal or alternating,
/// with variance s/(1 − 2|α|), and what is unbounded in them with them; weight-quartic only keeps them short.
double narrowing(const Config& config, const ScanPoint& point) {
  const Deformation weights = weight_deformation(config, point);
  const bool bounded = config.field.architecture != "mlp" || std::isfinite(activation_bound(config.field.activation));
  if (bounded || std::isinf(point.width) || weights.kind != DeformationKind::weight_ring) return 1.0;
  return std::sqrt(1.0 - 2.0 * std::abs(weights.strength));
}

}  // namespace

void require_finite_sources(const Config& config, const Plan& plan) {
  const RowMatrix& sources = config.measure.sources;
  for (const ScanPoint& point : plan.points())
    for (Eigen::Index s = 0; s < sources.rows(); ++s) {
      const Readout readout{output_layer(config.field), point.width};
      try {
        const double limit = source_limit(config.field, SiteSet(config.sites), readout, sources.row(s).transpose());
        expect_finite_sources(limit * narrowing(config, point), config.field.architecture);
      } catch (const UsageError& error) {
        throw UsageError("measure.sources: source " + std::to_string(s) + " at " + point.name + ": " + error.what());
      }
    }
}

}  // namespace nnft
