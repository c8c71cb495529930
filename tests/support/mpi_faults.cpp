/// @file Makes one call of MPI or HDF5 fail, or be forgotten. A library to preload (LD_PRELOAD) into an MPI program.
///
/// Environment:
///   NNFT_MPI_FAULT        CALL:n[:rank]: the n-th call (from 1) of CALL on that rank (default 0, `all`: every rank) returns an
///                         error and does nothing
///   NNFT_MPI_FAULT_LOG    a file; each rank adds one line `rank CALL calls` for each kind of call in MPI_Finalize
/// Calls that HDF5 makes count too, except those of the program's own MPI_File functions, which are seen as PMPI_File functions.

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <dlfcn.h>
#include <hdf5.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int this_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"})
    if (const std::string value = variable(name); !value.empty()) return std::atoi(value.c_str());
  return 0;
}

/// What is to fail on this rank.
struct Fault {
  std::string call;
  long at = 0;
};

Fault read_fault() {
  const std::string text = variable("NNFT_MPI_FAULT");
  const std::size_t first = text.find(':');
  if (first == std::string::npos) return {};
  const std::size_t second = text.find(':', first + 1);
  const std::string rank = second == std::string::npos ? "0" : text.substr(second + 1);
  if (rank != "all" && std::atoi(rank.c_str()) != this_rank()) return {};
  return {text.substr(0, first), std::atol(text.c_str() + first + 1)};
}

std::map<std::string, long>& calls() {
  static auto* const counts = new std::map<std::string, long>;  // for calls after the life of static objects
  return *counts;
}

/// Counts a call; whether it is the one to fail.
bool fails(const char* call) {
  static const Fault fault = read_fault();
  const long number = ++calls()[call];
  return fault.at == number && fault.call == call;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void write_log() {
  const std::string path = variable("NNFT_MPI_FAULT_LOG");
  if (path.empty()) return;
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) std::abort();
  std::string text;
  for (const auto& [call, number] : calls())
    text += std::to_string(this_rank()) + " " + call + " " + std::to_string(number) + "\n";
  std::fputs(text.c_str(), file);
  std::fclose(file);
}

}  // namespace

// An MPI function that fails as all do, and one of HDF5, by name, parameters and arguments.
#define NNFT_MPI(name, parameters, arguments) \
  int MPI_##name parameters { return fails("MPI_" #name) ? MPI_ERR_OTHER : PMPI_##name arguments; }
