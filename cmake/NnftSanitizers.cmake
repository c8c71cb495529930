# nnft_sanitizers: AddressSanitizer, UndefinedBehaviorSanitizer and the standard library's own assertions (Eigen's are on wherever
# NDEBUG is not defined); empty unless NNFT_SANITIZE.
add_library(nnft_sanitizers INTERFACE)
if(NNFT_SANITIZE)
  target_compile_definitions(nnft_sanitizers INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
