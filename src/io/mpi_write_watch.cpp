#include "io/mpi_write_watch.hpp"

#include <mpi.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include "nnft/core/error.hpp"
#include "nnft/parallel/deadline.hpp"
#include "parallel/mpi_check.hpp"

namespace nnft {
namespace {

/// How long ranks that are still inside the call may take to come out.
constexpr std::chrono::seconds patience{10};

/// What the present watch knows; the calls of MPI below have nothing but this to find it by.
struct Watched {
  const Communicator* comm;
  std::string path;
  std::string call;
  std::string failure = {};
  std::optional<Deadline> deadline = std::nullopt;

  void begin_to_wait(const std::string& what) {
    if (!deadline) deadline.emplace(*comm, path + ": " + what, patience);
  }
};
std::optional<Watched> watched;

/// What the system said last, where that explains a write that failed: MPI-IO does not always pass it on.
std::string system_reason() {
  const int number = errno;
  for (const int reason : {ENOSPC, EDQUOT, EIO, EFBIG, EROFS, ESTALE})
    if (number == reason) return ": " + std::generic_category().message(number);
  return "";
}

int note(const char* call, int error) {
  if (error == MPI_SUCCESS || !watched) return error;
  watched->failure = std::string(call) + " failed: " + mpi_error_text(error) + system_reason();
  watched->begin_to_wait(watched->failure);
  return error;
}

/// The same for a write of `count` elements, which may have been cut short.
int note_write(const char* call, int error, int count, MPI_Datatype type, const MPI_Status& status) {
  if (error != MPI_SUCCESS || !watched) return note(call, error);
  const std::string reason = system_reason();
  MPI_Count element = 0, written = 0;
  if (const int failed = MPI_Type_size_x(type, &element); failed != MPI_SUCCESS) return note("MPI_Type_size_x", failed);
  if (const int failed = MPI_Get_elements_x(&status, MPI_BYTE, &written); failed != MPI_SUCCESS)
    return note("MPI_Get_elements_x", failed);
  if (written < element * count)
    watched->begin_to_wait(std::string(call) + " wrote " + std::to_string(written) + " of " + std::to_string(element * count) +
                           " bytes" + reason);
  return error;
}

/// An error handler of MPI: it is not told which call failed, and the call returns the error after it.
void note_error(MPI_Comm*, int* error, ...) {
  if (watched) note((watched->call + ": MPI").c_str(), *error);
}

}  // namespace

MpiWriteWatch::MpiWriteWatch(const Communicator& comm, const std::string& path, const char* call) {
  watched.reset();
  watched.emplace(Watched{&comm, path, call});
}

MpiWriteWatch::~MpiWriteWatch() { watched.reset(); }

void MpiWriteWatch::require_no_failure() const {
  if (!watched->failure.empty()) throw IoError(watched->path + ": " + watched->failure);
}

/// The error handler MPI_ERRORS_RETURN, except that the present watch hears of every error.
int return_and_note_errors(MPI_Comm comm) {
  MPI_Errhandler handler = MPI_ERRHANDLER_NULL;
  if (const int failed = MPI_Comm_create_errhandler(note_error, &handler); failed != MPI_SUCCESS) return failed;
  const int set = PMPI_Comm_set_errhandler(comm, handler);
  const int freed = MPI_Errhandler_free(&handler);  // the communicator keeps it as long as it needs it
  return set != MPI_SUCCESS ? set : freed;
}

}  // namespace nnft

extern "C" {

int MPI_File_write_at(MPI_File file, MPI_Offset offset, const void* data, int count, MPI_Datatype type, MPI_Status* status) {
  MPI_Status own;
  MPI_Status* const result = status == MPI_STATUS_IGNORE ? &own : status;
  errno = 0;
  const int error = PMPI_File_write_at(file, offset, data, count, type, result);
  return nnft::note_write("MPI_File_write_at", error, count, type, *result);
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset offset, const void* data, int count, MPI_Datatype type, MPI_Status* status) {
  MPI_Status own;
  MPI_Status* const result = status == MPI_STATUS_IGNORE ? &own : status;
  errno = 0;
  const int error = PMPI_File_write_at_all(file, offset, data, count, type, result);
  return nnft::note_write("MPI_File_write_at_all", error, count, type, *result);
}

int MPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler handler) {
  const bool of_hdf5 = nnft::watched && handler == MPI_ERRORS_RETURN;
  return of_hdf5 ? nnft::return_and_note_errors(comm) : PMPI_Comm_set_errhandler(comm, handler);
}

int MPI_File_sync(MPI_File file) { return nnft::note("MPI_File_sync", PMPI_File_sync(file)); }

int MPI_File_set_size(MPI_File file, MPI_Offset size) { return nnft::note("MPI_File_set_size", PMPI_File_set_size(file, size)); }

int MPI_File_close(MPI_File* file) { return nnft::note("MPI_File_close", PMPI_File_close(file)); }

}  // extern "C"
