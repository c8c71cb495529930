/// @file Files of couplings: show, and correlators by diagrams and by draws.

#include "fuzz/commands.hpp"

using namespace nnft::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto files = seeds("action");
  static const std::string file = (scratch() / "hostile.h5").string();
  if (size == 0) return 0;
  make_edited_copy(files[data[0] % files.size()], file, {data + 1, size - 1});
  run_command(file, {"show", file});
  run_command(file, {"show", file, "--digest"});
  run_command(file, {"correlators", file, "--all"});
  run_command(file, {"correlators", file, "--draw", "64", "--blocks", "2", "--at", "0.1"});
  run_command(file, {"correlators", file, "--draw", "64", "--blocks", "2"});
  return 0;
}
