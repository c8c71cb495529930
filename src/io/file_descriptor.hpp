#pragma once
/// @file POSIX files that close themselves, and errno as IoError.

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

namespace nnft {

/// @throws IoError "WHAT: text of `error_number`".
[[noreturn]] void throw_system_error(const std::string& what, int error_number);

/// Which file a name stands for at present: device and inode, zeros if there is none.
std::pair<std::uint64_t, std::uint64_t> file_identity(const std::string& path) noexcept;

/// The result of `call`, made again while a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// Owner of a POSIX file descriptor.
class FileDescriptor {
 public:
  /// Opens `path` with the flags of open(2); files it creates get the permissions of the umask.
  /// @throws IoError "PATH: WHAT: …".
  FileDescriptor(const std::string& path, int flags, const std::string& what);
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const noexcept { return number_; }
  /// How many this process has open.
  static long open() noexcept;
  /// Whether its path still names this file.
  bool is_named() const noexcept;
  /// Writes all of `text` at the present position. @throws IoError.
  void write(const std::string& text) const;
  /// Empties the file. @throws IoError.
  void clear() const;
  /// Forces the file to disk. @throws IoError.
  void sync() const;

 private:
  std::string path_;
  int number_;
};

}  // namespace nnft
