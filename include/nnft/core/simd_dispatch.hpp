#pragma once
/// @file Picks the kernel table of an instruction set; each table lives in a file compiled for it.

#include "nnft/core/simd_path.hpp"

namespace nnft {

/// @throws UsageError if this processor or build lacks the path.
void require_simd_path(SimdPath path);

/// The tables of one kind of kernel. On processors without the wider paths all three are the generic one.
template <class Table>
struct SimdTables {
  const Table& generic;
  const Table& avx2;
  const Table& avx512;

  /// @throws UsageError if this processor or build lacks the path.
  const Table& at(SimdPath path) const {
    require_simd_path(path);
    return path == SimdPath::avx512 ? avx512 : path == SimdPath::avx2 ? avx2 : generic;
  }
};

}  // namespace nnft
