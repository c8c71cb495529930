// The random words of nnft as they are used, for batteries of tests that read 32-bit words:
//   random_words ORDER [SEED] >WORDS        (without end; stops when the reader does)
// Words of counters, which every variate is made of, in different orders:
//   networks   what networks of 6 cos neurons and a deformation take, one after the other: sample by sample, all their purposes
//   samples    one draw of one purpose for sample after sample, then the next draw
//   purposes   the first draws of every purpose in turn
//   widths     the same draws of ensembles of width 1, 2, 3, …, and of the Gaussian process
//   seeds      the same draws of runs of seed 1, 2, 3, …
//   chains     samples a stride of 4096 apart, as the chains of blocks take them
// Variates of the vector kernels, mapped back to words by their distribution functions, in the order in which batches hold them
// (variate by variate, 16 samples each, input and output weights in turn):
//   uniforms, normals, laplaces, student_ts, rademachers
// Two mistakes that a battery must find:
//   shared_purpose   networks whose output weights are drawn with the purpose of their input weights
//   shifted_samples  samples that have two of three draws in common with the sample before them but one
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/random/philox.hpp"
#include "nnft/random/variates.hpp"

namespace {

using namespace nnft;

constexpr std::array purposes = {Purpose::output_weight, Purpose::input_weight, Purpose::phase,           Purpose::bias,
                                 Purpose::output_bias,   Purpose::momentum,     Purpose::process,         Purpose::shared_scale,
                                 Purpose::acceptance,    Purpose::slice_angle,  Purpose::slice_direction, Purpose::sign,
                                 Purpose::histogram,     hidden_weight(1),      hidden_bias(1),           hidden_weight(2)};

/// Words in blocks to standard output. Ends the program when nobody reads any more.
class Output {
 public:
  void put(std::uint32_t word) {
    block_.push_back(word);
    if (block_.size() < 1u << 14) return;
    if (std::fwrite(block_.data(), sizeof(std::uint32_t), block_.size(), stdout) != block_.size()) std::exit(0);
    block_.clear();
  }
  void put(const PhiloxCounter& words) {
    for (const std::uint32_t word : words) put(word);
  }

