#pragma once
/// @file What a running job tells the terminal.

#include <cstdint>
#include <string>

#include "nnft/core/clock.hpp"

namespace nnft {

/// One line on stderr every few seconds: done/total, networks/s, time left, relative error of a monitored correlator.
class Progress {
 public:
  /// @param total_cost of the whole run, in the unit of `report`.
  explicit Progress(double total_cost) : start_(Clock::now()), last_(start_), total_(total_cost) {}

  /// Seconds that the rest will take at the pace so far.
  double seconds_left(double done) const;
  /// Whether a line is due; ask on the root only.
  bool due() const;
  /// @param done cost so far; @param networks so far; @param monitored e.g. "G4c(0 0 0 0) at width 8: 0.0471(3), 0.6 %".
  void report(double done, double networks, const std::string& monitored);

 private:
  Clock::time_point start_;
  Clock::time_point last_;
  double total_;
};

}  // namespace nnft
