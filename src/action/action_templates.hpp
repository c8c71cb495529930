#pragma once
/// @file The kernels of action_kernels.hpp as templates over the instruction set, compiled once per path.

#include "nnft/action/action_kernels.hpp"
#include "nnft/core/packed_index.hpp"
#include "random/batch_rows.hpp"
#include "random/vector_exp.hpp"

namespace nnft::simd {

/// Goes through the sorted tuples of a few chains depth first, which is the order of PackedIndex at every degree.
template <class Arch, class Pointer>
struct TupleWalk {
  const double* fields;
  int sites;
  int lane;
  std::array<Pointer, action_degrees> next;  ///< of each degree, the next tuple's entry

  Doubles<Arch> field(int site) const { return at<Arch>(fields, site, lane); }
};

/// h(prefix) = c(prefix) + Σ_{b >= last} φ_b h(prefix, b), h = c at the highest degree.
template <class Arch, int depth, int degree>
inline Doubles<Arch> horner(TupleWalk<Arch, const double*>& walk, int first) {
  using D = Doubles<Arch>;
  D sum(0.0);
  if constexpr (depth > 0 && depth % 2 == 0) sum = D(*walk.next[depth / 2 - 1]++);
  for (int site = first; site < walk.sites; ++site) {
    if constexpr (depth + 1 == degree)
      sum = fma<Arch>(walk.field(site), D(*walk.next[degree / 2 - 1]++), sum);
    else
      sum = fma<Arch>(walk.field(site), horner<Arch, depth + 1, degree>(walk, site), sum);
  }
  return sum;
}

template <class Arch, int degree>
void polynomial_of(const PolynomialView& polynomial, const double* fields, double* values) {
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    TupleWalk<Arch, const double*> walk{fields, polynomial.sites, lane, polynomial.coefficients};
    put<Arch>(values, 0, lane, horner<Arch, 0, degree>(walk, 0));
  }
}

/// Adds the monomials that begin with a prefix of value `product`.
template <class Arch, int depth, int degree>
inline void add_products(TupleWalk<Arch, double*>& walk, int first, Doubles<Arch> product) {
  if constexpr (depth > 0 && depth % 2 == 0) {
    double*& sum = walk.next[depth / 2 - 1];
    put<Arch>(sum, 0, walk.lane, at<Arch>(sum, 0, walk.lane) + product);
    sum += batch_samples;
  }
  if constexpr (depth < degree)
    for (int site = first; site < walk.sites; ++site)
      add_products<Arch, depth + 1, degree>(walk, site, product * walk.field(site));
}

template <class Arch, int degree>
void add_monomials_of(int sites, const double* fields, double* sums) {
  TupleWalk<Arch, double*> walk{fields, sites, 0, {}};
  for (; walk.lane < batch_samples; walk.lane += lanes_of<Arch>) {
    double* begin = sums;
    for (int d = 2; d <= degree; d += 2) {
      walk.next[static_cast<std::size_t>(d / 2 - 1)] = begin;
      begin += PackedIndex::count(sites, d) * batch_samples;
    }
    add_products<Arch, 0, degree>(walk, 0, Doubles<Arch>(1.0));
  }
}

template <class Arch>
void polynomial_values(const PolynomialView& view, const double* fields, double* values) {
  constexpr std::array<void (*)(const PolynomialView&, const double*, double*), action_degrees> made = {
      &polynomial_of<Arch, 2>, &polynomial_of<Arch, 4>, &polynomial_of<Arch, 6>, &polynomial_of<Arch, 8>};
  made[static_cast<std::size_t>(view.degree / 2 - 1)](view, fields, values);
}

template <class Arch>
void add_monomials(int sites, int degree, const double* fields, double* sums) {
  constexpr std::array<void (*)(int, const double*, double*), action_degrees> made = {
      &add_monomials_of<Arch, 2>, &add_monomials_of<Arch, 4>, &add_monomials_of<Arch, 6>, &add_monomials_of<Arch, 8>};
  made[static_cast<std::size_t>(degree / 2 - 1)](sites, fields, sums);
}

template <class Arch>
void exponentials_of_rows(int count, double* values) {
  for (int k = 0; k < count; k += lanes_of<Arch>) put<Arch>(values, 0, k, exp<Arch>(at<Arch>(values, 0, k)));
}

template <class Arch>
inline constexpr ActionKernels action_kernels_of = {&polynomial_values<Arch>, &add_monomials<Arch>, &multiply<Arch>,
                                                    &rotate<Arch>, &exponentials_of_rows<Arch>};

}  // namespace nnft::simd
