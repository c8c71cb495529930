# nnft_sanitizers: AddressSanitizer and UndefinedBehaviorSanitizer, empty unless NNFT_SANITIZE or NNFT_FUZZ, which adds the
# coverage that libFuzzer steers by.
add_library(nnft_sanitizers INTERFACE)
if(NNFT_SANITIZE)
  target_compile_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(NNFT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NNFT_FUZZ needs libFuzzer, which comes with Clang; got ${CMAKE_CXX_COMPILER_ID}. Debian: clang, libclang-rt-14-dev")
  endif()
  target_compile_options(nnft_sanitizers INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
