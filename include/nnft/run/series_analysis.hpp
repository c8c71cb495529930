#pragma once
/// @file Series in 1/N and in the strength of a deformation, fitted to a variable of a sampled scan.

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nnft/run/fit_input.hpp"
#include "nnft/stats/model_average.hpp"
#include "nnft/stats/series_fit.hpp"

namespace nnft {

enum class FitDirection { width, strength, both };

/// Closed range of coordinates.
struct FitRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool contains(double x) const noexcept { return least <= x && x <= most; }
};

/// What is to be fitted. What is empty is chosen by what the file has.
struct FitRequest {
  std::string variable;                   ///< empty: the highest connected order
  std::optional<FitDirection> direction;  ///< empty: width if several finite ones are in range, else strength
  std::vector<int> orders;                ///< highest powers; empty: all up to 4 that leave a degree of freedom
  std::vector<int> strength_orders;       ///< of FitDirection::both, combined with every one of `orders`
  std::optional<double> leading_power;    ///< empty: that of the variable in 1/N
  bool free_exponent = false;
  FitRange width, strength;
  std::vector<std::vector<int>> tuples;  ///< empty: all
  std::optional<Regulator> regulator;    ///< empty: default_regulator
  bool optimal_shrinkage = false;        ///< instead of `regulator`
  int most_cuts = 2;                     ///< the average also takes fits without up to so many of the narrowest widths
  std::string axis = "strength";         ///< the strength that is fitted
  bool leave_one_out = false;            ///< keep leave-one-out parameters
};

/// A series and the data that it is fitted to.
struct FitModel {
  SeriesModel series;
  SeriesOrder order;
  int cut;  ///< how many of the narrowest widths are left out
};

/// One model fitted to one tuple; without value if that is impossible.
struct TupleFit {
  bool done = false;
  LeastSquares fit;         ///< without `response`
  RowMatrix leave_one_out;  ///< shape (deletions of the group, parameters); empty unless requested. Those of points cut are NaN
  double weight = 0.0;
};

/// A measured point of a group.
struct GroupPoint {
  FitPoint at;
  Vector value, error;  ///< shape (tuples)
};

/// A deletion of one block at one width.
struct Deletion {
  double width;
  std::int64_t block;
};

/// Points that are fitted together; the other axes are held fixed.
struct FitGroup {
  std::string name;                           ///< "strength 0.5"; empty if there is one group
  double width = 0.0;                         ///< NaN if fitted
  std::vector<double> strengths;              ///< of each axis, NaN if fitted
  std::vector<GroupPoint> points;             ///< by width, then by strength
  std::vector<std::vector<TupleFit>> tuples;  ///< of each tuple and model
  std::vector<Deletion> deletions;
  std::map<std::string, int> remarks;     ///< what happened to how many tuples
  std::map<std::string, int> regulators;  ///< what acted on how many tuples
};

struct SeriesAnalysis {
  FitVariable variable;  ///< with the chosen tuples only
  FitDirection direction;
  std::string axis;
  bool free_exponent = false;
  bool leave_one_out = false;     ///< fits have leave-one-out parameters
  std::vector<SeriesTerm> terms;  ///< of all models together; their parameters come first, then the exponent if it is free
  std::vector<FitModel> models;
  std::vector<FitGroup> groups;
  std::vector<std::string> remarks;

  int parameters() const noexcept { return static_cast<int>(terms.size()) + (free_exponent ? 1 : 0); }
  /// Where the parameters of a model stand among those of all.
  std::vector<int> places(const FitModel& model) const;
  /// Of a tuple over all models. Value and error are NaN where no model has the parameter.
  std::vector<AveragedParameter> average(const std::vector<TupleFit>& fits) const;
};

/// Fits every model to every tuple of every group. @throws UsageError for a request that the scan cannot meet, with what was
/// expected and got; what `input.values` throws.
SeriesAnalysis analyse_series(const FitInput& input, const FitRequest& request);

}  // namespace nnft
