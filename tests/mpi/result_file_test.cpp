#include "nnft/io/result_file.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <numeric>

#include "nnft/core/error.hpp"
#include "nnft/core/sha256.hpp"
#include "nnft/parallel/communicator.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

using Extents = std::vector<std::uint64_t>;

constexpr std::uint64_t widths = 2;
constexpr std::uint64_t strengths = 3;
constexpr std::uint64_t blocks = 7;
constexpr std::uint64_t pairs = 5000;  // a table of 1.7 MB: more than one chunk
const double infinity = std::numeric_limits<double>::infinity();

const Communicator& world() { return test::world(); }

/// A directory of this test that all ranks know and the root removes.
class ResultFile : public testing::Test {
 protected:
  ResultFile() {
    const std::string pattern = (std::filesystem::temp_directory_path() / "nnft_result_file_XXXXXX").string();
    directory_ = world().broadcast(world().root() ? std::string(mkdtemp(std::string(pattern).data())) : "");
  }
  ~ResultFile() override {
    world().barrier();
    if (world().root()) std::filesystem::remove_all(directory_);
  }
  std::string path(const std::string& name = "out.h5") const { return (directory_ / name).string(); }
  std::size_t files() const {
    world().barrier();
    const auto count = std::distance(std::filesystem::directory_iterator(directory_), std::filesystem::directory_iterator());
    world().barrier();
    return static_cast<std::size_t>(count);
  }

 private:
  std::filesystem::path directory_;
};

std::vector<std::int64_t> count_up(std::uint64_t size) {
  std::vector<std::int64_t> values(size);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

Schema schema() {
  Schema s;
  s.attributes = {{"nnft_format", "1"}, {"title", "Korrelatoren ⟨φφ⟩"}, {"kind", "sample"}, {"empty", ""}};
  s.provenance = {{"zulu", "first"}, {"config", std::string(100000, 'c')}, {"alpha", "last"}};
  s.dimensions = {{"width", std::vector<double>{8.0, infinity}, "neurons"},
                  {"strength", std::vector<double>{0.0, 0.5, 1.0}, "coupling"},
                  {"block", count_up(blocks), "block"},
                  {"pair", count_up(pairs), ""}};
  s.variables = {{"pair_i", {"pair"}, ElementType::int64, "first site", "", count_up(pairs)},
                 {"count", {"width", "strength", "block"}, ElementType::int64, "samples", "", {}},
                 {"sum2", {"width", "strength", "block", "pair"}, ElementType::float64, "block sums", "pair_i", {}},
                 {"G2", {"width", "strength", "pair"}, ElementType::float64, "moments", "pair_i", {}}};
  return s;
}

/// The value of sum2 at a row-major position: no two are equal.
double value_at(std::uint64_t position) { return std::sqrt(static_cast<double>(position) + 2.0); }

std::uint64_t sum2_position(const Extents& at) { return ((at[0] * strengths + at[1]) * blocks + at[2]) * pairs + at[3]; }

std::vector<double> sum2_part(const Extents& offset, const Extents& count) {
  std::vector<double> values;
  for (std::uint64_t w = 0; w < count[0]; ++w)
    for (std::uint64_t s = 0; s < count[1]; ++s)
      for (std::uint64_t b = 0; b < count[2]; ++b)
        for (std::uint64_t p = 0; p < count[3]; ++p)
          values.push_back(value_at(sum2_position({offset[0] + w, offset[1] + s, offset[2] + b, offset[3] + p})));
  return values;
}

std::vector<double> whole_sum2() { return sum2_part({0, 0, 0, 0}, {widths, strengths, blocks, pairs}); }

/// Every rank writes its share of sum2 along `axis`, so that several ranks own parts of one chunk.
void write_shares(ResultWriter& writer, std::size_t axis) {
  Extents offset{0, 0, 0, 0};
  Extents count{widths, strengths, blocks, pairs};
  const Range share = partition(count[axis], world().rank(), world().size());
  offset[axis] = share.begin;
  count[axis] = share.size();
  writer.write("sum2", offset, count, sum2_part(offset, count));
}

void write_counts_on_last_rank(ResultWriter& writer) {
  const bool mine = world().rank() == world().size() - 1;
  const Extents count = mine ? Extents{widths, strengths, blocks} : Extents{0, 0, 0};
  writer.write("count", Extents{0, 0, 0}, count, count_up(mine ? widths * strengths * blocks : 0));
}

void write_complete(const std::string& path, std::size_t axis) {
  ResultWriter writer(world(), path, schema());
  write_shares(writer, axis);
  write_counts_on_last_rank(writer);
  writer.commit();
}

/// Expects `work` to throw Failure with all of `words` in its message, on every rank.
template <class Failure>
void expect_failure(const std::function<void()>& work, const std::vector<std::string>& words) {
  try {
    work();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Failure& error) {
    for (const std::string& word : words) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << "no '" << word << "' in: " << error.what();
    }
  }
}

