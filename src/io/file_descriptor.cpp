#include "io/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "nnft/core/error.hpp"

namespace nnft {

namespace {

std::atomic<long> open_descriptors{0};

}  // namespace

void throw_system_error(const std::string& what, int error_number) {
  throw IoError(what + ": " + std::generic_category().message(error_number));
}

std::pair<std::uint64_t, std::uint64_t> file_identity(const std::string& path) noexcept {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {0, 0};
  return {status.st_dev, status.st_ino};
}

FileDescriptor::FileDescriptor(const std::string& path, int flags, const std::string& what)
    : path_(path), number_(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); })) {
  if (number_ < 0) throw_system_error(path + ": " + what, errno);
  ++open_descriptors;
}

FileDescriptor::~FileDescriptor() {
  // unchecked: what was written has been synced where it matters, and the number is free whatever close says.
  ::close(number_);
  --open_descriptors;
}

long FileDescriptor::open() noexcept { return open_descriptors; }

bool FileDescriptor::is_named() const noexcept {
  struct stat status = {};
  return ::fstat(number_, &status) == 0 &&
         file_identity(path_) == std::pair<std::uint64_t, std::uint64_t>(status.st_dev, status.st_ino);
}

void FileDescriptor::write(const std::string& text) const {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = uninterrupted([&] { return ::write(number_, text.data() + written, text.size() - written); });
    if (count < 0) throw_system_error(path_ + ": cannot be written", errno);
    written += static_cast<std::size_t>(count);
  }
}

void FileDescriptor::clear() const {
  if (uninterrupted([&] { return ::ftruncate(number_, 0); }) != 0) throw_system_error(path_ + ": cannot be emptied", errno);
}

void FileDescriptor::sync() const {
  // Some file systems cannot sync directories and say EINVAL: there is nothing more to be done then.
  if (uninterrupted([&] { return ::fsync(number_); }) != 0 && errno != EINVAL)
    throw_system_error(path_ + ": cannot be forced to disk", errno);
}

}  // namespace nnft
