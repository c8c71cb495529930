#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <iterator>

#include "mpi/result_file_fixture.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/sha256.hpp"
#include "nnft/io/result_file.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

using namespace test;

using ResultReading = ResultFile;

TEST_F(ResultReading, RefusesByName) {
  write_complete(path(), 2);
  const ResultReader reader(path());
  expect_failure<IoError>([&] { reader.read_double("G4"); }, {path(), "G4"});
  expect_failure<IoError>([&] { reader.read_double("count"); }, {path(), "count", "expected float64", "got int64"});
  expect_failure<IoError>([&] { reader.read_int("sum2"); }, {path(), "sum2", "expected int64", "got float64"});
  expect_failure<IoError>([&] { reader.read_double("G2", Extents{0, 0, 0}, Extents{1, 1, pairs + 1}); }, {"G2", "(2, 3, 5000)"});
  expect_failure<IoError>([&] { reader.read_double("G2", Extents{0}, Extents{1}); }, {"G2"});
  expect_failure<IoError>([&] { (void)reader.attribute("nothing"); }, {path(), "nothing"});
  expect_failure<IoError>([&] { (void)reader.provenance("nothing"); }, {path(), "nothing"});
  expect_failure<IoError>([&] { ResultReader{path("none.h5")}; }, {path("none.h5"), "No such file"});
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The root writes `bytes` into `path`; all ranks wait for it.
void put(const std::string& path, const std::string& bytes) {
  if (world().root()) std::ofstream(path, std::ios::binary) << bytes;
  world().barrier();
}

TEST_F(ResultReading, RefusesWhatIsNotAResultFile) {
  put(path("text.h5"), "width strength G2\n");
  expect_failure<IoError>([&] { ResultReader{path("text.h5")}; }, {path("text.h5"), "not an HDF5 file"});
  put(path("empty.h5"), "");
  expect_failure<IoError>([&] { ResultReader{path("empty.h5")}; }, {path("empty.h5"), "not an HDF5 file"});

  write_complete(path(), 2);
  const std::string whole = contents(path());
  put(path("truncated.h5"), whole.substr(0, whole.size() / 2));
  expect_failure<IoError>([&] { ResultReader{path("truncated.h5")}; }, {path("truncated.h5"), "truncated"});

  Schema future = schema();
  future.attributes.front().second = "7";
  ResultWriter(world(), path("future.h5"), future).commit();
  expect_failure<IoError>([&] { ResultReader{path("future.h5")}; }, {path("future.h5"), "version 7", "version 2"});
}

TEST_F(ResultReading, NoticesAFlippedBit) {
  write_complete(path(), 2);
  const std::string whole = contents(path());
  for (const std::uint64_t position : {std::uint64_t{0}, widths * strengths * blocks * pairs - 1}) {
    const double value = value_at(position);
    const std::size_t found = whole.find(std::string(reinterpret_cast<const char*>(&value), sizeof(value)));
    ASSERT_NE(found, std::string::npos);
    std::string spoilt = whole;
    spoilt[found] = static_cast<char>(spoilt[found] ^ 1);
    put(path("spoilt.h5"), spoilt);
    const ResultReader reader(path("spoilt.h5"));
    expect_failure<IoError>([&] { reader.read_double("sum2"); }, {path("spoilt.h5"), "sum2", "checksum"});
    expect_failure<IoError>([&] { (void)reader.digest(); }, {path("spoilt.h5"), "sum2", "checksum"});
    EXPECT_NO_THROW((void)reader.read_int("count"));
    world().barrier();
  }
}

/// The digest as FORMAT.md defines it, in the plainest way.
class PlainDigest {
 public:
  template <class T>
  void add(const std::string& name, const Extents& shape, const std::vector<T>& values) {
    text_ += name + '\0';
    add_number(shape.size());
    for (const std::uint64_t extent : shape) add_number(extent);
    for (const T value : values) add_number(std::bit_cast<std::uint64_t>(value));
  }
  std::string hex() const { return sha256_hex(text_); }

 private:
  void add_number(std::uint64_t number) {
    for (int k = 0; k < 8; ++k) text_ += static_cast<char>(number >> (8 * k) & 255U);
  }
  std::string text_;
};

TEST_F(ResultReading, DigestIsThatOfTheFormatAndKnowsNoRanks) {
  PlainDigest expected;
  expected.add("width", {2}, std::vector<double>{8.0, infinity});
  expected.add("strength", {3}, std::vector<double>{0.0, 0.5, 1.0});
  expected.add("block", {blocks}, count_up(blocks));
  expected.add("pair", {pairs}, count_up(pairs));
  expected.add("pair_i", {pairs}, count_up(pairs));
  expected.add("count", {widths, strengths, blocks}, count_up(widths * strengths * blocks));
  expected.add("sum2", {widths, strengths, blocks, pairs}, whole_sum2());
  for (const std::size_t axis : {1U, 3U}) {
    write_complete(path(), axis);
    const ResultReader reader(path());
    PlainDigest with_moments = expected;
    with_moments.add("G2", {widths, strengths, pairs}, reader.read_double("G2"));
    EXPECT_EQ(reader.digest(), with_moments.hex());
    world().barrier();
  }
}

TEST_F(ResultReading, DigestWalksArraysLargerThanItsBuffer) {
  Schema large;
  large.dimensions = {{"width", std::vector<double>{1, 2, 3}, ""}, {"pair", count_up(1700000), ""}};
  large.variables = {{"G2", {"pair", "width"}, ElementType::float64, "", "", {}}};
  std::vector<double> values(3 * 1700000);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = value_at(k);
  ResultWriter writer(world(), path(), large);
  const Range share = partition(1700000, world().rank(), world().size());
  writer.write("G2", Extents{share.begin, 0}, Extents{share.size(), 3},
               std::span<const double>(values).subspan(3 * share.begin, 3 * share.size()));
  writer.commit();
  PlainDigest expected;
  expected.add("width", {3}, std::vector<double>{1, 2, 3});
  expected.add("pair", {1700000}, count_up(1700000));
  expected.add("G2", {1700000, 3}, values);
  EXPECT_EQ(ResultReader(path()).digest(), expected.hex());
}

}  // namespace
}  // namespace nnft
