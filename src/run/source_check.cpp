#include "nnft/run/source_check.hpp"

#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/run/config_values.hpp"
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

}  // namespace

void require_finite_sources(const Config& config, const Plan& plan) {
  const RowMatrix& sources = config.measure.sources;
  for (const ScanPoint& point : plan.points())
    for (Eigen::Index s = 0; s < sources.rows(); ++s) {
      const Readout readout{output_layer(config.field), point.width};
      try {
        expect_finite_sources(source_limit(config.field, SiteSet(config.sites), readout, sources.row(s).transpose()),
                              config.field.architecture);
      } catch (const UsageError& error) {
        throw UsageError("measure.sources: source " + std::to_string(s) + " at width " +
                         list_text(std::vector<double>{point.width}) + ": " + error.what());
      }
    }
}

}  // namespace nnft
