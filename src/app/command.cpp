#include "app/command.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "nnft/parallel/agreement.hpp"

namespace nnft::app {

Arguments parse_arguments(const std::vector<std::string>& words, const KnownWords& known) {
  Arguments arguments;
  arguments.whole = "nnft";
  for (const std::string& word : words) arguments.whole += " " + word;
  std::string problems;
  for (std::size_t k = 1; k < words.size(); ++k) {
    const std::string& word = words[k];
    const std::size_t equals = word.find('=');
    if (word == "-o") {
      if (k + 1 < words.size())
        arguments.overrides.emplace_back("run.output", words[++k]);
      else
        problems += "\ncommand line: -o: expected a file name after it";
    } else if (known.options.contains(word.substr(0, equals))) {
      if (equals == std::string::npos && k + 1 == words.size())
        problems += "\ncommand line: " + word + ": expected a value after it";
      else
        arguments.options[word.substr(0, equals)] = equals == std::string::npos ? words[++k] : word.substr(equals + 1);
    } else if (word.starts_with("--") && equals != std::string::npos) {
      arguments.overrides.emplace_back(word.substr(2, equals - 2), word.substr(equals + 1));
    } else if (known.flags.contains(word)) {
      arguments.flags.insert(word);
    } else if (word.starts_with("-") && word.size() > 1) {
      problems += "\ncommand line: " + word + ": expected --section.key=value, -o FILE";
      for (const std::string& flag : known.flags) problems += ", " + flag;
      for (const std::string& option : known.options) problems += ", " + option + " VALUE";
    } else {
      arguments.positional.push_back(word);
    }
  }
  if (!problems.empty()) throw UsageError(problems.substr(1));
  return arguments;
}

Config load_config_everywhere(const Communicator& comm, const std::string& path, const std::vector<Override>& overrides) {
  std::optional<Config> config;
  run_agreed<UsageError>(comm, [&] {
    if (comm.root()) config = load_config(path, overrides);
  });
  const std::string resolved = comm.broadcast(comm.root() ? config->resolved() : "");
  return comm.root() ? *config : parse_config(resolved, path, {});
}

void require_output(const Communicator& comm, const std::string& path, bool fresh, const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  run_agreed<UsageError>(comm, [&] {
    std::error_code ignored;
    if (!comm.root()) return;
    for (const std::string& input : inputs)
      if (fs::equivalent(path, input, ignored))
        throw UsageError("-o " + path + ": expected another file than those that are read, got " + input);
    if (!fresh && fs::exists(path, ignored)) throw UsageError(path + ": exists already; --fresh starts over and replaces it");
  });
  run_agreed<IoError>(comm, [&] {
    if (!comm.root()) return;
    const fs::path parent = fs::path(path).parent_path();
    std::error_code failure;
    const fs::file_status status = fs::status(parent.empty() ? "." : parent, failure);
    if (status.type() == fs::file_type::not_found) failure = std::make_error_code(std::errc::no_such_file_or_directory);
    if (!failure && !fs::is_directory(status)) failure = std::make_error_code(std::errc::not_a_directory);
    if (!failure && ::access(parent.empty() ? "." : parent.c_str(), W_OK | X_OK) != 0)
      failure.assign(errno, std::generic_category());
    if (failure) throw IoError(path + ": cannot be created: " + failure.message());
  });
}

void run_on_root(const Communicator& comm, const std::string& about, const std::function<void()>& work) {
  std::optional<std::string> failure;
  run_agreed<UsageError>(comm, [&] {
    try {
      if (comm.root()) work();
    } catch (const UsageError& error) {
      throw UsageError(about + ": " + error.what());
    } catch (const IoError& error) {
      failure = error.what();
    } catch (const std::exception& error) {
      failure = about + ": " + error.what();
    }
  });
  run_agreed<IoError>(comm, [&] {
    if (failure) throw IoError(*failure);
  });
}

}  // namespace nnft::app
