#pragma once
/// @file Sizes of tests. With NNFT_SMALL in the environment (tests/sanitize.sh) tests run all of the code on little data, for
/// programs that are slow and are looked at for errors of memory: what takes many seeds or many terms is not judged then.

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace nnft::test {

inline bool small_sizes() {
  const char* const text = std::getenv("NNFT_SMALL");
  return text != nullptr && *text != '\0';
}

inline int sized(int normal, int small) { return small_sizes() ? small : normal; }

/// How many seeds: `otherwise`, or NNFT_SEEDS for a longer version, divided by `fewer` where one is dear, at least 100; four
/// where sizes are small. @throws std::invalid_argument for NNFT_SEEDS below 100, of which no test could tell anything.
inline int seeds(int otherwise, int fewer = 1) {
  if (small_sizes()) return 4;
  const char* const text = std::getenv("NNFT_SEEDS");
  const int number = text == nullptr ? otherwise : std::atoi(text);
  if (number < 100) throw std::invalid_argument(std::string("NNFT_SEEDS: expected a whole number from 100, got '") + text + "'");
  return std::max(100, number / fewer);
}

}  // namespace nnft::test

/// Ends a test whose numbers, of few data, say nothing.
#define NNFT_SKIP_IF_SMALL() \
  if (nnft::test::small_sizes()) GTEST_SKIP() << "NNFT_SMALL: too little data to judge"
