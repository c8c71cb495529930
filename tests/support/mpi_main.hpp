#pragma once
/// @file The main function of GoogleTest programs that run on several MPI ranks; link to nnft_test_mpi_main.
///
/// Every rank runs the same tests in the same order. The program fails on all ranks if a test failed on any of them, if no test
/// ran, or if the number of ranks is not the one announced by `--ranks=N` or NNFT_TEST_RANKS. A rank that throws out of a test,
/// exits, or leaves a test while others wait in a collective takes the whole job down instead of letting it hang.

#include "nnft/parallel/communicator.hpp"

namespace nnft::test {

/// All ranks of this test program. @throws std::logic_error outside RUN_ALL_TESTS.
const Communicator& world();

}  // namespace nnft::test
