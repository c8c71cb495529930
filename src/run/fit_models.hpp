#pragma once
/// @file Which series are fitted to how many of the widths.

#include <vector>

#include "run/fit_groups.hpp"

namespace nnft {

/// The models of a request, those of all widths first. The group with the most points decides what is possible. @throws
/// UsageError if an order asked for needs more points than there are, or if none is possible.
std::vector<FitModel> choose_models(const FitRequest& request, const FitSubject& subject, const std::vector<GroupData>& groups);

}  // namespace nnft
