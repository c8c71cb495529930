/// @file Counts MPI calls and the bytes that go through them. A library to preload (LD_PRELOAD) into an MPI program: in
/// MPI_Finalize the root writes a table to the file that NNFT_MESSAGE_COUNTS names.
///
/// One line per kind of call and who called it (`hdf5`, or `nnft` for everybody else):
///   caller call calls sent received calls_max sent_max received_max sent_sum received_sum
/// First what the root did, then the largest value of any rank, then the sum over all ranks. Bytes are those of the arguments on
/// this rank: of a collective what goes in and what comes out, not what the library makes of it. The last line is the peak
/// memory.

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <dlfcn.h>
#include <mpi.h>
#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

#define NNFT_COUNTED_CALLS(X) \
  X(Allgather)                \
  X(Allgatherv)               \
  X(Allreduce)                \
  X(Alltoall)                 \
  X(Alltoallv)                \
  X(Barrier)                  \
  X(Bcast)                    \
  X(File_open)                \
  X(File_read_at)             \
  X(File_read_at_all)         \
  X(File_set_view)            \
  X(File_write_at)            \
  X(File_write_at_all)        \
  X(Gather)                   \
  X(Gatherv)                  \
  X(Imrecv)                   \
  X(Isend)                    \
  X(Recv)                     \
  X(Reduce_scatter_block)     \
  X(Scatterv)

enum Call : std::size_t {
#define NNFT_ENUMERATOR(name) call_##name,
  NNFT_COUNTED_CALLS(NNFT_ENUMERATOR)
#undef NNFT_ENUMERATOR
      all_calls
};

constexpr std::array<const char*, all_calls> call_names = {
#define NNFT_NAME(name) #name,
    NNFT_COUNTED_CALLS(NNFT_NAME)
#undef NNFT_NAME
};

enum Caller : std::size_t { by_program, by_hdf5, all_callers };

/// Calls, bytes sent, bytes received.
constexpr std::size_t figures = 3;
std::array<std::uint64_t, std::size_t{all_callers} * std::size_t{all_calls} * figures> counted{};

/// Who called: by the object that the return address lies in.
Caller caller_at(void* address) {
  Dl_info object{};
  return dladdr(address, &object) != 0 && object.dli_fname != nullptr && std::strstr(object.dli_fname, "hdf5") != nullptr
             ? by_hdf5
             : by_program;
}

void count(void* address, Call call, std::uint64_t sent, std::uint64_t received) {
  std::uint64_t* entry = counted.data() + (std::size_t{caller_at(address)} * std::size_t{all_calls} + call) * figures;
  entry[0] += 1;
  entry[1] += sent;
  entry[2] += received;
}

std::uint64_t bytes(std::int64_t elements, MPI_Datatype type) {
  int size = 0;
  if (type != MPI_DATATYPE_NULL) PMPI_Type_size(type, &size);
  return static_cast<std::uint64_t>(elements) * static_cast<std::uint64_t>(size);
}

int size_of(MPI_Comm comm) {
  int size = 0;
  PMPI_Comm_size(comm, &size);
  return size;
}

int rank_in(MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  return rank;
}

std::int64_t sum(const int* counts, int ranks) {
  std::int64_t total = 0;
  for (int r = 0; r < ranks; ++r) total += counts[r];
  return total;
}

