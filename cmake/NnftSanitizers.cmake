# nnft_sanitizers: with NNFT_SANITIZE=address AddressSanitizer and UndefinedBehaviorSanitizer, with thread ThreadSanitizer; and the
# standard library's own assertions (Eigen's are on wherever NDEBUG is not defined). NNFT_SANITIZE=quick: address without what takes
# longest to compile: the checks of each pointer that is followed (null, alignment, object size, type), a third of the time, most of
# which AddressSanitizer makes at run time in its own way; and Eigen's vectorised loops, an eighth. With NNFT_FUZZ AddressSanitizer,
# UndefinedBehaviorSanitizer and the coverage that libFuzzer steers by. Empty without either.
add_library(nnft_sanitizers INTERFACE)
if(NNFT_SANITIZE)
  if(NNFT_SANITIZE STREQUAL "thread")
    set(sanitizers -fsanitize=thread)
  elseif(NNFT_SANITIZE STREQUAL "address")
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  elseif(NNFT_SANITIZE STREQUAL "quick")
    target_compile_definitions(nnft_sanitizers INTERFACE EIGEN_DONT_VECTORIZE)
    set(sanitizers -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr -fno-sanitize-recover=undefined)
  else()
    message(FATAL_ERROR "NNFT_SANITIZE: expected address, quick, thread or nothing, got ${NNFT_SANITIZE}")
  endif()
  target_compile_definitions(nnft_sanitizers INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(nnft_sanitizers INTERFACE ${sanitizers} -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE ${sanitizers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Eigen offsets the null pointer of matrices without columns.
    target_compile_options(nnft_sanitizers INTERFACE -fno-sanitize=pointer-overflow)
    if(NOT NNFT_SANITIZE STREQUAL "thread")
      # The run time library as GCC has it, shared, which libraries can be preloaded before.
      execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-runtime-dir OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
      target_link_options(nnft_sanitizers INTERFACE -shared-libasan -Wl,-rpath,${runtime})
    endif()
  endif()
endif()
if(NNFT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NNFT_FUZZ needs libFuzzer, which comes with Clang; got ${CMAKE_CXX_COMPILER_ID}. Debian: clang, libclang-rt-dev")
  endif()
  # Eigen offsets the null pointer of matrices without columns.
  target_compile_options(nnft_sanitizers INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=pointer-overflow
                                                   -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
