#pragma once
/// @file Commands of the program as a fuzz target runs them, and the files that they are given.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nnft/parallel/communicator.hpp"

/// What libFuzzer, or the replay of a corpus, calls.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nnft::fuzz {

/// All ranks of this process: one. MPI is started with the first call.
const Communicator& world();

/// Runs `work`, which may refuse its input by UsageError or IoError: then the message must contain `name`. Everything else that
/// it throws, and a message without the name, ends the process with a report.
void refuses_by_name_or_works(const std::string& name, const std::function<void()>& work);

/// A command of the program, `words.front()`, whose messages must contain `name`.
void run_command(const std::string& name, const std::vector<std::string>& words);

/// A directory of this process for files to read and write, removed at its end.
const std::filesystem::path& scratch();

/// The valid files of a target that make_seeds.sh wrote into NNFT_FUZZ_SEEDS, sorted by name.
/// @throws Error if there are none.
std::vector<std::filesystem::path> seeds(const std::string& target);

/// Copies a seed to `to` and edits it as the bytes say: bytes of the file, or its structure, and does `then`, which must not
/// throw, if it is the structure. Returns whether HDF5 was able to.
bool make_edited_copy(
    const std::filesystem::path& seed, const std::filesystem::path& to, std::span<const std::uint8_t> bytes,
    const std::function<void()>& then = [] {});

}  // namespace nnft::fuzz