TEST_F(ResultFile, IsReadAsItWasWrittenHoweverRanksShareTheChunks) {
  for (const std::size_t axis : {0U, 1U, 2U, 3U}) {
    write_complete(path(), axis);
    const ResultReader reader(path());
    EXPECT_TRUE(reader.read_double("sum2") == whole_sum2()) << "shares along axis " << axis;
    EXPECT_EQ(reader.read_int("count"), count_up(widths * strengths * blocks));
    EXPECT_EQ(reader.read_int("pair_i"), count_up(pairs));
    EXPECT_EQ(reader.read_double("width"), (std::vector<double>{8.0, infinity}));
    EXPECT_EQ(files(), 1U);
  }
}

TEST_F(ResultFile, TakesManySmallPieces) {
  {
    ResultWriter writer(world(), path(), schema());
    const auto me = static_cast<std::uint64_t>(world().rank());
    const auto ranks = static_cast<std::uint64_t>(world().size());
    for (std::uint64_t round = 0; round * ranks < blocks; ++round) {
      const std::uint64_t block = round * ranks + me;
      const bool mine = block < blocks;
      const Extents offset{0, 0, mine ? block : 0, 0};
      const Extents count = mine ? Extents{widths, strengths, 1, pairs} : Extents{0, 0, 0, 0};
      writer.write("sum2", offset, count, sum2_part(offset, count));
    }
    writer.commit();
  }
  EXPECT_TRUE(ResultReader(path()).read_double("sum2") == whole_sum2());
}

TEST_F(ResultFile, KeepsNamesShapesAndOrder) {
  write_complete(path(), 2);
  const ResultReader reader(path());
  EXPECT_EQ(reader.variables(),
            (std::vector<std::string>{"width", "strength", "block", "pair", "pair_i", "count", "sum2", "G2"}));
  EXPECT_EQ(reader.shape("sum2"), (Extents{widths, strengths, blocks, pairs}));
  EXPECT_EQ(reader.dimensions("sum2"), (std::vector<std::string>{"width", "strength", "block", "pair"}));
  EXPECT_EQ(reader.dimensions("width"), std::vector<std::string>{"width"});
  EXPECT_TRUE(reader.has("G2"));
  EXPECT_FALSE(reader.has("provenance"));
  EXPECT_FALSE(reader.has("G4"));
  EXPECT_EQ(reader.attributes(), schema().attributes);
  EXPECT_EQ(reader.provenance(), schema().provenance);
  EXPECT_EQ(reader.attribute("title"), "Korrelatoren ⟨φφ⟩");
  EXPECT_EQ(reader.provenance("alpha"), "last");
}

TEST_F(ResultFile, ReadsHyperslabs) {
  write_complete(path(), 3);
  const ResultReader reader(path());
  const Extents offset{1, 0, 3, 4990};
  const Extents count{1, 2, 2, 10};
  EXPECT_EQ(reader.read_double("sum2", offset, count), sum2_part(offset, count));
  EXPECT_EQ(reader.read_int("count", Extents{1, 2, 6}, Extents{1, 1, 1}), std::vector<std::int64_t>{41});
  EXPECT_TRUE(reader.read_double("sum2", offset, Extents{1, 0, 2, 10}).empty());
}

TEST_F(ResultFile, LeavesWhatIsNotWrittenNaN) {
  {
    ResultWriter writer(world(), path(), schema());
    const std::vector<double> one{1.5};
    const Extents count(3, world().root() ? 1 : 0);
    writer.write("G2", Extents{1, 2, 4999}, count, std::span(one).first(world().root() ? 1 : 0));
    writer.commit();
  }
  const ResultReader reader(path());
  std::vector<double> values = reader.read_double("G2");
  EXPECT_EQ(values.back(), 1.5);
  values.pop_back();
  EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); }));
  EXPECT_EQ(reader.read_int("count"), std::vector<std::int64_t>(widths * strengths * blocks, 0));
}

