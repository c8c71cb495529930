#include "io/result_digest.hpp"

#include <algorithm>
#include <array>

namespace nnft {
namespace {

constexpr std::uint64_t elements_at_a_time = std::uint64_t{1} << 21;

void append(Sha256& hash, std::uint64_t number) {
  std::array<std::byte, 8> bytes{};
  for (std::size_t k = 0; k < 8; ++k) bytes[k] = static_cast<std::byte>(number >> (8 * k) & 255U);
  hash.update(bytes);
}

/// Steps through an array in row-major order, in hyperslabs that are contiguous in this order.
class Walk {
 public:
  explicit Walk(std::span<const std::uint64_t> shape) : shape_(shape), offset_(shape.size(), 0), step_(shape.size(), 1) {
    std::uint64_t room = elements_at_a_time;
    while (axis_ > 0 && room > 0) {
      --axis_;
      step_[axis_] = std::min(shape[axis_], room);
      room = step_[axis_] < shape[axis_] ? 0 : room / std::max<std::uint64_t>(1, shape[axis_]);
    }
  }

  const std::vector<std::uint64_t>& offset() const noexcept { return offset_; }
  std::vector<std::uint64_t> count() const {
    std::vector<std::uint64_t> count = step_;
    count[axis_] = std::min(step_[axis_], shape_[axis_] - offset_[axis_]);
    return count;
  }

  /// False at the end.
  bool next() {
    for (std::size_t d = axis_ + 1; d-- > 0;) {
      offset_[d] += step_[d];
      if (offset_[d] < shape_[d]) return true;
      offset_[d] = 0;
    }
    return false;
  }

 private:
  std::span<const std::uint64_t> shape_;
  std::vector<std::uint64_t> offset_;
  std::vector<std::uint64_t> step_;
  std::size_t axis_ = shape_.size();  ///< the axis that is cut; those behind it are whole
};

}  // namespace

void append_to_digest(Sha256& hash, const std::string& name, const StoredDataset& dataset) {
  hash.update(std::as_bytes(std::span(name.c_str(), name.size() + 1)));
  append(hash, dataset.shape().size());
  for (const std::uint64_t extent : dataset.shape()) append(hash, extent);
  if (dataset.elements() == 0) return;
  const hid_t little_endian = dataset.type() == ElementType::float64 ? H5T_IEEE_F64LE : H5T_STD_I64LE;
  std::vector<std::byte> bytes;
  Walk walk(dataset.shape());
  do {
    const std::vector<std::uint64_t> count = walk.count();
    bytes.resize(dataset.size_of(walk.offset(), count) * sizeof(double));
    dataset.read(walk.offset(), count, little_endian, bytes);
    hash.update(bytes);
  } while (walk.next());
}

}  // namespace nnft
