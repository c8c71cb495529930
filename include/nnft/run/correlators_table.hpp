#pragma once
/// @file Correlators of an action for people.

#include <string>
#include <vector>

#include "nnft/run/action_correlators.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft {

/// For each scan point some or all tuples of every order: drawn value(error), the correlator that the file says the action came
/// from, and their difference over the error of both; how all tuples of an order compare; autocorrelation times, warnings; or why
/// the point is refused.
std::string correlators_table(const StoredAction& stored, const DrawRequest& request, const std::vector<DrawnPoint>& points,
                              TableLength length);

}  // namespace nnft
