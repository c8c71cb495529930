#pragma once
/// @file A positive symmetric matrix at the sites by its eigenvectors, and what is done where it is nearly singular.

#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// A matrix that has no inverse to the precision of its numbers.
class SingularError : public Error {
 public:
  using Error::Error;
};

/// What is done to a two-point function before it is inverted. Never silently: names of files and tables come from
/// mode_regulator_text.
enum class ModeRegulatorKind {
  none,
  modes_above,  ///< only eigenvectors with eigenvalues above value × the largest: the action of those modes alone
  noise         ///< value × the largest is added to every eigenvalue: the action of the field seen with independent noise
};

struct ModeRegulator {
  ModeRegulatorKind kind = ModeRegulatorKind::none;
  double value = 0.0;  ///< relative to the largest eigenvalue, dimensionless

  bool operator==(const ModeRegulator&) const = default;
};

/// "none", "modes above 1e-06", "noise 1e-06".
std::string mode_regulator_text(const ModeRegulator& regulator);

/// All eigenvalues of a symmetric matrix, falling; shape (sites). @throws SingularError if an entry is not a number.
Vector mode_eigenvalues(const RowMatrix& matrix);

/// The largest of falling eigenvalues over the smallest; infinite if that is not positive.
double condition_number(const Vector& eigenvalues);

/// B with B M Bᵀ = 1 and Bᵀ B = M⁻¹, from the eigenvectors of a symmetric matrix M, largest eigenvalue first.
class ModeBasis {
 public:
  /// @param matrix M, shape (sites, sites). @throws SingularError, with the eigenvalues and the condition number, unless all
  /// eigenvalues that are used exceed sites × 2⁻⁵² of the largest.
  ModeBasis(const RowMatrix& matrix, const ModeRegulator& regulator);
  /// The same with a given number of modes instead of the regulator's choice, for samples that must agree on it.
  ModeBasis(const RowMatrix& matrix, const ModeRegulator& regulator, int modes);

  int modes() const noexcept { return static_cast<int>(basis_.rows()); }
  /// B, shape (modes, sites).
  const RowMatrix& matrix() const noexcept { return basis_; }
  /// ln det of M over the modes that are used.
  double log_determinant() const noexcept { return log_determinant_; }

 private:
  RowMatrix basis_;
  double log_determinant_ = 0.0;
};

/// A symmetric matrix from packed pairs (i <= j). Shape (sites, sites).
RowMatrix symmetric_matrix(int sites, const Vector& pairs);

}  // namespace nnft
