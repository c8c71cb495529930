#pragma once
/// @file Effective masses from the decay of the 2-point correlator along a line of sites.

#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Sites on one ray from site 0, site 0 first, by distance from it.
struct Ray {
  std::vector<int> sites;
  std::vector<double> distances;
};

/// The ray with most sites; of those that have equally many, the one of the lowest site. Empty unless it has two sites besides
/// site 0. @param sites shape (sites, components). Sites at the place of another do not count.
Ray longest_ray(const RowMatrix& sites);

/// m_eff(k) = ln(G₂(0, j)/G₂(0, k))/(r_k − r_j), j the site before k on the ray, in units of the sites' inverse length; shape
/// (sites). NaN for site 0, off the ray, and where a correlator is not positive.
Vector effective_mass(const Ray& ray, const MomentLayout& layout, std::span<const double> two_point);

}  // namespace nnft
