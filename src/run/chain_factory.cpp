#include "nnft/run/chain_factory.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nnft/field/gaussian_process.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft {
namespace {

bool is_process(const ScanPoint& point) { return std::isinf(point.width); }

Vector packed(const RowMatrix& covariance) {
  Vector pairs(covariance.rows() * (covariance.rows() + 1) / 2);
  Eigen::Index pair = 0;
  for (Eigen::Index i = 0; i < covariance.rows(); ++i)
    for (Eigen::Index j = i; j < covariance.cols(); ++j) pairs[pair++] = covariance(i, j);
  return pairs;
}

}  // namespace

SamplingMethod sampling_method(const Config& config, const ScanPoint& point) {
  if (config.sampling.method != SamplingMethod::automatic) return config.sampling.method;
  if (!is_process(point)) return SamplingMethod::neuron_refresh;
  return field_couplings(config, point).mu2 > 0.0 ? SamplingMethod::hmc : SamplingMethod::elliptical_slice;
}

FieldCouplings field_couplings(const Config& config, const ScanPoint& point) {
  return {point.strengths.at(0), point.strengths.at(1), config.field_operator.kappa, config.field_operator.range};
}

ChainFactory::ChainFactory(const Config& config, SimdPath path)
    : config_(config),
      path_(path),
      grid_(node_grid(config)),
      nodes_(grid_.coordinates()),
      architecture_(make_architecture(config.field)),
      reference_kernel_(packed(infinite_width_kernel(config, 1.0))) {
  if (std::ranges::none_of(config.field.widths, [](double width) { return std::isinf(width); })) return;
  RowMatrix points(nodes_.rows() + config.sites.rows(), nodes_.cols());
  points << nodes_, config.sites;
  const RowMatrix covariance = infinite_width_kernel_at(config, points);
  process_ = ProcessChainSpec{covariance_factor(covariance), covariance.bottomLeftCorner(config.sites.rows(), nodes_.rows()),
                              Stream::process(config.run.seed)};
}

std::unique_ptr<FieldChains> ChainFactory::chains(const ScanPoint& point, const ChainSettings& settings,
                                                  const ChainNumbers& numbers) const {
  const FieldOperator op = field_operator(point);
  const SamplingMethod kind = sampling_method(config_, point);
  const bool normal = config_.field.out_density == DensityShape::normal;
  ChainMethod method;
  method.independent = kind == SamplingMethod::reweight;
  method.rotate = !method.independent && normal && op.couplings().mu2 > 0.0;
  method.leapfrogs = kind == SamplingMethod::hmc ? settings.leapfrogs : 0;
  if (is_process(point)) return process_chains(*process_, op, method, numbers, path_);
  const Stream stream(config_.run.seed, static_cast<std::uint32_t>(point.width));
  return neuron_chains({*architecture_, stream, output_layer(config_.field), grid_, config_.sites, reference_kernel_}, op, method,
                       numbers, path_);
}

std::unique_ptr<ChainSampler> ChainFactory::sampler(const ScanPoint& point, const ChainSettings& settings,
                                                    const ChainNumbers& numbers) const {
  ChainMeasurement measurement{
      sum_layout(config_),          config_.measure.sources, volume(),
      settings.reference_potential, settings.thermalisation, static_cast<std::uint64_t>(config_.sampling.updates)};
  return std::make_unique<ChainSampler>(chains(point, settings, numbers), field_operator(point), std::move(measurement), path_);
}

}  // namespace nnft
