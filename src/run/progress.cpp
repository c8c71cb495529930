#include "nnft/run/progress.hpp"

#include <algorithm>
#include <cstdio>

#include "nnft/core/format.hpp"

namespace nnft {
namespace {
constexpr double seconds_between_lines = 3.0;
}  // namespace

double Progress::seconds_left(double done) const {
  // The costs add up to the total only within rounding.
  return done > 0.0 ? seconds_since(start_) * std::max(0.0, total_ - done) / done : 0.0;
}

bool Progress::due() const { return seconds_since(last_) >= seconds_between_lines; }

void Progress::report(double done, double networks, const std::string& monitored) {
  last_ = Clock::now();
  const double elapsed = seconds_since(start_);
  std::fprintf(stderr, "nnft: %5.1f %%  %.4g networks  %.4g networks/s  %s left  %s\n", 100.0 * done / total_, networks,
               networks / elapsed, format_duration(seconds_left(done)).c_str(), monitored.c_str());
}

}  // namespace nnft
