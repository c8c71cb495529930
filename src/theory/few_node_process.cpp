#include "nnft/theory/few_node_process.hpp"

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/gaussian_process.hpp"
#include "nnft/stats/cumulants.hpp"
#include "nnft/theory/decay_box.hpp"
#include "nnft/theory/quartic_vertex.hpp"

namespace nnft {
namespace {

using Long = std::vector<long double>;

constexpr Eigen::Index most_directions = 3;

/// The field on nodes and sites in terms of standard Gaussian ξ and an independent rest.
struct Directions {
  RowMatrix nodes;  ///< φ_z = Σ_j nodes_zj ξ_j
  RowMatrix sites;  ///< ⟨φ_x⟩ given ξ
  RowMatrix rest;   ///< the covariance of the sites given ξ
};

Directions directions(const NodeCovariance& g) {
  Directions d;
  d.nodes = covariance_factor(g.nodes);
  if (d.nodes.cols() > most_directions)
    throw UsageError("quadrature of field-operator: expected a field with 1 to " + std::to_string(most_directions) +
                     " directions on the nodes, got " + std::to_string(d.nodes.cols()) + " of " + std::to_string(d.nodes.rows()) +
                     " nodes");
  const Vector squares = d.nodes.colwise().squaredNorm();
  d.sites = g.legs.transpose() * d.nodes * squares.cwiseInverse().asDiagonal();
  d.rest = g.sites - d.sites * d.sites.transpose();
  return d;
}

/// Sums of e^{f} and of its products with the monomials of ξ, over a lattice in a box.
class LatticeSums {
 public:
  LatticeSums(const MomentLayout& monomials, const std::function<double(const Vector&)>& f, Vector box, int points)
      : monomials_(monomials), f_(f), box_(std::move(box)), points_(points), xi_(box_.size()) {
    sums_.assign(static_cast<std::size_t>(monomials.size()), 0.0L);
    shift_ = f(Vector::Zero(box_.size()));
    visit(0);
  }

  /// ⟨ξ…ξ⟩, a row of the layout of monomials.
  Long means() const {
    Long means = sums_;
    for (long double& mean : means) mean /= total_;
    return means;
  }

 private:
  void visit(Eigen::Index axis) {
    if (axis == box_.size()) return add();
    // The first axis starts at half a step: ξ and −ξ are alike.
    for (int k = axis == 0 ? points_ / 2 : 0; k < points_; ++k) {
      xi_[axis] = box_[axis] * ((2.0 * k + 1.0) / points_ - 1.0);
      visit(axis + 1);
    }
  }

  void add() {
    const double height = f_(xi_) - shift_;
    if (height < -100.0) return;
    const long double weight = std::exp(static_cast<long double>(height));
    total_ += weight;
    std::size_t place = 0;
    for (const int order : monomials_.orders())
      for (int t = 0; t < monomials_.index(order).size(); ++t, ++place) {
        long double product = weight;
        for (int leg = 0; leg < order; ++leg) product *= xi_[monomials_.index(order).tuple(t)[leg]];
        sums_[place] += product;
      }
  }

  const MomentLayout& monomials_;
  const std::function<double(const Vector&)>& f_;
  Vector box_;
  int points_;
  Vector xi_;
  double shift_ = 0.0;
  long double total_ = 0.0L;
  Long sums_;
};

/// ⟨Π_i Σ_j B_{x_i j} ξ_j⟩ over the tuple.
long double transformed(const RowMatrix& b, const MomentLayout& monomials, const Long& means, std::span<const int> tuple,
                        std::vector<int>& chosen) {
  if (chosen.size() == tuple.size()) {
    const int order = static_cast<int>(tuple.size());
    return means[static_cast<std::size_t>(monomials.offset(order) + monomials.index(order).position(chosen))];
  }
  const int site = tuple[chosen.size()];
  long double sum = 0.0L;
  for (int j = 0; j < b.cols(); ++j) {
    chosen.push_back(j);
    sum += b(site, j) * transformed(b, monomials, means, tuple, chosen);
    chosen.pop_back();
  }
  return sum;
}

FewNodeMoments site_moments(const MomentLayout& layout, const Directions& d, const MomentLayout& monomials, const Long& means) {
  Vector rest(layout.index(2).size());
  for (int t = 0; t < rest.size(); ++t) rest[t] = d.rest(layout.index(2).tuple(t)[0], layout.index(2).tuple(t)[1]);
  Long row, connected(static_cast<std::size_t>(layout.size())), full(connected.size());
  std::vector<int> chosen;
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t)
      row.push_back(
          transformed(d.sites, monomials, means, {layout.index(order).tuple(t), static_cast<std::size_t>(order)}, chosen));
  // Cumulants of independent parts add up, and the rest has only the second.
  CumulantEstimator(layout, rest).connected<long double>(row, connected);
  CumulantEstimator(layout, Vector::Zero(rest.size())).full<long double>(connected, full);
  FewNodeMoments result{Vector(layout.size()), Vector(layout.size())};
  for (int k = 0; k < layout.size(); ++k) {
    result.full[k] = static_cast<double>(full[static_cast<std::size_t>(k)]);
    result.connected[k] = static_cast<double>(connected[static_cast<std::size_t>(k)]);
  }
  return result;
}

}  // namespace

FewNodeMoments few_node_process(const MomentLayout& layout, const RowMatrix& covariance, const FieldOperator& field_operator,
                                double most_operations) {
  const NodeCovariance g = node_covariance(covariance, field_operator.weights());
  if (g.sites.rows() != layout.sites())
    throw ShapeError("few_node_process: expected a covariance of " + std::to_string(field_operator.nodes()) + " nodes and " +
                     std::to_string(layout.sites()) + " sites, got shape (" + std::to_string(covariance.rows()) + ", " +
                     std::to_string(covariance.cols()) + ")");
  const Directions d = directions(g);
  const auto dimensions = static_cast<int>(d.nodes.cols());
  const std::function<double(const Vector&)> f = [&](const Vector& xi) {
    return -0.5 * xi.squaredNorm() - field_operator.value(d.nodes * xi);
  };
  const Vector box = decay_box(dimensions, f);
  const MomentLayout monomials(dimensions, layout.orders());
  const auto points = [](int level) { return 2 * static_cast<int>(std::lround(20.0 * std::pow(1.5, level))); };
  const QuadratureLevels levels{
      [&](int level) { return site_moments(layout, d, monomials, LatticeSums(monomials, f, box, points(level)).means()); },
      [&](int level) {
        return std::pow(points(level), dimensions) * (monomials.size() + 20.0 * static_cast<double>(d.nodes.size()));
      }};
  return converged_moments(layout, levels, most_operations);
}

}  // namespace nnft
