# Files named *_avx2.cpp and *_avx512.cpp hold the same kernels as *_generic.cpp for wider vectors. Only these files may use the
# wider instructions: the choice between them is made at run time. -ffp-contract=off: a product and a sum are fused only where
# the kernel says fma, so that equal sources give equal bits.
file(GLOB_RECURSE generic RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *_generic.cpp)
file(GLOB_RECURSE avx2 RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *_avx2.cpp)
file(GLOB_RECURSE avx512 RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *_avx512.cpp)
set(common -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math)
foreach(layer random field sampling)
  file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${layer}/*_generic.cpp)
endforeach()
