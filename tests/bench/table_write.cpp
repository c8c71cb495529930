/// @file Times the collective writing of a table as results are written: every rank in turn gets a scan point, whole chunks at a
/// time.
///   mpirun -n R table_write FILE [MIB]
/// Prints the seconds from creating FILE to its fsync and renaming, checksums included, and those of its creation by the root,
/// which fills it once. FILE is removed.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "nnft/core/clock.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/parallel/communicator.hpp"

namespace {

constexpr std::uint64_t blocks = 256, quads = 2048;  // 4 MiB of sums per scan point

/// Seconds until the file is there and open.
double write_table(const nnft::Communicator& comm, const std::string& path, std::uint64_t points) {
  const nnft::Clock::time_point begin = nnft::Clock::now();
  nnft::Schema schema;
  schema.dimensions = {
      {"width", nnft::counting(points), ""}, {"block", nnft::counting(blocks), ""}, {"quad", nnft::counting(quads), ""}};
  schema.variables.push_back({"sum4", {"width", "block", "quad"}, nnft::ElementType::float64, "block sums", "", {}, {"width"}});
  nnft::ResultWriter writer(comm, path, schema);
  const double creation = nnft::seconds_since(begin);
  std::vector<double> sums(blocks * quads);
  std::iota(sums.begin(), sums.end(), static_cast<double>(comm.rank()));
  for (std::uint64_t wave = 0; wave < points; wave += static_cast<std::uint64_t>(comm.size())) {
    const std::uint64_t point = wave + static_cast<std::uint64_t>(comm.rank());
    const nnft::Hyperslab slab{{point, 0, 0}, {1, blocks, quads}};
    const bool mine = point < points;
    writer.write("sum4", std::span(&slab, mine ? 1U : 0U), std::span<const double>(sums).first(mine ? sums.size() : 0));
  }
  writer.commit();
  return creation;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: table_write FILE [MIB]\n");
    return 2;
  }
  MPI_Init(&argc, &argv);
  {
    const nnft::Communicator comm(MPI_COMM_WORLD);
    const std::uint64_t mib = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1024;
    const nnft::Clock::time_point begin = nnft::Clock::now();
    const double creation = write_table(comm, argv[1], mib / 4);
    const double seconds = comm.max(nnft::seconds_since(begin));
    if (comm.root()) {
      std::printf("%.3f %.3f\n", seconds, creation);
      std::filesystem::remove(argv[1]);
    }
  }
  MPI_Finalize();
}
