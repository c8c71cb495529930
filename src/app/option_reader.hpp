#pragma once
/// @file Options of a subcommand that reads files: values checked, all complaints together.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft::app {

/// Tuples of sites, or single sources, separated by ';'; none twice.
Complaints read_tuple_list(std::string_view text, std::vector<std::vector<int>>& tuples);

/// Reads options and collects what is wrong with them.
class OptionReader {
 public:
  /// @param arguments must outlive the reader; @param command its name, for messages.
  OptionReader(const Arguments& arguments, std::string command) : arguments_(arguments), command_(std::move(command)) {}

  /// `read` assigns the value of the option, if it is given, or complains.
  void read(const std::string& name, const std::string& expected, const std::function<Complaints(const std::string&)>& read);
  /// A number >= least.
  void number(const std::string& name, double least, double& value);
  /// The only file of the command line; `kind` says what it should be.
  std::string one_file(const std::string& kind);
  /// The file of -o, empty if it is not given; nothing else of a config can be set.
  std::string output();
  void refuse(const std::string& problem);
  /// @throws UsageError with everything that was wrong.
  void finish() const;

 private:
  const Arguments& arguments_;
  std::string command_;
  std::string problems_;
};

}  // namespace nnft::app
