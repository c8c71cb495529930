#include "io/hdf5_handle.hpp"

#include <algorithm>

#include "nnft/core/error.hpp"

namespace nnft::hdf5 {
namespace {

/// The descriptions on the error stack, from the API function down to the root cause.
struct ErrorStack {
  std::string all;
  std::string root_cause;
};

herr_t collect(unsigned, const H5E_error2_t* entry, void* data) {
  auto& stack = *static_cast<ErrorStack*>(data);
  if (entry->desc == nullptr) return 0;
  stack.root_cause = entry->desc;
  std::replace(stack.root_cause.begin(), stack.root_cause.end(), '\n', ' ');
  stack.all += stack.root_cause + "; ";
  return 0;
}

bool mentions(const ErrorStack& stack, const char* word) { return stack.all.find(word) != std::string::npos; }

}  // namespace

std::atomic<long> Handle::open_ids{0};

void throw_error(const std::string& where, const char* call) {
  ErrorStack stack;
  // unchecked: without HDF5's own text there is still the name of the call.
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect, &stack);
  std::string message = where + ": " + call + " failed";
  if (!stack.root_cause.empty()) message += ": " + stack.root_cause;
  if (mentions(stack, "lock file")) {
    message += " (is another process writing it? if the file system has no locks, set HDF5_USE_FILE_LOCKING=FALSE)";
  }
  if (mentions(stack, "checksum")) message += " (a checksum does not match: the file is damaged)";
  throw IoError(message);
}

}  // namespace nnft::hdf5