TEST_F(ResultFile, AppearsOnlyWhenCommitted) {
  {
    ResultWriter writer(world(), path(), schema());
    write_shares(writer, 2);
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);

  write_complete(path(), 2);
  {
    ResultWriter writer(world(), path(), schema());
    EXPECT_EQ(files(), 2U);
  }
  EXPECT_EQ(files(), 1U);
  EXPECT_TRUE(ResultReader(path()).read_double("sum2") == whole_sum2());
}

TEST_F(ResultFile, IsWrittenByAMovedWriter) {
  ResultWriter first(world(), path(), schema());
  ResultWriter second = std::move(first);
  write_shares(second, 1);
  second.commit();
  EXPECT_TRUE(ResultReader(path()).read_double("sum2") == whole_sum2());
  expect_failure<IoError>([&] { second.commit(); }, {path(), "complete"});
  expect_failure<Error>([&] { write_shares(second, 1); }, {"sum2"});
}

TEST_F(ResultFile, MistakesOfOneRankReachAllAndSpoilNothing) {
  {
    ResultWriter writer(world(), path(), schema());
    const bool wrong = world().rank() == world().size() - 1;
    const std::vector<double> one{1.0};
    const std::vector<std::int64_t> whole{1};
    const Extents origin{0, 0, 0};
    const Extents single{1, 1, 1};
    expect_failure<ShapeError>(
        [&] {
          writer.write("G2", wrong ? Extents{0, 0, pairs} : origin, single, one);
        },
        {"G2", "(2, 3, 5000)", "(0, 0, 5000)"});
    expect_failure<ShapeError>([&] { writer.write("G2", origin, wrong ? Extents{1, 1} : single, one); }, {"G2", "(1, 1)"});
    expect_failure<ShapeError>([&] { writer.write("G2", origin, wrong ? Extents{1, 1, 2} : single, one); }, {"G2", "2", "1"});
    const Extents far{0, 0, std::numeric_limits<std::uint64_t>::max()};
    expect_failure<ShapeError>([&] { writer.write("G2", wrong ? far : origin, single, one); }, {"G2"});
    expect_failure<ShapeError>([&] { writer.write(wrong ? "G9" : "G2", origin, single, one); }, {"G9", path()});
    expect_failure<ShapeError>([&] { writer.write("G2", origin, single, whole); }, {"G2"});
    expect_failure<ShapeError>([&] { writer.write("pair_i", Extents{0}, Extents{1}, whole); }, {"pair_i"});
    write_shares(writer, 3);
    writer.commit();
  }
  EXPECT_TRUE(ResultReader(path()).read_double("sum2") == whole_sum2());
}

TEST_F(ResultFile, RanksMustWriteTheSameVariable) {
  if (world().size() == 1) GTEST_SKIP() << "one rank cannot disagree";
  ResultWriter writer(world(), path(), schema());
  const std::vector<double> none;
  const Extents nowhere(world().root() ? 3 : 4, 0);
  expect_failure<ShapeError>([&] { writer.write(world().root() ? "G2" : "sum2", nowhere, nowhere, none); }, {"different"});
}

TEST_F(ResultFile, CannotBeWrittenJustAnywhere) {
  const std::string missing = path("missing/out.h5");
  expect_failure<IoError>([&] { ResultWriter(world(), missing, schema()); }, {missing, "No such file"});
  expect_failure<IoError>([&] { ResultWriter(world(), std::filesystem::path(path()).parent_path().string(), schema()); },
                          {"is a directory"});
  Schema wrong = schema();
  wrong.variables.back().dimensions.back() = "quad";
  expect_failure<ShapeError>([&] { ResultWriter(world(), path(), wrong); }, {"G2", "quad"});
  EXPECT_EQ(files(), 0U);
}

TEST_F(ResultFile, ReaderRefusesByName) {
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

TEST_F(ResultFile, ReaderRefusesWhatIsNotAResultFile) {
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
  expect_failure<IoError>([&] { ResultReader{path("future.h5")}; }, {path("future.h5"), "version 7", "version 1"});
}

TEST_F(ResultFile, ReaderNoticesAFlippedBit) {
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

TEST_F(ResultFile, DigestIsThatOfTheFormatAndKnowsNoRanks) {
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

TEST_F(ResultFile, DigestWalksArraysLargerThanItsBuffer) {
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
