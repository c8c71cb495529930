#pragma once
/// @file What this binary was built from.

#include <string>

namespace nnft {

struct BuildInfo {
  std::string version;       ///< of the project
  std::string git_revision;  ///< with -dirty if the tree had changes
  std::string compiler;
  std::string build_type;
};

const BuildInfo& build_info();

}  // namespace nnft
