# Files named *_avx2.cpp and *_avx512.cpp hold the same kernels as *_generic.cpp for wider vectors. Only these files may use the
# wider instructions: the choice between them is made at run time. -ffp-contract=off: a product and a sum are fused only where
# the kernel says fma, so that equal sources give equal bits. All kernels are optimised in every build type; in a Debug build
# the rest is not.
# NNFT_X86: whether the wide files are part of the build (on other processors, and for fuzzing, nnft_layer leaves them out).
# Included before the layers; the properties hold for the targets of this directory.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64|i[3-6]86)$" AND NOT NNFT_FUZZ)
  set(NNFT_X86 TRUE)
else()
  set(NNFT_X86 FALSE)
endif()

set(common -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math)
set(avx2 -mavx2 -mfma)
set(avx512 -mavx512f -mavx512cd -mavx512dq -mavx512bw -mprefer-vector-width=512 -mfma)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The intrinsics of GCC's own avx512fintrin.h set off these warnings (GCC bug 105593).
  list(APPEND avx512 -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
# AddressSanitizer would keep the kernels' vectors in guarded memory instead of registers, at ten times the time of a run. Local
# arrays are still checked, by the assertions of std::array and by UndefinedBehaviorSanitizer.
if(NNFT_SANITIZE AND NOT NNFT_SANITIZE STREQUAL "thread" OR NNFT_FUZZ)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND common --param=asan-stack=0)
  elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    list(APPEND common -mllvm -asan-stack=0)
  endif()
endif()
foreach(path generic avx2 avx512)
  file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_${path}.cpp)
  if(kernels)
    set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS "${common};${${path}}" SKIP_PRECOMPILE_HEADERS ON)
  endif()
endforeach()
