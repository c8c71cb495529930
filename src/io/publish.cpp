#include "nnft/io/publish.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "io/file_descriptor.hpp"

namespace nnft {

void publish_file(const std::string& temporary, const std::string& path) {
  FileDescriptor(temporary, O_RDWR, "cannot be opened to force it to disk").sync();
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    throw_system_error(temporary + ": cannot be renamed to " + path, errno);
  }
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  FileDescriptor(directory.empty() ? "." : directory.string(), O_RDONLY | O_DIRECTORY, "cannot be opened to force it to disk")
      .sync();
}

}  // namespace nnft
