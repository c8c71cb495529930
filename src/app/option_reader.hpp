#pragma once
/// @file The options of a subcommand.

#include <functional>
#include <string>
#include <utility>

#include "app/command.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft::app {

/// Reads options and collects what is wrong with them.
class OptionReader {
 public:
  /// @param command its name, which messages begin with.
  OptionReader(std::string command, const Arguments& arguments) : command_(std::move(command)), arguments_(arguments) {}

  /// `read` assigns the value of the option, if it is given, or complains.
  void read(const std::string& name, const std::string& expected, const std::function<Complaints(const std::string&)>& read) {
    const auto given = arguments_.options.find(name);
    if (given == arguments_.options.end()) return;
    for (const std::string& complaint : read(given->second)) refuse(name + ": expected " + expected + ", got " + complaint);
  }
  void refuse(const std::string& problem) { problems_ += "\nnnft " + command_ + ": " + problem; }
  /// @throws UsageError with everything that is wrong.
  void finish() const {
    if (!problems_.empty()) throw UsageError(problems_.substr(1));
  }

 private:
  std::string command_;
  const Arguments& arguments_;
  std::string problems_;
};

}  // namespace nnft::app
