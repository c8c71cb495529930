#pragma once
/// @file Tables of couplings for people.

#include <string>
#include <vector>

#include "nnft/run/action_analysis.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft {

/// For each scan point eigenvalues and condition number of G2c, what the regulator does, and of each coupling the contributions
/// of every order and their sum, with errors, beside the sum without the regulator if there is one.
std::string action_table(const StoredResult& stored, const ActionSubject& subject, const std::vector<PointAction>& actions,
                         TableLength length);

}  // namespace nnft
