# nnft_warnings: the compiler warnings every target of this project is built with.
add_library(nnft_warnings INTERFACE)
target_compile_options(nnft_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                            -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(nnft_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)  # GCC bug 105651: char* + std::string
endif()
if(NNFT_WERROR)
  target_compile_options(nnft_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
