#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.hpp"
#include "nnft/io/open_handles.hpp"
#include "nnft/parallel/job_abort.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/stop_signal.hpp"

namespace {

using nnft::Communicator;
using nnft::ExitCode;

struct Command {
  std::string_view name;
  ExitCode (*run)(const Communicator&, const std::vector<std::string>&);
  std::string_view usage;
};

constexpr std::array<Command, 8> commands = {{
    {"sample", nnft::app::sample,
     "sample CONFIG [--section.key=value ...] [-o FILE] [--fresh] [--part i/n] [--dry-run] [--dump-networks n]\n      sample, "
     "reduce, write "
     "estimates"},
    {"exact", nnft::app::exact,
     "exact CONFIG -o FILE [--section.key=value ...] [--leading | --perturbation] [--fresh]\n      the same quantities from "
     "closed forms and "
     "quadrature; --leading: to leading order in 1/N; --perturbation:\n      to second order in the strength of a "
     "field-operator"},
    {"compare", nnft::app::compare,
     "compare A B [--p THRESHOLD]\n      pulls, correlated chi2 and p-value of two files; exit code 1 if they are incompatible"},
    {"fit", nnft::app::fit,
     "fit FILE [--variable G4c] [--in width|strength|both] [--order '1 2'] [--order-strength '1 2'] [--leading-power p|free]\n"
     "      [--min-width N] [--max-width N] [--min-strength a] [--max-strength a] [--tuples '0 0 0 0; 0 1 2 3'] [--axis "
     "strength]\n"
     "      [--cuts n] [--svd-cut x | --shrinkage x|auto] [--all] [--points] [-o FILE [--jackknife] [--fresh]]\n      series in "
     "1/N "
     "and in the strength by correlated least squares, and their average over orders and cuts"},
    {"action", nnft::app::action,
     "action FILE [--order n] [--in width|strength] [--axis strength] [--sites '0 2'] [--modes-above x | --noise x]\n"
     "      [--density '0; 0 1']\n"
     "      [--diagrams [--pictures DIRECTORY]] [--all] [-o FILE [--fresh]]\n"
     "      couplings of the action by diagrams whose vertices are connected correlators"},
    {"correlators", nnft::app::correlators,
     "correlators ACTION [--draw n [--at strength] [--orders '2 4'] [--blocks B] [--seed s]] [--order k] [--all] [-o FILE "
     "[--fresh]]\n"
     "      connected correlators of e^-S by diagrams, or of fields drawn from it, beside those that the couplings came from"},
    {"merge", nnft::app::merge,
     "merge -o FILE IN ... [--fresh] [--partial]\n      join parts of a run, or scan points of several"},
    {"show", nnft::app::show, "show FILE ... [--all] [--digest]\n      tables, provenance, digest"},
}};

std::string usage() {
  std::string text = "usage: nnft COMMAND ...\n";
  for (const Command& command : commands) text += "  nnft " + std::string(command.usage) + "\n";
  return text + "  nnft --help | --version\n";
}

ExitCode run(const Communicator& comm, const std::vector<std::string>& words) {
  const std::string name = words.empty() ? "" : words.front();
  if (name == "--help" || name == "-h" || name == "--version") {
    if (comm.root()) std::printf("%s", name == "--version" ? (nnft::program_version() + "\n").c_str() : usage().c_str());
    return ExitCode::done;
  }
  for (const Command& command : commands)
    if (name == command.name) return command.run(comm, words);
  throw nnft::UsageError((name.empty() ? "expected a command" : "no command '" + name + "'") + "\n" + usage());
}

/// An error that every rank has alike is the root's to tell.
int report(const Communicator& comm, const char* message, ExitCode code) {
  if (comm.root()) std::fprintf(stderr, "nnft: %s\n", message);
  return static_cast<int>(code);
}

/// `code`, unless something this rank has printed was lost.
int after_flushing_output(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "nnft: standard output: cannot be written: %s\n",
               errno == 0 ? "an earlier write failed" : std::strerror(errno));
  return static_cast<int>(ExitCode::failure);
}

/// `code`; in a build with assertions, unless this rank has something open that it should have closed by now.
int after_counting_handles(int code) {
#ifndef NDEBUG
  if (const nnft::OpenHandles open = nnft::open_handles(); !open.none()) {
    std::fprintf(stderr, "nnft: still open at the end: %s\n", open.text().c_str());
    return static_cast<int>(ExitCode::failure);
  }
#endif
  return code;
}

int run_reporting(const Communicator& comm, const std::vector<std::string>& words) {
  try {
    return static_cast<int>(run(comm, words));
  } catch (const nnft::UsageError& error) {
    return report(comm, error.what(), error.code());
  } catch (const nnft::StopRequested& stop) {
    return report(comm, stop.what(), stop.code());
  } catch (const nnft::IoError& error) {
    const int code = report(comm, error.what(), error.code());
    // HDF5 crashes in MPI_Finalize when it is left with a file that it cannot close: leave without.
    if (comm.any(nnft::open_hdf5_handles() > 0)) nnft::abort_job(comm, "HDF5 cannot close a file");
    return code;
  } catch (const std::exception& error) {
    nnft::abort_job(comm, error.what());
  }
}

/// The end of a job for which MPI fails where no rank can tell the others.
int give_up(const char* message) {
  std::fprintf(stderr, "nnft: %s\n", message);
  return static_cast<int>(ExitCode::failure);
}

}  // namespace

int main(int argc, char** argv) {
  // A batch system may ask a job to stop that has hardly begun.
  if (argc > 1 && std::string_view(argv[1]) == "sample") nnft::hold_stop_signals();
  if (MPI_Init(&argc, &argv) != MPI_SUCCESS) return give_up("MPI_Init failed");
  int code = static_cast<int>(ExitCode::failure);
  try {
    // For the making of the first communicator; those of the program return errors of their own accord.
    if (MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) != MPI_SUCCESS)
      throw nnft::Error("MPI_Comm_set_errhandler failed");
    const Communicator comm(MPI_COMM_WORLD);
    code = run_reporting(comm, std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    code = give_up(error.what());
    MPI_Abort(MPI_COMM_WORLD, code);  // unchecked: if it returns, the code is returned below
  }
  code = after_counting_handles(after_flushing_output(code));
  nnft::silence_hdf5();
  if (MPI_Finalize() != MPI_SUCCESS) return give_up("MPI_Finalize failed");
  return code;
}
