#include "nnft/io/publish.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "io/file_descriptor.hpp"
#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Forces the name of a file to disk, which is in its directory.
void sync_directory_of(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  const std::string name = directory.empty() ? "." : directory.string();
  try {
    FileDescriptor(name, O_RDONLY | O_DIRECTORY, "cannot be opened to force it to disk").sync();
  } catch (const IoError& error) {
    throw IoError(path + ": is complete, but might not outlive a crash of the machine: " + error.what());
  }
}

}  // namespace

void publish_file(const std::string& temporary, const std::string& path) {
  FileDescriptor(temporary, O_RDWR, "cannot be opened to force it to disk").sync();
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    throw_system_error(temporary + ": cannot be renamed to " + path, errno);
  }
  sync_directory_of(path);
}

void write_text_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  FileDescriptor(temporary, O_WRONLY | O_CREAT | O_TRUNC, "cannot be created").write(text);
  publish_file(temporary, path);
}

}  // namespace nnft
