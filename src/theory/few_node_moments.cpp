#include "nnft/theory/few_node_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr double tolerance = 1e-9;

}  // namespace

double largest_change(const MomentLayout& layout, const FewNodeMoments& coarse, const FewNodeMoments& fine) {
  double worst = 0.0;
  for (const int order : layout.orders()) {
    const int offset = layout.offset(order), count = layout.index(order).size();
    const double change = (fine.connected - coarse.connected).segment(offset, count).cwiseAbs().maxCoeff();
    const double scale = std::max(fine.connected.segment(offset, count).cwiseAbs().maxCoeff(),
                                  1e-4 * fine.full.segment(offset, count).cwiseAbs().maxCoeff());
    if (!std::isfinite(change)) return std::numeric_limits<double>::infinity();
    if (change > 0.0) worst = std::max(worst, change / scale);
  }
  return worst;
}

FewNodeMoments converged_moments(const MomentLayout& layout, const QuadratureLevels& levels, double most_operations) {
  double reached = std::numeric_limits<double>::infinity();
  FewNodeMoments coarse;
  for (int level = 0; levels.cost(level) <= most_operations; ++level) {
    FewNodeMoments fine = levels.moments(level);
    if (level > 0) reached = largest_change(layout, coarse, fine);
    if (reached <= tolerance) return fine;
    coarse = std::move(fine);
  }
  std::ostringstream message;
  message << "exact: the quadrature of field-operator reached a relative accuracy of " << reached << "; expected " << tolerance
          << ": fewer distinct points or weaker couplings";
  throw UsageError(message.str());
}

}  // namespace nnft
