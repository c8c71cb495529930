#include "nnft/run/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "nnft/core/error.hpp"
#include "nnft/run/config_keys.hpp"
#include "support/wrong_config.hpp"

namespace nnft::config_test {
namespace {

using wrong_config::minimal;
using wrong_config::replaced;

Config parse(const std::string& text, const std::vector<Override>& overrides = {}) {
  return parse_config(text, "jobs/a.ini", overrides);
}

/// A file in the working directory for the life of a test.
class TemporaryFile {
 public:
  TemporaryFile(std::string name, const std::string& content) : name_(std::move(name)) {
    std::ofstream(name_, std::ios::binary) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(name_); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

TEST(Config, ReadsWhatIsGivenAndTakesDefaultsForTheRest) {
  const Config config = parse(minimal);
  FieldConfig field;
  field.architecture = "cos";
  field.widths = {8.0, 16.0};
  EXPECT_EQ(config.field, field);
  ASSERT_EQ(config.sites.rows(), 3);
  ASSERT_EQ(config.sites.cols(), 1);
  EXPECT_EQ(config.sites(1, 0), 0.5);
  EXPECT_EQ(config.measure, MeasureConfig());
  EXPECT_EQ(config.run, (RunConfig{1, 1'000'000, 256, 256, "a.h5", 2ull << 30, 300.0, 0.0, "auto"}));
}

TEST(Config, DefaultTextsAgreeWithDefaultMembers) {
  Config read;
  for (const ConfigKey& key : config_keys()) {
    if (key.when_absent != WhenAbsent::use_default) continue;
    EXPECT_TRUE(key.read(key.default_text, read).empty()) << key.full_name();
  }
  EXPECT_EQ(read, Config{});
}

TEST(Config, ReadsEveryKey) {
  const Config config = parse(
      "[field]\narchitecture=cos\ninput-dim=2\nwidth=5 3 1e3 inf\nsigma-weight=1.1\nsigma-out=+2e-1\nsigma-out-bias=.3\n"
      "[sites]\npoints=0 -1.5;2\t.25 ; \n[measure]\norders=2\nestimator=plain\njackknife=none\ntuples=diagonal\nsources=1 0; .5 "
      "-.5\n"
      "[run]\nseed=18446744073709551615\nnetworks=1.5e3\nblocks=2\nslice=1\noutput=out "
      "dir/x.h5\nmax-memory=512M\ncheckpoint-interval=1.5m\n"
      "max-walltime=2h\nsimd=avx2\n");
  FieldConfig field;
  field.architecture = "cos";
  field.input_dim = 2;
  field.widths = {5.0, 3.0, 1000.0, std::numeric_limits<double>::infinity()};
  field.sigma_weight = 1.1;
  field.sigma_out = 0.2;
  field.sigma_out_bias = 0.3;
  EXPECT_EQ(config.field, field);
  RowMatrix sites(2, 2);
  sites << 0.0, -1.5, 2.0, 0.25;
  ASSERT_EQ(config.sites.rows(), 2);
  EXPECT_EQ(config.sites, sites);
  MeasureConfig measure;
  measure.orders = {2};
  measure.tuples = TupleChoice::diagonal;
  measure.sources.resize(2, 2);
  measure.sources << 1.0, 0.0, 0.5, -0.5;
  measure.estimator = EstimatorKind::plain;
  measure.jackknife = JackknifeOutput::none;
  EXPECT_EQ(config.measure, measure);
  EXPECT_EQ(config.run, (RunConfig{std::numeric_limits<std::uint64_t>::max(), 1500, 2, 1, "out dir/x.h5", 512ull << 20, 90.0,
                                   7200.0, "avx2"}));
}

TEST(Config, AcceptsForeignLineEndsByteOrderMarkTabsCommentsAndEmptySections) {
  std::string dressed = "\xef\xbb\xbf# σ\r\n\r\n[measure]\r\n[run] # nothing\r\n";
  for (const char c : replaced(minimal, "width = 8 16", "\twidth\t=\t8\t16 # scan"))
    dressed += c == '\n' ? std::string("\r\n") : std::string(1, c);
  dressed.resize(dressed.size() - 2);
  EXPECT_EQ(parse(dressed), parse(minimal));
}

TEST(Config, TwoIdenticalSitesAreAllowed) { EXPECT_EQ(parse(replaced(minimal, "0; 0.5; 1", "1; 1")).sites.rows(), 2); }

TEST(Config, OrdersAreASetWithAllLowerOnes) {
  EXPECT_EQ(parse(minimal, {{"measure.orders", "4 2"}}), parse(minimal));
  EXPECT_EQ(parse(minimal, {{"measure.orders", "4"}}), parse(minimal));
  EXPECT_EQ(parse(minimal, {{"measure.orders", "8 2"}}).measure.orders, (std::vector<int>{2, 4, 6, 8}));
}

TEST(Config, ReadsTheKeysOfOtherArchitectures) {
  const std::string mlp = replaced(minimal, "architecture = cos", "architecture = mlp");
  const Config deep = parse(mlp, {{"field.hidden-widths", "5 7"},
                                  {"field.activation", "gelu"},
                                  {"field.weight-density", "student-t"},
                                  {"field.degrees-of-freedom", "9.5"},
                                  {"field.sigma-bias", "0.5"},
                                  {"field.out-density", "uniform"},
                                  {"measure.tuples", "0 1 2 2; 1 1"}});
  EXPECT_EQ(deep.field.depth, 3);
  EXPECT_EQ(deep.field.hidden_widths, (std::vector<int>{5, 7}));
  EXPECT_EQ(deep.field.activation, Activation::gelu);
  EXPECT_EQ(deep.field.weight_density, DensityShape::student_t);
  EXPECT_EQ(deep.field.degrees_of_freedom, 9.5);
  EXPECT_EQ(deep.field.sigma_bias, 0.5);
  EXPECT_EQ(deep.measure.estimator, EstimatorKind::plain);
  EXPECT_EQ(deep.measure.listed, (std::vector<std::vector<int>>{{0, 1, 2, 2}, {1, 1}}));
  EXPECT_EQ(parse(deep.resolved()), deep);
  const Config scalar = parse(replaced(minimal, "architecture = cos", "architecture = free-scalar"),
                              {{"field.cutoff", "8"}, {"field.momentum-exponent", "-0.5"}, {"field.mass", "2"}});
  EXPECT_EQ(scalar.field.cutoff, 8.0);
  EXPECT_EQ(scalar.field.momentum_exponent, -0.5);
  EXPECT_EQ(scalar.field.mass, 2.0);
  EXPECT_EQ(parse(scalar.resolved()), scalar);
  EXPECT_EQ(scalar.resolved().find("sigma-weight"), std::string::npos);
}

TEST(Config, NegativeZeroIsZero) {
  EXPECT_EQ(parse(replaced(minimal, "0; 0.5", "-0.0; 0.5")).identity(), parse(minimal).identity());
}

TEST(Config, EmptyLinesAndSitesOfSeveralComponentsComeFromAFile) {
  const TemporaryFile sites("config_test_sites.txt", "# x y\r\n\r\n0 1\t# first\r\n -1  2.5");
  const Config config = parse(replaced(minimal, "points = 0; 0.5; 1", "file = " + sites.name()), {{"field.input-dim", "2"}});
  RowMatrix expected(2, 2);
  expected << 0.0, 1.0, -1.0, 2.5;
  ASSERT_EQ(config.sites.rows(), 2);
  EXPECT_EQ(config.sites, expected);
  EXPECT_TRUE(config.resolved().find("points = 0 1; -1 2.5\n") != std::string::npos) << config.resolved();
}

TEST(Config, CommandLineReplacesTheFile) {
  const Config config = parse(minimal, {{"field.width", "4"}, {"run.seed", " 7 "}, {"sites.points", "-1; 1"}});
  EXPECT_EQ(config, parse(replaced(replaced(replaced(minimal, "8 16", "4"), "0; 0.5; 1", "-1;1"), "[run]", "[run]\nseed = 7")));
}

TEST(Config, CommandLineSuppliesWhatTheFileLacks) {
  const std::vector<Override> overrides = {
      {"field.architecture", "cos"}, {"field.width", "8 16"}, {"sites.points", "0; 0.5; 1"}, {"run.networks", "1e6"}};
  EXPECT_EQ(parse("", overrides), parse(minimal));
}

TEST(Config, AReplacedValueIsNotChecked) {
  EXPECT_EQ(parse(replaced(minimal, "8 16", "eight"), {{"field.width", "8 16"}}), parse(minimal));
}

TEST(Config, SitesFileOnTheCommandLineReplacesPointsAndTheOtherWayRound) {
  const TemporaryFile sites("config_test_other.txt", "0\n0.5\n1\n");
  EXPECT_EQ(parse(replaced(minimal, "0; 0.5; 1", "9"), {{"sites.file", sites.name()}}), parse(minimal));
  EXPECT_EQ(parse(replaced(minimal, "points = 0; 0.5; 1", "file = nowhere"), {{"sites.points", "0; 0.5; 1"}}), parse(minimal));
}

TEST(Config, OutputIsNamedAfterTheConfig) {
  EXPECT_EQ(parse_config(minimal, "/x/y.z/cosnet.ini", {}).run.output, "cosnet.h5");
  EXPECT_EQ(parse_config(minimal, "cosnet-1.5", {}).run.output, "cosnet-1.5.h5");
  EXPECT_EQ(parse_config(minimal, "cosnet.ini", {{"run.output", "N=8.h5"}}).run.output, "N=8.h5");
}

TEST(Config, ResolvedIsCanonical) {
  EXPECT_EQ(parse(replaced(minimal, "0; 0.5; 1", "0.10;1e-9 ;-3e0")).resolved(),
            "[field]\narchitecture = cos\ninput-dim = 1\nwidth = 8 16\nsigma-weight = 1\nsigma-out = 1\nsigma-out-bias = "
            "0\nout-density = normal\n\n"
            "[sites]\npoints = 0.1; 1e-09; -3\n\n"
            "[measure]\norders = 2 4\ntuples = all\nestimator = conditional\njackknife = auto\n\n"
            "[run]\nseed = 1\nnetworks = 1000000\nblocks = 256\nslice = 256\noutput = a.h5\nmax-memory = "
            "2147483648\ncheckpoint-interval = 300s\nmax-walltime = 0s\nsimd = auto\n");
}

TEST(Config, ResolvedReadsBackAsTheSame) {
  const Config config = parse(minimal, {{"field.input-dim", "3"},
                                        {"field.width", "1 16777215 1000000"},
                                        {"field.sigma-weight", "0.1000000000000000055"},
                                        {"field.sigma-out", "5e-324"},
                                        {"sites.points", "0.1 0.30000000000000004 -1e300; -0.7142857142857143 2 1e-7"},
                                        {"measure.orders", "2"},
                                        {"measure.estimator", "plain"},
                                        {"measure.jackknife", "all"},
                                        {"run.seed", "18446744073709551615"},
                                        {"run.networks", "1e15"},
                                        {"run.output", "a  b;c [x]=1.h5"},
                                        {"run.max-memory", "3T"},
                                        {"run.simd", "generic"}});
  const Config again = parse_config(config.resolved(), "other", {});
  EXPECT_EQ(again, config);
  EXPECT_EQ(again.resolved(), config.resolved());
}

const std::string deformed =
    minimal +
    "[deformation]\nkind = shared-scale\nstrength = 0 0.5 1e6\n[deformation-2]\nkind = weight-ring\nstrength = -0.1\n"
    "[measure]\nderivatives = score\nderivative-order = 3\n";

TEST(Config, ReadsDeformations) {
  const Config config = parse(deformed);
  ASSERT_EQ(config.deformation_count(), 2);
  EXPECT_EQ(config.deformations[0].kind, DeformationKind::shared_scale);
  EXPECT_EQ(config.deformations[0].strengths, (std::vector<double>{0.0, 0.5, 1e6}));
  EXPECT_EQ(config.deformations[1].kind, DeformationKind::weight_ring);
  EXPECT_EQ(parse(minimal).deformation_count(), 0);
  const SumLayout layout = sum_layout(config);
  EXPECT_EQ(layout.derivatives().size(), 9);
  EXPECT_EQ(layout.derivatives().name(1), "dstrength");
  EXPECT_EQ(layout.derivatives().name(4), "dstrength_dstrength2");
  EXPECT_EQ(layout.derivatives().name(9), "d3strength2");
  EXPECT_EQ(layout.derivatives().summed(), (std::vector<int>{2, 5, 9}));  // the scale needs no sums of its own
  const Config again = parse_config(config.resolved(), "other", {});
  EXPECT_EQ(again, config);
  EXPECT_EQ(again.resolved(), config.resolved());
  for (const Override& change :
       std::vector<Override>{{"deformation.strength", "1"}, {"deformation-2.strength", "0"}, {"measure.derivative-order", "2"}})
    EXPECT_NE(parse(deformed, {change}).identity(), config.identity()) << change.first;
}

TEST(Config, ReadsHistograms) {
  const std::string text = minimal + "[measure]\nhistogram = 2; 1 0;\nhistogram-range = 2.5\n";
  const Config config = parse(text);
  EXPECT_EQ(config.measure.histograms, (std::vector<std::vector<int>>{{2}, {1, 0}}));
  EXPECT_EQ(config.measure.field_bins, (FieldBins{2.5, 48}));
  EXPECT_EQ(sum_layout(config).histograms().size(), 48 + 48 * 48 + 48);  // the last ones of the conditional density
  EXPECT_EQ(sum_layout(parse(text, {{"measure.estimator", "plain"}})).histograms().size(), 48 + 48 * 48);
  const Config again = parse_config(config.resolved(), "other", {});
  EXPECT_EQ(again, config);
  EXPECT_EQ(again.resolved(), config.resolved());
  for (const Override& change : std::vector<Override>{{"measure.histogram", "2"},
                                                      {"measure.histogram", "2; 0 1"},
                                                      {"measure.histogram-range", "2"},
                                                      {"measure.histogram-bins", "4"}})
    EXPECT_NE(parse(text, {change}).identity(), config.identity()) << change.second;
  EXPECT_EQ(parse(minimal, {{"measure.histogram", "none"}}).resolved(), parse(minimal).resolved());
}

TEST(Config, EqualityNoticesEveryKey) {
  const Config config = parse(minimal);
  const std::vector<Override> changes = {
      {"field.width", "16 8"},   {"field.sigma-weight", "2"}, {"field.sigma-out", "2"}, {"sites.points", "0; 1"},
      {"sites.points", "0;0;1"}, {"measure.orders", "2"},     {"run.seed", "2"},        {"measure.estimator", "plain"},
      {"run.networks", "1"},     {"run.blocks", "2"},         {"run.slice", "2"},       {"measure.jackknife", "none"},
      {"run.output", "b"},       {"run.simd", "avx512"},      {"run.max-memory", "1G"}};
  for (const Override& change : changes) {
    EXPECT_NE(parse(minimal, {change}), config) << change.first;
    EXPECT_NE(parse(minimal, {change}).resolved(), config.resolved()) << change.first;
  }
}

TEST(Config, IdentityIsWhatDecidesTheSamples) {
  const std::string identity = parse(minimal).identity();
  EXPECT_EQ(identity,
            "[field]\narchitecture = cos\ninput-dim = 1\nwidth = 8 16\nsigma-weight = 1\nsigma-out = 1\nsigma-out-bias = "
            "0\nout-density = normal\n\n"
            "[sites]\npoints = 0; 0.5; 1\n\n[measure]\norders = 2 4\ntuples = all\nestimator = conditional\n\n"
            "[run]\nseed = 1\nblocks = 256\nslice = 256\n");
  const std::vector<Override> irrelevant = {{"run.networks", "5"},
                                            {"run.output", "b.h5"},
                                            {"run.max-memory", "1G"},
                                            {"run.simd", "avx2"},
                                            {"measure.jackknife", "none"}};
  EXPECT_EQ(parse(minimal, irrelevant).identity(), identity);
  for (const Override& relevant :
       std::vector<Override>{{"field.width", "8"}, {"run.seed", "2"}, {"run.blocks", "8"}, {"run.slice", "8"}})
    EXPECT_NE(parse(minimal, {relevant}).identity(), identity) << relevant.first;
}

TEST(Config, LoadsAFileAndSaysWhyItCannot) {
  const TemporaryFile file("config_test_load.ini", minimal);
  EXPECT_EQ(load_config(file.name(), {}).run.output, "config_test_load.h5");
  for (const std::string path : {"config_test_absent.ini", "."}) {
    try {
      load_config(path, {});
      ADD_FAILURE() << path << " was read";
    } catch (const UsageError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(path + ": cannot be read: ")) << error.what();
    }
  }
}

}  // namespace
}  // namespace nnft::config_test
