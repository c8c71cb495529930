#pragma once
/// @file Activation functions of mlp hidden layers, as definitions; field_kernels.hpp has them for batches.

#include <string>
#include <string_view>
#include <vector>

namespace nnft {

enum class Activation { tanh, relu, erf, sigmoid, sin, cos, gelu, identity };

/// Every activation, in the order of messages.
const std::vector<Activation>& all_activations();

std::string_view to_string(Activation activation) noexcept;

/// σ(z), with the C library. gelu(z) = zΦ(z), sigmoid(z) = 1/(1 + e^{−z}).
double activate(Activation activation, double z) noexcept;

/// sup |σ|; infinite for relu, gelu and identity.
double activation_bound(Activation activation) noexcept;

/// Whether σ(−z) = ±σ(z).
bool has_parity(Activation activation) noexcept;

}  // namespace nnft
