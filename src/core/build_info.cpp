#include "nnft/core/build_info.hpp"

#include "nnft_revision.hpp"

namespace nnft {

const BuildInfo& build_info() {
#if defined(__clang__)
  static const std::string compiler = std::string("clang ") + __clang_version__;
#else
  static const std::string compiler = std::string("gcc ") + __VERSION__;
#endif
  static const BuildInfo info{NNFT_VERSION, NNFT_GIT_REVISION, compiler, NNFT_BUILD_TYPE};
  return info;
}

}  // namespace nnft
