/// @file flipped_bytes FILE [STRIDE]: flips one bit, then all bits of every STRIDE-th byte of a file in turn and reads everything
/// that the program prints or computes with: digest, names, shapes, dimensions and texts. Each flip must be refused by name or
/// change nothing. Prints how many were; exit code 1 if one is silently wrong, or ends or hangs the process without a word.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/sha256.hpp"
#include "nnft/io/result_file.hpp"

namespace {

constexpr unsigned patience = 20;  ///< seconds for one flip

/// What a child has done so far; survives it.
struct Progress {
  std::uint64_t flip = 0;  ///< the one at work: 2·place, or that + 1 for all bits
  std::uint64_t refused = 0, unchanged = 0, wrong = 0;
  std::array<char, 512> first_wrong{};
};

/// Everything that depends on the file's contents. @throws IoError.
std::string fingerprint(const std::string& path) {
  const nnft::ResultReader file(path);
  std::string text = file.digest() + "\n";
  for (const auto& [name, value] : file.attributes()) text += name + "=" + value + "\n";
  for (const auto& [name, value] : file.provenance()) text += name + "=" + value + "\n";
  for (const std::string& name : file.variables()) {
    text += name;
    for (const std::uint64_t extent : file.shape(name)) text += " " + std::to_string(extent);
    for (const std::string& dimension : file.dimensions(name)) text += " " + dimension;
    text += "\n";
  }
  return nnft::sha256_hex(text);
}

/// A copy of the file, of which one byte at a time is another.
class FlippedFile {
 public:
  FlippedFile(const std::string& from, const std::string& path) : path_(path) {
    std::filesystem::copy_file(from, path, std::filesystem::copy_options::overwrite_existing);
    file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file_ < 0) throw nnft::IoError(path + ": cannot be opened");
  }
  ~FlippedFile() { ::close(file_); }
  FlippedFile(const FlippedFile&) = delete;
  FlippedFile& operator=(const FlippedFile&) = delete;

  void exchange(std::uint64_t place, unsigned char bits) const {
    unsigned char byte = 0;
    const auto at = static_cast<off_t>(place);
    if (::pread(file_, &byte, 1, at) != 1) throw nnft::IoError(path_ + ": cannot be read");
    byte = static_cast<unsigned char>(byte ^ bits);
    if (::pwrite(file_, &byte, 1, at) != 1) throw nnft::IoError(path_ + ": cannot be written");
  }

 private:
  std::string path_;
  int file_;
};

void try_flip(const FlippedFile& file, const std::string& path, const std::string& sound, Progress& progress) {
  const std::uint64_t place = progress.flip / 2;
  const auto bits = static_cast<unsigned char>(progress.flip % 2 == 0 ? 1u << (place % 8) : 0xffu);
  const auto note_wrong = [&](const std::string& what) {
    if (progress.wrong++ == 0)
      std::snprintf(progress.first_wrong.data(), progress.first_wrong.size(), "byte %llu: %s",
                    static_cast<unsigned long long>(place), what.c_str());
  };
  file.exchange(place, bits);
  ::alarm(patience);
  try {
    if (fingerprint(path) == sound)
      ++progress.unchanged;
    else
      note_wrong("read without complaint as something else");
  } catch (const nnft::IoError& error) {
    if (std::string(error.what()).find(path) != std::string::npos)
      ++progress.refused;
    else
      note_wrong(std::string("refused without the file's name: ") + error.what());
  } catch (const std::exception& error) {
    note_wrong(std::string("neither refused nor read: ") + error.what());
  }
  ::alarm(0);
  file.exchange(place, bits);
}

int flip_all(const std::string& original, std::uint64_t stride) {
  const std::string path = std::filesystem::path(original).filename().string() + ".flipped";
  const std::string sound = fingerprint(original);
  const std::uint64_t flips = 2 * std::filesystem::file_size(original);
  void* const shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw nnft::Error("no memory to share");
  Progress& progress = *new (shared) Progress;
  std::uint64_t crashed = 0, ended = 0, hung = 0;
  // What HDF5 does to a process must not end the count.
  while (progress.flip < flips) {
    const ::pid_t child = ::fork();
    if (child == 0) {
      const FlippedFile file(original, path);
      for (; progress.flip < flips; progress.flip += progress.flip % 2 == 0 ? 1 : 2 * stride - 1)
        try_flip(file, path, sound, progress);
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    const bool reported = WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(nnft::ExitCode::failure);
    const bool late = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    ++(reported ? crashed : late ? hung : ended);
    if (!reported)
      std::fprintf(stderr, "%s: byte %llu, %s: the process ended with status %d\n", original.c_str(),
                   static_cast<unsigned long long>(progress.flip / 2), progress.flip % 2 == 0 ? "one bit" : "all bits", status);
    progress.flip += progress.flip % 2 == 0 ? 1 : 2 * stride - 1;
  }
  std::filesystem::remove(path);
  std::printf(
      "%s: %llu bytes, every %llu: %llu flips refused, %llu changed nothing, %llu crashed HDF5 and were "
      "reported, %llu silently wrong, %llu ended the process, %llu hung\n",
      original.c_str(), static_cast<unsigned long long>(flips / 2), static_cast<unsigned long long>(stride),
      static_cast<unsigned long long>(progress.refused), static_cast<unsigned long long>(progress.unchanged),
      static_cast<unsigned long long>(crashed), static_cast<unsigned long long>(progress.wrong),
      static_cast<unsigned long long>(ended), static_cast<unsigned long long>(hung));
  if (progress.wrong > 0) std::printf("%s: %s\n", original.c_str(), progress.first_wrong.data());
  return progress.wrong + ended + hung > 0 || progress.refused == 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) throw nnft::UsageError("usage: flipped_bytes FILE [STRIDE]");
  return flip_all(argv[1], argc > 2 ? std::max(1ull, std::strtoull(argv[2], nullptr, 10)) : 1);
} catch (const std::exception& error) {
  std::fprintf(stderr, "flipped_bytes: %s\n", error.what());
  return 2;
}
