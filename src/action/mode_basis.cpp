#include "nnft/action/mode_basis.hpp"

#include <cmath>
#include <limits>

#include "nnft/core/format.hpp"
#include "nnft/core/packed_index.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {
namespace {

struct Eigenmodes {
  Vector values;      ///< falling
  RowMatrix vectors;  ///< shape (modes, sites)
};

Eigenmodes eigenmodes(const RowMatrix& matrix) {
  if (matrix.rows() == 0 || matrix.rows() != matrix.cols()) throw ShapeError("ModeBasis: expected a square matrix");
  if (!matrix.allFinite()) throw SingularError("the two-point matrix has entries that are not numbers");
  const SymmetricEigen eigen = symmetric_eigen(matrix);
  Eigenmodes modes{eigen.values.reverse(), eigen.vectors.transpose().colwise().reverse()};
  // An eigenvector's sign means nothing; a fixed one keeps neighbouring matrices' modes comparable.
  for (Eigen::Index k = 0; k < modes.vectors.rows(); ++k) {
    Eigen::Index largest = 0;
    modes.vectors.row(k).cwiseAbs().maxCoeff(&largest);
    if (modes.vectors(k, largest) < 0.0) modes.vectors.row(k) *= -1.0;
  }
  return modes;
}

int modes_of(const Vector& eigenvalues, const ModeRegulator& regulator) {
  if (regulator.kind != ModeRegulatorKind::modes_above) return static_cast<int>(eigenvalues.size());
  return static_cast<int>((eigenvalues.array() > regulator.value * eigenvalues[0]).count());
}

}  // namespace

Vector mode_eigenvalues(const RowMatrix& matrix) { return eigenmodes(matrix).values; }

double condition_number(const Vector& eigenvalues) {
  const double smallest = eigenvalues[eigenvalues.size() - 1];
  return smallest > 0.0 ? eigenvalues[0] / smallest : std::numeric_limits<double>::infinity();
}

std::string mode_regulator_text(const ModeRegulator& regulator) {
  switch (regulator.kind) {
    case ModeRegulatorKind::none:
      break;
    case ModeRegulatorKind::modes_above:
      return "modes above " + format_number(regulator.value, "%.3g");
    case ModeRegulatorKind::noise:
      return "noise " + format_number(regulator.value, "%.3g");
  }
  return "none";
}

ModeBasis::ModeBasis(const RowMatrix& matrix, const ModeRegulator& regulator)
    : ModeBasis(matrix, regulator, modes_of(eigenmodes(matrix).values, regulator)) {}

ModeBasis::ModeBasis(const RowMatrix& matrix, const ModeRegulator& regulator, int modes) {
  const Eigenmodes found = eigenmodes(matrix);
  const Vector& eigenvalues = found.values;
  const double noise = regulator.kind == ModeRegulatorKind::noise ? regulator.value * eigenvalues[0] : 0.0;
  const double least = std::abs(eigenvalues[0]) * static_cast<double>(matrix.rows()) * std::numeric_limits<double>::epsilon();
  if (modes < 1 || modes > matrix.rows() || !(eigenvalues[modes - 1] + noise > least))
    throw SingularError(
        "the two-point matrix is not positive definite to the precision of its numbers: its eigenvalues go from " +
        format_number(eigenvalues[0], "%.4g") + " to " + format_number(eigenvalues[eigenvalues.size() - 1], "%.4g") +
        ", condition number " + format_number(condition_number(eigenvalues), "%.3g"));
  basis_.resize(modes, matrix.cols());
  for (int k = 0; k < modes; ++k) {
    const double value = eigenvalues[k] + noise;
    basis_.row(k) = found.vectors.row(k) / std::sqrt(value);
    log_determinant_ += std::log(value);
  }
}

RowMatrix symmetric_matrix(int sites, const Vector& pairs) {
  const PackedIndex index(sites, 2);
  if (pairs.size() != index.size()) throw ShapeError("symmetric_matrix: expected " + std::to_string(index.size()) + " pairs");
  RowMatrix matrix(sites, sites);
  for (int pair = 0; pair < index.size(); ++pair) {
    const int* tuple = index.tuple(pair);
    matrix(tuple[0], tuple[1]) = matrix(tuple[1], tuple[0]) = pairs[pair];
  }
  return matrix;
}

}  // namespace nnft
