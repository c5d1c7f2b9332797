# Packages from npm, as a lock file names them: the grammars, and what the web page is built with.

# quarry_npm_packages(<what>): installs the packages of package-lock.json in the calling folder into node_modules
# there, unless that was done for this very lock file. `what` says in the log what they are for.
function(quarry_npm_packages what)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  file(SHA256 "${folder}/package-lock.json" lock)
  set(stamp "${folder}/node_modules/.quarry-${lock}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS package-lock.json)
  if(EXISTS "${stamp}")
    return()
  endif()
  find_program(NPM npm REQUIRED)
  message(STATUS "Installing ${what} with npm")
  execute_process(
    COMMAND "${NPM}" ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --omit=dev
    WORKING_DIRECTORY "${folder}" RESULT_VARIABLE status OUTPUT_QUIET)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "npm ci failed in ${folder}: is the npm registry reachable?")
  endif()
  file(TOUCH "${stamp}")
endfunction()
