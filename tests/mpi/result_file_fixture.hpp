#pragma once
/// @file A result file with known contents, for the tests that write and read it.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "nnft/io/result_file.hpp"
#include "nnft/parallel/communicator.hpp"
#include "support/mpi_main.hpp"

namespace nnft::test {

using Extents = std::vector<std::uint64_t>;

inline constexpr std::uint64_t widths = 2;
inline constexpr std::uint64_t strengths = 3;
inline constexpr std::uint64_t blocks = 7;
inline constexpr std::uint64_t pairs = 5000;  // a table of 1.7 MB: more than one chunk
inline const double infinity = std::numeric_limits<double>::infinity();

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

inline std::vector<std::int64_t> count_up(std::uint64_t size) {
  std::vector<std::int64_t> values(size);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

inline Schema schema() {
  Schema s;
  s.attributes = {{"nnft_format", "2"}, {"title", "Korrelatoren ⟨φφ⟩"}, {"kind", "sample"}, {"empty", ""}};
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
inline double value_at(std::uint64_t position) { return std::sqrt(static_cast<double>(position) + 2.0); }

inline std::uint64_t sum2_position(const Extents& at) { return ((at[0] * strengths + at[1]) * blocks + at[2]) * pairs + at[3]; }

inline std::vector<double> sum2_part(const Extents& offset, const Extents& count) {
  std::vector<double> values;
  for (std::uint64_t w = 0; w < count[0]; ++w)
    for (std::uint64_t s = 0; s < count[1]; ++s)
      for (std::uint64_t b = 0; b < count[2]; ++b)
        for (std::uint64_t p = 0; p < count[3]; ++p)
          values.push_back(value_at(sum2_position({offset[0] + w, offset[1] + s, offset[2] + b, offset[3] + p})));
  return values;
}

inline std::vector<double> whole_sum2() { return sum2_part({0, 0, 0, 0}, {widths, strengths, blocks, pairs}); }

/// Every rank writes its share of sum2 along `axis`, so that several ranks own parts of one chunk.
inline void write_shares(ResultWriter& writer, std::size_t axis) {
  Extents offset{0, 0, 0, 0};
  Extents count{widths, strengths, blocks, pairs};
  const Range share = partition(count[axis], world().rank(), world().size());
  offset[axis] = share.begin;
  count[axis] = share.size();
  writer.write("sum2", offset, count, sum2_part(offset, count));
}

inline void write_counts_on_last_rank(ResultWriter& writer) {
  const bool mine = world().rank() == world().size() - 1;
  const Extents count = mine ? Extents{widths, strengths, blocks} : Extents{0, 0, 0};
  writer.write("count", Extents{0, 0, 0}, count, count_up(mine ? widths * strengths * blocks : 0));
}

inline void write_complete(const std::string& path, std::size_t axis) {
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

}  // namespace nnft::test
