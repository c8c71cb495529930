#include "io/result_layout.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "nnft/core/error.hpp"

namespace nnft::result_layout_test {
namespace {

using Shape = std::vector<std::uint64_t>;

std::uint64_t bytes(const Shape& shape) {
  std::uint64_t product = sizeof(double);
  for (const std::uint64_t extent : shape) product *= extent;
  return product;
}

TEST(ChunkShape, HoldsSmallDatasetsInOneChunk) {
  EXPECT_EQ(chunk_shape(Shape{1}), Shape{1});
  EXPECT_EQ(chunk_shape(Shape{4, 3, 330}), (Shape{4, 3, 330}));
  EXPECT_EQ(chunk_shape(Shape{131072}), Shape{131072});
}

TEST(ChunkShape, CutsLeadingDimensionsEvenly) {
  EXPECT_EQ(chunk_shape(Shape{131073}), Shape{65537});
  EXPECT_EQ(chunk_shape(Shape{4, 3, 256, 330}), (Shape{1, 1, 256, 330}));
  EXPECT_EQ(chunk_shape(Shape{256, 4, 3, 3876}), (Shape{2, 4, 3, 3876}));
}

TEST(ChunkShape, SpansNoTwoPlacesOfADimensionThatIsWrittenSingly) {
  Schema schema;
  for (const char* name : {"block", "width", "quad"})
    schema.dimensions.push_back({name, std::vector<std::int64_t>(name[0] == 'w' ? 40 : 330), ""});
  Variable variable{"jackknife", {"block", "width", "quad"}, ElementType::float64, "", "", {}, {"width"}};
  EXPECT_EQ(chunk_shape(variable, schema), (Shape{330, 1, 330}));
  variable.written_singly.clear();
  EXPECT_EQ(chunk_shape(variable, schema), (Shape{9, 40, 330}));
}

TEST(ChunkShape, StaysBetweenAQuarterAndOneMebibyte) {
  for (const std::uint64_t packed : {1U, 7U, 36U, 330U, 1716U, 3876U, 54264U, 70000U, 131073U, 900001U}) {
    for (const std::uint64_t blocks : {1U, 5U, 64U, 256U, 4096U}) {
      const Shape shape{blocks, 3, 5, packed};
      const Shape chunk = chunk_shape(shape);
      for (std::size_t d = 0; d < shape.size(); ++d) {
        EXPECT_GE(chunk[d], 1U);
        EXPECT_LE(chunk[d], shape[d]);
      }
      EXPECT_LE(bytes(chunk), 1U << 20) << blocks << " blocks of " << packed;
      EXPECT_GE(bytes(chunk), std::min<std::uint64_t>(bytes(shape), 1U << 18)) << blocks << " blocks of " << packed;
    }
  }
}

Schema good_schema() {
  Schema schema;
  schema.dimensions.push_back({"width", std::vector<double>{8, 16}, "width"});
  schema.dimensions.push_back({"pair", std::vector<std::int64_t>{0, 1, 2}, "pair"});
  schema.variables.push_back({"pair_i", {"pair"}, ElementType::int64, "", "", std::vector<std::int64_t>{0, 0, 1}});
  schema.variables.push_back({"G2", {"width", "pair"}, ElementType::float64, "", "", {}});
  return schema;
}

TEST(CheckSchema, AcceptsAConsistentOne) {
  EXPECT_NO_THROW(check_schema(good_schema()));
  EXPECT_EQ(shape_of(good_schema().variables[1], good_schema()), (Shape{2, 3}));
}

TEST(CheckSchema, RefusesByName) {
  const auto expect_refused = [](const std::function<void(Schema&)>& spoil, const std::string& name) {
    Schema schema = good_schema();
    spoil(schema);
    try {
      check_schema(schema);
      ADD_FAILURE() << "accepted although " << name << " is wrong";
    } catch (const ShapeError& error) {
      EXPECT_NE(std::string(error.what()).find("'" + name + "'"), std::string::npos) << error.what();
    }
  };
  expect_refused([](Schema& s) { s.dimensions[0].values = std::vector<double>{}; }, "width");
  expect_refused([](Schema& s) { s.variables[1].dimensions[1] = "quad"; }, "quad");
  expect_refused([](Schema& s) { s.variables[1].dimensions.clear(); }, "G2");
  expect_refused([](Schema& s) { s.variables[1].name = "pair"; }, "pair");
  expect_refused([](Schema& s) { s.variables[1].name = "a/b"; }, "a/b");
  expect_refused([](Schema& s) { s.variables[1].name = "provenance"; }, "provenance");
  expect_refused([](Schema& s) { s.variables[1].name = ""; }, "");
  expect_refused([](Schema& s) { s.variables[0].values = std::vector<std::int64_t>{0, 1}; }, "pair_i");
  expect_refused([](Schema& s) { s.variables[0].values = std::vector<double>{0, 0, 1}; }, "pair_i");
}

}  // namespace
}  // namespace nnft::result_layout_test
