#pragma once
/// @file Numbers as physicists write them.

#include <string>

namespace nnft {

/// Value with its standard error in the last two digits: 0.0745(28), −1.24(11)e-5. Without a positive finite error the value to
/// seven digits. Dimensionless.
std::string format_estimate(double value, double error);

/// As printf writes it, for example with `%.3g`.
std::string format_number(double value, const char* format);

/// Bytes as 1.5 GiB, seconds as 1 h 02 min; for terminals.
std::string format_bytes(double bytes);
std::string format_duration(double seconds);

}  // namespace nnft
