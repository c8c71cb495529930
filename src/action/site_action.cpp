#include "nnft/action/site_action.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

double tuple_orders(const int* tuple, int order) {
  double orders = 1.0;
  int run = 0;
  for (int leg = 0; leg < order; ++leg) {
    run = leg > 0 && tuple[leg] == tuple[leg - 1] ? run + 1 : 1;
    orders *= static_cast<double>(leg + 1) / run;
  }
  return orders;
}

SiteAction::SiteAction(int sites, const std::vector<Couplings>& couplings)
    : sites_(sites), coefficients_(static_cast<std::size_t>(action_degrees)) {
  for (const Couplings& given : couplings) {
    if (given.degree < 2 || given.degree > highest_action_degree || given.degree % 2 != 0)
      throw ShapeError("SiteAction: expected couplings of degree 2, 4, 6 or 8, got " + std::to_string(given.degree));
    const std::string name = "SiteAction: g" + std::to_string(given.degree);
    const PackedIndex index(sites, given.degree);
    Vector& own = coefficients_[static_cast<std::size_t>(given.degree / 2 - 1)];
    if (own.size() > 0) throw ShapeError(name + " is given twice");
    if (given.packed.size() != index.size())
      throw ShapeError(name + ": expected " + std::to_string(index.size()) + " couplings of " + std::to_string(sites) +
                       " sites, got " + std::to_string(given.packed.size()));
    if (!given.packed.allFinite()) throw ShapeError(name + ": expected finite couplings");
    own.resize(index.size());
    for (int t = 0; t < index.size(); ++t) own[t] = given.packed[t] * tuple_orders(index.tuple(t), given.degree);
  }
  const int highest = std::max(degree(), 2);
  for (int d = 2; d <= highest_action_degree; d += 2) {
    Vector& own = coefficients_[static_cast<std::size_t>(d / 2 - 1)];
    if (d > highest) {
      own.resize(0);
      continue;
    }
    indices_.emplace_back(sites, d);
    if (own.size() == 0) own = Vector::Zero(indices_.back().size());
  }
}

int SiteAction::degree() const noexcept {
  for (int place = action_degrees - 1; place >= 0; --place)
    if ((coefficients_[static_cast<std::size_t>(place)].array() != 0.0).any()) return 2 * (place + 1);
  return 0;
}

double SiteAction::value(const Vector& phi) const {
  double sum = 0.0;
  for (int d = 2; d <= degree(); d += 2) sum += form(d, phi);
  return sum;
}

double SiteAction::magnitude(const Vector& phi) const {
  double sum = 0.0;
  for (std::size_t place = 0; place < indices_.size(); ++place)
    for (int t = 0; t < indices_[place].size(); ++t) {
      double product = coefficients_[place][t];
      for (int leg = 0; leg < indices_[place].order(); ++leg) product *= phi[indices_[place].tuple(t)[leg]];
      sum += std::abs(product);
    }
  return sum;
}

double SiteAction::form(int degree, const Vector& phi) const {
  const Vector& own = coefficients(degree);
  if (own.size() == 0) return 0.0;
  const PackedIndex& index = indices_[static_cast<std::size_t>(degree / 2 - 1)];
  double sum = 0.0;
  for (int t = 0; t < index.size(); ++t) {
    double product = own[t];
    for (int leg = 0; leg < degree; ++leg) product *= phi[index.tuple(t)[leg]];
    sum += product;
  }
  return sum;
}

Vector SiteAction::form_gradient(int degree, const Vector& phi) const {
  Vector gradient = Vector::Zero(sites_);
  const Vector& own = coefficients(degree);
  if (own.size() == 0) return gradient;
  const PackedIndex& index = indices_[static_cast<std::size_t>(degree / 2 - 1)];
  Vector after(degree + 1);  // products of the legs from one on
  for (int t = 0; t < index.size(); ++t) {
    const int* tuple = index.tuple(t);
    after[degree] = 1.0;
    for (int leg = degree - 1; leg >= 0; --leg) after[leg] = after[leg + 1] * phi[tuple[leg]];
    double before = own[t];
    for (int leg = 0; leg < degree; ++leg) {
      gradient[tuple[leg]] += before * after[leg + 1];
      before *= phi[tuple[leg]];
    }
  }
  return gradient;
}

RowMatrix SiteAction::quadratic() const {
  RowMatrix g2 = RowMatrix::Zero(sites_, sites_);
  const PackedIndex& index = indices_.front();
  for (int t = 0; t < index.size(); ++t) {
    const int a = index.tuple(t)[0], b = index.tuple(t)[1];
    g2(a, b) = g2(b, a) = coefficients_.front()[t] / (a == b ? 1.0 : 2.0);
  }
  return g2;
}

SiteAction SiteAction::with_quadratic(const RowMatrix& g2) const {
  if (g2.rows() != sites_ || g2.cols() != sites_)
    throw ShapeError("SiteAction: expected a matrix of " + std::to_string(sites_) + " sites, got " + std::to_string(g2.rows()) +
                     " x " + std::to_string(g2.cols()));
  SiteAction changed = *this;
  const PackedIndex& index = indices_.front();
  Vector& own = changed.coefficients_.front();
  for (int t = 0; t < index.size(); ++t) {
    const int a = index.tuple(t)[0], b = index.tuple(t)[1];
    own[t] = a == b ? g2(a, b) : g2(a, b) + g2(b, a);
  }
  return changed;
}

}  // namespace nnft
