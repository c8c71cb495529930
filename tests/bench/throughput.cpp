// Networks per second of an architecture on one core, and where the time goes.
//   throughput [width [sites [input-dim [net [seconds]]]]]
// net: cos, gauss, free-scalar or an activation (the mlp of depth 1), with -2, -3, … for deeper ones: tanh-2.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "nnft/core/clock.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/sampling/moment_sampler.hpp"

namespace {

using namespace nnft;

/// Nanoseconds per network of `work`, which treats `networks` of them.
template <class Work>
double nanoseconds(int networks, double seconds, Work work) {
  const Clock::time_point start = Clock::now();
  double elapsed = 0.0;
  long calls = 0;
  do {
    work();
    ++calls;
    elapsed = seconds_since(start);
  } while (elapsed < seconds);
  return 1e9 * elapsed / (static_cast<double>(calls) * networks);
}

struct Setup {
  int width;
  SiteSet sites;
  std::unique_ptr<Architecture> net;
  double seconds;
  SimdPath path = widest_simd_path();
  Stream stream{1, static_cast<std::uint32_t>(width)};
  std::unique_ptr<FieldEnsemble> ensemble() const {
    return std::make_unique<NetworkEnsemble>(*net, sites, stream, OutputLayer{}, path);
  }
};

std::unique_ptr<Architecture> make_net(const std::string& name) {
  if (name == "cos") return std::make_unique<CosNet>(1.0);
  if (name == "gauss") return std::make_unique<GaussNet>(GaussSpec{});
  if (name == "free-scalar") return std::make_unique<FreeScalarNet>(FreeScalarSpec{1.0, 4.0, -1.0});
  MlpSpec spec;
  const std::size_t dash = name.find('-');
  if (dash != std::string::npos) spec.depth = std::atoi(name.c_str() + dash + 1);
  for (const Activation activation : all_activations())
    if (to_string(activation) == name.substr(0, dash)) {
      spec.activation = activation;
      return std::make_unique<MlpNet>(spec);
    }
  throw UsageError("throughput: no net '" + name + "'");
}

double whole(const Setup& setup, EstimatorKind kind) {
  const MomentLayout layout(setup.sites.size(), {2, 4});
  const SumLayout sum_layout(layout, 0);
  MomentSampler sampler(setup.ensemble(), {kind, sum_layout, {}}, Vector::Zero(layout.index(2).size()), setup.path);
  std::vector<double> sums(static_cast<std::size_t>(sum_layout.size()));
  std::uint64_t sample = 0;
  return nanoseconds(256, setup.seconds, [&] { sampler.add_slice(sample += 256, 256, sums); });
}

/// The output weights, tile by tile.
double output_weights(const Setup& setup) {
  constexpr int tile = 16;
  const VariateKernels& kernels = variate_kernels(setup.path);
  std::vector<double> out(static_cast<std::size_t>(tile * batch_samples));
  return nanoseconds(batch_samples, setup.seconds, [&] {
    for (int i = 0; i < setup.width; i += tile)
      kernels.normals(setup.stream, {Purpose::output_weight, 0, static_cast<std::uint32_t>(i), std::min(tile, setup.width - i)},
                      out.data());
  });
}

void report(const char* name, double part, double total) {
  std::printf("  %-34s %8.1f ns  %5.1f %%\n", name, part, 100.0 * part / total);
}

void breakdown(const Setup& setup) {
  const std::unique_ptr<FieldEnsemble> ensemble = setup.ensemble();
  const std::unique_ptr<FeatureSampler> sampler = setup.net->sampler(setup.sites, setup.stream, setup.path);
  std::vector<double> features(static_cast<std::size_t>(sampler->tile() * setup.sites.size() * batch_samples));
  std::vector<double> products(static_cast<std::size_t>(ensemble->pairs() * batch_samples));
  const double output = output_weights(setup);
  const double to_features = nanoseconds(batch_samples, setup.seconds, [&] {
    sampler->start(0);
    for (int i = 0; i < setup.width; i += sampler->tile()) {
      sampler->draw(static_cast<std::uint32_t>(i), std::min(sampler->tile(), setup.width - i));
      sampler->features(0, features.data());
    }
  });
  const double to_products = nanoseconds(batch_samples, setup.seconds, [&] { ensemble->feature_products(0, products.data()); });
  const double to_fields = nanoseconds(batch_samples, setup.seconds, [&] { ensemble->fields(0, products.data()); });
  for (const EstimatorKind kind : {EstimatorKind::plain, EstimatorKind::conditional}) {
    const bool plain = kind == EstimatorKind::plain;
    const double total = whole(setup, kind);
    std::printf("%s: %.4g networks/s, %.1f ns per network\n", std::string(to_string(kind)).c_str(), 1e9 / total, total);
    report("features with their random numbers", to_features, total);
    if (plain) report("random numbers of output weights", output, total);
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
  const std::string name = argc > 4 ? argv[4] : "cos";
  const Setup setup{width, SiteSet(x), make_net(name), argument(argc, argv, 5, 1.0)};
  std::printf("%s, N = %d, %d sites, d = %d, %s kernels, one core\n", name.c_str(), width, sites, d,
              std::string(to_string(setup.path)).c_str());
  breakdown(setup);
}
