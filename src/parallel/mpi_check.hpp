#pragma once
/// @file MPI return codes as exceptions.

#include <string>

#include "nnft/core/error.hpp"
#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// What MPI says about a return code.
inline std::string mpi_error_text(int code) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  return MPI_Error_string(code, text, &length) == MPI_SUCCESS ? text : "MPI error " + std::to_string(code);
}

/// @throws Error with the name of the MPI call and MPI's own text unless `code` is MPI_SUCCESS.
inline void check_mpi(int code, const char* call) {
  if (code != MPI_SUCCESS) throw Error(std::string(call) + " failed: " + mpi_error_text(code));
}

}  // namespace nnft
