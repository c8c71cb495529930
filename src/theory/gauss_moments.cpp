#include "nnft/theory/gauss_moments.hpp"

#include <cmath>

namespace nnft {

FeatureMoment gauss_feature_moment(const SiteSet& sites, const GaussSpec& spec) {
  const double s = spec.sigma_weight * spec.sigma_weight / sites.dimension();
  const double bias_variance = spec.sigma_bias * spec.sigma_bias;
  return [sites, s, bias_variance](std::span<const int> tuple) {
    const auto n = static_cast<double>(tuple.size());
    Vector sum = Vector::Zero(sites.dimension());
    double squares = 0.0;
    for (const int site : tuple) {
      sum += sites.coordinates().row(site).transpose();
      squares += sites.coordinates().row(site).squaredNorm();
    }
    return std::exp((0.5 * n * n - n) * bias_variance + s * (0.5 * sum.squaredNorm() - squares));
  };
}

}  // namespace nnft
