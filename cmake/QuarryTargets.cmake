# How every Quarry target is built: language level, warnings, sanitizers, and one helper a kind of target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(QUARRY_CCACHE ccache)
if(QUARRY_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${QUARRY_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${QUARRY_CCACHE}")
endif()
find_program(QUARRY_MOLD mold)
if(QUARRY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(QUARRY_SANITIZE)
  # -fno-sanitize-recover: undefined behaviour fails the test instead of printing a line.
  add_compile_options(-fsanitize=${QUARRY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${QUARRY_SANITIZE})
endif()

add_library(quarry_warnings INTERFACE)
target_compile_options(quarry_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)

# quarry_library(<folder> SOURCES ... [PUBLIC targets...] [PRIVATE targets...])
# One static library a folder of src/quarry. PUBLIC names what its headers include, PRIVATE what only its
# sources use. Every unit test <name>_test.cpp beside the sources is picked up by quarry_test.
function(quarry_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(quarry_${name} STATIC ${arg_SOURCES})
  add_library(quarry::${name} ALIAS quarry_${name})
  target_include_directories(quarry_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(quarry_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} quarry_warnings)
endfunction()

# quarry_test(<folder> SOURCES ... [LINK targets...]): the GoogleTest program of one folder.
function(quarry_test name)
  if(NOT QUARRY_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(quarry_${name}_test ${arg_SOURCES})
  target_link_libraries(quarry_${name}_test PRIVATE quarry::${name} ${arg_LINK} GTest::gmock_main quarry_warnings)
  target_compile_definitions(quarry_${name}_test PRIVATE
    QUARRY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(quarry_${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60)
endfunction()
