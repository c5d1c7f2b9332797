# Everything Quarry stands on comes from Debian 12 packages (and the grammars from npm, see grammars/).

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Boost 1.74 REQUIRED)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

find_path(STEMMER_INCLUDE_DIR libstemmer.h REQUIRED)
find_library(STEMMER_LIBRARY stemmer REQUIRED)
add_library(quarry_stemmer INTERFACE)
target_include_directories(quarry_stemmer INTERFACE "${STEMMER_INCLUDE_DIR}")
target_link_libraries(quarry_stemmer INTERFACE "${STEMMER_LIBRARY}")

if(QUARRY_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# Encoders behind a network.
find_package(CURL REQUIRED)

# Tokenizers of models: patterns and Unicode.
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
