/// @file Result files: show, digest, compare, fit, action, and a run that is extended.

#include "fuzz/commands.hpp"

using namespace nnft::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto files = seeds("result");
  // With the limit of infinite width, which fits are compared to.
  static const std::string exact = seeds("compare").front().string();
  static const std::string file = (scratch() / "hostile.h5").string();
  if (size == 0) return 0;
  const auto& seed = files[data[0] % files.size()];
  make_edited_copy(seed, file, {data + 1, size - 1});
  run_command(file, {"show", file, "--digest"});
  run_command(file, {"show", file, "--all"});
  run_command(file, {"compare", file, exact});
  if (seed.filename() != "fit.h5") run_command(file, {"compare", file, seed.string()});
  run_command(file, {"fit", file, "--in", "width", "--order", "1"});
  run_command(file, {"action", file});
  return 0;
}
