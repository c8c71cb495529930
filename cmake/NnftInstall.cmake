# Installs the program, the headers and a CMake package: find_package(nnft) gives nnft::core … nnft::run.
include(CMakePackageConfigHelpers)
get_property(layers GLOBAL PROPERTY NNFT_LAYERS)
install(TARGETS nnft RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${layers} EXPORT nnftTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/nnft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT nnftTargets NAMESPACE nnft:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nnft)
configure_package_config_file(cmake/nnftConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/nnftConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nnft)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/nnftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/nnftConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/nnftConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/NnftHdf5.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nnft)
