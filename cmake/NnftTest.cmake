# nnft_add_test (GoogleTest programs, serial or on several MPI ranks) and nnft_add_script_test (shell and Python).
find_package(GTest REQUIRED)

# What every test gets. Open MPI refuses to run as root, to start more ranks than cores, and binds the ranks of tests that run
# side by side to the same cores, unless told otherwise. The hundreds of jobs that tests start need no search for fast networks
# (pml), a third of a start. (Singletons without a daemon, ess_singleton_isolated, would start faster still, but share a directory
# and fail side by side.)
set(NNFT_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none
  OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_pml=ob1
  OMP_NUM_THREADS=1
  OPENBLAS_NUM_THREADS=1
  GTEST_COLOR=no)

set(NNFT_MPIEXEC_FLAGS "")
execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE mpiexec_version ERROR_QUIET)
if(mpiexec_version MATCHES "Open MPI|OpenRTE")
  set(NNFT_MPIEXEC_FLAGS --oversubscribe)
endif()

# NNFT_PYTHON: an interpreter that opens result files. Without one the tests that need it fail and say why.
set(NNFT_PYTHON_MODULES numpy h5py xarray h5netcdf netCDF4 mpmath)
if(NOT NNFT_PYTHON)
  unset(NNFT_PYTHON CACHE)
  find_program(NNFT_PYTHON_ON_PATH NAMES python3)
  mark_as_advanced(NNFT_PYTHON_ON_PATH)
  list(JOIN NNFT_PYTHON_MODULES ", " modules)
  foreach(candidate ${NNFT_PYTHON_ON_PATH} /usr/bin/python3 /usr/local/bin/python3)
    execute_process(COMMAND ${candidate} -c "import ${modules}" RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(status EQUAL 0)
      set(NNFT_PYTHON ${candidate} CACHE FILEPATH "Python with ${modules}, for the tests")
      break()
    endif()
  endforeach()
endif()
if(NNFT_PYTHON)
  set(test_python ${NNFT_PYTHON})
else()
  set(test_python ${PROJECT_BINARY_DIR}/no_python.sh)
  file(WRITE ${test_python} "#!/bin/sh
echo 'no python3 with ${NNFT_PYTHON_MODULES} was found when this build was configured. Debian: apt-get install' \\
     'python3-numpy python3-h5py python3-xarray python3-h5netcdf python3-netcdf4 python3-mpmath, or cmake -DNNFT_PYTHON=…' >&2
exit 1
")
  file(CHMOD ${test_python} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  message(STATUS "No python3 with ${NNFT_PYTHON_MODULES}: the tests that need it will fail")
endif()

# Sanitized programs, little optimised, take ten times as long.
function(nnft_timeout RESULT SECONDS)
  if(NNFT_SANITIZE)
    math(EXPR SECONDS "10 * ${SECONDS}")
  endif()
  set(${RESULT} ${SECONDS} PARENT_SCOPE)
endfunction()

# nnft_add_test(NAME n SOURCES … LIBRARIES … [RANKS 1 2 3 4] [LABELS …] [TIMEOUT seconds])
# Without RANKS one serial test; with RANKS one test per number of ranks, called n.np1, n.np2, …, with tests/support/mpi_main.
function(nnft_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;RANKS;LABELS")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nnft_add_test needs NAME and SOURCES; not understood: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  nnft_timeout(arg_TIMEOUT ${arg_TIMEOUT})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} GTest::gtest nnft_warnings nnft_sanitizers)

  target_precompile_headers(${arg_NAME} REUSE_FROM nnft_test_precompiled)
  # Five sources at a time: each instantiates much of Eigen. Their helpers are in namespaces of their own.
  set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)

  if(NOT arg_RANKS)
    target_link_libraries(${arg_NAME} PRIVATE GTest::gtest_main)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    set_tests_properties(${arg_NAME} PROPERTIES
      ENVIRONMENT "${NNFT_TEST_ENVIRONMENT}" LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} PROCESSORS 1
      FAIL_REGULAR_EXPRESSION "Running 0 tests")
    return()
  endif()

  target_link_libraries(${arg_NAME} PRIVATE nnft_test_mpi_main)
  foreach(ranks ${arg_RANKS})
    set(test ${arg_NAME}.np${ranks})
    add_test(NAME ${test} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} ${NNFT_MPIEXEC_FLAGS}
                                  $<TARGET_FILE:${arg_NAME}> ${MPIEXEC_POSTFLAGS} --ranks=${ranks})
    set_tests_properties(${test} PROPERTIES
      ENVIRONMENT "${NNFT_TEST_ENVIRONMENT}" LABELS "mpi;${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} PROCESSORS ${ranks})
  endforeach()
endfunction()

# nnft_add_script_test(NAME n COMMAND script argument… [LABELS …] [TIMEOUT seconds] [PROCESSORS p])
# A *.py script runs under NNFT_PYTHON, a *.sh script under bash, in an empty directory of its own, with NNFT (the program),
# NNFT_MPIEXEC, NNFT_PYTHON, NNFT_SOURCE_DIR and NNFT_COUNTER (tests/support/message_counts.cpp) in the environment. Exit code 77:
# skipped.
function(nnft_add_script_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT;PROCESSORS" "COMMAND;LABELS")
  if(NOT arg_NAME OR NOT arg_COMMAND OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nnft_add_script_test needs NAME and COMMAND; not understood: '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  nnft_timeout(arg_TIMEOUT ${arg_TIMEOUT})
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  list(GET arg_COMMAND 0 script)
  if(script MATCHES "\\.py$")
    list(PREPEND arg_COMMAND ${test_python})
  elseif(script MATCHES "\\.sh$")
    list(PREPEND arg_COMMAND bash)
  endif()
  add_test(NAME ${arg_NAME} COMMAND bash ${PROJECT_SOURCE_DIR}/tests/support/in_fresh_directory.sh
                                    ${PROJECT_BINARY_DIR}/tests/scratch/${arg_NAME} ${arg_COMMAND})
  set_tests_properties(${arg_NAME} PROPERTIES
    ENVIRONMENT "${NNFT_TEST_ENVIRONMENT};NNFT=$<TARGET_FILE:nnft>;NNFT_MPIEXEC=${MPIEXEC_EXECUTABLE};NNFT_PYTHON=${test_python};NNFT_SOURCE_DIR=${PROJECT_SOURCE_DIR};NNFT_COUNTER=$<TARGET_FILE:nnft_message_counts>;NNFT_SANITIZE=${NNFT_SANITIZE}"
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} PROCESSORS ${arg_PROCESSORS} SKIP_RETURN_CODE 77)
endfunction()
