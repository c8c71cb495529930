/// @file Files of couplings: show, and correlators by diagrams and by draws.

#include "fuzz/commands.hpp"

using namespace nnft::fuzz;

/// Bytes: the file, the command or all of them, and edits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto files = seeds("action");
  static const std::string file = (scratch() / "hostile.h5").string();
  if (size < 2) return 0;
  const std::vector<std::vector<std::string>> commands = {{"show", file},
                                                          {"show", file, "--digest"},
                                                          {"correlators", file, "--all"},
                                                          {"correlators", file, "--draw", "64", "--blocks", "2", "--at", "0.1"},
                                                          {"correlators", file, "--draw", "64", "--blocks", "2"}};
  if (!make_edited_copy(files[data[0] % files.size()], file, {data + 2, size - 2})) return -1;
  for (std::size_t k = 0; k < commands.size(); ++k)
    if (data[1] % commands.size() == k || data[1] == 255) run_command(file, commands[k]);
  return 0;
}
