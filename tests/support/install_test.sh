#!/usr/bin/env bash
# The installed package serves a project of its own: find_package(nnft), a layer linked, the numbers right; and the installed
# program runs. Arguments: the build directory, the compiler.
set -euo pipefail

cmake --install "$1" --prefix "$PWD/prefix" >install.log
mkdir consumer
cat >consumer/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES C CXX)
find_package(nnft REQUIRED)
add_executable(consumer consumer.cpp)
target_link_libraries(consumer PRIVATE nnft::run)
CMAKE
cat >consumer/consumer.cpp <<'CXX'
#include <cmath>
#include <cstdio>

#include "nnft/core/error.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/theory/cos_moments.hpp"

int main() {
  const nnft::MomentLayout layout(1, {2, 4});
  const nnft::SiteSet origin(nnft::RowMatrix::Zero(1, 1));
  const nnft::Vector g = nnft::connected_from_one_neuron(layout, nnft::cos_feature_moment(origin, 1.0), 1.0, 10.0);
  try {
    nnft::ResultReader("absent.h5");
    return 2;
  } catch (const nnft::IoError& error) {
    std::puts(error.what());
  }
  return std::abs(g[1] - 0.0375) < 1e-15 ? 0 : 1;  // (9/8 - 3/4)/N
}
CXX
cmake -S consumer -B consumer/build -DCMAKE_PREFIX_PATH="$PWD/prefix" -DCMAKE_CXX_COMPILER="$2" >consumer.log
cmake --build consumer/build >>consumer.log
consumer/build/consumer
prefix/bin/nnft --version
