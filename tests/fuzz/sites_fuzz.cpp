/// @file Sites files: read, written as a list, and read again.

#include <cstdlib>
#include <fstream>

#include "fuzz/commands.hpp"
#include "nnft/run/config_values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = (nnft::fuzz::scratch() / "sites.txt").string();
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(reinterpret_cast<const char*>(data), static_cast<long>(size));
  nnft::RowMatrix sites, again;
  if (!nnft::read_sites_file(path, sites).empty()) return 0;
  const bool read = nnft::read_sites(nnft::sites_text(sites), again).empty();
  if (!read || again.rows() != sites.rows() || again.cols() != sites.cols() || again != sites) std::abort();
  return 0;
}