 private:
  std::vector<std::uint32_t> block_;
};

void put_draws(Output& out, const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t draws) {
  for (std::uint32_t draw = 0; draw < draws; ++draw) out.put(philox4x32(stream.counter(purpose, sample, draw), stream.key()));
}

void networks(Output& out, std::uint64_t seed, Purpose output_weights) {
  const Stream stream(seed, 6);
  for (std::uint64_t sample = 0;; ++sample) {
    put_draws(out, stream, Purpose::input_weight, sample, 3);
    put_draws(out, stream, Purpose::phase, sample, 3);
    put_draws(out, stream, output_weights, sample, 3);
    put_draws(out, stream, Purpose::shared_scale, sample, 1);
  }
}

void samples(Output& out, std::uint64_t seed) {
  const Stream stream(seed, 6);
  constexpr std::uint64_t run = std::uint64_t{1} << 22;
  for (std::uint32_t draw = 0;; ++draw)
    for (std::uint64_t sample = 0; sample < run; ++sample)
      out.put(philox4x32(stream.counter(Purpose::input_weight, sample, draw), stream.key()));
}

void in_turn(Output& out, std::uint64_t seed) {
  const Stream stream(seed, 6);
  for (std::uint64_t sample = 0;; ++sample)
    for (std::uint32_t draw = 0; draw < 4; ++draw)
      for (const Purpose purpose : purposes) out.put(philox4x32(stream.counter(purpose, sample, draw), stream.key()));
}

void widths(Output& out, std::uint64_t seed) {
  for (std::uint64_t sample = 0;; ++sample) {
    put_draws(out, Stream::process(seed), Purpose::process, sample, 2);
    for (std::uint32_t width = 1; width <= 256; ++width) put_draws(out, Stream(seed, width), Purpose::input_weight, sample, 2);
  }
}

void seeds(Output& out, std::uint64_t seed) {
  for (std::uint64_t sample = 0;; ++sample)
    for (std::uint64_t k = 0; k < 256; ++k) put_draws(out, Stream(seed + k, 6), Purpose::input_weight, sample, 2);
}

void chains(Output& out, std::uint64_t seed) {
  const Stream stream(seed, 6);
  constexpr std::uint64_t stride = 4096;
  for (std::uint64_t sample = 0;; ++sample)
    for (std::uint64_t chain = 0; chain < 64; ++chain) {
      put_draws(out, stream, Purpose::acceptance, chain + stride * sample, 1);
      put_draws(out, stream, Purpose::slice_direction, chain + stride * sample, 2);
    }
}

void shifted_samples(Output& out, std::uint64_t seed) {
  const Stream stream(seed, 6);
  for (std::uint64_t sample = 0;; ++sample)
    for (std::uint32_t draw = 0; draw < 3; ++draw)
      out.put(philox4x32(stream.counter(Purpose::input_weight, sample % 2, static_cast<std::uint32_t>(sample / 2) + draw),
                         stream.key()));
}

using Kernel = std::function<void(const Stream&, const VariateRequest&, double*)>;

/// P(X <= value) of a variate, to 32 bits; `words` of them at a time.
void variates(Output& out, std::uint64_t seed, const Kernel& kernel, const std::function<double(double)>& distribution) {
  constexpr int count = 6;
  const Stream stream(seed, count);
  std::vector<double> values(static_cast<std::size_t>(count * batch_samples));
  for (std::uint64_t sample = 0;; sample += batch_samples)
    for (const Purpose purpose : {Purpose::input_weight, Purpose::output_weight}) {
      kernel(stream, {purpose, sample, 0, count}, values.data());
      for (const double value : values) {
        const double word = std::floor(0x1p32 * distribution(value));
        out.put(word < 0x1p32 ? static_cast<std::uint32_t>(word) : ~std::uint32_t{0});
      }
    }
}

void signs(Output& out, std::uint64_t seed, const VariateKernels& kernels) {
  std::uint32_t word = 0;
  int bits = 0;
  constexpr int count = 6;
  const Stream stream(seed, count);
  std::vector<double> values(static_cast<std::size_t>(count * batch_samples));
  for (std::uint64_t sample = 0;; sample += batch_samples)
    for (const Purpose purpose : {Purpose::input_weight, Purpose::output_weight}) {
      kernels.rademachers(stream, {purpose, sample, 0, count}, values.data());
      for (const double value : values) {
        word = word << 1 | (value > 0.0 ? 1u : 0u);
        if (++bits % 32 == 0) out.put(word);
      }
    }
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Of variance 1.
double laplace_distribution(double x) {
  const double tail = 0.5 * std::exp(-std::sqrt(2.0) * std::abs(x));
  return x < 0.0 ? tail : 1.0 - tail;
}

/// Of 4 degrees of freedom and variance 1: 1/2 + 3/4 (s - s³/3) with s = t/√(4 + t²) and t = √2 x.
double student_distribution(double x) {
  const double t = std::sqrt(2.0) * x;
  const double s = t / std::sqrt(4.0 + t * t);
  return 0.5 + 0.75 * (s - s * s * s / 3.0);
}

void print_words(const std::string& order, std::uint64_t seed) {
  Output out;
  const VariateKernels& kernels = variate_kernels(widest_simd_path());
  const std::map<std::string, std::function<void()>> orders = {
      {"networks", [&] { networks(out, seed, Purpose::output_weight); }},
      {"samples", [&] { samples(out, seed); }},
      {"purposes", [&] { in_turn(out, seed); }},
      {"widths", [&] { widths(out, seed); }},
      {"seeds", [&] { seeds(out, seed); }},
      {"chains", [&] { chains(out, seed); }},
      {"uniforms", [&] { variates(out, seed, kernels.uniforms, [](double x) { return x + 0.5; }); }},
      {"normals", [&] { variates(out, seed, kernels.normals, normal_distribution); }},
      {"laplaces", [&] { variates(out, seed, kernels.laplaces, laplace_distribution); }},
      {"student_ts",
       [&] {
         const auto kernel = [&](const Stream& stream, const VariateRequest& request, double* values) {
           kernels.student_ts(stream, request, 4.0, values);
         };
         variates(out, seed, kernel, student_distribution);
       }},
      {"rademachers", [&] { signs(out, seed, kernels); }},
      {"shared_purpose", [&] { networks(out, seed, Purpose::input_weight); }},
      {"shifted_samples", [&] { shifted_samples(out, seed); }}};
  const auto found = orders.find(order);
  if (found == orders.end()) {
    std::string names;
    for (const auto& [name, words] : orders) names += " " + name;
    throw UsageError("no order '" + order + "'; there are:" + names);
  }
  found->second();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2 || argc > 3) throw UsageError("usage: random_words ORDER [SEED] >WORDS");
    print_words(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "random_words: %s\n", error.what());
    return 2;
  }
}
