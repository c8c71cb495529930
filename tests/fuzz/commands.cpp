#include "fuzz/commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
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

namespace nnft::fuzz {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void report(const std::string& problem) {
  std::fprintf(stderr, "fuzz: %s\n", problem.c_str());
  std::abort();
}

/// What the commands print is not looked at; it must be possible to print it.
void silence_output() {
  const int nothing = ::open("/dev/null", O_WRONLY);
  if (nothing < 0 || ::dup2(nothing, STDOUT_FILENO) < 0) report("stdout cannot be silenced");
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

/// HDF5 would take a file that is still open for the next one of its name, whatever that holds by then.
void leaves_nothing_open(const std::string& who) {
  if (const long open = open_hdf5_handles(); open != 0) report(who + " left " + std::to_string(open) + " objects of HDF5 open");
}

std::unique_ptr<Communicator> the_world;

void stop_mpi() {
  the_world.reset();
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
    silence_output();
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

Edit make_edited_copy(const fs::path& seed, const fs::path& to, std::span<const std::uint8_t> bytes) {
  fs::copy_file(seed, to, fs::copy_options::overwrite_existing);
  FuzzBytes rest(bytes);
  if (rest.byte() % 4 == 3) {
    edit_bytes(to.string(), rest);
    return Edit::bytes;
  }
  edit_structure(to.string(), rest);
  leaves_nothing_open("an edit");
  return Edit::structure;
}

}  // namespace nnft::fuzz
