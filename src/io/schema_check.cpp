/// @file What a schema says about shapes, and whether it is consistent.

#include <algorithm>
#include <set>

#include "io/result_layout.hpp"
#include "nnft/core/error.hpp"

namespace nnft {
namespace {

void check_name(const std::string& name, std::set<std::string>& taken) {
  if (name.empty() || name == "." || name == "provenance" || name.find('/') != std::string::npos) {
    throw ShapeError("schema: '" + name + "' cannot name a variable");
  }
  if (!taken.insert(name).second) throw ShapeError("schema: two variables are called '" + name + "'");
}

void check_values(const Variable& variable, const Schema& schema) {
  if (std::holds_alternative<std::monostate>(variable.values)) return;
  const bool real = std::holds_alternative<std::vector<double>>(variable.values);
  if (real != (variable.type == ElementType::float64)) {
    throw ShapeError("schema: the values of '" + variable.name + "' are not of its type");
  }
  std::uint64_t expected = 1;
  for (const std::uint64_t length : shape_of(variable, schema)) expected *= length;
  const std::size_t got =
      real ? std::get<std::vector<double>>(variable.values).size() : std::get<std::vector<std::int64_t>>(variable.values).size();
  if (got != expected) {
    throw ShapeError("schema: '" + variable.name + "' has " + std::to_string(expected) + " elements, but " + std::to_string(got) +
                     " values are given");
  }
}

}  // namespace

std::vector<std::uint64_t> shape_of(const Variable& variable, const Schema& schema) {
  std::vector<std::uint64_t> shape;
  for (const std::string& name : variable.dimensions) {
    const auto found = std::find_if(schema.dimensions.begin(), schema.dimensions.end(),
                                    [&](const Dimension& dimension) { return dimension.name == name; });
    if (found == schema.dimensions.end()) {
      throw ShapeError("schema: '" + variable.name + "' has the unknown dimension '" + name + "'");
    }
    shape.push_back(found->size());
  }
  return shape;
}

void check_schema(const Schema& schema) {
  std::set<std::string> taken;
  for (const Dimension& dimension : schema.dimensions) {
    check_name(dimension.name, taken);
    if (dimension.size() == 0) throw ShapeError("schema: the dimension '" + dimension.name + "' is empty");
  }
  for (const Variable& variable : schema.variables) {
    check_name(variable.name, taken);
    if (variable.dimensions.empty()) throw ShapeError("schema: '" + variable.name + "' has no dimension");
    shape_of(variable, schema);
    check_values(variable, schema);
  }
}

std::vector<std::uint64_t> chunk_shape(std::span<const std::uint64_t> shape) {
  constexpr std::uint64_t largest = (std::uint64_t{1} << 20) / sizeof(double);
  std::vector<std::uint64_t> chunk(shape.size(), 1);
  std::uint64_t room = largest;
  for (std::size_t d = shape.size(); d-- > 0;) {
    const std::uint64_t pieces = (shape[d] + room - 1) / room;
    chunk[d] = (shape[d] + pieces - 1) / pieces;
    room /= chunk[d];
    if (pieces > 1 || room == 0) break;
  }
  return chunk;
}

std::vector<std::uint64_t> chunk_shape(const Variable& variable, const Schema& schema) {
  std::vector<std::uint64_t> shape = shape_of(variable, schema);
  for (std::size_t d = 0; d < shape.size(); ++d)
    if (std::find(variable.written_singly.begin(), variable.written_singly.end(), variable.dimensions[d]) !=
        variable.written_singly.end())
      shape[d] = 1;
  return chunk_shape(shape);
}

namespace {

std::uint64_t stored_bytes(std::span<const std::uint64_t> shape, std::span<const std::uint64_t> chunk) {
  constexpr std::uint64_t checksum = 4;
  constexpr std::uint64_t chunk_entry = 32;
  std::uint64_t chunks = 1;
  std::uint64_t chunk_bytes = sizeof(double);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    chunks *= (shape[d] + chunk[d] - 1) / chunk[d];
    chunk_bytes *= chunk[d];
  }
  return chunks * (chunk_bytes + checksum + chunk_entry);
}

}  // namespace

std::uint64_t file_size_bound(const Schema& schema) {
  constexpr std::uint64_t per_object = 4096;
  std::uint64_t bytes = std::uint64_t{1} << 18;
  for (const auto& [name, text] : schema.attributes) bytes += per_object + name.size() + text.size();
  for (const auto& [name, text] : schema.provenance) bytes += per_object + name.size() + text.size();
  for (const Dimension& dimension : schema.dimensions) {
    bytes +=
        per_object + dimension.long_name.size() +
        stored_bytes(std::vector<std::uint64_t>{dimension.size()}, chunk_shape(std::vector<std::uint64_t>{dimension.size()}));
  }
  for (const Variable& variable : schema.variables) {
    bytes += per_object + variable.long_name.size() + variable.coordinates.size() +
             stored_bytes(shape_of(variable, schema), chunk_shape(variable, schema));
  }
  return bytes;
}

}  // namespace nnft
