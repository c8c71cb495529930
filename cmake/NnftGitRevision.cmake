# NNFT_GIT_REVISION: what the build is made from, asked at every build so that it cannot go stale.
set(NNFT_REVISION_HEADER "${CMAKE_CURRENT_BINARY_DIR}/generated/nnft_revision.hpp")
add_custom_target(nnft_revision
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR} -DOUTPUT=${NNFT_REVISION_HEADER}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/WriteRevision.cmake
  BYPRODUCTS ${NNFT_REVISION_HEADER}
  COMMENT "Recording the git revision")
