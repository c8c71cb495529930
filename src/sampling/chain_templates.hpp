#pragma once
/// @file The kernels of chain_kernels.hpp but schwinger_dyson as templates over the instruction set.

#include <cstddef>

#include "nnft/random/variates.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "random/vector_exp.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

template <class Arch>
inline constexpr int lanes_of = static_cast<int>(Doubles<Arch>::size);

/// What stands at a row and a lane.
template <class Arch>
inline Doubles<Arch> at(const double* values, int row, int lane) {
  return Doubles<Arch>::load_unaligned(values + static_cast<std::ptrdiff_t>(row) * batch_samples + lane);
}

template <class Arch>
inline void put(double* values, int row, int lane, Doubles<Arch> x) {
  x.store_unaligned(values + static_cast<std::ptrdiff_t>(row) * batch_samples + lane);
}

/// out[z] = Σ_y U_zy values[y].
template <class Arch>
void smear(int nodes, const double* pair_weights, const double* values, double* out) {
  using D = Doubles<Arch>;
  for (int z = 0; z < nodes; ++z)
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      D sum(0.0);
      const double* row = pair_weights + static_cast<std::ptrdiff_t>(z) * nodes;
      for (int y = 0; y < nodes; ++y) sum = fma<Arch>(D(row[y]), at<Arch>(values, y, lane), sum);
      put<Arch>(out, z, lane, sum);
    }
}

template <class Arch>
void fill_squares(int nodes, const double* fields, double* squares) {
  for (int z = 0; z < nodes; ++z)
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      const Doubles<Arch> phi = at<Arch>(fields, z, lane);
      put<Arch>(squares, z, lane, phi * phi);
    }
}

/// V, with squares filled if there are pair weights.
template <class Arch>
inline Doubles<Arch> potential_of(const OperatorArrays& op, const double* fields, const double* squares, int lane) {
  using D = Doubles<Arch>;
  D sum(0.0);
  const D quartic(op.quartic), quadratic(op.quadratic), sextic(op.sextic);
  if (op.pair_weights == nullptr) {
    for (int z = 0; z < op.nodes; ++z) {
      const D phi = at<Arch>(fields, z, lane), square = phi * phi;
      sum = fma<Arch>(D(op.weights[z]) * square, fma<Arch>(fma<Arch>(sextic, square, quartic), square, -quadratic), sum);
    }
    return sum;
  }
  for (int z = 0; z < op.nodes; ++z) {
    const D square = at<Arch>(squares, z, lane);
    sum = fma<Arch>(D(op.weights[z]) * square, fma<Arch>(sextic * square, square, -quadratic), sum);
    D smeared(0.0);
    const double* row = op.pair_weights + static_cast<std::ptrdiff_t>(z) * op.nodes;
    for (int y = 0; y < op.nodes; ++y) smeared = fma<Arch>(D(row[y]), at<Arch>(squares, y, lane), smeared);
    sum = fma<Arch>(quartic * square, smeared, sum);
  }
  return sum;
}

template <class Arch>
void potential(const OperatorArrays& op, const double* fields, double* squares, double* values) {
  if (op.pair_weights != nullptr) fill_squares<Arch>(op.nodes, fields, squares);
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>)
    put<Arch>(values, 0, lane, potential_of<Arch>(op, fields, squares, lane));
}

template <class Arch>
void gradient(const OperatorArrays& op, const double* fields, double* squares, double* out) {
  using D = Doubles<Arch>;
  const D quartic(4.0 * op.quartic), quadratic(2.0 * op.quadratic), sextic(6.0 * op.sextic);
  if (op.pair_weights != nullptr) {
    fill_squares<Arch>(op.nodes, fields, squares);
    smear<Arch>(op.nodes, op.pair_weights, squares, out);
  }
  for (int z = 0; z < op.nodes; ++z)
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      const D phi = at<Arch>(fields, z, lane), square = phi * phi, weight(op.weights[z]);
      const D rest = weight * fma<Arch>(sextic * square, square, -quadratic);
      const D first = op.pair_weights == nullptr ? weight * square : at<Arch>(out, z, lane);
      put<Arch>(out, z, lane, phi * fma<Arch>(quartic, first, rest));
    }
}

