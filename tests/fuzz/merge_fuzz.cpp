/// @file Parts of a run, one of them hostile, that are merged.

#include "fuzz/commands.hpp"

using namespace nnft::fuzz;
namespace fs = std::filesystem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto parts = seeds("merge");
  static const std::string file = (scratch() / "hostile.h5").string(), output = (scratch() / "merged.h5").string();
  if (size == 0) return 0;
  const std::size_t hostile = data[0] % parts.size();
  if (!make_edited_copy(parts[hostile], file, {data + 1, size - 1})) return -1;
  std::vector<std::string> words = {"merge", "--fresh", "-o", output};
  for (std::size_t k = 0; k < parts.size(); ++k) words.push_back(k == hostile ? file : parts[k].string());
  run_command("", words);
  words.push_back("--partial");
  run_command("", words);
  return 0;
}
