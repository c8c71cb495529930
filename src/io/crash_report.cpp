#include "io/crash_report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "nnft/core/error.hpp"

namespace nnft::hdf5 {
namespace {

/// Composed beforehand: a signal handler may not allocate.
std::array<char, 4608> message{};
std::size_t message_size = 0;

void report_and_exit(int) {
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, message.data(), message_size);
  ::_exit(static_cast<int>(ExitCode::failure));
}

void append(std::string_view text) {
  const std::size_t size = std::min(text.size(), message.size() - message_size);
  std::memcpy(message.data() + message_size, text.data(), size);
  message_size += size;
}

}  // namespace

CrashReport::CrashReport(const std::string& path) {
  if (has_address_sanitizer) return;
  message_size = 0;
  append("nnft: ");
  append(std::string_view(path).substr(0, 4096));
  append(": the HDF5 library crashed while it read this file, which must be damaged; move it away to go on without it\n");
  struct sigaction action {};
  action.sa_handler = report_and_exit;
  sigemptyset(&action.sa_mask);
  // unchecked: it fails for signals that do not exist only.
  for (std::size_t k = 0; k < signals.size(); ++k) ::sigaction(signals[k], &action, &before_[k]);
}

CrashReport::~CrashReport() {
  if (has_address_sanitizer) return;
  // unchecked: likewise.
  for (std::size_t k = 0; k < signals.size(); ++k) ::sigaction(signals[k], &before_[k], nullptr);
}

}  // namespace nnft::hdf5
