// Error bars of the correlators that diagrams give back from measured couplings cover what they give back from exact ones:
// sample, action and expansion of many seeds as the program does them, through its files. Prints a row of the table for each
// quantity.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "app/command.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/run/expanded_correlators.hpp"
#include "nnft/run/stored_action.hpp"
#include "support/ensemble_coverage.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

constexpr int blocks = 64, order = 2;

/// While it lives, what this process prints goes nowhere.
class Silence {
 public:
  Silence() {
    std::fflush(nullptr);
    const int nowhere = open("/dev/null", O_WRONLY);
    for (std::size_t k = 0; k < streams.size(); ++k) {
      kept_[k] = dup(streams[k]);
      if (nowhere < 0 || kept_[k] < 0 || dup2(nowhere, streams[k]) < 0) throw std::runtime_error("output cannot be silenced");
    }
    close(nowhere);
  }
  ~Silence() {
    std::fflush(nullptr);
    for (std::size_t k = 0; k < streams.size(); ++k) {
      dup2(kept_[k], streams[k]);
      close(kept_[k]);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  static constexpr std::array streams = {STDOUT_FILENO, STDERR_FILENO};
  std::array<int, streams.size()> kept_{};
};

/// The files that one call of the program leaves for the next, in the working directory; they go with this.
class Files {
 public:
  const std::string config = "correlators_coverage.ini", result = "correlators_coverage.h5",
                    action = "correlators_coverage_action.h5";
  Files() = default;
  ~Files() {
    test::world().barrier();
    if (test::world().root())
      for (const std::string& file : {config, result, action}) std::remove(file.c_str());
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
};

/// Gnc, all powers of 1/N added up, from `nnft sample` or `nnft exact`, `nnft action`, and the expansion of the couplings.
test::NumberList returned(const Files& files, const std::vector<std::string>& source, int width) {
  const Communicator& comm = test::world();
  if (comm.root())
    std::ofstream(files.config) << "[field]\narchitecture = cos\nsigma-out = 1.3\nsigma-weight = 1.1\nwidth = " << width
                                << "\n[sites]\npoints = 0; 1\n[measure]\norders = 2 4 6\n[run]\nnetworks = 8192\nblocks = "
                                << blocks << "\nslice = 128\n";
  comm.barrier();
  const Silence silence;
  std::vector<std::string> words = {source.front(), files.config, "-o", files.result, "--fresh"};
  words.insert(words.end(), source.begin() + 1, source.end());
  const ExitCode made = source.front() == "exact" ? app::exact(comm, words) : app::sample(comm, words);
  if (made != ExitCode::done) throw std::runtime_error(source.front() + " failed");
  if (app::action(comm, {"action", files.result, "--order", std::to_string(order), "-o", files.action, "--fresh"}) !=
      ExitCode::done)
    throw std::runtime_error("action failed");
  const ResultReader file(files.action);
  const StoredAction stored(file, files.action);
  const ExpandedCorrelators expanded = expand_correlators(stored, order);
  const Estimate sum = all_orders(expanded.layout, expanded.points.front().correlators);
  test::NumberList numbers;
  for (const int degree : {2, 4, 6}) {
    const Eigen::Index first = expanded.layout.offset(0, degree), size = expanded.layout.index(degree).size();
    numbers.add(test::correlator_name(degree, "c"), sum.value.segment(first, size), sum.error.segment(first, size));
  }
  comm.barrier();
  return numbers;
}

TEST(ReturnedCorrelators, CoverTheTruthAndRejectWrongModels) {
  const Files files;
  const test::NumberList exact = returned(files, {"exact"}, 20);
  std::vector<std::pair<std::string, test::NumberList>> wrong;
  for (const char* const per_cent : {"1", "3", "10"})
    wrong.emplace_back(
        std::string("sigma_a +") + per_cent + " %",
        returned(files, {"exact", "--field.sigma-out=" + std::to_string(1.3 * (1.0 + 0.01 * std::stod(per_cent)))}, 20));
  const test::SeedEstimates estimates = test::over_seeds(test::seeds(100), [&](std::uint64_t run) {
    return returned(files, {"sample", "--run.seed=" + std::to_string(1000 + run)}, 20);
  });
  if (test::world().root()) test::print_coverage_header(blocks);
  if (test::world().root()) test::expect_all_covered("cos, N = 20, returned", estimates, exact, wrong, blocks);
}

}  // namespace
}  // namespace nnft
