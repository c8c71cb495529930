#include "nnft/field/deformations/radial_transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "field/deformations/radial_law.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/portable_math.hpp"

namespace nnft::radial_transport_test {
namespace {

constexpr std::array<std::uint64_t, 8> dimensions = {1, 2, 3, 10, 100, 1999, 10000, 10000000};
constexpr std::array<double, 5> strengths = {1e-8, 1e-3, 1.0, 1e3, 1e8};  ///< b D

struct Exact {
  std::uint64_t dimension;
  double strength;  ///< b D
  std::array<double, 3> radius, factor;
};

// By mpmath with 34 digits: Newton's method on log F_b(ρ) = log F_0(r), or on log(1 − F) where r² > D, with the tails from its
// `quad` in panels of 4 powers of e.
const std::vector<Exact> exact = {
    {1, 1e-8, {0.01, 1.0, 8.0}, {0.99999996999900525, 0.9999999600000078, 0.999999330001579645}},
    {1, 1e-3, {0.01, 1.0, 8.0}, {0.997050749033763336, 0.996075469431788684, 0.945085800061996849}},
    {1, 1.0, {0.01, 1.0, 8.0}, {0.620276199312601409, 0.570741314676656741, 0.287471243933153561}},
    {1, 1e3, {0.01, 1.0, 8.0}, {0.127920594931801594, 0.113239392953764179, 0.0521800996866774999}},
    {1, 1e8, {0.01, 1.0, 8.0}, {0.00723180268780108391, 0.00639168498520731946, 0.00293625703202294924}},
    {2, 1e-8, {0.05, 1.2, 11.0}, {0.999999979987502202, 0.999999972800003389, 0.999999375001367983}},
    {2, 1e-3, {0.05, 1.2, 11.0}, {0.998020343052791426, 0.997313212849192816, 0.948145380326755157}},
    {2, 1.0, {0.05, 1.2, 11.0}, {0.661837187016927419, 0.609904327931227252, 0.291823859242193096}},
    {2, 1e3, {0.05, 1.2, 11.0}, {0.139846752338972056, 0.123051879254994084, 0.0529931633851347631}},
    {2, 1e8, {0.05, 1.2, 11.0}, {0.00791353819649583476, 0.00694954356877913849, 0.00298204772045001118}},
    {3, 1e-8, {0.1, 1.6, 14.0}, {0.999999983300001476, 0.999999974800002694, 0.999999330001569467}},
    {3, 1e-3, {0.1, 1.6, 14.0}, {0.998344536769452489, 0.997506499644853064, 0.94503418622014817}},
    {3, 1.0, {0.1, 1.6, 14.0}, {0.679756660723450005, 0.61262876871218814, 0.286869297158879387}},
    {3, 1e3, {0.1, 1.6, 14.0}, {0.145207607241848032, 0.123268956882206803, 0.0520506812264453381}},
    {3, 1e8, {0.1, 1.6, 14.0}, {0.00822039082333180844, 0.00696084241904473888, 0.00292893276867805328}},
    {10, 1e-8, {0.3, 3.0, 25.0}, {0.999999987910000703, 0.999999979000001663, 0.999999363001415379}},
    {10, 1e-3, {0.3, 3.0, 25.0}, {0.998797963415892636, 0.997916449377426862, 0.947283019127018749}},
    {10, 1.0, {0.3, 3.0, 25.0}, {0.710095744536862714, 0.62490966633632994, 0.290085450279611363}},
    {10, 1e3, {0.3, 3.0, 25.0}, {0.154488357989179296, 0.125772259719304632, 0.0526504537298799762}},
    {10, 1e8, {0.3, 3.0, 25.0}, {0.00875187898539300704, 0.0071018437456150709, 0.00296270913270067754}},
    {100, 1e-8, {3.0, 10.0, 40.0}, {0.999999988900000531, 0.999999979800001438, 0.999999829800099928}},
    {100, 1e-3, {3.0, 10.0, 40.0}, {0.99889526751311966, 0.997994245434032972, 0.983906907159328178}},
    {100, 1.0, {3.0, 10.0, 40.0}, {0.711760213889182532, 0.624178022969490909, 0.393582380932392296}},
    {100, 1e3, {3.0, 10.0, 40.0}, {0.153584811754877926, 0.125124135218783923, 0.0727361284367291487}},
    {100, 1e8, {3.0, 10.0, 40.0}, {0.00869646035448788791, 0.00706405276121039653, 0.00409532376069882818}},
    {10000, 1e-8, {75.0, 100.0, 126.0}, {0.999999984373000899, 0.9999999799980014, 0.999999974122002285}},
    {10000, 1e-3, {75.0, 100.0, 126.0}, {0.998446214547184437, 0.998013673149009446, 0.99743478701246495}},
    {10000, 1.0, {75.0, 100.0, 126.0}, {0.65860110177664655, 0.624804209694443719, 0.591756516843243687}},
    {10000, 1e3, {75.0, 100.0, 126.0}, {0.13501326307276954, 0.125246057427615942, 0.116534001582152321}},
    {10000, 1e8, {75.0, 100.0, 126.0}, {0.00762858018637194474, 0.00707091038613054866, 0.00657499620622018833}},
    {10000000, 1e-8, {3137.0, 3162.5, 3188.0}, {0.999999980159230379, 0.99999997999859315, 0.999999979836655421}},
    {10000000, 1e-3, {3137.0, 3162.5, 3188.0}, {0.998029588914944284, 0.998013730396202159, 0.997997745271327224}},
    {10000000, 1.0, {3137.0, 3162.5, 3188.0}, {0.625869392695159273, 0.624801223374382119, 0.6237352571129781}},
    {10000000, 1e3, {3137.0, 3162.5, 3188.0}, {0.125538438571393944, 0.12524472913029484, 0.124952471326730344}},
    {10000000, 1e8, {3137.0, 3162.5, 3188.0}, {0.00708757517220711526, 0.00707083374762616401, 0.00705417664636822448}}};

TEST(RadialTransport, HasExactValues) {
  for (const Exact& e : exact) {
    const RadialTransport transport(e.dimension, e.strength / static_cast<double>(e.dimension));
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(transport.factor(e.radius[k] * e.radius[k]) / e.factor[k], 1.0, 1e-15)
          << "D = " << e.dimension << ", b D = " << e.strength << ", r = " << e.radius[k];
  }
}

// In two dimensions, 1 − F_b(ρ) = erfc(√b ρ² + 1/(4√b)) / erfc(1/(4√b)).
TEST(RadialTransport, MeetsTheClosedFormInTwoDimensions) {
  for (const double b : {0.1, 0.5, 30.0, 5e5}) {
    const RadialTransport transport(2, b), wrong(2, 1.0001 * b);
    const double root = std::sqrt(b), shift = 0.25 / root;
    double worst = 0.0, worst_wrong = 0.0;
    const auto error = [&](const RadialTransport& map, double square) {
      const double rho_square = square * map.factor(square) * map.factor(square);
      const double y = root * rho_square + shift, tail = std::erfc(y);
      const double hazard = 4.0 * root * rho_square * std::exp(-y * y) / std::sqrt(std::numbers::pi) / tail;  // by log ρ
      return std::abs(std::log(tail / std::erfc(shift)) + 0.5 * square) / hazard;
    };
    for (double r = 0.3; r < 12.0; r += 0.0137) {
      worst = std::max(worst, error(transport, r * r));
      worst_wrong = std::max(worst_wrong, error(wrong, r * r));
    }
    EXPECT_LT(worst, 2e-14) << b;
    EXPECT_GT(worst_wrong, 1e-6) << b;
  }
}

// The masses come from the series and from whole tails, the table mostly from differences.
TEST(RadialTransport, KeepsTheDistributionInBothTails) {
  for (const std::uint64_t dimension : {std::uint64_t{1}, std::uint64_t{4}, std::uint64_t{2001}, std::uint64_t{1000000}})
    for (const double strength : strengths) {
      const double b = strength / static_cast<double>(dimension);
      const RadialTransport transport(dimension, b);
      const RadialLaw free(static_cast<long double>(dimension), 0.0L), deformed(static_cast<long double>(dimension), b);
      const long double ratio = deformed.log_whole() - free.log_whole();
      const auto low = static_cast<double>(std::max(1e-9L, free.mode() - 26.0L));
      const double high = std::min(8.5 * std::sqrt(static_cast<double>(dimension)), static_cast<double>(free.mode()) + 26.0);
      double worst = 0.0;
      for (double r = low; r < high; r += (high - low) / 43.7) {
        const bool left = r < free.mode() + 0.5L;
        const auto mass = [&](const RadialLaw& law, long double x) { return left ? law.below(x) : law.above(x); };
        const long double rho = r * static_cast<long double>(transport.factor(r * r)), there = mass(deformed, rho);
        const long double error =
            deformed.log_density(rho) + portable_log(there) - free.log_density(r) - portable_log(mass(free, r)) - ratio;
        worst = std::max(worst, std::abs(static_cast<double>(error * there / rho)));
      }
      EXPECT_LT(worst, 1e-15) << "D = " << dimension << ", b D = " << strength;
    }
}

// For even D the chance of a length above x is that of fewer than D/2 Poisson events of mean x²/2.
TEST(RadialLaw, HasTheMassesOfChiWithoutQuartic) {
  for (const int dimension : {1, 2, 10, 100, 10000}) {
    const RadialLaw law(dimension, 0.0L);
    for (const long double away : {-3.0L, -1.0L, 0.0L, 2.0L, 9.0L}) {
      const long double x = std::sqrt(static_cast<long double>(dimension)) + away, mean = 0.5L * x * x;
      if (x <= 0.0L) continue;
      long double below = 0.0L, above = 0.0L, term = std::exp(-mean);
      for (int k = 0; k < dimension / 2 + 3000; term *= mean / ++k) (k < dimension / 2 ? above : below) += term;
      if (dimension == 1) below = std::erf(x / std::sqrt(2.0L));
      if (dimension == 1) above = std::erfc(x / std::sqrt(2.0L));
      const long double density = std::exp(law.log_density(x) - law.log_whole());
      EXPECT_NEAR(static_cast<double>(law.below(x) * density / below), 1.0, 1e-15)
          << dimension << ", " << static_cast<double>(away);
      EXPECT_NEAR(static_cast<double>(law.above(x) * density / above), 1.0, 1e-15)
          << dimension << ", " << static_cast<double>(away);
    }
  }
}

TEST(RadialLaw, DifferencesAreThoseOfMasses) {
  for (const double b : {0.0, 1e-3, 1e4}) {
    const RadialLaw law(30.0L, b);
    const long double x = 0.4L * law.mode(), y = 1.1L * law.mode();
    const long double density = portable_exp(law.log_density(y) - law.log_density(x));
    EXPECT_NEAR(static_cast<double>(law.between(x, y) / (law.below(y) * density - law.below(x))), 1.0, 1e-16);
    EXPECT_NEAR(static_cast<double>(law.between(y, x) * density / -law.between(x, y)), 1.0, 1e-16);
    const long double h = 1e-5L;
    EXPECT_NEAR(static_cast<double>((law.log_density(x + h) - law.log_density(x - h)) / (2.0L * h) / law.slope(x)), 1.0, 1e-6);
  }
}

TEST(RadialTransport, RisesStrictlyAlsoFarBeyondTheTable) {
  for (const std::uint64_t dimension : dimensions)
    for (const double strength : {1e-12, 1e-8, 1e-3, 1.0, 1e3, 1e8, 1e12}) {
      const RadialTransport transport(dimension, strength / static_cast<double>(dimension));
      const double root = std::sqrt(static_cast<double>(dimension));
      std::vector<double> radii;
      for (double r = 1e-15; r < root - 45.0 || r < 0.1; r *= 1.03) radii.push_back(r);
      for (double r = std::max(0.1, root - 45.0); r < root + 60.0; r += 0.00731) radii.push_back(r);
      for (double r = root + 60.0; r < 1e150; r *= 1.03) radii.push_back(r);
      double before = 0.0;
      bool rises = true;
      for (const double r : radii) {
        const double rho = r * transport.factor(r * r);
        rises = rises && rho > before && std::isfinite(rho);
        before = rho;
      }
      EXPECT_TRUE(rises) << "D = " << dimension << ", b D = " << strength;
      EXPECT_GT(transport.factor(0.0), 0.0);
      EXPECT_LE(transport.factor(0.0), 1.0);
    }
}

TEST(RadialTransport, IsTheIdentityWithoutQuartic) {
  for (const std::uint64_t dimension : dimensions) {
    const RadialTransport transport(dimension, 0.0);
    for (const double square : {0.0, 1e-30, 0.3, 1e7, 1e300}) EXPECT_EQ(transport.factor(square), 1.0);
  }
}

TEST(RadialTransport, RefusesWhatHasNoDensity) {
  EXPECT_THROW(RadialTransport(3, -1e-9), UsageError);
  EXPECT_THROW(RadialTransport(3, std::nan("")), UsageError);
  EXPECT_THROW(RadialTransport(3, std::numeric_limits<double>::infinity()), UsageError);
  EXPECT_THROW(RadialTransport(0, 1.0), UsageError);
}

}  // namespace
}  // namespace nnft::radial_transport_test
