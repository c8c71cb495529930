#include "nnft/field/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace nnft {

const std::vector<Activation>& all_activations() {
  static const std::vector<Activation> all = {Activation::tanh, Activation::relu, Activation::erf,  Activation::sigmoid,
                                              Activation::sin,  Activation::cos,  Activation::gelu, Activation::identity};
  return all;
}

std::string_view to_string(Activation activation) noexcept {
  switch (activation) {
    case Activation::tanh:
      return "tanh";
    case Activation::relu:
      return "relu";
    case Activation::erf:
      return "erf";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::sin:
      return "sin";
    case Activation::cos:
      return "cos";
    case Activation::gelu:
      return "gelu";
    case Activation::identity:
      break;
  }
  return "identity";
}

double activate(Activation activation, double z) noexcept {
  switch (activation) {
    case Activation::tanh:
      return std::tanh(z);
    case Activation::relu:
      return std::max(z, 0.0);
    case Activation::erf:
      return std::erf(z);
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-z));
    case Activation::sin:
      return std::sin(z);
    case Activation::cos:
      return std::cos(z);
    case Activation::gelu:
      return z < -40.0 ? -0.0 : 0.5 * z * std::erfc(-z / std::numbers::sqrt2);
    case Activation::identity:
      break;
  }
  return z;
}

double activation_bound(Activation activation) noexcept {
  const bool unbounded = activation == Activation::relu || activation == Activation::gelu || activation == Activation::identity;
  return unbounded ? std::numeric_limits<double>::infinity() : 1.0;
}

bool has_parity(Activation activation) noexcept {
  return activation != Activation::relu && activation != Activation::sigmoid && activation != Activation::gelu;
}

}  // namespace nnft
