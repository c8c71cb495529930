#include "nnft/theory/source_threshold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/ball_integral.hpp"
#include "nnft/theory/mlp_moments.hpp"

namespace nnft {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The limit that a₀ sets.
double output_bias_limit(const OutputLayer& output, const Vector& sources) {
  const double strength = output.sigma_out_bias * std::abs(sources.sum());
  if (strength == 0.0) return infinite;
  if (output.density.shape == DensityShape::student_t) return 0.0;
  return output.density.shape == DensityShape::laplace ? std::numbers::sqrt2 / strength : infinite;
}

bool is_light(const ParameterDensity& density) {
  return density.shape == DensityShape::uniform || density.shape == DensityShape::rademacher;
}

/// |h(x_p)| of unbounded activations, |σ(z)| <= |z|, with weights within ±support standard deviations.
Vector bounds_of_bounded_weights(const SiteSet& sites, const MlpSpec& spec, double last_width) {
  const double support = spec.density.shape == DensityShape::uniform ? std::numbers::sqrt3 : 1.0;
  Vector bounds =
      support * (spec.sigma_weight / std::sqrt(sites.dimension()) * sites.coordinates().cwiseAbs().rowwise().sum()).array() +
      support * spec.sigma_bias;
  for (int layer = 1; layer < spec.depth; ++layer) {
    const double fan_in = spec.hidden_widths.empty() ? last_width : spec.hidden_widths.at(static_cast<std::size_t>(layer - 1));
    bounds = support * (spec.sigma_weight * std::sqrt(fan_in) * bounds).array() + support * spec.sigma_bias;
  }
  return bounds;
}

double unbounded_limit(const SiteSet& sites, const MlpSpec& spec, const Readout& readout, const Vector& sources) {
  const ParameterDensity& output = readout.output.density;
  if (output.shape == DensityShape::laplace || output.shape == DensityShape::student_t) return 0.0;
  if (spec.density.shape == DensityShape::student_t) return 0.0;
  if (output.is_normal()) {
    if (spec.depth > 1 || !spec.density.is_normal()) return 0.0;
    const Activation leading = spec.activation == Activation::gelu ? Activation::relu : spec.activation;
    const double largest = largest_response(leading, input_loadings(spec, sites), sources);
    return largest == 0.0 ? infinite : std::sqrt(readout.width) / (readout.output.sigma_out * largest);
  }
  if (spec.depth == 1 && spec.density.is_normal()) return infinite;
  throw UsageError("W[J]: for mlp of depth " + std::to_string(spec.depth) + " with " + std::string(to_string(spec.activation)) +
                   ", " + std::string(to_string(spec.density.shape)) + " weights and " + std::string(to_string(output.shape)) +
                   " output it is not known which sources are possible; expected normal output weights or a bounded activation");
}

/// |f| at the direction of u.
double response(Activation activation, const RowMatrix& loadings, const Vector& sources, const Vector& u) {
  const double norm = u.norm();
  if (!(norm > 0.0)) return 0.0;
  Vector z = loadings * (u / norm);
  if (activation == Activation::relu) z = z.cwiseMax(0.0);
  return std::abs(sources.dot(z));
}

/// The part of v orthogonal to the given vectors (columns).
Vector orthogonal_part(Vector v, std::vector<Vector> others) {
  for (std::size_t k = 0; k < others.size(); ++k) {
    const double norm = others[k].norm();
    if (norm < 1e-14) continue;
    const Vector direction = others[k] / norm;
    for (std::size_t l = k + 1; l < others.size(); ++l) others[l] -= direction.dot(others[l]) * direction;
    v -= direction.dot(v) * direction;
  }
  return v;
}

/// In two dimensions: the stationary direction of every arc between kinks, and the kinks.
double largest_on_circle(const RowMatrix& loadings, const Vector& sources) {
  std::vector<double> angles;
  for (Eigen::Index p = 0; p < loadings.rows(); ++p)
    for (const double sign : {-0.5, 0.5})
      angles.push_back(
          std::remainder(std::atan2(loadings(p, 1), loadings(p, 0)) + sign * std::numbers::pi, 2 * std::numbers::pi));
  std::sort(angles.begin(), angles.end());
  double largest = 0.0;
  for (std::size_t k = 0; k < angles.size(); ++k) {
    const double next = k + 1 < angles.size() ? angles[k + 1] : angles[0] + 2 * std::numbers::pi;
    const double middle = 0.5 * (angles[k] + next);
    Vector inside = loadings * Vector{{std::cos(middle), std::sin(middle)}};
    const Vector v = loadings.transpose() * (inside.array() > 0.0).select(sources, 0.0);
    for (const Vector& u : {v, Vector(-v), Vector{{std::cos(angles[k]), std::sin(angles[k])}}})
      largest = std::max(largest, response(Activation::relu, loadings, sources, u));
  }
  return largest;
}

/// |f| is largest where it is stationary within some face of the arrangement {A_p·u = 0}; candidates for all conceivable faces:
/// each site active, inactive or zero.
double largest_on_faces(const RowMatrix& loadings, const Vector& sources) {
  const Eigen::Index sites = loadings.rows(), dimensions = loadings.cols();
  long patterns = 1;
  for (Eigen::Index p = 0; p < sites; ++p) patterns *= 3;
  double largest = 0.0;
  for (long pattern = 0; pattern < patterns; ++pattern) {
    Vector v = Vector::Zero(dimensions);
    std::vector<Vector> zeros;
    long rest = pattern;
    for (Eigen::Index p = 0; p < sites; ++p, rest /= 3) {
      if (rest % 3 == 1) v += sources[p] * loadings.row(p).transpose();
      if (rest % 3 == 2) zeros.emplace_back(loadings.row(p).transpose());
    }
    if (static_cast<Eigen::Index>(zeros.size()) >= dimensions) continue;
    const Vector u = orthogonal_part(v, zeros);
    largest =
        std::max({largest, response(Activation::relu, loadings, sources, u), response(Activation::relu, loadings, sources, -u)});
  }
  return largest;
}

}  // namespace

