#include "nnft/theory/free_scalar_moments.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "nnft/theory/ball_integral.hpp"
#include "nnft/theory/propagator.hpp"

namespace nnft {

FeatureMoment free_scalar_feature_moment(const SiteSet& sites, const FreeScalarSpec& spec) {
  const MomentumBall ball{sites.dimension(), spec.cutoff, spec.mass};
  const double norm = ball.integral(-1.0 - spec.momentum_exponent, 0.0);
  const double amplitude = std::sqrt(2.0 * norm / std::pow(2.0 * std::numbers::pi, sites.dimension()));
  return [sites, ball, norm, amplitude, exponent = spec.momentum_exponent](std::span<const int> tuple) {
    const auto order = static_cast<unsigned>(tuple.size());
    const double power = 0.5 * order * exponent - 1.0 - exponent;
    double sum = 0.0;
    // The first sign is +: the opposite signs give the same.
    for (std::uint32_t signs = 1; signs < (1u << order); signs += 2) {
      if (2 * static_cast<unsigned>(std::popcount(signs)) != order) continue;
      Vector q = Vector::Zero(sites.dimension());
      for (unsigned leg = 0; leg < order; ++leg)
        q += (signs >> leg & 1u ? 1.0 : -1.0) * sites.coordinates().row(tuple[leg]).transpose();
      sum += 2.0 * ball.integral(power, q.norm());
    }
    return std::pow(0.5 * amplitude, order) * sum / norm;
  };
}

RowMatrix free_scalar_propagator(const SiteSet& sites, const FreeScalarSpec& spec) {
  const MomentumBall ball{sites.dimension(), spec.cutoff, spec.mass};
  const auto fill = [&](const auto& value) {
    RowMatrix matrix(sites.size(), sites.size());
    for (int p = 0; p < sites.size(); ++p)
      for (int q = 0; q <= p; ++q)
        matrix(p, q) = matrix(q, p) = value((sites.coordinates().row(p) - sites.coordinates().row(q)).norm());
    return matrix;
  };
  const RowMatrix distances = fill([](double distance) { return distance; });
  const double longest = distances.maxCoeff(), pairs = 0.5 * sites.size() * (sites.size() + 1.0);
  if (PropagatorTable::evaluations(ball, longest) < pairs) {
    const PropagatorTable table(ball, longest);
    return fill([&](double distance) { return static_cast<double>(table.at(distance)); });
  }
  const PropagatorRule rule(ball, longest);
  return fill([&](double distance) { return static_cast<double>(rule.at(distance)); });
}

}  // namespace nnft