// The same for a function whose failure the error handler of the communicator `comm` hears of.
#define NNFT_MPI_ON(name, parameters, arguments)            \
  int MPI_##name parameters {                               \
    if (!fails("MPI_" #name)) return PMPI_##name arguments; \
    PMPI_Comm_call_errhandler(comm, MPI_ERR_OTHER);         \
    return MPI_ERR_OTHER;                                   \
  }
#define NNFT_HDF5(type, name, parameters, arguments)           \
  type name parameters {                                       \
    static const auto original = next<type parameters>(#name); \
    return fails(#name) ? -1 : original arguments;             \
  }

extern "C" {

NNFT_MPI(Init, (int* count, char*** words), (count, words))
NNFT_MPI_ON(Comm_dup, (MPI_Comm comm, MPI_Comm* copy), (comm, copy))
NNFT_MPI(Comm_free, (MPI_Comm * comm), (comm))
NNFT_MPI_ON(Comm_rank, (MPI_Comm comm, int* rank), (comm, rank))
NNFT_MPI_ON(Comm_size, (MPI_Comm comm, int* size), (comm, size))
NNFT_MPI_ON(Barrier, (MPI_Comm comm), (comm))
NNFT_MPI_ON(Bcast, (void* data, int count, MPI_Datatype type, int root, MPI_Comm comm), (data, count, type, root, comm))
NNFT_MPI_ON(Allreduce, (const void* out, void* in, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm),
            (out, in, count, type, operation, comm))
NNFT_MPI_ON(Allgather, (const void* out, int outs, MPI_Datatype sent, void* in, int ins, MPI_Datatype received, MPI_Comm comm),
            (out, outs, sent, in, ins, received, comm))
NNFT_MPI_ON(Reduce_scatter_block, (const void* out, void* in, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm),
            (out, in, count, type, operation, comm))
NNFT_MPI_ON(Isend, (const void* out, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request),
            (out, count, type, to, tag, comm, request))
NNFT_MPI_ON(Probe, (int from, int tag, MPI_Comm comm, MPI_Status* status), (from, tag, comm, status))
NNFT_MPI_ON(Recv, (void* in, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm, MPI_Status* status),
            (in, count, type, from, tag, comm, status))
NNFT_MPI(Get_count, (const MPI_Status* status, MPI_Datatype type, int* count), (status, type, count))
NNFT_MPI(Comm_create_errhandler, (MPI_Comm_errhandler_function * function, MPI_Errhandler* handler), (function, handler))
NNFT_MPI(Errhandler_free, (MPI_Errhandler * handler), (handler))
NNFT_MPI(Waitall, (int count, MPI_Request requests[], MPI_Status statuses[]), (count, requests, statuses))
NNFT_MPI(Get_library_version, (char* text, int* length), (text, length))
NNFT_MPI(File_open, (MPI_Comm comm, const char* name, int mode, MPI_Info info, MPI_File* file), (comm, name, mode, info, file))

int MPI_Finalize() {
  write_log();
  if (!fails("MPI_Finalize")) return PMPI_Finalize();
  PMPI_Finalize();
  return MPI_ERR_OTHER;
}

// The program has functions of its own for these, which call the ones below.
int PMPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler handler) {
  static const auto original = next<decltype(PMPI_Comm_set_errhandler)>("PMPI_Comm_set_errhandler");
  return fails("MPI_Comm_set_errhandler") ? MPI_ERR_OTHER : original(comm, handler);
}

int PMPI_File_write_at(MPI_File file, MPI_Offset place, const void* data, int count, MPI_Datatype type, MPI_Status* status) {
  static const auto original = next<decltype(PMPI_File_write_at)>("PMPI_File_write_at");
  return fails("MPI_File_write_at") ? MPI_ERR_IO : original(file, place, data, count, type, status);
}

int PMPI_File_write_at_all(MPI_File file, MPI_Offset place, const void* data, int count, MPI_Datatype type, MPI_Status* status) {
  static const auto original = next<decltype(PMPI_File_write_at_all)>("PMPI_File_write_at_all");
  return fails("MPI_File_write_at_all") ? MPI_ERR_IO : original(file, place, data, count, type, status);
}

int PMPI_File_set_size(MPI_File file, MPI_Offset size) {
  static const auto original = next<decltype(PMPI_File_set_size)>("PMPI_File_set_size");
  return fails("MPI_File_set_size") ? MPI_ERR_IO : original(file, size);
}

int PMPI_File_sync(MPI_File file) {
  static const auto original = next<decltype(PMPI_File_sync)>("PMPI_File_sync");
  return fails("MPI_File_sync") ? MPI_ERR_IO : original(file);
}

int PMPI_File_close(MPI_File* file) {
  static const auto original = next<decltype(PMPI_File_close)>("PMPI_File_close");
  return fails("MPI_File_close") ? MPI_ERR_IO : original(file);
}

NNFT_HDF5(hid_t, H5Fcreate, (const char* name, unsigned flags, hid_t creation, hid_t access), (name, flags, creation, access))
NNFT_HDF5(hid_t, H5Fopen, (const char* name, unsigned flags, hid_t access), (name, flags, access))
NNFT_HDF5(herr_t, H5Fflush, (hid_t object, H5F_scope_t scope), (object, scope))
NNFT_HDF5(herr_t, H5Fclose, (hid_t file), (file))
NNFT_HDF5(hid_t, H5Dopen2, (hid_t place, const char* name, hid_t access), (place, name, access))
NNFT_HDF5(hid_t, H5Dget_space, (hid_t dataset), (dataset))
NNFT_HDF5(herr_t, H5Dread, (hid_t dataset, hid_t memory_type, hid_t memory, hid_t file, hid_t transfer, void* values),
          (dataset, memory_type, memory, file, transfer, values))
NNFT_HDF5(herr_t, H5Dwrite, (hid_t dataset, hid_t memory_type, hid_t memory, hid_t file, hid_t transfer, const void* values),
          (dataset, memory_type, memory, file, transfer, values))
NNFT_HDF5(herr_t, H5Dclose, (hid_t dataset), (dataset))
NNFT_HDF5(herr_t, H5Sclose, (hid_t space), (space))
NNFT_HDF5(herr_t, H5Pclose, (hid_t list), (list))
NNFT_HDF5(hid_t, H5Pcreate, (hid_t kind), (kind))
NNFT_HDF5(herr_t, H5Awrite, (hid_t attribute, hid_t type, const void* value), (attribute, type, value))
NNFT_HDF5(herr_t, H5Aread, (hid_t attribute, hid_t type, void* value), (attribute, type, value))
NNFT_HDF5(herr_t, H5DSattach_scale, (hid_t dataset, hid_t scale, unsigned dimension), (dataset, scale, dimension))

}  // extern "C"
