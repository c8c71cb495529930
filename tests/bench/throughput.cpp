// Networks per second of a cos-net on one core, and where the time goes.
//   throughput [width [sites [input-dim [seconds]]]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "nnft/field/architectures/cos.hpp"
#include "nnft/sampling/moment_sampler.hpp"

namespace {

using namespace nnft;
using Clock = std::chrono::steady_clock;

/// Nanoseconds per network of `work`, which treats `networks` of them.
template <class Work>
double nanoseconds(int networks, double seconds, Work work) {
  const Clock::time_point start = Clock::now();
  double elapsed = 0.0;
  long calls = 0;
  do {
    work();
    ++calls;
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (elapsed < seconds);
  return 1e9 * elapsed / (static_cast<double>(calls) * networks);
}

struct Setup {
  int width;
  SiteSet sites;
  double seconds;
  SimdPath path = widest_simd_path();
  Stream stream{1, static_cast<std::uint32_t>(width)};
  CosNet net{1.0};
  FieldEnsemble ensemble() const { return FieldEnsemble(net, sites, stream, 1.0, path); }
};

double whole(const Setup& setup, EstimatorKind kind) {
  const MomentLayout layout(setup.sites.size(), {2, 4});
  MomentSampler sampler(setup.ensemble(), kind, layout, Vector::Zero(layout.index(2).size()), setup.path);
  std::vector<double> sums(static_cast<std::size_t>(layout.size()));
  std::uint64_t sample = 0;
  return nanoseconds(256, setup.seconds, [&] { sampler.add_slice(sample += 256, 256, sums); });
}

/// Variates of `per_neuron` normals or uniforms, tile by tile.
template <class Kernel>
double variates(const Setup& setup, Kernel kernel, Purpose purpose, int per_neuron) {
  constexpr int tile = 16;
  std::vector<double> out(static_cast<std::size_t>((tile * per_neuron + 1) * batch_samples));
  return nanoseconds(batch_samples, setup.seconds, [&] {
    for (int i = 0; i < setup.width; i += tile) {
      const int count = std::min(tile, setup.width - i) * per_neuron;
      kernel(setup.stream, {purpose, 0, static_cast<std::uint32_t>(i * per_neuron), count}, out.data());
    }
  });
}

void report(const char* name, double part, double total) {
  std::printf("  %-34s %8.1f ns  %5.1f %%\n", name, part, 100.0 * part / total);
}

void breakdown(const Setup& setup) {
  const VariateKernels& kernels = variate_kernels(setup.path);
  FieldEnsemble ensemble = setup.ensemble();
  const std::unique_ptr<FeatureSampler> sampler = setup.net.sampler(setup.sites, setup.stream, setup.path);
  std::vector<double> features(static_cast<std::size_t>(sampler->tile() * setup.sites.size() * batch_samples));
  std::vector<double> products(static_cast<std::size_t>(ensemble.pairs() * batch_samples));
  const double hidden = variates(setup, kernels.normals, Purpose::input_weight, setup.sites.dimension()) +
                        variates(setup, kernels.uniforms, Purpose::phase, 1);
  const double output = variates(setup, kernels.normals, Purpose::output_weight, 1);
  const double to_features = nanoseconds(batch_samples, setup.seconds, [&] {
    sampler->start(0);
    for (int i = 0; i < setup.width; i += sampler->tile())
      sampler->features(static_cast<std::uint32_t>(i), std::min(sampler->tile(), setup.width - i), features.data());
  });
  const double to_products = nanoseconds(batch_samples, setup.seconds, [&] { ensemble.feature_products(0, products.data()); });
  const double to_fields = nanoseconds(batch_samples, setup.seconds, [&] { ensemble.fields(0, products.data()); });
  for (const EstimatorKind kind : {EstimatorKind::plain, EstimatorKind::conditional}) {
    const bool plain = kind == EstimatorKind::plain;
    const double total = whole(setup, kind);
    std::printf("%s: %.4g networks/s, %.1f ns per network\n", std::string(to_string(kind)).c_str(), 1e9 / total, total);
    report("random numbers", hidden + (plain ? output : 0.0), total);
    report("features", to_features - hidden, total);
    report(plain ? "field sums" : "K = sum of feature products",
           plain ? to_fields - to_features - output : to_products - to_features, total);
    report("moments and the rest", total - (plain ? to_fields : to_products), total);
  }
}

double argument(int argc, char** argv, int place, double otherwise) { return argc > place ? std::atof(argv[place]) : otherwise; }

}  // namespace

int main(int argc, char** argv) {
  const int width = static_cast<int>(argument(argc, argv, 1, 100));
  const int sites = static_cast<int>(argument(argc, argv, 2, 8));
  const int d = static_cast<int>(argument(argc, argv, 3, 1));
  RowMatrix x(sites, d);
  for (int p = 0; p < sites; ++p) x.row(p).setConstant(sites > 1 ? -1.0 + 2.0 * p / (sites - 1) : 0.0);
  const Setup setup{width, SiteSet(x), argument(argc, argv, 4, 1.0)};
  std::printf("cos, N = %d, %d sites, d = %d, %s kernels, one core\n", width, sites, d,
              std::string(to_string(setup.path)).c_str());
  breakdown(setup);
}
