#pragma once
/// @file What fits see of a result file: scan points and variables by name.

#include <string>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Where a scan point stands on the axes: its width and the strength of every deformation (at least one; 0 if there is none).
struct ScanCoordinates {
  double width;
  std::vector<double> strengths;
};
ScanCoordinates scan_coordinates(const ScanPoint& point);

/// Names of the strength axes, as dimensions of a result file.
std::vector<std::string> strength_axes(const std::vector<ScanPoint>& points);

/// A variable that has leave-one-out values.
struct FitVariable {
  std::string name;               ///< G4c, W
  std::string dimension;          ///< quad, source
  std::vector<std::string> legs;  ///< names of the coordinates of a tuple; source alone for W
  int order;                      ///< of the correlator; 0 for W
  std::vector<std::vector<int>> tuples;
};

/// All that a file with this layout has, highest connected order first.
std::vector<FitVariable> fit_variables(const SumLayout& layout);

/// A variable at one scan point: all its tuples in the order of the file.
struct VariableValues {
  Vector value;             ///< shape (tuples)
  Vector error;             ///< shape (tuples)
  RowMatrix leave_one_out;  ///< shape (blocks, tuples), NaN for absent blocks
  Vector trusted;           ///< 0 where heavy tails make the error bar worthless, else 1; shape (tuples)
};
VariableValues variable_values(const PointResult& result, const SumLayout& layout, const FitVariable& variable);

}  // namespace nnft
