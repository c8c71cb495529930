#include "nnft/core/simd_path.hpp"

#include "nnft/core/error.hpp"
#include "nnft/core/simd_dispatch.hpp"

namespace nnft {

std::string_view to_string(SimdPath path) {
  switch (path) {
    case SimdPath::avx2:
      return "avx2";
    case SimdPath::avx512:
      return "avx512";
    default:
      return "generic";
  }
}

SimdPath widest_simd_path() {
#ifdef NNFT_X86
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (avx512) return SimdPath::avx512;
  if (avx2) return SimdPath::avx2;
#endif
  return SimdPath::generic;
}

SimdPath parse_simd_path(const std::string& name) {
  for (const SimdPath path : {SimdPath::generic, SimdPath::avx2, SimdPath::avx512})
    if (name == to_string(path)) return path;
  throw UsageError("instruction set: expected generic, avx2 or avx512, got '" + name + "'");
}

void require_simd_path(SimdPath path) {
  const SimdPath widest = widest_simd_path();
  if (path > widest)
    throw UsageError("instruction set: this processor has " + std::string(to_string(widest)) + " at most, asked for " +
                     std::string(to_string(path)));
}

}  // namespace nnft
