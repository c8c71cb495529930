#pragma once
/// @file The end of a job in which ranks wait for each other in vain.

#include <chrono>
#include <string>
#include <thread>

#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// Aborts the job with `message` unless destroyed within `patience`. For a rank that knows of a failure and enters a collective
/// to which the others may not come.
class Deadline {
 public:
  Deadline(const Communicator& comm, const std::string& message, std::chrono::seconds patience);

 private:
  std::jthread watch_;
};

}  // namespace nnft
