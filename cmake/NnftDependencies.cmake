# Everything nnft links to.
find_package(MPI REQUIRED COMPONENTS C)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
# Headers only; Debian's xsimd target also names a library that does not exist (xtl).
find_path(NNFT_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp)
if(NOT NNFT_XSIMD_INCLUDE_DIR)
  message(FATAL_ERROR "nnft needs the headers of xsimd 8.1 or later. Debian: libxsimd-dev.")
endif()

include(NnftHdf5)
