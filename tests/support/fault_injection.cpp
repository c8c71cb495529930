/// @file A library for LD_PRELOAD: makes one chosen system call of the write path fail, ends the process in it, or sets its
/// clock.
///
/// Calls are counted from 1 in each process: open and openat for writing or of a directory, write, pwrite, writev, pwritev,
/// fallocate, ftruncate, fsync, fdatasync, rename, unlink, rmdir, mkdir, and close of what was opened in one of these ways, all
/// on files in or below one directory. What HDF5, MPI-IO and the C++ library call is counted with the rest.
///
///   NNFT_FAULT_UNDER   the directory, an absolute path without symbolic links; nothing is counted without it
///   NNFT_FAULT_LOG     a file outside of it that gets a line "RANK NUMBER KIND PATH" per call, and " MODE" after it for one that
///   fails NNFT_FAULT_RANK    the rank that is to fail (OMPI_COMM_WORLD_RANK, PMIX_RANK, PMI_RANK or SLURM_PROCID); default 0
///   NNFT_FAULT_AT      the number of the call that is to fail; default none
///   NNFT_FAULT_MODE    enospc, eio   the call fails and does nothing (close closes all the same)
///                      full          all calls from this one on that need room fail with ENOSPC
///                      eintr         fails with EINTR once; the next call goes through
///                      short         a write writes half of its bytes, and says so
///                      kill          SIGKILL before the call has done anything
///                      stop          SIGSTOP before the call; somebody else sends SIGCONT
///   NNFT_FAULT_CLOCK   seconds by which time, gettimeofday and clock_gettime(CLOCK_REALTIME) are off, beginning
///   NNFT_FAULT_CLOCK_AFTER   seconds after the start of the process; default 0
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace {

enum class Mode { none, enospc, eio, full, eintr, half, kill, stop };

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int this_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (const std::string value = variable(name); !value.empty()) return std::atoi(value.c_str());
  return 0;
}

Mode mode_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Mode>, 7> names = {{{"enospc", Mode::enospc},
                                                                       {"eio", Mode::eio},
                                                                       {"full", Mode::full},
                                                                       {"eintr", Mode::eintr},
                                                                       {"short", Mode::half},
                                                                       {"kill", Mode::kill},
                                                                       {"stop", Mode::stop}}};
  for (const auto& [known, mode] : names)
    if (known == name) return mode;
  return Mode::none;
}

struct Settings {
  std::string under = variable("NNFT_FAULT_UNDER");
  std::string log = variable("NNFT_FAULT_LOG");
  std::string mode_name = variable("NNFT_FAULT_MODE");
  Mode mode = mode_of(mode_name);
  int rank = this_rank();
  bool chosen = std::atoi(variable("NNFT_FAULT_RANK").c_str()) == rank;
  long at = std::atol(variable("NNFT_FAULT_AT").c_str());
  double clock = std::atof(variable("NNFT_FAULT_CLOCK").c_str());
  double clock_after = std::atof(variable("NNFT_FAULT_CLOCK_AFTER").c_str());
};

const Settings& settings() {
  static const Settings* const read_once = new Settings;  // for calls before and after the life of static objects
  return *read_once;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "";
}

std::string path_of(int directory, const char* path) {
  if (path[0] == '/') return path;
  if (directory != AT_FDCWD) return path_of(directory) + "/" + path;
  std::array<char, PATH_MAX> here{};
  const char* found = ::getcwd(here.data(), here.size());
  return (found == nullptr ? "" : std::string(found)) + "/" + path;
}

bool is_ours(const std::string& path) {
  const std::string& under = settings().under;
  return !under.empty() && path.starts_with(under) && (path.size() == under.size() || path[under.size()] == '/');
}

bool opened_for_writing(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_DIRECTORY)) != 0; }

bool needs_room(std::string_view kind) {
  return kind == "open" || kind == "mkdir" || kind == "fallocate" || kind.find("write") != std::string_view::npos;
}

/// What is to happen to one call.
struct Verdict {
  int error = 0;  ///< errno, if it is to fail
  bool half = false;
};

Verdict strike(Mode mode, std::string_view kind, bool creates, bool first) {
  switch (mode) {
    case Mode::enospc:
      return {ENOSPC};
    case Mode::eio:
      return {EIO};
    case Mode::full:
      return {needs_room(kind) && (kind != "open" || creates) ? ENOSPC : 0};
    case Mode::eintr:
      return {EINTR};
    case Mode::half:
      return {0, true};
    case Mode::kill:
      ::kill(::getpid(), SIGKILL);
      return {};
    case Mode::stop:
      if (first) ::kill(::getpid(), SIGSTOP);
      return {};
    case Mode::none:
      return {};
  }
  return {};
}

