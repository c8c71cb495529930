#include "fuzz/commands.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include "app/command.hpp"
#include "fuzz/file_edits.hpp"
#include "fuzz/fuzz_bytes.hpp"
#include "nnft/core/error.hpp"
#include "nnft/io/open_handles.hpp"

/// Of sanitizers, where there are any: what libFuzzer reports a crash by.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*)());

namespace nnft::fuzz {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void report(const std::string& problem) {
  std::fprintf(stderr, "fuzz: %s\n", problem.c_str());
  std::abort();
}

void silence(int descriptor) {
  const int nothing = ::open("/dev/null", O_WRONLY);
  if (nothing < 0 || ::dup2(nothing, descriptor) < 0) report("output cannot be silenced");
  ::close(nothing);
}

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("nnft-fuzz-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

/// A command that leaves a file open would hold up others who write it, and the end of MPI.
void leaves_nothing_open(const std::string& command) {
  if (const long open = open_hdf5_handles(); open != 0)
    report(command + " left " + std::to_string(open) + " objects of HDF5 open");
  for (const auto& descriptor : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string file = fs::read_symlink(descriptor, ignored).string();
    if (file.starts_with(scratch().string())) report(command + " left " + file + " open");
  }
}

/// A crash of this process is no crash of the target.
void forget_fuzzer() {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM, SIGTERM}) std::signal(signal, SIG_DFL);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
  silence(STDERR_FILENO);
}

/// Edits in a process of its own: there are edits at which HDF5 crashes, does not end, or cannot close the file afterwards.
bool edit_structure_apart(const std::string& path, FuzzBytes bytes, const std::function<void()>& then) {
  constexpr unsigned most_seconds = 10;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) report("there can be no other process");
  if (child == 0) {
    forget_fuzzer();
    ::alarm(most_seconds);
    edit_structure(path, bytes);
    then();
    ::_exit(open_hdf5_handles() == 0 ? 0 : 1);
  }
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  if (ended != child) report("an edit is lost");
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::unique_ptr<Communicator> the_world;

void stop_mpi() {
  the_world.reset();
  silence_hdf5();
  MPI_Finalize();
}

}  // namespace

const Communicator& world() {
  if (!the_world) {
    // Open MPI refuses to run as root and looks for other nodes unless told otherwise.
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    ::setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 0);
    MPI_Init(nullptr, nullptr);
    the_world = std::make_unique<Communicator>(MPI_COMM_WORLD);
    std::atexit(stop_mpi);
    silence(STDOUT_FILENO);  // not looked at, but it must be possible to print it
  }
  return *the_world;
}

void refuses_by_name_or_works(const std::string& name, const std::function<void()>& work) {
  std::optional<std::string> message;
  try {
    work();
  } catch (const UsageError& error) {
    message = error.what();
  } catch (const IoError& error) {
    message = error.what();
  } catch (const std::exception& error) {
    report(name + ": neither refused nor read: " + error.what());
  }
  if (message && std::getenv("NNFT_FUZZ_VERBOSE") != nullptr) std::fprintf(stderr, "refused: %s\n", message->c_str());
  if (message && message->find(name) == std::string::npos) report(name + ": refused without its name: " + *message);
}

void run_command(const std::string& name, const std::vector<std::string>& words) {
  using Command = ExitCode (*)(const Communicator&, const std::vector<std::string>&);
  static const std::map<std::string, Command> commands = {
      {"sample", app::sample}, {"compare", app::compare},         {"fit", app::fit},    {"action", app::action},
      {"show", app::show},     {"correlators", app::correlators}, {"merge", app::merge}};
  const Communicator& comm = world();
  refuses_by_name_or_works(name, [&] { commands.at(words.front())(comm, words); });
  leaves_nothing_open(words.front());
}

const fs::path& scratch() {
  static const Scratch directory;
  return directory.path;
}

std::vector<fs::path> seeds(const std::string& target) {
  const char* const root = std::getenv("NNFT_FUZZ_SEEDS");
  std::vector<fs::path> found;
  std::error_code ignored;
  if (root != nullptr)
    for (const auto& entry : fs::directory_iterator(fs::path(root) / target, ignored)) found.push_back(entry.path());
  std::ranges::sort(found);
  if (found.empty()) report("no seeds for " + target + ": NNFT_FUZZ_SEEDS must name what tests/fuzz/make_seeds.sh wrote");
  return found;
}

bool make_edited_copy(const fs::path& seed, const fs::path& to, std::span<const std::uint8_t> bytes,
                      const std::function<void()>& then) {
  fs::remove(to);  // another file for HDF5, even if the last one were still open
  fs::copy_file(seed, to);
  FuzzBytes rest(bytes);
  if (rest.byte() % 4 != 3) return edit_structure_apart(to.string(), rest, then);
  edit_bytes(to.string(), rest);
  return true;
}

}  // namespace nnft::fuzz
