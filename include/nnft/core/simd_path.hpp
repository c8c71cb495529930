#pragma once
/// @file Which instruction set the vector kernels use: chosen when the program starts, the same on every rank.

#include <string>
#include <string_view>

namespace nnft {

/// Ordered: a processor that has one has those before it.
enum class SimdPath : int { generic = 0, avx2 = 1, avx512 = 2 };

std::string_view to_string(SimdPath path);

/// The widest path that this processor and this build have.
SimdPath widest_simd_path();

/// @param name generic | avx2 | avx512. @throws UsageError for another name.
SimdPath parse_simd_path(const std::string& name);

}  // namespace nnft
