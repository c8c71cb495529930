#include "nnft/core/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace nnft {
namespace {

[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...) {
  std::array<char, 128> text;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  return text.data();
}

/// Digits after the point at which an error has two significant digits.
int decimals_for(double error) {
  const int exponent = static_cast<int>(std::floor(std::log10(error)));
  const bool carries = std::round(error * std::pow(10.0, 1 - exponent)) >= 100.0;
  return 1 - exponent - (carries ? 1 : 0);
}

}  // namespace

std::string format_estimate(double value, double error) {
  if (!(error > 0.0) || !std::isfinite(error) || !std::isfinite(value)) return print("%.7g", value);
  const double largest = std::max(std::abs(value), error);
  const int magnitude = static_cast<int>(std::floor(std::log10(largest)));
  const bool scientific = magnitude < -4 || magnitude > 6;
  const double unit = scientific ? std::pow(10.0, magnitude) : 1.0;
  const int decimals = std::max(0, decimals_for(error / unit));
  const double digits = std::round(error / unit * std::pow(10.0, decimals));
  const std::string suffix = scientific ? print("e%+03d", magnitude) : "";
  return print("%.*f(%.0f)", decimals, value / unit, digits) + suffix;
}

std::string format_number(double value, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string format_bytes(double bytes) {
  static constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024.0 && unit + 1 < units.size()) {
    bytes /= 1024.0;
    ++unit;
  }
  return unit == 0 ? print("%.0f B", bytes) : print("%.1f %s", bytes, units[unit]);
}

std::string format_duration(double seconds) {
  if (seconds < 10.0) return print("%.1f s", seconds);
  if (seconds < 120.0) return print("%.0f s", seconds);
  const double minutes = std::floor(seconds / 60.0);
  if (minutes < 120.0) return print("%.0f min %02.0f s", minutes, seconds - 60.0 * minutes);
  const double hours = std::floor(minutes / 60.0);
  if (hours < 48.0) return print("%.0f h %02.0f min", hours, minutes - 60.0 * hours);
  return print("%.1f d", hours / 24.0);
}

}  // namespace nnft
