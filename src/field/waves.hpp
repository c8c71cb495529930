#pragma once
/// @file Cosines of random momenta at the sites of a net.

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// Sites as the kernel takes them; the grid among them, if it has more than one direction.
class Waves {
 public:
  /// @param in_turns makes a coordinate of x one with which weight · x is a number of turns.
  template <class Scale>
  Waves(const SiteSet& sites, Scale in_turns)
      : sites_(static_cast<std::size_t>(sites.coordinates().size())),
        axis_(sites.dimension() > 1 ? sites.grid_axis().size() : 0),
        grid_size_(axis_.size() > 0 ? sites.grid_size() : 0),
        scratch_(scratch_size(sites.dimension())) {
    for (Eigen::Index k = 0; k < sites.coordinates().size(); ++k) sites_.data()[k] = in_turns(sites.coordinates().data()[k]);
    for (std::size_t k = 0; k < axis_.size(); ++k) axis_.data()[k] = in_turns(sites.grid_axis()[k]);
  }

  WaveSites where() noexcept {
    return {sites_.data(), axis_.data(), static_cast<int>(axis_.size()), grid_size_, scratch_.data()};
  }

 private:
  std::size_t scratch_size(int dimension) const {
    if (grid_size_ == 0) return 0;
    const std::size_t axis = axis_.size();
    return 2 * (static_cast<std::size_t>(dimension) * axis + static_cast<std::size_t>(grid_size_) / axis) * batch_samples;
  }

  AlignedBuffer sites_;
  AlignedBuffer axis_;
  int grid_size_;
  AlignedBuffer scratch_;
};

}  // namespace nnft