double bounded_source_limit(const Vector& bounds, const Readout& readout, const Vector& sources) {
  const double bias_limit = output_bias_limit(readout.output, sources);
  if (!std::isfinite(readout.width) || sources.isZero(0.0)) return bias_limit;
  if (readout.output.density.shape == DensityShape::student_t) return 0.0;
  if (readout.output.density.shape != DensityShape::laplace) return bias_limit;
  const double largest = bounds.dot(sources.cwiseAbs());
  return largest == 0.0 ? bias_limit
                        : std::min(bias_limit, std::sqrt(2.0 * readout.width) / (readout.output.sigma_out * largest));
}

double cos_source_limit(const Readout& readout, const Vector& sources) {
  return bounded_source_limit(Vector::Ones(sources.size()), readout, sources);
}

double free_scalar_source_limit(const SiteSet& sites, const FreeScalarSpec& spec, const Readout& readout, const Vector& sources) {
  const MomentumBall ball{sites.dimension(), spec.cutoff, spec.mass};
  const double norm = ball.integral(-1.0 - spec.momentum_exponent, 0.0);
  const double amplitude = std::sqrt(2.0 * norm / std::pow(2.0 * std::numbers::pi, sites.dimension()));
  const double bound = amplitude * std::pow(spec.mass, spec.momentum_exponent);
  return bounded_source_limit(Vector::Constant(sources.size(), bound), readout, sources);
}

double gauss_source_limit(const Readout& readout, const Vector& sources) {
  if (std::isfinite(readout.width) && !sources.isZero(0.0)) return 0.0;
  return output_bias_limit(readout.output, sources);
}

double mlp_source_limit(const SiteSet& sites, const MlpSpec& spec, const Readout& readout, const Vector& sources) {
  const double bound = activation_bound(spec.activation);
  const double bias_limit = output_bias_limit(readout.output, sources);
  if (!std::isfinite(readout.width) || sources.isZero(0.0)) return bias_limit;
  if (std::isfinite(bound)) return bounded_source_limit(Vector::Constant(sources.size(), bound), readout, sources);
  if (is_light(spec.density))
    return bounded_source_limit(bounds_of_bounded_weights(sites, spec, readout.width), readout, sources);
  return std::min(bias_limit, unbounded_limit(sites, spec, readout, sources));
}

double largest_response(Activation activation, const RowMatrix& loadings, const Vector& sources) {
  if (activation == Activation::identity) return (loadings.transpose() * sources).norm();
  RowMatrix used(0, loadings.cols());
  Vector strengths(0);
  for (Eigen::Index p = 0; p < loadings.rows(); ++p) {
    if (sources[p] == 0.0 || loadings.row(p).isZero(0.0)) continue;
    used.conservativeResize(used.rows() + 1, Eigen::NoChange);
    used.bottomRows(1) = loadings.row(p);
    strengths.conservativeResize(used.rows());
    strengths[used.rows() - 1] = sources[p];
  }
  if (used.rows() == 0) return 0.0;
  if (used.cols() == 1)
    return std::max(response(activation, used, strengths, Vector{{1.0}}), response(activation, used, strengths, Vector{{-1.0}}));
  if (used.cols() == 2) return largest_on_circle(used, strengths);
  if (used.rows() > 10)
    throw UsageError("W[J] of relu and gelu nets in more than two dimensions: expected at most 10 sources other than 0, got " +
                     std::to_string(used.rows()));
  return largest_on_faces(used, strengths);
}

void expect_finite_sources(double limit, std::string_view architecture) {
  if (limit > 1.0) return;
  std::ostringstream message;
  message << "W[J] of this " << architecture << " net is infinite for the given sources; ";
  if (limit == 0.0)
    message << "it is infinite for all sources other than 0";
  else
    message << "expected sources of less than " << limit << " times their strength";
  throw UsageError(message.str());
}

}  // namespace nnft
