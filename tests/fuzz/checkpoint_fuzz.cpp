/// @file Checkpoints: progress of a run, and a run that goes on from them.

#include <algorithm>

#include "fuzz/commands.hpp"
#include "io/hdf5_handle.hpp"
#include "io/result_layout.hpp"
#include "nnft/core/error.hpp"

using namespace nnft::fuzz;
namespace fs = std::filesystem;

namespace {

/// Checkpoints are refused without the checksum of their texts: edits that are meant have a right one.
void renew_checksum(const std::string& path) {
  const nnft::hdf5::SilentErrors silent;
  try {
    nnft::complete_provenance(path, {});
  } catch (const nnft::IoError&) {
    // It has one, or is no such file any more.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // job.ini, and the directories of unfinished runs and the results that it is about.
  static const auto inputs = seeds("checkpoint");
  static const std::string config = (fs::path(inputs.front()).parent_path() / "job.ini").string();
  if (size < 2) return 0;
  std::vector<fs::path> runs;
  for (const fs::path& input : inputs)
    if (input.extension() != ".ini") runs.push_back(input);
  const fs::path& run = runs[data[0] % runs.size()];
  const std::string output = (scratch() / "out.h5").string();
  fs::remove_all(output + ".part");
  fs::remove(output);
  std::string hostile = output;
  if (fs::is_directory(run)) {
    fs::copy(run, output + ".part", fs::copy_options::recursive);
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(run))
      if (entry.path().extension() == ".h5") files.push_back(entry.path());
    std::ranges::sort(files);
    const fs::path& file = files[data[1] % files.size()];
    hostile = (fs::path(output + ".part") / file.filename()).string();
    // HDF5 can crash on damaged bytes when it is not the reader that opens them.
    if (!make_edited_copy(file, hostile, {data + 2, size - 2}, [&] { renew_checksum(hostile); })) return -1;
  } else if (!make_edited_copy(run, hostile, {data + 2, size - 2})) {
    return -1;
  }
  run_command(output, {"show", output});
  run_command(output, {"sample", config, "-o", output, "--run.networks=96"});
  return 0;
}
