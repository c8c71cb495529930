#include "nnft/io/result_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "mpi/result_file_fixture.hpp"
#include "nnft/core/error.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

using namespace test;

/// The provenance that was given: all but the checksum of the texts, which comes last.
std::vector<std::pair<std::string, std::string>> told(const ResultReader& reader) {
  std::vector<std::pair<std::string, std::string>> entries = reader.provenance();
  EXPECT_EQ(entries.back().first, "texts_sha256");
  EXPECT_EQ(entries.back().second.size(), 64u);
  entries.pop_back();
  return entries;
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
  EXPECT_EQ(told(reader), schema().provenance);
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

TEST_F(ResultFile, TakesProvenanceThatIsKnownOnlyAtTheEnd) {
  const std::pair<std::string, std::string> end{"end", "2025-01-31T12:00:00Z"};
  {
    ResultWriter writer(world(), path(), schema());
    write_shares(writer, 2);
    writer.commit({end});
  }
  auto expected = schema().provenance;
  expected.push_back(end);
  const ResultReader reader(path());
  EXPECT_EQ(told(reader), expected);
  EXPECT_TRUE(reader.read_double("sum2") == whole_sum2());
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

}  // namespace
}  // namespace nnft
