#pragma once
/// @file A fixed-size array of doubles that starts on a 64-byte boundary, for vector kernels.

#include <cstddef>
#include <memory>
#include <new>

namespace nnft {

/// Owns `size` doubles, zero at first. Move-only.
class AlignedBuffer {
 public:
  explicit AlignedBuffer(std::size_t size)
      : data_(static_cast<double*>(::operator new[](size * sizeof(double), std::align_val_t{64}))), size_(size) {
    fill(0.0);
  }
  double* data() noexcept { return data_.get(); }
  const double* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  void fill(double value) noexcept {
    for (std::size_t i = 0; i < size_; ++i) data_[i] = value;
  }

 private:
  struct Release {
    void operator()(double* p) const noexcept { ::operator delete[](p, std::align_val_t{64}); }
  };
  std::unique_ptr<double[], Release> data_;
  std::size_t size_;
};

}  // namespace nnft
