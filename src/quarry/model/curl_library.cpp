#include "quarry/model/curl_library.h"

#include <dlfcn.h>

namespace quarry::model {
namespace {

// The binary interface that the headers describe; Debian's package libcurl4 has it.
constexpr const char* kFile = "libcurl.so.4";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

tl::unexpected<Error> cannot_load(const char* file) {
  const char* reason = ::dlerror();
  return fail(ErrorKind::unavailable, "remote models need {}, which cannot be loaded ({}): install libcurl4",
              file, reason != nullptr ? reason : "unknown reason");
}

}  // namespace

Result<CurlLibrary> load_curl(const char* file) {
  void* library = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return cannot_load(file);
  CurlLibrary curl;
  const bool complete = find(library, "curl_global_init", curl.global_init) &&
                        find(library, "curl_easy_init", curl.easy_init) &&
                        find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                        find(library, "curl_easy_reset", curl.easy_reset) &&
                        find(library, "curl_easy_setopt", curl.easy_setopt) &&
                        find(library, "curl_easy_perform", curl.easy_perform) &&
                        find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                        find(library, "curl_easy_strerror", curl.easy_strerror) &&
                        find(library, "curl_slist_append", curl.slist_append) &&
                        find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!complete) {
    auto error = cannot_load(file);
    ::dlclose(library);
    return error;
  }
  // libcurl wants its process-wide state made once before any handle.
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorKind::unavailable, "{} cannot be started", file);
  }
  return curl;
}

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> kLibrary = load_curl(kFile);
  if (!kLibrary) return tl::unexpected(kLibrary.error());
  return &*kLibrary;
}

}  // namespace quarry::model
