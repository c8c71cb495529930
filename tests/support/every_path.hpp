#pragma once
/// @file A test per instruction set that the processor has.

#include <gtest/gtest.h>

#include <string>

#include "nnft/core/simd_path.hpp"

namespace nnft::test {

/// Tests on GetParam(), which is skipped where the processor lacks it.
class EveryPath : public testing::TestWithParam<SimdPath> {
 protected:
  void SetUp() override {
    if (GetParam() > widest_simd_path()) GTEST_SKIP() << "this processor has no " << to_string(GetParam());
  }
};

inline auto every_path() { return testing::Values(SimdPath::generic, SimdPath::avx2, SimdPath::avx512); }
inline std::string path_name(const testing::TestParamInfo<SimdPath>& path) { return std::string(to_string(path.param)); }

}  // namespace nnft::test
