/// @file Result files: show, digest, compare, fit and action.

#include "fuzz/commands.hpp"

using namespace nnft::fuzz;

/// Bytes: the file, the command or all of them, and edits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto files = seeds("result");
  // With the limit of infinite width, which fits are compared to.
  static const std::string exact = seeds("compare").front().string();
  static const std::string file = (scratch() / "hostile.h5").string();
  if (size < 2) return 0;
  const auto& seed = files[data[0] % files.size()];
  std::vector<std::vector<std::string>> commands = {{"show", file, "--digest"},
                                                    {"show", file, "--all"},
                                                    {"compare", file, exact},
                                                    {"fit", file, "--in", "width", "--order", "1"},
                                                    {"action", file}};
  if (seed.filename() != "fit.h5") commands.push_back({"compare", file, seed.string()});
  if (!make_edited_copy(seed, file, {data + 2, size - 2})) return -1;
  for (std::size_t k = 0; k < commands.size(); ++k)
    if (data[1] % commands.size() == k || data[1] == 255) run_command(file, commands[k]);
  return 0;
}
