#include "nnft/run/config_problems.hpp"

#include <algorithm>

#include "nnft/core/error.hpp"

namespace nnft {

void ProblemList::add(Origin origin, std::string_view key, const std::string& what) {
  std::string place = file_name_;
  if (origin == Origin::command_line())
    place = "command line";
  else if (origin != Origin::whole_file())
    place += ":" + std::to_string(origin.line());
  const std::string_view dashes = origin == Origin::command_line() ? "--" : "";
  const std::string subject = key.empty() ? "" : std::string(dashes) + std::string(key) + ": ";
  problems_.push_back({origin, place + ": " + subject + what});
}

void ProblemList::throw_if_any() const {
  if (problems_.empty()) return;
  std::vector<Problem> sorted = problems_;
  std::ranges::stable_sort(sorted, {}, &Problem::origin);
  std::string message;
  for (const Problem& problem : sorted) message += (message.empty() ? "" : "\n") + problem.message;
  throw UsageError(message);
}

}  // namespace nnft
