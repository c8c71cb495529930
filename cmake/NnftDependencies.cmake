# Everything nnft links to. HDF5 must be a parallel build: checked here, not at link time.
find_package(MPI REQUIRED COMPONENTS C)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
# Headers only; Debian's xsimd target also names a library that does not exist (xtl).
find_path(NNFT_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp)
if(NOT NNFT_XSIMD_INCLUDE_DIR)
  message(FATAL_ERROR "nnft needs the headers of xsimd 8.1 or later. Debian: libxsimd-dev.")
endif()

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 1.10 REQUIRED COMPONENTS C HL)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "nnft needs a parallel HDF5 (built with MPI); found a serial one in ${HDF5_INCLUDE_DIRS}. "
                      "Debian: libhdf5-openmpi-dev. On a cluster load the module of HDF5 built with your MPI.")
endif()

add_library(nnft_hdf5 INTERFACE)
target_include_directories(nnft_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(nnft_hdf5 INTERFACE ${HDF5_HL_LIBRARIES} ${HDF5_LIBRARIES} MPI::MPI_C)
