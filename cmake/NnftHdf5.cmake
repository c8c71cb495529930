# nnft_hdf5: the parallel HDF5 library, for this build and for projects that use the installed package. HDF5 must be a parallel
# build: checked here, not at link time.
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 1.10 REQUIRED COMPONENTS C HL)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "nnft needs a parallel HDF5 (built with MPI); found a serial one in ${HDF5_INCLUDE_DIRS}. "
                      "Debian: libhdf5-openmpi-dev. On a cluster load the module of HDF5 built with your MPI.")
endif()

add_library(nnft_hdf5 INTERFACE IMPORTED GLOBAL)
target_include_directories(nnft_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(nnft_hdf5 INTERFACE ${HDF5_HL_LIBRARIES} ${HDF5_LIBRARIES} MPI::MPI_C)
