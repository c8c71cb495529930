#include "nnft/parallel/agreement.hpp"

#include <algorithm>

#include "nnft/parallel/deadline.hpp"

namespace nnft {
namespace {

std::string first_message(const Communicator& comm, const std::optional<std::string>& mine) {
  // A leading character tells a rank that failed from one that did not, whatever its text.
  const std::vector<std::string> texts = comm.gather(mine ? "!" + *mine : "");
  std::string first;
  if (comm.root()) {
    const auto failed = std::find_if(texts.begin(), texts.end(), [](const std::string& text) { return !text.empty(); });
    const std::string where = failed == texts.begin() ? "" : "rank " + std::to_string(failed - texts.begin()) + ": ";
    first = where + failed->substr(1);
  }
  return comm.broadcast(first);
}

}  // namespace

std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine) {
  if (!comm.any(mine.has_value())) return std::nullopt;
  return first_message(comm, mine);
}

std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine,
                                            std::chrono::seconds patience) {
  std::optional<Deadline> deadline;
  if (mine) deadline.emplace(comm, *mine, patience);
  return agree_on_failure(comm, mine);
}

std::optional<std::string> failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace nnft
