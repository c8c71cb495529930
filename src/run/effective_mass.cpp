#include "nnft/run/effective_mass.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nnft {
namespace {

/// Directions that differ by less are one.
constexpr double same_direction = 1e-10;

std::vector<int> on_ray_through(const RowMatrix& offsets, const Vector& distances, Eigen::Index through) {
  const Eigen::RowVectorXd direction = offsets.row(through) / distances[through];
  std::vector<int> sites;
  for (Eigen::Index k = 0; k < offsets.rows(); ++k)
    if (distances[k] > 0.0 && (offsets.row(k) / distances[k] - direction).norm() < same_direction)
      sites.push_back(static_cast<int>(k));
  std::sort(sites.begin(), sites.end(), [&](int a, int b) { return distances[a] < distances[b]; });
  const auto coincide = [&](int a, int b) { return distances[a] == distances[b]; };
  sites.erase(std::unique(sites.begin(), sites.end(), coincide), sites.end());
  return sites;
}

}  // namespace

Ray longest_ray(const RowMatrix& sites) {
  const RowMatrix offsets = sites.rowwise() - sites.row(0);
  const Vector distances = offsets.rowwise().norm();
  Ray ray{{0}, {0.0}};
  std::vector<int> most;
  for (Eigen::Index k = 1; k < sites.rows(); ++k)
    if (distances[k] > 0.0)
      if (std::vector<int> found = on_ray_through(offsets, distances, k); found.size() > most.size()) most = std::move(found);
  if (most.size() < 2) return {};
  for (const int site : most) {
    ray.sites.push_back(site);
    ray.distances.push_back(distances[site]);
  }
  return ray;
}

Vector effective_mass(const Ray& ray, const MomentLayout& layout, std::span<const double> two_point) {
  Vector masses = Vector::Constant(layout.sites(), not_a_number);
  const auto correlator = [&](std::size_t k) {
    return two_point[static_cast<std::size_t>(layout.index(2).position({0, ray.sites[k]}))];
  };
  for (std::size_t k = 1; k < ray.sites.size(); ++k)
    if (const double near = correlator(k - 1), far = correlator(k); near > 0.0 && far > 0.0)
      masses[ray.sites[k]] = std::log(near / far) / (ray.distances[k] - ray.distances[k - 1]);
  return masses;
}

}  // namespace nnft
