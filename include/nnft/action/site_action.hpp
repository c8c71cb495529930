#pragma once
/// @file The action of a field at a few sites: a polynomial of even degrees.

#include <vector>

#include "nnft/core/packed_index.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// Degrees of couplings: 2, 4, 6, 8.
inline constexpr int highest_action_degree = 8;
inline constexpr int action_degrees = highest_action_degree / 2;

/// The symmetric couplings g of one degree, packed: shape (PackedIndex(sites, degree).size()).
struct Couplings {
  int degree;
  Vector packed;
};

/// S(φ) = Σ_ab g2_ab φ_aφ_b + Σ_abcd g4_abcd φ_aφ_bφ_cφ_d + …, full sums over the sites; dimensionless. The constant, which no
/// correlator knows of, is left out.
class SiteAction {
 public:
  /// Degrees that are not given vanish. @throws ShapeError if a degree is not one of 2, 4, 6, 8 or given twice, or if the
  /// couplings are not finite or not as many as there are tuples.
  SiteAction(int sites, const std::vector<Couplings>& couplings);

  int sites() const noexcept { return sites_; }
  /// The highest degree that has couplings other than 0; 0 if there is none.
  int degree() const noexcept;
  /// Coefficients of the monomials of a degree: couplings times the number of orders of their sites. Shape (tuples), or (0) above
  /// degree() and 2.
  const Vector& coefficients(int degree) const { return coefficients_.at(static_cast<std::size_t>(degree / 2 - 1)); }
  /// S of φ, shape (sites).
  double value(const Vector& phi) const;
  /// The sum of the magnitudes of all monomials with their coefficients: what the rounding of S is relative to.
  double magnitude(const Vector& phi) const;
  /// The part of one degree.
  double form(int degree, const Vector& phi) const;
  /// The derivatives of form(degree, φ) in φ, shape (sites).
  Vector form_gradient(int degree, const Vector& phi) const;
  /// g2 as a symmetric matrix, shape (sites, sites).
  RowMatrix quadratic() const;
  /// The same action with another g2, a symmetric matrix.
  SiteAction with_quadratic(const RowMatrix& g2) const;

 private:
  int sites_;
  std::vector<PackedIndex> indices_;  ///< by degree/2 − 1, up to degree() or 2
  std::vector<Vector> coefficients_;  ///< by degree/2 − 1
};

/// In how many orders the sites of a sorted tuple can be written: order!/Π multiplicities!.
double tuple_orders(const int* tuple, int order);

}  // namespace nnft
