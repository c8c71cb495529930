#include "support/mpi_main.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace nnft::test {
namespace {

std::unique_ptr<Communicator> the_world;

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int world_size() {
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

/// Prints a text to stderr in one piece, every line of it preceded by the rank.
void print(const std::string& text) {
  const std::string prefix = "[rank " + std::to_string(world_rank()) + "] ";
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) out += prefix + line + "\n";
  std::fflush(stdout);
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
}

/// For messages. UnitTest::current_test_info() locks a mutex that GoogleTest already holds while a failure is reported.
std::string where = "outside any test";

[[noreturn]] void abort_all(const std::string& reason) {
  print(reason);
  MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  std::_Exit(EXIT_FAILURE);
}

/// Other ranks may be waiting for this one: an uncaught exception must end all of them.
[[noreturn]] void on_terminate() {
  std::string what = "std::terminate was called";
  if (const std::exception_ptr thrown = std::current_exception()) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      what = std::string("uncaught exception: ") + error.what();
    } catch (...) {
      what = "uncaught exception that is no std::exception";
    }
  }
  abort_all(what + ", " + where);
}

void on_exit_without_finalize() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) abort_all("the process exits before MPI_Finalize, " + where);
}

/// Prints each failure with the rank it happened on. The root's own text is left to GoogleTest's printer, which comes after.
class FailurePrinter : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& info) override {
    where = std::string("in ") + info.test_suite_name() + "." + info.name();
  }

  void OnTestEnd(const testing::TestInfo&) override { where = "outside any test"; }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    if (world_rank() == 0) {
      print("failure " + where + ":");
      return;
    }
    std::ostringstream text;
    text << "failure " << where << ":\n";
    if (result.file_name() != nullptr) text << result.file_name() << ":" << result.line_number() << ": ";
    text << result.message();
    print(text.str());
  }
};

/// Keeps the ranks in step: all run the same tests, and each test ends on all ranks before the next begins.
class Conductor : public testing::EmptyTestEventListener {
 public:
  Conductor() { MPI_Comm_dup(MPI_COMM_WORLD, &comm_); }
  ~Conductor() override { MPI_Comm_free(&comm_); }
  Conductor(const Conductor&) = delete;
  Conductor& operator=(const Conductor&) = delete;

 private:
  void OnTestIterationStart(const testing::UnitTest& program, int) override {
    std::string names;
    for (int s = 0; s < program.total_test_suite_count(); ++s) {
      const testing::TestSuite& suite = *program.GetTestSuite(s);
      for (int t = 0; t < suite.total_test_count(); ++t) {
        const testing::TestInfo& info = *suite.GetTestInfo(t);
        if (info.should_run()) names += std::string(suite.name()) + "." + info.name() + "\n";
      }
    }
    const unsigned long mine = std::hash<std::string>{}(names);
    unsigned long roots = mine;
    MPI_Bcast(&roots, 1, MPI_UNSIGNED_LONG, 0, comm_);
    if (mine != roots) abort_all("this rank would run other tests than rank 0, or in another order:\n" + names);
  }

  void OnTestEnd(const testing::TestInfo& info) override {
    const int mine = info.result()->Failed() ? 1 : 0;
    std::vector<int> failed(static_cast<std::size_t>(world_size()), 0);
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallgather(&mine, 1, MPI_INT, failed.data(), 1, MPI_INT, comm_, &request);
    wait(request, mine != 0);
    if (world_rank() != 0) return;
    for (std::size_t r = 1; r < failed.size(); ++r)
      if (failed[r] != 0) ADD_FAILURE() << "the test failed on rank " << r;
  }

  /// A rank on which the test failed may have left it early, with the others still in a collective: it waits for a while only.
  static void wait(MPI_Request& request, bool failed_here) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::seconds patience{10};
    const Clock::time_point begin = Clock::now();
    for (int arrived = 0;;) {
      MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
      if (arrived != 0) return;
      if (failed_here && Clock::now() - begin > patience)
        abort_all("the test failed here and other ranks did not come to its end within 10 s, " + where);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  MPI_Comm comm_ = MPI_COMM_NULL;
};

class WorldEnvironment : public testing::Environment {
  void SetUp() override { the_world = std::make_unique<Communicator>(MPI_COMM_WORLD); }
  void TearDown() override { the_world.reset(); }
};

/// The announced number of ranks as text: the last --ranks=N, which is taken out of the arguments, else NNFT_TEST_RANKS.
std::optional<std::string> announced_ranks(int& argc, char** argv) {
  std::optional<std::string> announced;
  if (const char* value = std::getenv("NNFT_TEST_RANKS")) announced = value;
  const std::string option = "--ranks=";
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with(option))
      announced = argument.substr(option.size());
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  argv[argc] = nullptr;
  return announced;
}

/// Order and exceptions as MPI programs need them, output as readable with many ranks.
void set_up_googletest() {
  testing::GTEST_FLAG(shuffle) = false;
  testing::GTEST_FLAG(catch_exceptions) = false;
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  std::unique_ptr<testing::TestEventListener> printer(listeners.Release(listeners.default_result_printer()));
  listeners.Append(new FailurePrinter);
  if (world_rank() == 0)
    listeners.Append(printer.release());
  else
    delete listeners.Release(listeners.default_xml_generator());
  testing::AddGlobalTestEnvironment(new WorldEnvironment);
}

/// Runs all tests; the same answer on every rank.
bool everything_passed() {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  auto* conductor = new Conductor;
  listeners.Append(conductor);
  int failed = RUN_ALL_TESTS() == 0 ? 0 : 1;
  delete listeners.Release(conductor);
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    if (world_rank() == 0) print("no test ran");
    failed = 1;
  }
  int failed_anywhere = 0;
  MPI_Allreduce(&failed, &failed_anywhere, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return failed_anywhere == 0;
}

}  // namespace

const Communicator& world() {
  if (!the_world) throw std::logic_error("nnft::test::world(): there is a communicator only while tests run");
  return *the_world;
}

}  // namespace nnft::test

int main(int argc, char** argv) {
  using namespace nnft::test;
  MPI_Init(&argc, &argv);
  std::set_terminate(on_terminate);
  std::atexit(on_exit_without_finalize);
  const std::optional<std::string> announced = announced_ranks(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  bool passed = false;
  if (announced == std::to_string(world_size())) {
    set_up_googletest();
    passed = everything_passed();
  } else {
    print("expected " + announced.value_or("--ranks=N or NNFT_TEST_RANKS to say how many") + " ranks, got " +
          std::to_string(world_size()) + " (does mpirun belong to the MPI this program is linked to?)");
  }
  MPI_Finalize();
  return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
