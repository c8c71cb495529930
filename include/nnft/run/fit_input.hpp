#pragma once
/// @file What fits see of a result file: scan points and variables by name.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/run/stored_result.hpp"

namespace nnft {

/// Where a scan point stands on the axes.
struct ScanCoordinates {
  double width;
  std::vector<double> strengths;  ///< of every deformation, at least one; 0 if there is none
};
ScanCoordinates scan_coordinates(const ScanPoint& point);

/// What a variable is taken from.
enum class FitQuantity { connected, plain, generating, observable, effective_mass };

/// A variable that has leave-one-out values.
struct FitVariable {
  std::string name;               ///< G4c, W
  std::string dimension;          ///< quad, source; `observable` for numbers of the whole box
  std::vector<std::string> legs;  ///< names of the coordinates of a tuple; none for W
  int order = 0;                  ///< of the correlator; 0 for W
  int derivative = 0;             ///< in the strengths: which monomial of the layout's basis; 0 for none
  std::vector<std::vector<int>> tuples;
  FitQuantity quantity = FitQuantity::connected;
  int place = 0;  ///< among the observables
};

/// A variable at one scan point: all its tuples in the order of the file.
struct VariableValues {
  Vector value;             ///< shape (tuples)
  Vector error;             ///< shape (tuples)
  RowMatrix leave_one_out;  ///< shape (blocks, tuples), NaN for absent blocks
  Vector trusted;           ///< 0 where heavy tails make the error bar worthless, else 1; shape (tuples)
};

/// A sampled scan.
struct FitInput {
  std::vector<FitVariable> variables;  ///< highest connected order first
  std::vector<std::string> axes;       ///< names of the strengths, as dimensions of a result file
  std::vector<ScanCoordinates> points;
  std::vector<std::int64_t> blocks;  ///< their numbers in the whole run
  std::function<VariableValues(std::size_t point, const FitVariable&)> values;
  /// Whether connected correlators above order 2 vanish at infinite width, as they do unless the field itself is deformed.
  bool free_at_infinite_width = true;
};

/// Reads points on demand; `stored` must outlive it. @throws UsageError if the file holds exact values.
FitInput fit_input(const StoredResult& stored);

}  // namespace nnft
