#pragma once
/// @file Exceptions and the exit codes they lead to.

#include <stdexcept>
#include <string>

namespace nnft {

/// Exit codes of the program, the same for every command.
enum class ExitCode : int {
  done = 0,          ///< finished
  incompatible = 1,  ///< `compare` found a disagreement
  usage = 2,         ///< wrong command line or config: do not retry
  failure = 3,       ///< I/O or run-time error
  stopped = 75       ///< stopped with everything saved: run again
};

/// Base of every exception this library throws; `code()` is what the program exits with.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitCode code = ExitCode::failure) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// The user asked for something impossible or misspelt; the message lists every problem found.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(message, ExitCode::usage) {}
};

/// The run was asked to stop before there was anything to save.
class StopRequested : public Error {
 public:
  explicit StopRequested(const std::string& message) : Error(message, ExitCode::stopped) {}
};

/// A file could not be read or written, or is not what it should be; the message names the file.
class IoError : public Error {
 public:
  explicit IoError(const std::string& message) : Error(message) {}
};

/// A file is of a format or a random stream that this program does not know; the message names both versions.
class VersionError : public IoError {
 public:
  using IoError::IoError;
};

/// Two arrays that belong together have different shapes.
class ShapeError : public Error {
 public:
  explicit ShapeError(const std::string& message) : Error(message) {}
};

}  // namespace nnft
