#include "nnft/theory/deformed_connected.hpp"

#include <cmath>
#include <optional>

#include "nnft/core/error.hpp"
#include "nnft/theory/cos_quartic.hpp"
#include "nnft/theory/cos_ring.hpp"
#include "nnft/theory/moment_scaling.hpp"

namespace nnft {
namespace {

/// A deformation and which parameter of the basis its strength is.
struct Term {
  double strength = 0.0;
  int parameter = 0;
  bool varied = false;  ///< whether derivatives in the strength are asked for

  bool matters() const noexcept { return varied || strength != 0.0; }
  /// The basis of series in this strength alone.
  SeriesBasis basis(const SeriesBasis& all) const { return SeriesBasis(varied ? 1 : 0, varied ? all.order() : 0); }
};

/// A problem with its deformations told apart.
struct Terms {
  Term quartic;
  Term ring;
  Term scale;
};

void expect_possible(const Deformation& deformation) {
  const double alpha = deformation.strength;
  const bool ring = deformation.kind == DeformationKind::weight_ring;
  if (ring ? !(std::abs(alpha) < 0.5) : !(alpha >= 0.0 && std::isfinite(alpha)))
    throw UsageError("exact: expected " + std::string(to_string(deformation.kind)) + " of strength " +
                     (ring ? "between -1/2 and 1/2" : "0 or more") + ", got " + std::to_string(alpha));
}

Term find_term(const DeformedProblem& problem, DeformationKind kind, const SeriesBasis& basis) {
  std::optional<Term> found;
  for (std::size_t p = 0; p < problem.deformations.size(); ++p) {
    if (problem.deformations[p].kind != kind) continue;
    if (found) throw UsageError("exact: expected deformations of different kinds, got two of " + std::string(to_string(kind)));
    expect_possible(problem.deformations[p]);
    const int parameter = static_cast<int>(p);
    found = Term{problem.deformations[p].strength, parameter, parameter < basis.parameters() && basis.order() > 0};
  }
  return found.value_or(Term{});
}

Terms find_terms(const DeformedProblem& problem, const SeriesBasis& basis) {
  if (basis.parameters() > static_cast<int>(problem.deformations.size()))
    throw ShapeError("exact: expected at most " + std::to_string(problem.deformations.size()) + " strengths to vary, got " +
                     std::to_string(basis.parameters()));
  return {find_term(problem, DeformationKind::weight_quartic, basis), find_term(problem, DeformationKind::weight_ring, basis),
          find_term(problem, DeformationKind::shared_scale, basis)};
}

/// Weight-quartic and weight-ring together are neither isotropic nor Gaussian.
void expect_one_of_both(const Term& quartic, const Term& ring) {
  if (quartic.strength != 0.0 && ring.strength != 0.0)
    throw UsageError("exact: weight-quartic of strength " + std::to_string(quartic.strength) + " together with weight-ring of " +
                     std::to_string(ring.strength) + " has no exact correlators; expected one of them to be 0");
  if (quartic.matters() && ring.matters())
    throw UsageError(
        "exact: no derivatives are known in the strengths of weight-quartic and weight-ring where both are present; expected one "
        "of them alone");
}

void expect_whole_width(double width) {
  if (!(width >= 1.0) || width != std::floor(width))
    throw UsageError("exact: expected a whole width for deformed weights, got " + std::to_string(width));
}

/// G_c without a₀ and shared-scale, as a row of the layout.
using Connected = std::vector<StrengthSeries>;

Connected cos_process(const MomentLayout& layout, const DeformedProblem& problem, const StrengthSeries& variance) {
  const long double amplitude = 0.5L * problem.readout.output.sigma_out * problem.readout.output.sigma_out;
  Connected connected(static_cast<std::size_t>(layout.size()), StrengthSeries(variance.basis()));
  const RowMatrix& x = problem.sites.coordinates();
  for (int t = 0; t < layout.index(2).size(); ++t) {
    const int* tuple = layout.index(2).tuple(t);
    const long double distance = (x.row(tuple[0]) - x.row(tuple[1])).squaredNorm();
    connected[static_cast<std::size_t>(t)] = exp(-0.5L * distance * variance) * amplitude;
  }
  return connected;
}

Connected cos_connected(const MomentLayout& layout, const DeformedProblem& problem, const Terms& terms,
                        const SeriesBasis& basis) {
  const double sigma = std::get<CosFeatures>(problem.net).sigma_weight, width = problem.readout.width;
  const int d = problem.sites.dimension();
  const double s = sigma * sigma / d;
  if (std::isinf(width)) {
    const SeriesBasis alone = terms.ring.basis(basis);
    const StrengthSeries variance = infinite_ring_variance(s, terms.ring.strength, alone);
    return lift(cos_process(layout, problem, variance), basis, terms.ring.parameter);
  }
  expect_whole_width(width);
  expect_one_of_both(terms.quartic, terms.ring);
  const bool ring = terms.ring.matters();
  const Term& term = ring ? terms.ring : terms.quartic;
  const SeriesBasis alone = term.basis(basis);
  const CharacteristicSum sum = ring ? ring_characteristic({s, width, term.strength}, alone)
                                     : quartic_characteristic({width * d, s, width, term.strength}, alone);
  const Connected full = cos_full_moments(layout, problem.sites, problem.readout, sum);
  return lift(connected_moments(layout, full), basis, term.parameter);
}

/// The scale of the first weights of a net other than cos: weight-ring at infinite width.
double first_weight_scale(const DeformedProblem& problem, const FreeNet& net, const Term& ring) {
  if (!ring.matters()) return 1.0;
  if (std::isfinite(problem.readout.width) || std::isfinite(net.first_width))
    throw UsageError("exact: weight-ring has no exact correlators on " + net.name + "; expected architecture cos or width inf");
  if (ring.varied)
    throw UsageError("exact: no exact derivatives in the strength of weight-ring are known on " + net.name +
                     "; expected architecture cos");
  return std::pow(1.0 - 4.0 * ring.strength * ring.strength, -0.25);
}

Connected free_connected(const MomentLayout& layout, const DeformedProblem& problem, const Terms& terms,
                         const SeriesBasis& basis) {
  const FreeNet& net = std::get<FreeNet>(problem.net);
  const Vector values = net.connected(first_weight_scale(problem, net, terms.ring));
  if (values.size() != layout.size())
    throw ShapeError("exact: expected " + std::to_string(layout.size()) + " correlators of " + net.name + ", got " +
                     std::to_string(values.size()));
  Connected connected;
  for (const double value : values) connected.emplace_back(basis, value);
  if (std::isinf(net.first_width) || !terms.quartic.matters()) return connected;
  if (!net.homogeneous)
    throw UsageError("exact: weight-quartic has no exact correlators on " + net.name +
                     "; expected cos, or relu or identity with normal weights and without biases in hidden layers");
  expect_whole_width(net.first_width);
  const int d = problem.sites.dimension();
  const SeriesBasis alone = terms.quartic.basis(basis);
  const RadialDensity density{net.first_width * d, net.sigma_weight * net.sigma_weight / d, net.first_width,
                              terms.quartic.strength};
  const std::vector<StrengthSeries> ratios = radial_moment_ratios(density, layout.orders().back() / 2, alone);
  return scaled_connected(layout, connected, lift(ratios, basis, terms.quartic.parameter));
}

}  // namespace

RowMatrix deformed_derivatives(const MomentLayout& layout, const DeformedProblem& problem, const SeriesBasis& basis) {
  const Terms terms = find_terms(problem, basis);
  Connected connected = std::holds_alternative<CosFeatures>(problem.net) ? cos_connected(layout, problem, terms, basis)
                                                                         : free_connected(layout, problem, terms, basis);
  add_output_bias(layout, problem.readout.output, connected);
  if (terms.scale.matters()) {
    const SeriesBasis alone = terms.scale.basis(basis);
    const std::vector<StrengthSeries> ratios = shared_scale_moments(terms.scale.strength, layout.orders().back() / 2, alone);
    connected = scaled_connected(layout, connected, lift(ratios, basis, terms.scale.parameter));
  }
  RowMatrix derivatives(basis.size(), layout.size());
  for (int k = 0; k < basis.size(); ++k)
    for (int t = 0; t < layout.size(); ++t)
      derivatives(k, t) = static_cast<double>(connected[static_cast<std::size_t>(t)][k]) * basis.factorial(k);
  return derivatives;
}

Vector deformed_connected(const MomentLayout& layout, const DeformedProblem& problem) {
  return deformed_derivatives(layout, problem, SeriesBasis(0, 0)).row(0).transpose();
}

}  // namespace nnft
