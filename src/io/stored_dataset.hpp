#pragma once
/// @file A dataset of a file that is read, and that is not trusted.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/text_attributes.hpp"
#include "nnft/io/schema.hpp"

namespace nnft {

/// An open dataset, known to be float64 or int64, to hold no more than its file can, and to be stored completely.
class StoredDataset {
 public:
  /// Opens `name` in `file`, which is at `path`. @throws IoError naming both, what was expected and what is there.
  StoredDataset(hid_t file, const std::string& name, const std::string& path);

  const std::vector<std::uint64_t>& shape() const noexcept { return shape_; }
  ElementType type() const noexcept { return type_; }
  std::uint64_t elements() const noexcept { return elements_; }

  /// Names of the dimension scales, first dimension first, empty where there is none. See dimension_scales.
  std::vector<std::string> dimensions(const std::vector<RootDataset>& datasets) const;

  /// The hyperslab at `offset` of shape `count`, converted to `memory_type` (of 8 bytes) into `values`, which has room for it.
  /// @throws IoError if it is not inside the dataset, or the data are damaged.
  void read(std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count, hid_t memory_type,
            std::span<std::byte> values) const;

  /// @throws IoError unless the element type is `wanted`.
  void require(ElementType wanted) const;
  /// Number of elements of a hyperslab. @throws IoError unless it is inside the dataset.
  std::uint64_t size_of(std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count) const;

 private:
  void read_type();
  void read_shape();
  void check_storage(const std::string& path) const;
  /// Whether values are compressed. @throws IoError if they are stored elsewhere, or chunks are larger or filtered otherwise than
  /// anybody has reason for.
  bool check_layout() const;

  std::string name_;
  std::string where_;
  hdf5::Handle dataset_;
  ElementType type_ = ElementType::float64;
  std::vector<std::uint64_t> shape_;
  std::uint64_t elements_ = 1;
};

}  // namespace nnft
