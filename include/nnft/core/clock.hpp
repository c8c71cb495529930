#pragma once
/// @file The clock that work is timed by.

#include <chrono>

namespace nnft {

/// Never goes back.
using Clock = std::chrono::steady_clock;

/// Seconds that have passed since then.
inline double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

}  // namespace nnft
