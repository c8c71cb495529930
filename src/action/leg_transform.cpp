#include "nnft/action/leg_transform.hpp"

#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

LegTransform::LegTransform(int rows, int columns, int degree) : rows_(rows), columns_(columns), degree_(degree) {
  const SymmetricAlgebra done(rows, degree), left(columns, degree);
  for (int r = 0; r <= degree; ++r) {
    sizes_done_.push_back(done.size(r));
    sizes_left_.push_back(left.size(r));
    with_.push_back(r < degree ? left.products(r, 1) : std::vector<int>());
    std::vector<int> parents, appended;
    for (int t = 0; r > 0 && t < done.size(r); ++t) {
      const int* tuple = done.index(r).tuple(t);
      parents.push_back(done.index(r - 1).position(tuple));  // all but the last are sorted, too
      appended.push_back(tuple[r - 1]);
    }
    parent_.push_back(std::move(parents));
    append_.push_back(std::move(appended));
  }
}

Vector LegTransform::apply(const RowMatrix& matrix, const Vector& tensor) const {
  if (matrix.rows() != rows_ || matrix.cols() != columns_ || tensor.size() != sizes_left_.back())
    throw ShapeError("LegTransform: expected a matrix of shape (" + std::to_string(rows_) + ", " + std::to_string(columns_) +
                     ") and " + std::to_string(sizes_left_.back()) + " components, got (" + std::to_string(matrix.rows()) + ", " +
                     std::to_string(matrix.cols()) + ") and " + std::to_string(tensor.size()));
  Vector current = tensor;  // shape (done, left), row-major
  for (int legs = 1; legs <= degree_; ++legs) {
    const auto step = static_cast<std::size_t>(legs), remaining = static_cast<std::size_t>(degree_ - legs);
    const int left = sizes_left_[remaining], before = sizes_left_[remaining + 1];
    Vector next(static_cast<Eigen::Index>(sizes_done_[step]) * left);
    for (int t = 0; t < sizes_done_[step]; ++t) {
      const double* from = current.data() + static_cast<std::ptrdiff_t>(parent_[step][static_cast<std::size_t>(t)]) * before;
      const double* row = matrix.data() + static_cast<std::ptrdiff_t>(append_[step][static_cast<std::size_t>(t)]) * columns_;
      for (int rest = 0; rest < left; ++rest) {
        const int* places = with_[remaining].data() + static_cast<std::ptrdiff_t>(rest) * columns_;
        double sum = 0.0;
        for (int i = 0; i < columns_; ++i) sum += row[i] * from[places[i]];
        next[static_cast<Eigen::Index>(t) * left + rest] = sum;
      }
    }
    current = std::move(next);
  }
  return current;
}

}  // namespace nnft
