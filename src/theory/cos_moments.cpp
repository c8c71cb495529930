#include "nnft/theory/cos_moments.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace nnft {

FeatureMoment cos_feature_moment(const SiteSet& sites, double sigma_weight) {
  const double half_variance = 0.5 * sigma_weight * sigma_weight / sites.dimension();
  return [sites, half_variance](std::span<const int> tuple) {
    const auto order = static_cast<unsigned>(tuple.size());
    double sum = 0.0;
    for (std::uint32_t signs = 0; signs < (1u << order); ++signs) {
      if (2 * static_cast<unsigned>(std::popcount(signs)) != order) continue;
      Vector q = Vector::Zero(sites.dimension());
      for (unsigned leg = 0; leg < order; ++leg)
        q += (signs >> leg & 1u ? 1.0 : -1.0) * sites.coordinates().row(tuple[leg]).transpose();
      sum += std::exp(-half_variance * q.squaredNorm());
    }
    return std::ldexp(sum, -static_cast<int>(order));
  };
}

}  // namespace nnft
