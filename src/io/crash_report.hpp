#pragma once
/// @file What happens when the HDF5 library crashes on a damaged file.

#include <array>
#include <csignal>
#include <string>

namespace nnft::hdf5 {

#if defined(__SANITIZE_ADDRESS__)  // GCC
inline constexpr bool has_address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool has_address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool has_address_sanitizer = false;
#endif

/// While it lives, a crash ends the process with a message that names the file, and exit code 3. HDF5 1.10 trusts much of what it
/// reads; what is known of that is checked beforehand (see reading_driver.hpp). Not with AddressSanitizer, whose own report is
/// better. Not nested, not for several threads.
class CrashReport {
 public:
  explicit CrashReport(const std::string& path);
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;

 private:
  static constexpr std::array<int, 4> signals = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace nnft::hdf5