void write_table() {
  std::array<std::uint64_t, counted.size()> largest{}, total{};
  const int size = static_cast<int>(counted.size());
  PMPI_Reduce(counted.data(), largest.data(), size, MPI_UINT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
  PMPI_Reduce(counted.data(), total.data(), size, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto mine = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  std::uint64_t peak = 0;
  PMPI_Reduce(&mine, &peak, 1, MPI_UINT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
  const char* path = std::getenv("NNFT_MESSAGE_COUNTS");
  if (rank_in(MPI_COMM_WORLD) != 0 || path == nullptr) return;
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return;
  std::fprintf(file, "caller call calls sent received calls_max sent_max received_max sent_sum received_sum\n");
  for (std::size_t caller = 0; caller < all_callers; ++caller)
    for (std::size_t call = 0; call < all_calls; ++call) {
      const std::size_t at = (caller * all_calls + call) * figures;
      if (largest[at] == 0) continue;
      std::fprintf(file, "%s %s", caller == by_hdf5 ? "hdf5" : "nnft", call_names[call]);
      for (const auto* values : {&counted, &largest})
        for (std::size_t k = 0; k < figures; ++k) std::fprintf(file, " %ju", static_cast<std::uintmax_t>((*values)[at + k]));
      std::fprintf(file, " %ju %ju\n", static_cast<std::uintmax_t>(total[at + 1]), static_cast<std::uintmax_t>(total[at + 2]));
    }
  std::fprintf(file, "peak_memory %ju\n", static_cast<std::uintmax_t>(peak));
  std::fclose(file);
}

}  // namespace

#define NNFT_CALLER __builtin_return_address(0)

extern "C" {

int MPI_Allgather(const void* out, int outs, MPI_Datatype sent, void* in, int ins, MPI_Datatype received, MPI_Comm comm) {
  count(NNFT_CALLER, call_Allgather, bytes(outs, sent), bytes(std::int64_t{ins} * size_of(comm), received));
  return PMPI_Allgather(out, outs, sent, in, ins, received, comm);
}

int MPI_Allgatherv(const void* out, int outs, MPI_Datatype sent, void* in, const int ins[], const int places[],
                   MPI_Datatype received, MPI_Comm comm) {
  count(NNFT_CALLER, call_Allgatherv, bytes(outs, sent), bytes(sum(ins, size_of(comm)), received));
  return PMPI_Allgatherv(out, outs, sent, in, ins, places, received, comm);
}

int MPI_Allreduce(const void* out, void* in, int elements, MPI_Datatype type, MPI_Op operation, MPI_Comm comm) {
  count(NNFT_CALLER, call_Allreduce, bytes(elements, type), bytes(elements, type));
  return PMPI_Allreduce(out, in, elements, type, operation, comm);
}

int MPI_Alltoall(const void* out, int outs, MPI_Datatype sent, void* in, int ins, MPI_Datatype received, MPI_Comm comm) {
  const std::int64_t ranks = size_of(comm);
  count(NNFT_CALLER, call_Alltoall, bytes(outs * ranks, sent), bytes(ins * ranks, received));
  return PMPI_Alltoall(out, outs, sent, in, ins, received, comm);
}

int MPI_Alltoallv(const void* out, const int outs[], const int out_places[], MPI_Datatype sent, void* in, const int ins[],
                  const int in_places[], MPI_Datatype received, MPI_Comm comm) {
  const int ranks = size_of(comm);
  count(NNFT_CALLER, call_Alltoallv, bytes(sum(outs, ranks), sent), bytes(sum(ins, ranks), received));
  return PMPI_Alltoallv(out, outs, out_places, sent, in, ins, in_places, received, comm);
}

int MPI_Reduce_scatter_block(const void* out, void* in, int elements, MPI_Datatype type, MPI_Op operation, MPI_Comm comm) {
  const std::int64_t ranks = size_of(comm);
  count(NNFT_CALLER, call_Reduce_scatter_block, bytes(elements * ranks, type), bytes(elements, type));
  return PMPI_Reduce_scatter_block(out, in, elements, type, operation, comm);
}

int MPI_Barrier(MPI_Comm comm) {
  count(NNFT_CALLER, call_Barrier, 0, 0);
  return PMPI_Barrier(comm);
}

int MPI_Bcast(void* data, int elements, MPI_Datatype type, int root, MPI_Comm comm) {
  const bool sends = rank_in(comm) == root;
  count(NNFT_CALLER, call_Bcast, sends ? bytes(elements, type) : 0, sends ? 0 : bytes(elements, type));
  return PMPI_Bcast(data, elements, type, root, comm);
}

int MPI_Gather(const void* out, int outs, MPI_Datatype sent, void* in, int ins, MPI_Datatype received, int root, MPI_Comm comm) {
  count(NNFT_CALLER, call_Gather, bytes(outs, sent),
        rank_in(comm) == root ? bytes(std::int64_t{ins} * size_of(comm), received) : 0);
  return PMPI_Gather(out, outs, sent, in, ins, received, root, comm);
}

int MPI_Gatherv(const void* out, int outs, MPI_Datatype sent, void* in, const int ins[], const int places[],
                MPI_Datatype received, int root, MPI_Comm comm) {
  count(NNFT_CALLER, call_Gatherv, bytes(outs, sent), rank_in(comm) == root ? bytes(sum(ins, size_of(comm)), received) : 0);
  return PMPI_Gatherv(out, outs, sent, in, ins, places, received, root, comm);
}

int MPI_Scatterv(const void* out, const int outs[], const int places[], MPI_Datatype sent, void* in, int ins,
                 MPI_Datatype received, int root, MPI_Comm comm) {
  count(NNFT_CALLER, call_Scatterv, rank_in(comm) == root ? bytes(sum(outs, size_of(comm)), sent) : 0, bytes(ins, received));
  return PMPI_Scatterv(out, outs, places, sent, in, ins, received, root, comm);
}

int MPI_Isend(const void* out, int outs, MPI_Datatype sent, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  count(NNFT_CALLER, call_Isend, bytes(outs, sent), 0);
  return PMPI_Isend(out, outs, sent, to, tag, comm, request);
}

int MPI_Recv(void* in, int ins, MPI_Datatype received, int from, int tag, MPI_Comm comm, MPI_Status* status) {
  count(NNFT_CALLER, call_Recv, 0, bytes(ins, received));
  return PMPI_Recv(in, ins, received, from, tag, comm, status);
}

int MPI_Imrecv(void* in, int ins, MPI_Datatype received, MPI_Message* message, MPI_Request* request) {
  count(NNFT_CALLER, call_Imrecv, 0, bytes(ins, received));
  return PMPI_Imrecv(in, ins, received, message, request);
}

int MPI_File_open(MPI_Comm comm, const char* name, int mode, MPI_Info info, MPI_File* file) {
  count(NNFT_CALLER, call_File_open, 0, 0);
  return PMPI_File_open(comm, name, mode, info, file);
}

int MPI_File_set_view(MPI_File file, MPI_Offset place, MPI_Datatype element, MPI_Datatype type, const char* layout,
                      MPI_Info info) {
  count(NNFT_CALLER, call_File_set_view, 0, 0);
  return PMPI_File_set_view(file, place, element, type, layout, info);
}

int MPI_File_write_at(MPI_File file, MPI_Offset place, const void* data, int elements, MPI_Datatype type, MPI_Status* status) {
  count(NNFT_CALLER, call_File_write_at, bytes(elements, type), 0);
  return PMPI_File_write_at(file, place, data, elements, type, status);
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset place, const void* data, int elements, MPI_Datatype type,
                          MPI_Status* status) {
  count(NNFT_CALLER, call_File_write_at_all, bytes(elements, type), 0);
  return PMPI_File_write_at_all(file, place, data, elements, type, status);
}

int MPI_File_read_at(MPI_File file, MPI_Offset place, void* data, int elements, MPI_Datatype type, MPI_Status* status) {
  count(NNFT_CALLER, call_File_read_at, 0, bytes(elements, type));
  return PMPI_File_read_at(file, place, data, elements, type, status);
}

int MPI_File_read_at_all(MPI_File file, MPI_Offset place, void* data, int elements, MPI_Datatype type, MPI_Status* status) {
  count(NNFT_CALLER, call_File_read_at_all, 0, bytes(elements, type));
  return PMPI_File_read_at_all(file, place, data, elements, type, status);
}

int MPI_Finalize() {
  write_table();
  return PMPI_Finalize();
}
}
