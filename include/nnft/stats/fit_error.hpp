#pragma once
/// @file Data that do not determine what is fitted to them.

#include "nnft/core/error.hpp"

namespace nnft {

/// A fit of these data is impossible; the message says why.
class FitError : public Error {
 public:
  explicit FitError(const std::string& message) : Error(message) {}
};

}  // namespace nnft
