#pragma once
/// @file Connected correlators of an action by diagrams whose vertices are its couplings.

#include <string>
#include <vector>

#include "nnft/action/coupling_layout.hpp"
#include "nnft/run/result_table.hpp"
#include "nnft/run/stored_action.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {

/// One scan point.
struct ExpandedPoint {
  StoredPoint point;
  std::string refused;   ///< why there is no expansion; empty if there is one
  Estimate correlators;  ///< contributions by order, in the order of a layout: degree 0 is ln ∫e^{−S + g0}; errors 0 if exact
  std::vector<StoredCorrelator> source;  ///< of each degree 2, 4, … what the action came from; no values if unknown
};

struct ExpandedCorrelators {
  CouplingLayout layout;
  std::vector<ExpandedPoint> points;
};

/// Expands W[J] through `order`. In 1/N the couplings are those added up through that order, 2g2 is the inverse propagator and a
/// vertex g_2k counts as N^{1−k}: what comes back differs from the correlators that the couplings came from by the next order. In
/// a strength each order of the couplings is a vertex of that order, and the correlators come back exactly through it. Errors
/// from leave-one-out couplings, if the file has them. Not collective. @throws IoError; UsageError if the file has no such order.
ExpandedCorrelators expand_correlators(const StoredAction& stored, int order);

/// All powers of the expansion parameter added up: value and error. @param correlators of a point.
Estimate all_orders(const CouplingLayout& layout, const Estimate& correlators);

/// For each scan point some or all tuples: contributions of each order, their sum, the correlator that the action came from, and
/// the relative difference.
std::string expanded_table(const StoredAction& stored, const ExpandedCorrelators& expanded, TableLength length);

}  // namespace nnft
