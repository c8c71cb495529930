// Counts that do not fit the int of MPI: messages and reductions beyond 2³¹ bytes on two ranks (7 GB of memory, skipped where
// there is less), and with NNFT_LARGE=1 a file of more than 2³¹ elements (17 GB).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "mpi/result_file_fixture.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

using namespace test;

constexpr std::uint64_t beyond_int = (std::uint64_t{1} << 31) + 17;

/// Bytes that the system can give without swapping, on the root's node; 0 if it does not say.
double available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  double kibibytes = 0.0;
  while (file >> name >> kibibytes) {
    std::getline(file, unit);
    if (name == "MemAvailable:") return 1024.0 * kibibytes;
  }
  return 0.0;
}

/// Why a test that needs `bytes` on two ranks cannot run, or nothing. Collective.
std::string obstacle(double bytes) {
  if (world().size() != 2) return "for two ranks";
  return world().any(available_memory() < bytes) ? "less memory is free than it needs" : "";
}

TEST(LargeCounts, TextIsBroadcast) {
  if (const std::string why = obstacle(8e9); !why.empty()) GTEST_SKIP() << why;
  std::string text;
  if (world().root()) {
    text.assign(beyond_int, 'n');
    text.back() = 't';
  }
  const std::string got = world().broadcast(text);
  ASSERT_EQ(got.size(), beyond_int);
  EXPECT_EQ(got[beyond_int - 2], 'n');
  EXPECT_EQ(got.back(), 't');
}

TEST(LargeCounts, MessagesAreExchanged) {
  if (const std::string why = obstacle(8e9); !why.empty()) GTEST_SKIP() << why;
  std::vector<std::vector<std::byte>> outgoing(2);
  if (!world().root()) {
    outgoing[0].assign(beyond_int, std::byte{3});
    outgoing[0].back() = std::byte{5};
  }
  const auto incoming = world().exchange(outgoing);
  if (!world().root()) return;
  ASSERT_EQ(incoming[1].size(), beyond_int);
  EXPECT_EQ(incoming[1][beyond_int - 2], std::byte{3});
  EXPECT_EQ(incoming[1].back(), std::byte{5});
}

TEST(LargeCounts, SumsAreReduced) {
  if (const std::string why = obstacle(8e9); !why.empty()) GTEST_SKIP() << why;
  std::vector<double> values(beyond_int / sizeof(double), 0.0);
  values[static_cast<std::size_t>(world().rank())] = 2.0;
  if (!world().root()) values.back() = 7.0;
  world().sum_disjoint(values);
  EXPECT_EQ(values[0], 2.0);
  EXPECT_EQ(values[1], 2.0);
  EXPECT_EQ(values.back(), 7.0);
}

using LargeFile = ResultFile;

TEST_F(LargeFile, HoldsMoreElementsThanInt) {
  if (std::getenv("NNFT_LARGE") == nullptr || world().size() != 2)
    GTEST_SKIP() << "writes 17 GB to " << path() << ": with NNFT_LARGE=1 on two ranks";
  constexpr std::uint64_t side = 46342;
  static_assert(side * side > std::uint64_t{1} << 31);
  Schema large;
  large.attributes = {{"kind", "sample"}};
  large.dimensions = {{"block", count_up(side), ""}, {"pair", count_up(side), ""}};
  large.variables = {{"sum2", {"block", "pair"}, ElementType::float64, "", "", {}}};
  const auto value = [](std::uint64_t row, std::uint64_t column) { return static_cast<double>(row * side + column); };
  {
    ResultWriter writer(world(), path(), large);
    const Range mine = partition(side, world().rank(), world().size());
    constexpr std::uint64_t rows_at_once = 500;
    for (std::uint64_t begin = 0; begin < side / 2 + 1; begin += rows_at_once) {
      const std::uint64_t first = std::min(mine.begin + begin, mine.end), rows = std::min(rows_at_once, mine.end - first);
      std::vector<double> values;
      values.reserve(rows * side);
      for (std::uint64_t row = first; row < first + rows; ++row)
        for (std::uint64_t column = 0; column < side; ++column) values.push_back(value(row, column));
      writer.write("sum2", Extents{first, 0}, Extents{rows, rows == 0 ? 0 : side}, values);
    }
    writer.commit();
  }
  const ResultReader reader(path());
  for (const std::uint64_t row : {std::uint64_t{0}, side / 2, side - 1}) {
    const std::vector<double> read = reader.read_double("sum2", Extents{row, 0}, Extents{1, side});
    for (std::uint64_t column = 0; column < side; ++column) ASSERT_EQ(read[column], value(row, column)) << row << ", " << column;
  }
}

}  // namespace
}  // namespace nnft
