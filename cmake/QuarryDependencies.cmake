# Everything Quarry stands on comes from Debian 12 packages (and the grammars from npm, see grammars/).

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/writer.h REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Boost 1.74 REQUIRED)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

find_path(STEMMER_INCLUDE_DIR libstemmer.h REQUIRED)
find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h REQUIRED)
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

# Training: configuration files, and libtorch where it is installed. A CUDA build from a PyTorch installation works
# by its path: -DCMAKE_PREFIX_PATH=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)').
find_package(yaml-cpp REQUIRED)
option(QUARRY_TRAINING "Build quarry-train and quarry-export where their libraries are found" ON)
if(QUARRY_TRAINING)
  find_package(Torch QUIET)
endif()
if(Torch_FOUND)
  # Torch's headers are no match for our warnings; its compile flags stay with those who include it.
  add_library(quarry_torch INTERFACE)
  target_include_directories(quarry_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_compile_options(quarry_torch INTERFACE ${TORCH_CXX_FLAGS})
  target_link_libraries(quarry_torch INTERFACE ${TORCH_LIBRARIES})
  message(STATUS "Training: libtorch ${Torch_VERSION}")
else()
  message(STATUS "Training: no libtorch found, quarry-train is not built (Debian: libtorch-dev)")
endif()

# Export to ONNX, where it is installed; only quarry-export loads its libraries.
if(QUARRY_TRAINING)
  find_package(Protobuf QUIET)
  find_package(ONNX QUIET)
endif()
if(ONNX_FOUND AND TARGET protobuf::libprotobuf)
  # Its headers are no match for our warnings.
  add_library(quarry_onnx_headers INTERFACE)
  target_include_directories(quarry_onnx_headers SYSTEM INTERFACE "$<TARGET_PROPERTY:onnx_proto,INTERFACE_INCLUDE_DIRECTORIES>")
  target_compile_definitions(quarry_onnx_headers INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
  target_link_libraries(quarry_onnx_headers INTERFACE "$<TARGET_FILE:onnx_proto>" protobuf::libprotobuf)
  message(STATUS "Export: ONNX")
else()
  set(ONNX_FOUND FALSE)
  message(STATUS "Export: no ONNX found, quarry-export is not built (Debian: libonnx-dev)")
endif()
