# nnft_warnings: the compiler warnings every target of this project is built with.
add_library(nnft_warnings INTERFACE)
target_compile_options(nnft_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                            -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast>)
if(NNFT_WERROR)
  target_compile_options(nnft_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
