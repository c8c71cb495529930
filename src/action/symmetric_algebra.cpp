#include "nnft/action/symmetric_algebra.hpp"

#include <algorithm>
#include <cstddef>

namespace nnft {

SymmetricAlgebra::SymmetricAlgebra(int modes, int degree) : modes_(modes) {
  for (int r = 0; r <= degree; ++r) {
    indices_.emplace_back(modes, r);
    const PackedIndex& index = indices_.back();
    Vector counts(index.size());
    for (int t = 0; t < index.size(); ++t) {
      const int* tuple = index.tuple(t);
      double orders = 1.0;
      for (int k = 0, equal = 0; k < r; ++k) {
        equal = k > 0 && tuple[k] == tuple[k - 1] ? equal + 1 : 1;
        orders *= static_cast<double>(k + 1) / equal;
      }
      counts[t] = orders;
    }
    multiplicities_.push_back(std::move(counts));
  }
}

std::vector<int> SymmetricAlgebra::products(int a, int b) const {
  const PackedIndex &left = index(a), &right = index(b), &all = index(a + b);
  std::vector<int> merged(static_cast<std::size_t>(a + b)), places;
  places.reserve(static_cast<std::size_t>(left.size()) * static_cast<std::size_t>(right.size()));
  for (int i = 0; i < left.size(); ++i)
    for (int j = 0; j < right.size(); ++j) {
      std::merge(left.tuple(i), left.tuple(i) + a, right.tuple(j), right.tuple(j) + b, merged.begin());
      places.push_back(all.position(merged.data()));
    }
  return places;
}

}  // namespace nnft