template <class Arch>
void refresh(const OperatorArrays& op, const NeuronProposal& proposal, const NeuronState& state) {
  using D = Doubles<Arch>;
  constexpr int step = lanes_of<Arch>;
  for (int lane = 0; lane < batch_samples; lane += step) {
    const D old_output = at<Arch>(state.output, 0, lane), new_output = at<Arch>(proposal.output, 0, lane);
    for (int p = 0; p < state.points; ++p)
      put<Arch>(state.trial, p, lane,
                fma<Arch>(new_output, at<Arch>(proposal.features, p, lane),
                          at<Arch>(state.fields, p, lane) - old_output * at<Arch>(state.features, p, lane)));
  }
  if (op.pair_weights != nullptr) fill_squares<Arch>(op.nodes, state.trial, state.squares);
  for (int lane = 0; lane < batch_samples; lane += step) {
    const D before = at<Arch>(state.potential, 0, lane), after = potential_of<Arch>(op, state.trial, state.squares, lane);
    const D ratio = exp<Arch>(xsimd::min(before - after, D(0.0)));
    const auto accept = (at<Arch>(proposal.acceptance, 0, lane) + D(0.5)) < ratio;
    put<Arch>(state.potential, 0, lane, xsimd::select(accept, after, before));
    put<Arch>(state.accepted, 0, lane, at<Arch>(state.accepted, 0, lane) + xsimd::select(accept, D(1.0), D(0.0)));
    put<Arch>(state.output, 0, lane, xsimd::select(accept, at<Arch>(proposal.output, 0, lane), at<Arch>(state.output, 0, lane)));
    put<Arch>(state.birth, 0, lane, xsimd::select(accept, D(proposal.step), at<Arch>(state.birth, 0, lane)));
    for (int p = 0; p < state.points; ++p) {
      put<Arch>(state.fields, p, lane, xsimd::select(accept, at<Arch>(state.trial, p, lane), at<Arch>(state.fields, p, lane)));
      put<Arch>(state.features, p, lane,
                xsimd::select(accept, at<Arch>(proposal.features, p, lane), at<Arch>(state.features, p, lane)));
    }
  }
}

template <class Arch>
void rotate(int rows, const double* turns, const double* a, const double* b, double* out) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    const D t = at<Arch>(turns, 0, lane), cosine = cos_turn<Arch>(t), sine = sin_turn<Arch>(t);
    for (int r = 0; r < rows; ++r) put<Arch>(out, r, lane, fma<Arch>(cosine, at<Arch>(a, r, lane), sine * at<Arch>(b, r, lane)));
  }
}

template <class Arch>
void add_outer(int nodes, int sites, const double* features, double* products) {
  using D = Doubles<Arch>;
  const int points = nodes + sites;
  for (int s = 0; s < sites; ++s)
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      const D h = at<Arch>(features, nodes + s, lane);
      double* row = products + static_cast<std::ptrdiff_t>(s) * points * batch_samples;
      for (int p = 0; p < points; ++p) put<Arch>(row, p, lane, fma<Arch>(h, at<Arch>(features, p, lane), at<Arch>(row, p, lane)));
    }
}

template <class Arch>
void add_tuples(int tuples, int factors, const int* places, const double* pairs, const double* weight, double* sums) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    const D w = at<Arch>(weight, 0, lane);
    for (int t = 0; t < tuples; ++t) {
      D product = at<Arch>(pairs, places[t * factors], lane);
      for (int k = 1; k < factors; ++k) product = product * at<Arch>(pairs, places[t * factors + k], lane);
      put<Arch>(sums, t, lane, fma<Arch>(w, product, at<Arch>(sums, t, lane)));
    }
  }
}

template <class Arch>
void add_rows(int rows, const double* values, const double* weight, double* sums) {
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    const Doubles<Arch> w = at<Arch>(weight, 0, lane);
    for (int r = 0; r < rows; ++r) put<Arch>(sums, r, lane, fma<Arch>(w, at<Arch>(values, r, lane), at<Arch>(sums, r, lane)));
  }
}

template <class Arch>
void box_sums(const OperatorArrays& op, const double* fields, double* square, double* mean) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    D squares(0.0), sum(0.0);
    for (int z = 0; z < op.nodes; ++z) {
      const D phi = at<Arch>(fields, z, lane), weighted = D(op.weights[z]) * phi;
      squares = fma<Arch>(weighted, phi, squares);
      sum = sum + weighted;
    }
    put<Arch>(square, 0, lane, squares);
    put<Arch>(mean, 0, lane, sum);
  }
}

template <class Arch>
void add_profile(int nodes, const double* fields, const double* weight, double* squares, double* quartics) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    const D w = at<Arch>(weight, 0, lane);
    for (int z = 0; z < nodes; ++z) {
      const D phi = at<Arch>(fields, z, lane), square = phi * phi, weighted = w * square;
      put<Arch>(squares, z, lane, at<Arch>(squares, z, lane) + weighted);
      put<Arch>(quartics, z, lane, fma<Arch>(weighted, square, at<Arch>(quartics, z, lane)));
    }
  }
}

}  // namespace nnft::simd
