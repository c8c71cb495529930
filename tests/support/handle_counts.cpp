/// @file Counts what an MPI program makes and frees. A library to preload (LD_PRELOAD): in MPI_Finalize each rank adds one line
/// for each kind to the file that NNFT_HANDLE_COUNTS names:
///   rank kind made freed left
/// Kinds: communicator, datatype, request, window, file, info, group, errhandler, whoever made them (HDF5 too), and descriptor:
/// those of regular files and directories that are open in MPI_Finalize and were not after MPI_Init (made: how many are open).
/// With NNFT_HANDLE_FORGET=KIND the first call that would free one of that kind does nothing and says that it did.
/// Requests count as freed when a call that waits for them or tests them has made them MPI_REQUEST_NULL.

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

namespace {

enum Kind : std::size_t { communicator, datatype, request, window, file, info, group, errhandler, all_kinds };
constexpr std::array<const char*, all_kinds> kind_names = {"communicator", "datatype", "request", "window",
                                                           "file",         "info",     "group",   "errhandler"};
struct Count {
  long made = 0;
  long freed = 0;
};
std::array<Count, all_kinds> counts{};

/// Notes what a call that succeeded has made or freed; its return code.
int made(Kind kind, int code, long number = 1) {
  if (code == MPI_SUCCESS) counts[kind].made += number;
  return code;
}
/// The same for `number` freed.
int freed(Kind kind, int code, long number = 1) {
  if (code == MPI_SUCCESS) counts[kind].freed += number;
  return code;
}

/// Whether this freeing is to be forgotten.
bool forgets(const char* kind) {
  static bool done = false;
  const char* chosen = std::getenv("NNFT_HANDLE_FORGET");
  if (done || chosen == nullptr || std::strcmp(chosen, kind) != 0) return false;
  done = true;
  return true;
}

/// A descriptor's number and what it stands for.
std::string name_of(int number) {
  std::error_code ignored;
  const std::string place = "/proc/self/fd/" + std::to_string(number);
  return std::to_string(number) + " " + std::filesystem::read_symlink(place, ignored).string();
}

/// Regular files and directories that are open, except what MPI has in shared memory and for its session.
std::set<std::string> open_files() {
  std::set<std::string> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
    struct stat status = {};
    if (::stat(entry.path().c_str(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) continue;
    if (target.starts_with("/dev/") || target.starts_with("/proc/") || target.find("/ompi.") != std::string::npos) continue;
    files.insert(entry.path().filename().string() + " " + target);
  }
  return files;
}
std::set<std::string>& files_at_start() {
  static auto* const files = new std::set<std::string>;
  return *files;
}

void write_counts() {
  const char* path = std::getenv("NNFT_HANDLE_COUNTS");
  if (path == nullptr) return;
  int rank = 0;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const std::string line = std::to_string(rank) + " ";
  std::string text;
  for (std::size_t kind = 0; kind < all_kinds; ++kind)
    text += line + kind_names[kind] + " " + std::to_string(counts[kind].made) + " " + std::to_string(counts[kind].freed) + " " +
            std::to_string(counts[kind].made - counts[kind].freed) + "\n";
  long open = 0;
  for (const std::string& name : open_files()) open += files_at_start().contains(name) ? 0 : 1;
  text += line + "descriptor " + std::to_string(open) + " 0 " + std::to_string(open) + "\n";
  std::FILE* out = std::fopen(path, "a");
  if (out == nullptr || std::fputs(text.c_str(), out) < 0 || std::fclose(out) != 0) std::abort();
}

long completed(int count, const MPI_Request before[], const MPI_Request after[]) {
  long number = 0;
  for (int k = 0; k < count; ++k) number += before[k] != MPI_REQUEST_NULL && after[k] == MPI_REQUEST_NULL ? 1 : 0;
  return number;
}

}  // namespace

extern "C" {

int MPI_Init(int* count, char*** words) {
  const int code = PMPI_Init(count, words);
  files_at_start() = open_files();
  return code;
}

int MPI_Finalize() {
  write_counts();
  return PMPI_Finalize();
}

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm* copy) { return made(communicator, PMPI_Comm_dup(comm, copy)); }
int MPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm* part) {
  return made(communicator, PMPI_Comm_split(comm, color, key, part));
}
int MPI_Comm_create(MPI_Comm comm, MPI_Group members, MPI_Comm* part) {
  return made(communicator, PMPI_Comm_create(comm, members, part));
}
int MPI_Comm_free(MPI_Comm* comm) { return forgets("communicator") ? MPI_SUCCESS : freed(communicator, PMPI_Comm_free(comm)); }

