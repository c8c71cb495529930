/// @file Every kind of wrong config and what is said about it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "nnft/core/error.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/config_text.hpp"
#include "support/wrong_config.hpp"

namespace nnft::config_problems_test {
namespace {

using namespace wrong_config;

/// One wrong line in place of one of `minimal`.
struct WrongLine {
  std::string from, to;
  std::string begin;
  std::vector<std::string> parts;
};

WrongLine field_line(const std::string& line, const std::string& key, const std::vector<std::string>& parts) {
  return {"[sites]", line + "\n[sites]", "jobs/a.ini:4: field." + key + ": ", parts};
}
WrongLine run_line(const std::string& line, const std::string& key, const std::vector<std::string>& parts) {
  return {"networks", line + "\nnetworks", "jobs/a.ini:7: run." + key + ": ", parts};
}
WrongLine any_line(const std::string& line, const std::vector<std::string>& parts) {
  return {"[sites]", line + "\n[sites]", "jobs/a.ini:4: ", parts};
}
WrongLine width(const std::string& text, const std::string& got) {
  return {"8 16", text, "jobs/a.ini:3: field.width: expected whole numbers from 1 to 16777215, or inf", {"got " + got}};
}
WrongLine points(const std::string& text, const std::vector<std::string>& parts) {
  return {"0; 0.5; 1", text, "jobs/a.ini:5: sites.points: expected sites ", parts};
}

const std::vector<WrongLine> wrong_syntax = {
    any_line("width 8", {"expected 'key = value' or '[section]'", "got 'width 8'"}),
    {"width = 8 16", "width 8 16", "jobs/a.ini:3: expected 'key = value' or '[section]'", {"got 'width 8 16'"}},
    any_line("= 8", {"expected 'key = value'", "got '= 8'"}),
    any_line("; old", {"'#'", "';' separates sites", "got '; old'"}),
    any_line("[measure] orders = 2", {"expected '[section]' alone", "got '[measure] orders = 2'"}),
    any_line("[measure", {"expected '[section]' alone", "got '[measure'"}),
    any_line("[mesure]\norders = 2",
             {"unknown section 'mesure'", "[deformation-3], [sampling], [measure], [run]", "did you mean [measure]?"}),
    any_line("[action]\nkind = none\nstrength = 1", {"unknown section 'action'"}),
    any_line(std::string("\0\x01\x02", 3), {"control character", "\\x00\\x01\\x02"}),
    field_line("widthh = 8", "widthh", {"unknown key 'widthh'", "did you mean field.width?"}),
    field_line("slice = 8", "slice", {"unknown key", "did you mean run.slice?"}),
    field_line("colour = 2", "colour", {"unknown key 'colour'", "architecture, input-dim, width, depth, hidden-widths"}),
    field_line("depth = 2", "depth", {"expected only with architecture = mlp"}),
    field_line("cutoff = 2", "cutoff", {"expected only with architecture = free-scalar"}),
    field_line("sigma-bias = 2", "sigma-bias", {"expected only with architecture = gauss or mlp"}),
    field_line("degrees-of-freedom = 3", "degrees-of-freedom", {"expected only with weight-density or out-density = student-t"}),
    field_line("WIDTH = 8", "WIDTH", {"unknown key"}),
    field_line("field.width = 8", "field.width", {"unknown key"}),
    {"[sites]", "sigma-out = 1\nsigma-out = 1\n[sites]", "jobs/a.ini:5: field.sigma-out: expected once", {"first in line 4"}},
    {"[run]",
     "[run]\nseed = 1    blocks = 4",
     "jobs/a.ini:7: run.seed: ",
     {"one 'key = value' per line", "got '1    blocks = 4'"}},
    {"networks", "seed = 1    networks", "jobs/a.ini:7: run.seed: ", {"one 'key = value' per line", "got '1    networks = 1e6'"}},
    {"[field]", "width = 9\n[field]", "jobs/a.ini:1: ", {"expected a section", "got 'width = 9'"}},
    {"width", "[field]\nwidth = 8\n[sites]\n[field]\nwidth", "jobs/a.ini:7: field.width: ", {"expected once", "first in line 4"}},
    {"[field]", "[feild]", "jobs/a.ini:1: ", {"unknown section 'feild'", "did you mean [field]?"}},
    {"width", "widht", "jobs/a.ini:3: field.widht: ", {"unknown key 'widht'; did you mean field.width?"}},
    {"points", "point", "jobs/a.ini:5: sites.point: ", {"did you mean sites.points?"}},
};

const std::vector<WrongLine> wrong_values = {
    width("inf 8 inf", "inf twice"),
    width("-inf", "'-inf'"),
    width("8 nan", "'nan'"),
    width("0", "'0'"),
    width("8 -1", "'-1'"),
    width("1.5", "'1.5'"),
    width("16777216", "'16777216'"),
    width("8, 16", "'8,'"),
    width("8 16 8.0", "8 twice"),
    width("", "''"),
    {"= cos", "= cosine", "jobs/a.ini:2: field.architecture: expected mlp or cos or gauss or free-scalar", {"got 'cosine'"}},
    {"= cos", "= mpl", "jobs/a.ini:2: field.architecture: expected mlp or cos or gauss or free-scalar", {"got 'mpl'"}},
    {"= cos", "=", "jobs/a.ini:2: field.architecture: expected mlp or cos or gauss or free-scalar", {"got ''"}},
    field_line("input-dim = 0", "input-dim", {"from 1 to 1000", "got '0'"}),
    field_line("input-dim = 1001", "input-dim", {"from 1 to 1000", "got '1001'"}),
    field_line("sigma-weight = 0", "sigma-weight", {"a number > 0", "got '0'"}),
    field_line("sigma-weight = -1", "sigma-weight", {"got '-1'"}),
    field_line("sigma-weight = nan", "sigma-weight", {"got 'nan'"}),
    field_line("sigma-out = inf", "sigma-out", {"got 'inf'"}),
    field_line("sigma-out = 1e999", "sigma-out", {"got '1e999'"}),
    field_line("sigma-out = 1.0x", "sigma-out", {"got '1.0x'"}),
    field_line("sigma-out = 1 2", "sigma-out", {"got '1 2'"}),
    points("0; x; 1", {"got 'x' in site 2"}),
    points("0; 1e", {"got '1e' in site 2"}),
    points("0; inf", {"got 'inf' in site 2"}),
    points("0;; 1", {"no number in site 2"}),
    points("", {"no site"}),
    points("0; 1 2; 3", {"2 components in site 2 and 1 in site 1"}),
    {"0; 0.5; 1", "0 1; 1 2", "jobs/a.ini:5: sites.points: expected sites of 1 component", {"field.input-dim", "got 2"}},
    {"[sites]", "[measure]\norders = 3\n[sites]", "jobs/a.ini:5: measure.orders: expected some of 2 4 6 8", {"got '3'"}},
    {"[sites]", "[measure]\norders = 2 4 10\n[sites]", "jobs/a.ini:5: measure.orders: ", {"got '2 4 10'"}},
    {"[sites]", "[measure]\norders = 2 2\n[sites]", "jobs/a.ini:5: measure.orders: ", {"got '2 2'"}},
    {"[sites]",
     "[measure]\nestimator = Plain\n[sites]",
     "jobs/a.ini:5: measure.estimator: ",
     {"plain or conditional", "got 'Plain'"}},
    {"[sites]", "[measure]\njackknife = 1\n[sites]", "jobs/a.ini:5: measure.jackknife: ", {"auto or all or none", "got '1'"}},
    run_line("seed = -1", "seed", {"from 0 to 18446744073709551615", "got '-1'"}),
    run_line("seed = 18446744073709551616", "seed", {"got '18446744073709551616'"}),
    run_line("blocks = 1", "blocks", {"from 2 to 1000000", "got '1'"}),
    run_line("blocks = 1000001", "blocks", {"got '1000001'"}),
    run_line("slice = 0", "slice", {"from 1 to 1000000", "got '0'"}),
    run_line("slice = 1.5e0", "slice", {"got '1.5e0'"}),
    run_line("slice = 0x10", "slice", {"got '0x10'"}),
    run_line("output = results/", "output", {"the path of a file", "got 'results/'"}),
    run_line("output =", "output", {"got ''"}),
    run_line("max-memory = 2X", "max-memory", {"K, M, G or T", "got '2X'"}),
    run_line("max-memory = 99999999999999T", "max-memory", {"got"}),
    run_line("max-memory = 1000", "max-memory", {"from 1M", "got '1000'"}),
    run_line("simd = sse", "simd", {"auto or generic or avx2 or avx512", "got 'sse'"}),
    {"1e6", "0", "jobs/a.ini:7: run.networks: ", {"from 1 to 1000000000000000", "got '0'"}},
    {"1e6", "1e16", "jobs/a.ini:7: run.networks: ", {"got '1e16'"}},
    {"1e6", "1e99999999999999999999", "jobs/a.ini:7: run.networks: ", {"got '1e999"}},
    {"1e6", "1e6 # per width\n\n\nseed = x", "jobs/a.ini:10: run.seed: ", {"got 'x'"}},
    {"architecture = cos\n", "", "jobs/a.ini: field.architecture: missing; expected mlp or cos or gauss or free-scalar", {}},
    {"width = 8 16\n", "", "jobs/a.ini: field.width: missing; expected whole numbers", {}},
    {"points = 0; 0.5; 1\n", "", "jobs/a.ini: sites.points: missing; expected sites.points or sites.file", {}},
    {"networks = 1e6\n", "", "jobs/a.ini: run.networks: missing; expected a whole number", {}},
};
std::ostream& operator<<(std::ostream& out, const WrongLine& wrong) { return out << quoted(wrong.to); }

class ConfigProblem : public ::testing::TestWithParam<WrongLine> {};

TEST_P(ConfigProblem, NamesLineKeyExpectationAndValue) {
  const WrongLine& wrong = GetParam();
  expect_one(problems(replaced(minimal, wrong.from, wrong.to)), wrong.begin, wrong.parts);
}

INSTANTIATE_TEST_SUITE_P(Syntax, ConfigProblem, ::testing::ValuesIn(wrong_syntax));
INSTANTIATE_TEST_SUITE_P(Values, ConfigProblem, ::testing::ValuesIn(wrong_values));

TEST(ConfigProblems, TheTextThatTheyStartFromIsRight) { EXPECT_TRUE(problems(minimal).empty()); }

struct WrongOption {
  std::vector<Override> overrides;
  std::string begin;
  std::vector<std::string> parts;
};

TEST(ConfigProblems, OfTheCommandLine) {
  const std::vector<WrongOption> wrong_options = {
      {{{"field.wid", "8"}}, "command line: --field.wid: unknown key 'wid'", {"did you mean field.width?"}},
      {{{"feild.width", "8"}}, "command line: --feild.width: unknown key", {"did you mean field.width?"}},
      {{{"width", "8"}}, "command line: --width: unknown key", {"did you mean field.width?"}},
      {{{"action.terms", "8"}},
       "command line: --action.terms: unknown key",
       {"[field], [sites], [deformation], [deformation-2], [deformation-3], [sampling], [measure], [run]"}},
      {{{"", "8"}}, "command line: unknown key ''", {}},
      {{{"run.seed", "1"}, {"run.seed", "2"}}, "command line: --run.seed: expected once", {"got it twice"}},
      {{{"run.seed", "x"}}, "command line: --run.seed: expected a whole number", {"got 'x'"}},
      {{{"run.seed", ""}}, "command line: --run.seed: expected a whole number", {"got ''"}},
      {{{"run.output", "a#b"}}, "command line: --run.output: ", {"without '#'", "got 'a#b'"}},
      {{{"run.output", "a\nb"}}, "command line: --run.output: ", {"control characters", "got 'a\\x0ab'"}},
      {{{"run.output", "\xff"}}, "command line: --run.output: ", {"got '\\xff'"}},
      {{{"run.seed", "1 blocks = 4"}}, "command line: --run.seed: ", {"one 'key = value'"}},
      {{{"sites.points", "0 1"}}, "command line: --sites.points: expected sites of 1 component", {"got 2"}},
      {{{"sites.file", "config_test_absent.txt"}}, "command line: --sites.file: ", {"config_test_absent.txt: cannot be read"}},
  };
  for (const WrongOption& wrong : wrong_options) expect_one(problems(minimal, wrong.overrides), wrong.begin, wrong.parts);
}

TEST(ConfigProblems, OfSitesGivenTwice) {
  const std::string name = "config_problems_test_sites.txt";
  std::ofstream(name) << "0\n";
  expect_one(problems(replaced(minimal, "1\n[run]", "1\nfile = " + name + "\n[run]")),
             "jobs/a.ini:6: sites.file: ", {"got both"});
  expect_one(problems(minimal, {{"sites.points", "0"}, {"sites.file", name}}), "command line: --sites.", {"got both"});
  std::filesystem::remove(name);
}

TEST(ConfigProblems, OfASitesFileNameItsLines) {
  const std::string name = "config_problems_test_lines.txt";
  std::ofstream(name) << "# x\n0\n\nabc\n1 2\n";
  const std::vector<std::string> lines = problems(replaced(minimal, "points = 0; 0.5; 1", "file = " + name));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with("jobs/a.ini:5: sites.file: expected a text file")) << lines[0];
  EXPECT_TRUE(contains(lines[0], "got 'abc' in " + name + ":4")) << lines[0];
  EXPECT_TRUE(contains(lines[1], "2 components in " + name + ":5 and 1 in " + name + ":2")) << lines[1];
  std::filesystem::remove(name);
}

TEST(ConfigProblems, AreAllReportedInOrder) {
  const std::string text =
      "[field]\narchitecture = cosh\nwidht = 8\ninput-dim = 0\n; note\n[sites]\npoints = 0; one\n[run]\nseed = 1\nseed = 2\n";
  const std::vector<std::string> lines = problems(text, {{"run.slice", "0"}, {"run.block", "8"}});
  const std::vector<std::string> begins = {"jobs/a.ini:2: field.architecture: ", "jobs/a.ini:3: field.widht: ",
                                           "jobs/a.ini:4: field.input-dim: ",    "jobs/a.ini:5: ",
                                           "jobs/a.ini:7: sites.points: ",       "jobs/a.ini:10: run.seed: ",
                                           "jobs/a.ini: run.networks: ",         "command line: --run.block: ",
                                           "command line: --run.slice: "};
  ASSERT_EQ(lines.size(), begins.size()) << ::testing::PrintToString(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_TRUE(lines[i].starts_with(begins[i])) << lines[i];
}

TEST(ConfigProblems, OfAnEmptyTextAreTheRequiredKeys) {
  const std::vector<std::string> lines = problems("");
  ASSERT_EQ(lines.size(), 4u);
  for (const std::string& line : lines) EXPECT_TRUE(contains(line, "missing; expected ")) << line;
}

TEST(ConfigProblems, OfHugeInputAreShortAndFew) {
  const std::string huge(1'000'000, 'x');
  expect_one(problems(minimal, {{"run.seed", huge}}), "command line: --run.seed: ", {"…'"});
  expect_one(problems(replaced(minimal, "[sites]", huge + "\n[sites]")), "jobs/a.ini:4: expected 'key = value'", {"…'"});
  expect_one(problems(replaced(minimal, "[sites]", huge + " = 1\n[sites]")), "jobs/a.ini:4: unknown key", {"…'"});
  expect_one(problems(replaced(minimal, "[sites]", "[" + huge + "]\n[sites]")), "jobs/a.ini:4: unknown section", {"…'"});
  std::string widths, sites, lines, digits = "1";
  for (int i = 0; i < 1'000'001; ++i) widths += "1 ";
  for (int i = 0; i < 4097; ++i) sites += "0;";
  for (int i = 0; i < 5000; ++i) lines += "x\n";
  digits += std::string(100'000, '0');
  expect_one(problems(minimal, {{"field.width", widths}}), "command line: --field.width: ", {"got more than 1000000"});
  expect_one(problems(minimal, {{"sites.points", sites}}), "command line: --sites.points: ", {"got more than 4096 sites"});
  expect_one(problems(minimal, {{"run.seed", digits}}), "command line: --run.seed: ", {"got '1000"});
  EXPECT_EQ(problems(lines).size(), 1000u);
}

TEST(ConfigProblems, OfEveryTruncationOfAConfigDoNotCrash) {
  for (std::size_t length = 0; length < minimal.size() - 2; ++length) {
    const bool complete = minimal.substr(0, length).find("networks = 1") != std::string::npos;
    EXPECT_EQ(problems(minimal.substr(0, length)).empty(), complete) << length;
  }
}

TEST(ConfigProblems, ExitAsUsageErrors) {
  try {
    parse_config("", "a.ini", {});
    FAIL() << "an empty config was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

}  // namespace
}  // namespace nnft::config_problems_test
