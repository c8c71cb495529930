#include "app/graphviz.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "nnft/action/diagram_text.hpp"
#include "nnft/core/error.hpp"
#include "nnft/io/publish.hpp"

namespace nnft::app {
namespace {

/// Runs a program found on PATH; its exit code, or −1 if it could not be started or was killed.
int run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  if (posix_spawnp(&process, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return -1;
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string draw_diagrams(const std::vector<Diagram>& diagrams, bool derivatives, const std::string& directory) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) throw IoError(directory + ": cannot be made: " + failure.message());
  const std::vector<std::string> names = diagram_names(diagrams);
  bool drawn = true;
  for (std::size_t k = 0; k < diagrams.size(); ++k) {
    const std::string path = directory + "/" + names[k];
    write_text_file(path + ".dot", diagram_dot(diagrams[k], derivatives));
    drawn = drawn && run_program({"neato", "-Tsvg", path + ".dot", "-o", path + ".svg"}) == 0;
  }
  return std::to_string(diagrams.size()) + " graphs written to " + directory +
         (drawn ? ", each as .dot and .svg" : " as .dot; Graphviz's neato, which draws them, did not run (install graphviz)");
}

}  // namespace nnft::app
