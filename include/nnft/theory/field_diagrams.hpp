#pragma once
/// @file All Feynman diagrams of up to three vertices of a local operator, counted by machine.

#include <span>
#include <vector>

#include "nnft/stats/moment_layout.hpp"
#include "nnft/theory/quartic_vertex.hpp"

namespace nnft {

/// The coefficient of Π g in the connected correlator of the sites of `tuple` when e^{−V}, V = Σ_k g_k Σ_z w_z φ_z^k/k!, is
/// inserted into the Gaussian field; one vertex for each entry of `degrees`. So λ = g_4, κ = g_6, μ² = −g_2; {4, 4} gives that of
/// λ², {2, 4} that of g_2 λ. Sums over labelled graphs, O(M³) operations each.
/// @throws UsageError unless there are one to three vertices of even degree.
double diagram_sum(const NodeCovariance& covariance, std::span<const int> degrees, std::span<const int> tuple);

/// The coefficients of λ³ in the connected correlators of a local operator: what second order leaves out. A row of the layout, of
/// orders 2, or 2 and 4. @param covariance of nodes and sites, shape (M + S, M + S).
/// @throws UsageError if the layout has other orders or there are more than 256 nodes; ShapeError if the covariance has another
/// shape.
Vector quartic_third_order(const MomentLayout& layout, const RowMatrix& covariance, const Vector& weights);

}  // namespace nnft
