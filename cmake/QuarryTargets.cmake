# How every Quarry target is built: language level, warnings, sanitizers, and one helper a kind of target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Relative paths inside the cache let every clone, work tree and preset share what is the same in them. The sloppiness is
# what ccache asks for before it takes a precompiled header; nothing here reads the time or defines macros in one.
find_program(QUARRY_CCACHE ccache)
if(QUARRY_CCACHE)
  set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros "${QUARRY_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(QUARRY_MOLD mold)
if(QUARRY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The code under test gets these (and grammars/ its scanners). Tests themselves are instrumented only where the sanitizer
# must see every thread: it triples the time of compiling them and finds nothing about the program.
add_library(quarry_sanitized INTERFACE)
if(QUARRY_SANITIZE)
  # -fno-sanitize-recover: undefined behaviour fails the test instead of printing a line.
  set(sanitizer_options -fsanitize=${QUARRY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(QUARRY_FUZZ)
    list(APPEND sanitizer_options -fsanitize=fuzzer-no-link)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    list(APPEND sanitizer_options "-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/.ci/sanitizers.ignore")
  endif()
  target_compile_options(quarry_sanitized INTERFACE ${sanitizer_options})
  add_link_options(-fsanitize=${QUARRY_SANITIZE})
  # What lies inside of an allocation is no error to AddressSanitizer: the library checks indexes of vectors, spans, texts.
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(QUARRY_SANITIZE MATCHES thread)
    # Asio's bare memory fences are invisible to ThreadSanitizer; its locks, which do the work, are not.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()

  # The sanitizers of g++ 12 and clang 14 cannot place their shadow memory where the kernel randomises addresses by
  # more than 28 bits (Linux 6.6 and later do): run their programs without randomisation where that is allowed.
  execute_process(COMMAND setarch -R true RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(status EQUAL 0)
    set(CMAKE_CROSSCOMPILING_EMULATOR setarch -R)
  endif()
endif()

add_library(quarry_warnings INTERFACE)
target_compile_options(quarry_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
# With a sanitizer g++ 12 sees conversions and loops that are not in the source; clang, and g++ without, are strict.
if(NOT QUARRY_SANITIZE OR CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(quarry_warnings INTERFACE -Werror)
endif()

# For folders that neither a search nor indexing spends its time in: -O3 would double the time of compiling them.
add_library(quarry_cold INTERFACE)
target_compile_options(quarry_cold INTERFACE $<$<CONFIG:Release>:-O2>)

# Trees of the sanitizers exist to be tested and compile a folder in a few pieces (CMake's unity builds): most of the time of
# a small piece goes into headers and templates that each of them repeats. `ALONE` are sources that may not share a piece,
# since a neighbour uses the same name for something of its own; where such a tree says "redefinition", one more is due.
function(quarry_few_pieces target)
  if(QUARRY_SANITIZE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    if(ARGN)
      set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endif()
endfunction()

# quarry_library(<folder> SOURCES ... [ALONE sources...] [PUBLIC targets...] [PRIVATE targets...])
# One static library a folder of src/quarry. PUBLIC names what its headers include, PRIVATE what only its
# sources use. Every unit test <name>_test.cpp beside the sources is picked up by quarry_test.
function(quarry_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;ALONE;PUBLIC;PRIVATE" ${ARGN})
  add_library(quarry_${name} STATIC ${arg_SOURCES})
  add_library(quarry::${name} ALIAS quarry_${name})
  target_include_directories(quarry_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(quarry_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} quarry_warnings quarry_sanitized)
  quarry_few_pieces(quarry_${name} ${arg_ALONE})
endfunction()

# quarry_test_program(<target>): its GoogleTest, and what makes building it cheap. Tests are not optimised: they run for
# seconds and are most of what there is to compile. The headers of GoogleTest, which take longer to read than most tests
# to compile, are read once for all tests; trees of the sanitizers do without, so that a missing include is found there.
function(quarry_test_program target)
  target_link_libraries(${target} PRIVATE GTest::gmock_main quarry_warnings)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
  if(QUARRY_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    return()
  endif()
  if(target STREQUAL quarry_base_test)
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
  else()
    target_precompile_headers(${target} REUSE_FROM quarry_base_test)
  endif()
endfunction()

# quarry_reads_tree(<source>...): tests that read files of this tree, which QUARRY_SOURCE_DIR leads to. Nobody else is
# told where the tree is, so that what is compiled in one clone serves all of them (ccache).
function(quarry_reads_tree)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_DEFINITIONS QUARRY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()

# For tests that fetch: what libgit2 itself loses then is no finding (.ci/lsan.supp says why). Nobody else has it, so that
# a pattern of ours that is lost shows.
set(QUARRY_FETCHING "")
if(QUARRY_SANITIZE MATCHES address)
  set(QUARRY_FETCHING "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/.ci/lsan.supp")
endif()

# quarry_test(<folder> [THREADS] [FETCHES] SOURCES ... [ALONE sources...] [LINK targets...]): the GoogleTest program of
# one folder.
# THREADS: it runs code on several threads, so ThreadSanitizer looks at it; the others are not built for that.
function(quarry_test name)
  cmake_parse_arguments(arg "THREADS;FETCHES" "" "SOURCES;ALONE;LINK" ${ARGN})
  if(NOT QUARRY_TESTS OR (QUARRY_SANITIZE MATCHES thread AND NOT arg_THREADS))
    return()
  endif()
  add_executable(quarry_${name}_test ${arg_SOURCES})
  target_link_libraries(quarry_${name}_test PRIVATE quarry::${name} ${arg_LINK})
  quarry_test_program(quarry_${name}_test)
  if(QUARRY_SANITIZE MATCHES thread)
    target_link_libraries(quarry_${name}_test PRIVATE quarry_sanitized)
  endif()
  quarry_few_pieces(quarry_${name}_test ${arg_ALONE})
  if(arg_FETCHES AND QUARRY_FETCHING)
    set(properties PROPERTIES ENVIRONMENT "${QUARRY_FETCHING}")
  elseif(QUARRY_SANITIZE MATCHES thread)
    set(properties PROPERTIES ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/.ci/tsan.supp")
  endif()
  gtest_discover_tests(quarry_${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 ${properties})
endfunction()

# quarry_fuzz(<name> SOURCES <name>_fuzz.cpp [LINK targets...]): one function LLVMFuzzerTestOneInput.
# With QUARRY_FUZZ (the asan preset) a libFuzzer program, and a test fuzz.<name> that runs it over fuzz/seeds/<name> and
# on from there for QUARRY_FUZZ_SECONDS (10) seconds. Elsewhere a test fuzz.<name>.seeds that replays the seeds; none of
# the targets has threads.
function(quarry_fuzz name)
  if((NOT QUARRY_FUZZ AND NOT QUARRY_TESTS) OR QUARRY_SANITIZE MATCHES thread)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  set(target quarry_${name}_fuzz)
  set(seeds "${PROJECT_SOURCE_DIR}/fuzz/seeds/${name}")
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LINK} quarry_warnings quarry_sanitized)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  if(QUARRY_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    # What the fuzzer finds on the way goes to the build folder; the seeds stay as they are.
    set(found "${PROJECT_BINARY_DIR}/fuzz/${name}")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME fuzz.${name} COMMAND sh -c "exec \"$@\" -max_total_time=\${QUARRY_FUZZ_SECONDS:-10}" fuzz
      ${CMAKE_CROSSCOMPILING_EMULATOR} "$<TARGET_FILE:${target}>" -timeout=25 -rss_limit_mb=3000 -print_final_stats=1
      "-artifact_prefix=${found}/found-" "${found}" "${seeds}")
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 7200)
  else()
    target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/fuzz/replay.cpp")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
    add_test(NAME fuzz.${name}.seeds COMMAND ${target} "${seeds}")
  endif()
endfunction()
