#include "nnft/io/open_handles.hpp"

#include <hdf5.h>

namespace nnft {

long open_hdf5_handles() { return static_cast<long>(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL)); }

}  // namespace nnft