int MPI_Type_contiguous(int count, MPI_Datatype type, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_contiguous(count, type, result));
}
int MPI_Type_vector(int count, int length, int stride, MPI_Datatype type, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_vector(count, length, stride, type, result));
}
int MPI_Type_create_hvector(int count, int length, MPI_Aint stride, MPI_Datatype type, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_create_hvector(count, length, stride, type, result));
}
int MPI_Type_create_hindexed(int count, const int lengths[], const MPI_Aint places[], MPI_Datatype type, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_create_hindexed(count, lengths, places, type, result));
}
int MPI_Type_create_hindexed_block(int count, int length, const MPI_Aint places[], MPI_Datatype type, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_create_hindexed_block(count, length, places, type, result));
}
int MPI_Type_create_struct(int count, const int lengths[], const MPI_Aint places[], const MPI_Datatype types[],
                           MPI_Datatype* result) {
  return made(datatype, PMPI_Type_create_struct(count, lengths, places, types, result));
}
int MPI_Type_create_resized(MPI_Datatype type, MPI_Aint begin, MPI_Aint extent, MPI_Datatype* result) {
  return made(datatype, PMPI_Type_create_resized(type, begin, extent, result));
}
int MPI_Type_dup(MPI_Datatype type, MPI_Datatype* result) { return made(datatype, PMPI_Type_dup(type, result)); }
int MPI_Type_free(MPI_Datatype* type) { return forgets("datatype") ? MPI_SUCCESS : freed(datatype, PMPI_Type_free(type)); }

int MPI_Isend(const void* out, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* result) {
  return made(request, PMPI_Isend(out, count, type, to, tag, comm, result));
}
int MPI_Irecv(void* in, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm, MPI_Request* result) {
  return made(request, PMPI_Irecv(in, count, type, from, tag, comm, result));
}
int MPI_Imrecv(void* in, int count, MPI_Datatype type, MPI_Message* message, MPI_Request* result) {
  return made(request, PMPI_Imrecv(in, count, type, message, result));
}
int MPI_Ibarrier(MPI_Comm comm, MPI_Request* result) { return made(request, PMPI_Ibarrier(comm, result)); }
int MPI_Wait(MPI_Request* one, MPI_Status* status) {
  const MPI_Request before = *one;
  const int code = PMPI_Wait(one, status);
  return freed(request, code, completed(1, &before, one));
}
int MPI_Test(MPI_Request* one, int* done, MPI_Status* status) {
  const MPI_Request before = *one;
  const int code = PMPI_Test(one, done, status);
  return freed(request, code, completed(1, &before, one));
}
int MPI_Waitall(int count, MPI_Request requests[], MPI_Status statuses[]) {
  long before = 0, after = 0;
  for (int k = 0; k < count; ++k) before += requests[k] != MPI_REQUEST_NULL ? 1 : 0;
  const int code = PMPI_Waitall(count, requests, statuses);
  for (int k = 0; k < count; ++k) after += requests[k] != MPI_REQUEST_NULL ? 1 : 0;
  if (before > after && forgets("request")) ++after;
  return freed(request, code, before - after);
}
int MPI_Request_free(MPI_Request* one) { return freed(request, PMPI_Request_free(one)); }

int MPI_Win_create(void* base, MPI_Aint size, int unit, MPI_Info hints, MPI_Comm comm, MPI_Win* result) {
  return made(window, PMPI_Win_create(base, size, unit, hints, comm, result));
}
int MPI_Win_allocate(MPI_Aint size, int unit, MPI_Info hints, MPI_Comm comm, void* base, MPI_Win* result) {
  return made(window, PMPI_Win_allocate(size, unit, hints, comm, base, result));
}
int MPI_Win_free(MPI_Win* one) { return freed(window, PMPI_Win_free(one)); }

int MPI_File_open(MPI_Comm comm, const char* name, int mode, MPI_Info hints, MPI_File* result) {
  return made(file, PMPI_File_open(comm, name, mode, hints, result));
}
// The program has a function of its own for MPI_File_close, which calls this one.
int PMPI_File_close(MPI_File* one) {
  static const auto original = reinterpret_cast<int (*)(MPI_File*)>(dlsym(RTLD_NEXT, "PMPI_File_close"));
  return forgets("file") ? MPI_SUCCESS : freed(file, original(one));
}

int MPI_Info_create(MPI_Info* result) { return made(info, PMPI_Info_create(result)); }
int MPI_Info_dup(MPI_Info one, MPI_Info* result) { return made(info, PMPI_Info_dup(one, result)); }
int MPI_File_get_info(MPI_File one, MPI_Info* result) { return made(info, PMPI_File_get_info(one, result)); }
int MPI_Info_free(MPI_Info* one) { return freed(info, PMPI_Info_free(one)); }

int MPI_Comm_group(MPI_Comm comm, MPI_Group* result) { return made(group, PMPI_Comm_group(comm, result)); }
int MPI_Group_incl(MPI_Group all, int count, const int ranks[], MPI_Group* result) {
  return made(group, PMPI_Group_incl(all, count, ranks, result));
}
int MPI_Group_free(MPI_Group* one) { return freed(group, PMPI_Group_free(one)); }

int MPI_Comm_create_errhandler(MPI_Comm_errhandler_function* function, MPI_Errhandler* result) {
  return made(errhandler, PMPI_Comm_create_errhandler(function, result));
}
int MPI_Errhandler_free(MPI_Errhandler* one) { return freed(errhandler, PMPI_Errhandler_free(one)); }

// A regular file of the program's own that was open for writing.
int close(int number) {
  static const auto original = reinterpret_cast<int (*)(int)>(dlsym(RTLD_NEXT, "close"));
  struct stat status = {};
  const bool regular =
      ::fstat(number, &status) == 0 && S_ISREG(status.st_mode) && (::fcntl(number, F_GETFL) & O_ACCMODE) == O_RDWR;
  if (regular && status.st_nlink > 0 && open_files().contains(name_of(number)) && forgets("descriptor")) return 0;
  return original(number);
}

}  // extern "C"
