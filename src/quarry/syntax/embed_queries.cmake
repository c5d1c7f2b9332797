# Writes the query files as string constants: cmake -DOUTPUT=... -DDIRECTORY=... -P embed_queries.cmake
# A raw string ends early only at )QUERY", which no query holds.
file(GLOB files "${DIRECTORY}/*.scm")
list(SORT files)
set(text "// Made from queries/*.scm by embed_queries.cmake.\n#pragma once\n\n#include <string_view>\n\n")
string(APPEND text "namespace quarry::syntax::queries {\n\n")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" query)
  string(APPEND text "inline constexpr std::string_view ${name} = R\"QUERY(${query})QUERY\";\n\n")
endforeach()
string(APPEND text "}  // namespace quarry::syntax::queries\n")
file(WRITE "${OUTPUT}" "${text}")
