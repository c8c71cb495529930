#include "nnft/theory/wave_rule.hpp"

#include <gtest/gtest.h>

#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/free_scalar_moments.hpp"

namespace nnft::wave_rule_test {
namespace {

// Averages of products are those in closed form, in every dimension.
TEST(WaveRule, Moments) {
  const MomentLayout layout(3, {2, 4});
  for (const int d : {1, 2, 3}) {
    RowMatrix x = RowMatrix::Zero(3, d);
    x.col(0) << 0.1, 0.9, -0.4;
    x.col(d - 1) += (Vector(3) << 0.3, -0.2, 0.5).finished();
    const SiteSet sites(x);
    const Vector cos = feature_moments(layout, with_phases(cos_wave_rule(sites, 1.2)));
    EXPECT_LE((cos - feature_moments(layout, cos_feature_moment(sites, 1.2))).cwiseAbs().maxCoeff(), 1e-10);
    const FreeScalarSpec spec{0.7, 3.0, -0.6};
    const Vector scalar = feature_moments(layout, with_phases(free_scalar_wave_rule(sites, spec)));
    const Vector exact = feature_moments(layout, free_scalar_feature_moment(sites, spec));
    EXPECT_LE((scalar - exact).cwiseAbs().maxCoeff(), 1e-10 * exact.maxCoeff());
  }
}

}  // namespace
}  // namespace nnft::wave_rule_test
