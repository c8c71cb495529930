#include "nnft/action/coupling_layout.hpp"

#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

CouplingLayout::CouplingLayout(int sites, int order, int legs) : sites_(sites), order_(order), offsets_{0} {
  if (order < 0 || legs < 2 || legs % 2 != 0)
    throw ShapeError("CouplingLayout: expected an order >= 0 and an even number of legs, got order " + std::to_string(order) +
                     " and " + std::to_string(legs) + " legs");
  for (int degree = 0; degree <= legs; degree += 2) {
    degrees_.push_back(degree);
    indices_.emplace_back(sites, degree);
    offsets_.push_back(offsets_.back() + indices_.back().size());
  }
}

Vector CouplingLayout::row(const DiagramTensors& tensors) const {
  Vector row = Vector::Zero(size());
  for (int order = 0; order <= order_; ++order)
    for (const int degree : degrees_) {
      const auto o = static_cast<std::size_t>(order), d = static_cast<std::size_t>(degree);
      if (o < tensors.size() && d < tensors[o].size() && tensors[o][d].size() > 0)
        row.segment(offset(order, degree), index(degree).size()) = tensors[o][d].array() + 0.0;  // no -0
    }
  return row;
}

Vector CouplingLayout::summed(const Vector& row, int order) const {
  Vector sum = Vector::Zero(order_size());
  for (int o = 0; o <= order; ++o) sum += row.segment(o * order_size(), order_size());
  return sum;
}

}  // namespace nnft
