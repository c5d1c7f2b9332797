# Writes a text file as a function that answers it: cmake -DINPUT=... -DOUTPUT=... -DHEADER=... -DFUNCTION=... -P
# embed_text.cmake. A raw string ends early only at )TEXT", which no input holds.
file(READ "${INPUT}" text)
get_filename_component(name "${INPUT}" NAME)
file(WRITE "${OUTPUT}" "// Made from ${name} by embed_text.cmake.\n#include \"${HEADER}\"\n\nnamespace quarry::server {\n\n\
std::string_view ${FUNCTION}() {\n  return R\"TEXT(${text})TEXT\";\n}\n\n}  // namespace quarry::server\n")
