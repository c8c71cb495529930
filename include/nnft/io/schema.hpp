#pragma once
/// @file What an HDF5 file of ours contains, written down before any of it is created.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nnft {

/// A named dimension with its coordinate values (an HDF5 dimension scale, a netCDF coordinate variable).
struct Dimension {
  std::string name;
  std::variant<std::vector<std::int64_t>, std::vector<double>> values;
  std::string long_name;

  std::size_t size() const {
    return std::visit([](const auto& v) { return v.size(); }, values);
  }
};

/// 0, 1, …, count − 1: the values of a dimension whose coordinates are places in a list.
template <std::integral Count>
std::vector<std::int64_t> counting(Count count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

enum class ElementType { float64, int64 };

/// A variable over named dimensions. `values` are the small ones that rank 0 writes at creation; bulk data come later.
struct Variable {
  std::string name;
  std::vector<std::string> dimensions;
  ElementType type = ElementType::float64;
  std::string long_name;
  std::string coordinates;  ///< names of auxiliary coordinates, separated by spaces (CF convention); may be empty
  std::variant<std::monostate, std::vector<std::int64_t>, std::vector<double>> values = {};
  /// Dimensions of which a write takes one place at a time: no chunk spans two of them, or each write would touch all chunks.
  std::vector<std::string> written_singly = {};
};

/// The whole content of a file, in creation order.
struct Schema {
  std::vector<Dimension> dimensions;
  std::vector<Variable> variables;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< of the root group, UTF-8
  std::vector<std::pair<std::string, std::string>> provenance;  ///< attributes of the group /provenance, UTF-8
};

}  // namespace nnft
