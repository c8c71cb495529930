#pragma once
/// @file Failures that one rank has and all ranks must hear of, so that none waits in a collective that never comes.

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// The message of the lowest rank that passes one, after "rank R: " unless that is the root; nothing if no rank has a message.
/// The same on every rank. Collective.
std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine);

/// The same after work that is itself collective, where a rank that failed may have left the others inside for ever: if they do
/// not come within `patience`, it aborts the job (see Deadline).
std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine,
                                            std::chrono::seconds patience);

/// What `work` throws, as text.
std::optional<std::string> failure_of(const std::function<void()>& work);

/// What `work` throws of one kind, as text; anything else is the caller's.
template <class Failure>
std::optional<std::string> failure_of_kind(const std::function<void()>& work) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return std::nullopt;
}

/// Runs `work` on every rank; if it throws anywhere, every rank throws Failure with the message of the lowest failing rank.
/// `work` itself must not communicate. Collective.
template <class Failure>
void run_agreed(const Communicator& comm, const std::function<void()>& work) {
  if (const auto failure = agree_on_failure(comm, failure_of(work))) throw Failure(*failure);
}

/// The same for `work` that is collective; see agree_on_failure for `patience`.
template <class Failure>
void run_agreed(const Communicator& comm, const std::function<void()>& work, std::chrono::seconds patience) {
  if (const auto failure = agree_on_failure(comm, failure_of(work), patience)) throw Failure(*failure);
}

}  // namespace nnft
