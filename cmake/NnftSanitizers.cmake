# nnft_sanitizers: AddressSanitizer and UndefinedBehaviorSanitizer, empty unless NNFT_SANITIZE.
add_library(nnft_sanitizers INTERFACE)
if(NNFT_SANITIZE)
  target_compile_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                   -fno-omit-frame-pointer)
  target_link_options(nnft_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
