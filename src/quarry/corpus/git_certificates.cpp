// libgit2 with mbedTLS (Debian's) parses every certificate of the system whenever it is initialised: 140 of
// them, two thirds of the work of a whole cold search, for programs that never open a TLS connection. It
// cannot be told not to. But the program's own symbols come before those of libraries: the function through
// which it asks mbedTLS for the file is this one, which waits until a clone needs the certificates. Where
// libgit2 is built on another TLS library nobody calls it, and nothing changes.
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "quarry/corpus/git_library.h"

namespace {

using ParseFile = int (*)(void* chain, const char* path);

std::atomic<bool> wanted = false;  // set once, by the first clone
std::string& asked_for() {
  static std::string path;  // written while libgit2 is initialised, before any other use
  return path;
}

}  // namespace

// mbedTLS 2: int mbedtls_x509_crt_parse_file(mbedtls_x509_crt*, const char*), 0 where all certificates were
// read.
extern "C" __attribute__((visibility("default"))) int mbedtls_x509_crt_parse_file(void* chain,
                                                                                  const char* path) {
  static const auto kParse = reinterpret_cast<ParseFile>(::dlsym(RTLD_NEXT, "mbedtls_x509_crt_parse_file"));
  if (wanted && kParse != nullptr) return kParse(chain, path);
  if (path != nullptr) asked_for() = path;
  return -1;  // libgit2 takes it for a file that cannot be read and goes on without
}

namespace quarry::corpus {

void use_certificates() {
  use_libgit2();
  static const bool once = [] {
    wanted = true;
    std::string certificates = asked_for();
    // As git and curl have it, for servers whose certificate no public authority signed.
    for (const char* variable : {"SSL_CERT_FILE", "GIT_SSL_CAINFO"}) {
      if (const char* file = std::getenv(variable); file != nullptr && *file != 0) certificates = file;
    }
    if (!certificates.empty())
      git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, certificates.c_str(), nullptr);
    return true;
  }();
  (void)once;  // where it fails, so does the first connection, in words
}

}  // namespace quarry::corpus
