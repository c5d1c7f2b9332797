# What `cmake --install` and `cpack` put on a machine: the program, its manual and completions, the licences. It
# needs shared libraries of Debian and nothing of the build folder, of npm or of node. What `quarry train` and
# `quarry export` run is a package of its own, so that nobody installs libtorch to search.

# The licences of all code inside the program itself, gathered from where the code came from.
set(grammar_modules "${PROJECT_SOURCE_DIR}/grammars/node_modules")
set(page_modules "${PROJECT_SOURCE_DIR}/web/node_modules")
set(licenses "${PROJECT_BINARY_DIR}/THIRD_PARTY_LICENSES")
file(GLOB license_files CONFIGURE_DEPENDS
  "${grammar_modules}/tree-sitter/LICENSE"
  "${grammar_modules}/tree-sitter/vendor/tree-sitter/lib/src/unicode/LICENSE"
  "${grammar_modules}/tree-sitter-*/LICENSE*"
  "${grammar_modules}/@tree-sitter-grammars/*/LICENSE*"
  "${page_modules}/preact/LICENSE"
  "${page_modules}/@preact/*/LICENSE"
  "${page_modules}/@zag-js/*/LICENSE"
  "${page_modules}/@floating-ui/*/LICENSE"
  "${page_modules}/refractor/license"
  "${page_modules}/hast*/license"
  "${page_modules}/property-information/license"
  "${page_modules}/*-separated-tokens/license"
  "${page_modules}/parse-entities/license"
  "${page_modules}/character-*/license"
  "${page_modules}/is-*/license"
  "${page_modules}/stemmer/license"
  /usr/share/doc/libcli11-dev/copyright
  /usr/share/doc/libexpected-dev/copyright
  /usr/share/doc/libhnswlib-dev/copyright
  /usr/share/doc/libutfcpp-dev/copyright
  /usr/share/doc/rapidjson-dev/copyright
  /usr/share/doc/libyaml-cpp-dev/copyright
  /usr/share/doc/nlohmann-json3-dev/copyright)
list(FILTER license_files EXCLUDE REGEX "tree-sitter-cli")
set(text "Licences of the code inside the quarry program that others wrote.\n")
foreach(file IN LISTS license_files)
  cmake_path(GET file PARENT_PATH component)
  string(REGEX REPLACE "^(${grammar_modules}|/usr/share/doc)/" "" component "${component}")
  file(READ "${file}" license)
  string(APPEND text "\n\n==== ${component} ====\n\n${license}")
endforeach()
file(WRITE "${licenses}" "${text}")

set(documents "${CMAKE_INSTALL_DATADIR}/doc/quarry")
install(TARGETS quarry RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES LICENSE DESTINATION "${documents}" RENAME copyright)
install(FILES NOTICE DESTINATION "${documents}")
install(FILES docs/THIRD_PARTY.md "${licenses}" CHANGELOG.md DESTINATION "${documents}")

# The ranking's weights travel inside the program.
install(DIRECTORY models/default DESTINATION "${CMAKE_INSTALL_DATADIR}/quarry/models" PATTERN ranking.json EXCLUDE)

configure_file(cmake/InstallGenerated.cmake.in InstallGenerated.cmake @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/InstallGenerated.cmake")

set(components quarry)
if(TARGET quarry-train OR TARGET quarry-export)
  list(APPEND components train)
  install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/quarry-train" RENAME copyright COMPONENT train)
  install(DIRECTORY configs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/quarry/configs" COMPONENT train FILES_MATCHING PATTERN "*.yaml")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_DEBIAN_QUARRY_PACKAGE_NAME quarry)
set(CPACK_DEBIAN_TRAIN_PACKAGE_NAME quarry-train)
set(CPACK_DEBIAN_TRAIN_PACKAGE_DEPENDS "quarry (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_TRAIN_PACKAGE_RECOMMENDS libopenblas0-pthread)
set(CPACK_COMPONENT_TRAIN_DESCRIPTION "Training and export of Quarry's models\n The programs behind `quarry train` and\
 `quarry export`, and the configurations of the models that come with Quarry.")
set(CPACK_PACKAGE_NAME quarry)
set(CPACK_PACKAGE_VENDOR "The Quarry developers")
set(CPACK_PACKAGE_CONTACT "The Quarry developers <quarry@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Indexes the functions of source code in twenty languages and answers plain-English\
 descriptions with the functions that fit. Runs on one machine, without a service and without a network.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when a remote encoder is first spoken to, so that no linked library names it.
set(CPACK_DEBIAN_QUARRY_PACKAGE_DEPENDS "libcurl4 (>= 7.85)")
set(CPACK_DEBIAN_QUARRY_PACKAGE_RECOMMENDS git)
include(CPack)
