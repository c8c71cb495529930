#include "io/disk_room.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "io/file_descriptor.hpp"

namespace nnft {
namespace {

/// Where space cannot be reserved there is still the number of free blocks, which knows no quota.
int compare_with_free_blocks(int descriptor, std::uint64_t bytes) {
  struct statvfs system = {};
  if (::fstatvfs(descriptor, &system) != 0 || system.f_frsize == 0) return 0;
  return bytes / system.f_frsize > system.f_bavail ? ENOSPC : 0;
}

/// 0, or the error number that tells why the open file cannot have `bytes`.
int reserve(int descriptor, std::uint64_t bytes) {
#ifdef __linux__
  // Not posix_fallocate: where the file system cannot do it, that writes every block.
  if (uninterrupted([&] { return ::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)); }) == 0) return 0;
  if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;
#endif
  return compare_with_free_blocks(descriptor, bytes);
}

}  // namespace

void check_room(const std::string& path, std::uint64_t bytes) {
  // A file of its own: whoever still writes one of this name, left over from another job, must not write into ours.
  if (std::remove(path.c_str()) != 0 && errno != ENOENT) throw_system_error(path + ": cannot be removed", errno);
  const FileDescriptor file(path, O_RDWR | O_CREAT | O_TRUNC, "cannot be created");
  const int problem = reserve(file.get(), bytes);
  if (problem != 0) {
    std::remove(path.c_str());  // unchecked: the failure that is thrown matters more
    throw_system_error(path + ": cannot have the " + std::to_string(bytes) + " bytes it needs", problem);
  }
  file.clear();
}

}  // namespace nnft
