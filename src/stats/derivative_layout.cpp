#include "nnft/stats/derivative_layout.hpp"

#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {

DerivativeLayout::DerivativeLayout(DerivativeMethod method, SeriesBasis basis, const std::vector<bool>& summed)
    : method_(method), basis_(std::move(basis)) {
  if (summed.size() != static_cast<std::size_t>(basis_.parameters()))
    throw ShapeError("DerivativeLayout: expected an entry for each of " + std::to_string(basis_.parameters()) +
                     " strengths, got " + std::to_string(summed.size()));
  for (int k = 1; k < basis_.size(); ++k) {
    bool all = method != DerivativeMethod::none;
    for (int p = 0; p < basis_.parameters(); ++p)
      if (basis_.index(k)[static_cast<std::size_t>(p)] > 0) all = all && summed[static_cast<std::size_t>(p)];
    if (all) summed_.push_back(k);
  }
}

std::string DerivativeLayout::name(int monomial) const {
  std::string text;
  for (int p = 0; p < basis_.parameters(); ++p) {
    const int power = basis_.index(monomial)[static_cast<std::size_t>(p)];
    if (power == 0) continue;
    text += (text.empty() ? "d" : "_d") + (power > 1 ? std::to_string(power) : std::string()) + strength_axis(p);
  }
  return text;
}

std::string strength_axis(int deformation) {
  return deformation == 0 ? "strength" : "strength" + std::to_string(deformation + 1);
}

}  // namespace nnft
