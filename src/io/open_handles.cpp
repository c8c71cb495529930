#include "nnft/io/open_handles.hpp"

#include "io/file_descriptor.hpp"
#include "io/hdf5_handle.hpp"
#include "nnft/parallel/communicator.hpp"

namespace nnft {
namespace {

std::string counted(long number, const std::string& name) {
  return std::to_string(number) + " " + name + (number == 1 ? "" : "s");
}

}  // namespace

std::string OpenHandles::text() const {
  return counted(communicators, "communicator") + ", " + counted(hdf5_ids, "HDF5 id") + ", " +
         counted(descriptors, "file descriptor");
}

OpenHandles open_handles() noexcept { return {Communicator::open(), hdf5::Handle::open(), FileDescriptor::open()}; }

long open_hdf5_handles() {
  return static_cast<long>(
      hdf5::check(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL), "HDF5", "H5Fget_obj_count"));
}

void silence_hdf5() noexcept {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // unchecked: at worst it prints
}

}  // namespace nnft
