#include "nnft/action/edgeworth.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "nnft/action/leg_transform.hpp"
#include "nnft/action/mode_basis.hpp"
#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Products of order many vertices with four legs have the highest degree.
int highest_degree(int order) {
  if (order < 0) throw ShapeError("EdgeworthDensity: expected an order >= 0, got " + std::to_string(order));
  return std::max(2, 4 * order);
}

/// He_0 … He_degree of every entry of a row, by He_{n+1} = x He_n − n He_{n−1}. Shape (degree + 1, entries).
RowMatrix hermite_polynomials(const Vector& x, int degree) {
  RowMatrix values = RowMatrix::Ones(degree + 1, x.size());
  if (degree > 0) values.row(1) = x.transpose();
  for (int n = 1; n < degree; ++n)
    values.row(n + 1) = x.transpose().cwiseProduct(values.row(n)) - static_cast<double>(n) * values.row(n - 1);
  return values;
}

}  // namespace

EdgeworthDensity::EdgeworthDensity(int sites, int order) : order_(order), algebra_(sites, highest_degree(order)) {
  const int halves = algebra_.degree() / 2;
  products_.resize(static_cast<std::size_t>(halves) + 1);
  for (int a = 0; a <= halves; ++a)
    for (int b = 0; a + b <= halves; ++b)
      products_[static_cast<std::size_t>(a)].push_back(b <= order + 1 ? algebra_.products(2 * a, 2 * b) : std::vector<int>());
}

void EdgeworthDensity::add_product(const Polynomial& factor, int degree, const Vector& coefficients, Polynomial& sum) const {
  const auto half = static_cast<std::size_t>(degree / 2);
  for (std::size_t a = 0; a < factor.size(); ++a) {
    if (factor[a].size() == 0) continue;
    Vector& to = sum[a + half];
    if (to.size() == 0) to = Vector::Zero(algebra_.size(static_cast<int>(2 * (a + half))));
    const std::vector<int>& places = products_[a][half];
    for (Eigen::Index i = 0; i < factor[a].size(); ++i)
      for (Eigen::Index j = 0; j < coefficients.size(); ++j)
        to[places[static_cast<std::size_t>(i * coefficients.size() + j)]] += factor[a][i] * coefficients[j];
  }
}

/// E_0 = 1 and n E_n = Σ_j j V_j E_{n−j}, the coefficients of exp(Σ V_j εʲ), V_j = G_c⁽²ʲ⁺²⁾yʳ/r!.
std::vector<EdgeworthDensity::Polynomial> EdgeworthDensity::terms(std::span<const Vector> whitened) const {
  const auto halves = static_cast<std::size_t>(algebra_.degree() / 2) + 1;
  std::vector<Polynomial> terms = {Polynomial(halves)};
  terms[0][0] = Vector::Ones(1);
  for (int n = 1; n <= order_; ++n) {
    terms.emplace_back(halves);
    for (int j = 1; j <= n; ++j) {
      const int degree = 2 * j + 2;
      const Vector coefficients = whitened[static_cast<std::size_t>(j)].cwiseProduct(algebra_.multiplicities(degree)) *
                                  (static_cast<double>(j) / n / std::tgamma(degree + 1.0));
      add_product(terms[static_cast<std::size_t>(n - j)], degree, coefficients, terms.back());
    }
  }
  return terms;
}

Vector EdgeworthDensity::hermite_values(const Polynomial& polynomial, std::span<const RowMatrix> hermite) const {
  Vector sum = Vector::Zero(hermite.front().cols());
  for (std::size_t half = 0; half < polynomial.size(); ++half) {
    if (polynomial[half].size() == 0) continue;
    const PackedIndex& index = algebra_.index(static_cast<int>(2 * half));
    for (int t = 0; t < index.size(); ++t) {
      std::vector<int> powers(hermite.size(), 0);
      for (int leg = 0; leg < index.order(); ++leg) ++powers[static_cast<std::size_t>(index.tuple(t)[leg])];
      Eigen::RowVectorXd product = Eigen::RowVectorXd::Constant(sum.size(), polynomial[half][t]);
      for (std::size_t mode = 0; mode < hermite.size(); ++mode) product.array() *= hermite[mode].row(powers[mode]).array();
      sum += product.transpose();
    }
  }
  return sum;
}

RowMatrix EdgeworthDensity::evaluate(std::span<const Vector> cumulants, const RowMatrix& points) const {
  const int sites = algebra_.modes();
  if (cumulants.size() != static_cast<std::size_t>(order_) + 1 || points.cols() != sites)
    throw ShapeError("EdgeworthDensity: expected " + std::to_string(order_ + 1) + " cumulants and points of " +
                     std::to_string(sites) + " sites");
  const ModeBasis basis(symmetric_matrix(sites, cumulants[0]), {});
  std::vector<Vector> whitened;
  for (std::size_t k = 0; k < cumulants.size(); ++k)
    whitened.push_back(LegTransform(sites, sites, static_cast<int>(2 * k + 2)).apply(basis.matrix(), cumulants[k]));
  const RowMatrix y = basis.matrix() * points.transpose();  // shape (modes, points)
  std::vector<RowMatrix> hermite;
  for (int mode = 0; mode < sites; ++mode) hermite.push_back(hermite_polynomials(y.row(mode).transpose(), algebra_.degree()));
  const double scale = std::exp(-0.5 * (basis.log_determinant() + sites * std::log(2.0 * std::numbers::pi)));
  const Eigen::RowVectorXd gaussian = scale * (-0.5 * y.array().square().colwise().sum()).exp().matrix();
  const std::vector<Polynomial> polynomials = terms(whitened);
  RowMatrix densities(order_ + 1, points.rows());
  Eigen::RowVectorXd factor = Eigen::RowVectorXd::Zero(points.rows());
  for (int n = 0; n <= order_; ++n) {
    factor += hermite_values(polynomials[static_cast<std::size_t>(n)], hermite).transpose();
    densities.row(n) = gaussian.cwiseProduct(factor);
  }
  return densities;
}

}  // namespace nnft