/// Counts a call and tells what is to happen to it.
Verdict judge(std::string_view kind, const std::string& path, bool creates = false) {
  static std::atomic<long> calls{0};
  if (!is_ours(path)) return {};
  const int before = errno;
  const Settings& set = settings();
  const long number = ++calls;
  const bool strikes =
      set.chosen && set.at > 0 && (number == set.at || (set.mode == Mode::full && number > set.at && needs_room(kind)));
  if (!set.log.empty()) {
    const std::string line = std::to_string(set.rank) + " " + std::to_string(number) + " " + std::string(kind) + " " + path +
                             (strikes ? " " + set.mode_name : "") + "\n";
    const long log = ::syscall(SYS_openat, AT_FDCWD, set.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    ::syscall(SYS_write, log, line.data(), line.size());
    ::syscall(SYS_close, log);
  }
  const Verdict verdict = strikes ? strike(set.mode, kind, creates, number == set.at) : Verdict{};
  errno = verdict.error != 0 ? verdict.error : before;
  return verdict;
}

Verdict judge(std::string_view kind, int descriptor) { return judge(kind, path_of(descriptor)); }

int open_or_fail(int directory, const char* path, int flags, mode_t mode) {
  static const auto next = real<int(int, const char*, int, ...)>("openat");
  if (opened_for_writing(flags) && judge("open", path_of(directory, path), (flags & O_CREAT) != 0).error != 0) return -1;
  return next(directory, path, flags, mode);
}

/// The optional last argument of open and openat.
template <class Arguments>
mode_t permissions(int flags, Arguments& arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

ssize_t write_or_fail(const char* kind, int descriptor, std::size_t size, const auto& write) {
  const Verdict verdict = judge(kind, descriptor);
  if (verdict.error != 0) return -1;
  return write(verdict.half && size > 1 ? size / 2 : size);
}

std::size_t size_of(const iovec* parts, int count) {
  std::size_t size = 0;
  for (int k = 0; k < count; ++k) size += parts[k].iov_len;
  return size;
}

/// The first `size` bytes of `parts`, of which there are `count`.
std::string gathered(const iovec* parts, int count, std::size_t size) {
  std::string bytes;
  for (int k = 0; k < count; ++k) bytes.append(static_cast<const char*>(parts[k].iov_base), parts[k].iov_len);
  return bytes.substr(0, size);
}

ssize_t pwrite_or_fail(int descriptor, const void* data, std::size_t size, off_t offset) {
  static const auto next = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  return write_or_fail("pwrite", descriptor, size, [&](std::size_t part) { return next(descriptor, data, part, offset); });
}

ssize_t pwritev_or_fail(int descriptor, const iovec* parts, int count, off_t offset) {
  static const auto next = real<ssize_t(int, const iovec*, int, off_t)>("pwritev");
  static const auto next_flat = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  const std::size_t size = size_of(parts, count);
  return write_or_fail("pwritev", descriptor, size, [&](std::size_t part) {
    return part == size ? next(descriptor, parts, count, offset)
                        : next_flat(descriptor, gathered(parts, count, part).data(), part, offset);
  });
}

double seconds_of_life() {
  static const auto clock = real<int(clockid_t, timespec*)>("clock_gettime");
  const auto now = [] {
    timespec time{};
    clock(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  static const double begin = now();
  return now() - begin;
}

[[gnu::constructor]] void begin_to_live() { seconds_of_life(); }

time_t clock_error() {
  const Settings& set = settings();
  return set.clock != 0.0 && seconds_of_life() >= set.clock_after ? static_cast<time_t>(set.clock) : 0;
}

/// Without allocating: a sanitizer makes the directory of its reports before anybody can allocate memory.
bool is_elsewhere(const char* path) {
  const char* const under = std::getenv("NNFT_FAULT_UNDER");
  return under == nullptr || (path[0] == '/' && !std::string_view(path).starts_with(under));
}

}  // namespace

// NOLINTBEGIN: the names and types are those of the C library.
extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = permissions(flags, arguments);
  va_end(arguments);
  return open_or_fail(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = permissions(flags, arguments);
  va_end(arguments);
  return open_or_fail(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = permissions(flags, arguments);
  va_end(arguments);
  return open_or_fail(directory, path, flags, mode);
}

int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = permissions(flags, arguments);
  va_end(arguments);
  return open_or_fail(directory, path, flags, mode);
}

int __open_2(const char* path, int flags) { return open_or_fail(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return open_or_fail(AT_FDCWD, path, flags, 0); }

ssize_t write(int descriptor, const void* data, size_t size) {
  static const auto next = real<ssize_t(int, const void*, std::size_t)>("write");
  return write_or_fail("write", descriptor, size, [&](std::size_t part) { return next(descriptor, data, part); });
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return pwrite_or_fail(descriptor, data, size, offset);
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  return pwrite_or_fail(descriptor, data, size, offset);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static const auto next = real<ssize_t(int, const iovec*, int)>("writev");
  static const auto next_flat = real<ssize_t(int, const void*, std::size_t)>("write");
  const std::size_t size = size_of(parts, count);
  return write_or_fail("writev", descriptor, size, [&](std::size_t part) {
    return part == size ? next(descriptor, parts, count) : next_flat(descriptor, gathered(parts, count, part).data(), part);
  });
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  return pwritev_or_fail(descriptor, parts, count, offset);
}
ssize_t pwritev64(int descriptor, const iovec* parts, int count, off64_t offset) {
  return pwritev_or_fail(descriptor, parts, count, offset);
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  static const auto next = real<int(int, int, off_t, off_t)>("fallocate");
  return judge("fallocate", descriptor).error != 0 ? -1 : next(descriptor, mode, offset, length);
}
int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) { return fallocate(descriptor, mode, offset, length); }

int ftruncate(int descriptor, off_t length) noexcept {
  static const auto next = real<int(int, off_t)>("ftruncate");
  return judge("ftruncate", descriptor).error != 0 ? -1 : next(descriptor, length);
}
int ftruncate64(int descriptor, off64_t length) noexcept { return ftruncate(descriptor, length); }

int fsync(int descriptor) {
  static const auto next = real<int(int)>("fsync");
  return judge("fsync", descriptor).error != 0 ? -1 : next(descriptor);
}

int fdatasync(int descriptor) {
  static const auto next = real<int(int)>("fdatasync");
  return judge("fdatasync", descriptor).error != 0 ? -1 : next(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int(const char*, const char*)>("rename");
  return judge("rename", path_of(AT_FDCWD, to)).error != 0 ? -1 : next(from, to);
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  static const auto next = real<int(int, const char*, int, const char*)>("renameat");
  return judge("rename", path_of(to_directory, to)).error != 0 ? -1 : next(from_directory, from, to_directory, to);
}

int unlink(const char* path) noexcept {
  static const auto next = real<int(const char*)>("unlink");
  return judge("unlink", path_of(AT_FDCWD, path)).error != 0 ? -1 : next(path);
}

int remove(const char* path) noexcept {
  static const auto next = real<int(const char*)>("remove");
  return judge("unlink", path_of(AT_FDCWD, path)).error != 0 ? -1 : next(path);
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto next = real<int(int, const char*, int)>("unlinkat");
  const char* kind = (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink";
  return judge(kind, path_of(directory, path)).error != 0 ? -1 : next(directory, path, flags);
}

int rmdir(const char* path) noexcept {
  static const auto next = real<int(const char*)>("rmdir");
  return judge("rmdir", path_of(AT_FDCWD, path)).error != 0 ? -1 : next(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto next = real<int(const char*, mode_t)>("mkdir");
  if (is_elsewhere(path)) return next(path, mode);
  return judge("mkdir", path_of(AT_FDCWD, path)).error != 0 ? -1 : next(path, mode);
}

int close(int descriptor) {
  static const auto next = real<int(int)>("close");
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || !opened_for_writing(flags)) return next(descriptor);
  const Verdict verdict = judge("close", descriptor);
  const int status = next(descriptor);
  if (verdict.error == 0) return status;
  errno = verdict.error;
  return -1;
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static const auto next = real<int(clockid_t, timespec*)>("clock_gettime");
  const int status = next(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += clock_error();
  return status;
}

int gettimeofday(timeval* time, void* zone) noexcept {
  static const auto next = real<int(timeval*, void*)>("gettimeofday");
  const int status = next(time, zone);
  time->tv_sec += clock_error();
  return status;
}

time_t time(time_t* result) noexcept {
  static const auto next = real<time_t(time_t*)>("time");
  const time_t now = next(nullptr) + clock_error();
  if (result != nullptr) *result = now;
  return now;
}

}  // extern "C"
// NOLINTEND
