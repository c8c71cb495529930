#pragma once
/// @file The kernels of chain_kernels.hpp but schwinger_dyson as templates over the instruction set.

#include <cstddef>

#include "nnft/random/variates.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "random/batch_rows.hpp"
#include "random/vector_exp.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

/// out[z] = Σ_y U_zy values[y].
template <class Arch>
void smear(int nodes, const double* pair_weights, const double* values, double* out) {
  multiply<Arch>(nodes, nodes, pair_weights, values, out);
}

template <class Arch>
void fill_squares(int nodes, const double* fields, double* squares) {
  for (int z = 0; z < nodes; ++z)
    for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
      const Doubles<Arch> phi = at<Arch>(fields, z, lane);
      put<Arch>(squares, z, lane, phi * phi);
    }
}

/// All chains of a batch at one row.
template <class Arch>
struct AllChains {
  using D = Doubles<Arch>;
  static constexpr int registers = batch_samples / static_cast<int>(D::size);

  D part[static_cast<std::size_t>(registers)];

  AllChains() {
    for (D& p : part) p = D(0.0);
  }
  AllChains(const double* values, int row) {
    for (int r = 0; r < registers; ++r) part[r] = at<Arch>(values, row, r * lanes_of<Arch>);
  }
  void store(double* values, int row) const {
    for (int r = 0; r < registers; ++r) put<Arch>(values, row, r * lanes_of<Arch>, part[r]);
  }
};

/// Adds what node z has of a local V.
template <class Arch>
inline void add_local(const OperatorArrays& op, int z, const AllChains<Arch>& phi, AllChains<Arch>& sum) {
  using D = Doubles<Arch>;
  const D weight(op.weights[z]), quartic(op.quartic), quadratic(op.quadratic), sextic(op.sextic);
  for (int r = 0; r < AllChains<Arch>::registers; ++r) {
    const D square = phi.part[r] * phi.part[r];
    sum.part[r] = fma<Arch>(weight * square, fma<Arch>(fma<Arch>(sextic, square, quartic), square, -quadratic), sum.part[r]);
  }
}

/// V with pair weights.
template <class Arch>
inline AllChains<Arch> smeared_potential(const OperatorArrays& op, const double* fields, double* squares) {
  using D = Doubles<Arch>;
  fill_squares<Arch>(op.nodes, fields, squares);
  const D quartic(op.quartic), quadratic(op.quadratic), sextic(op.sextic);
  AllChains<Arch> sum;
  for (int z = 0; z < op.nodes; ++z) {
    const double* const row = op.pair_weights + static_cast<std::ptrdiff_t>(z) * op.nodes;
    AllChains<Arch> smeared;
    for (int y = 0; y < op.nodes; ++y)
      for (int r = 0; r < AllChains<Arch>::registers; ++r)
        smeared.part[r] = fma<Arch>(D(row[y]), at<Arch>(squares, y, r * lanes_of<Arch>), smeared.part[r]);
    for (int r = 0; r < AllChains<Arch>::registers; ++r) {
      const D square = at<Arch>(squares, z, r * lanes_of<Arch>);
      sum.part[r] = fma<Arch>(D(op.weights[z]) * square, fma<Arch>(sextic * square, square, -quadratic), sum.part[r]);
      sum.part[r] = fma<Arch>(quartic * square, smeared.part[r], sum.part[r]);
    }
  }
  return sum;
}

template <class Arch>
inline AllChains<Arch> potential_of(const OperatorArrays& op, const double* fields, double* squares) {
  if (op.pair_weights != nullptr) return smeared_potential<Arch>(op, fields, squares);
  AllChains<Arch> sum;
  for (int z = 0; z < op.nodes; ++z) add_local<Arch>(op, z, AllChains<Arch>(fields, z), sum);
  return sum;
}

template <class Arch>
void potential(const OperatorArrays& op, const double* fields, double* squares, double* values) {
  potential_of<Arch>(op, fields, squares).store(values, 0);
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

/// φ + a'h' − ah at all points, and its V.
template <class Arch>
inline AllChains<Arch> try_neuron(const OperatorArrays& op, const NeuronProposal& proposal, const NeuronState& state) {
  using D = Doubles<Arch>;
  const AllChains<Arch> old_output(state.output, 0), new_output(proposal.output, 0);
  const bool local = op.pair_weights == nullptr;
  AllChains<Arch> sum;
  for (int p = 0; p < state.points; ++p) {
    AllChains<Arch> trial(state.fields, p);
    for (int r = 0; r < AllChains<Arch>::registers; ++r) {
      const int lane = r * lanes_of<Arch>;
      const D without = trial.part[r] - old_output.part[r] * at<Arch>(state.features, p, lane);
      trial.part[r] = fma<Arch>(new_output.part[r], at<Arch>(proposal.features, p, lane), without);
    }
    trial.store(state.trial, p);
    if (local && p < op.nodes) add_local<Arch>(op, p, trial, sum);
  }
  return local ? sum : smeared_potential<Arch>(op, state.trial, state.squares);
}

template <class Arch>
void refresh(const OperatorArrays& op, const NeuronProposal& proposal, const NeuronState& state) {
  using D = Doubles<Arch>;
  const AllChains<Arch> after = try_neuron<Arch>(op, proposal, state);
  for (int r = 0; r < AllChains<Arch>::registers; ++r) {
    const int lane = r * lanes_of<Arch>;
    const D before = at<Arch>(state.potential, 0, lane);
    const D ratio = exp<Arch>(xsimd::min(before - after.part[r], D(0.0)));
    const auto accept = (at<Arch>(proposal.acceptance, 0, lane) + D(0.5)) < ratio;
    const auto choose = [&](double* kept, D offered, int row) {
      put<Arch>(kept, row, lane, xsimd::select(accept, offered, at<Arch>(kept, row, lane)));
    };
    choose(state.potential, after.part[r], 0);
    choose(state.accepted, at<Arch>(state.accepted, 0, lane) + D(1.0), 0);
    choose(state.output, at<Arch>(proposal.output, 0, lane), 0);
    choose(state.birth, D(proposal.step), 0);
    for (int p = 0; p < state.points; ++p) {
      choose(state.fields, at<Arch>(state.trial, p, lane), p);
      choose(state.features, at<Arch>(proposal.features, p, lane), p);
    }
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
