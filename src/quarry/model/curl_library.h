// libcurl, loaded when the first request is made: it brings thirty shared libraries, and each start of the
// program would pay for them though few ever speak to a remote encoder.
#pragma once

#include <curl/curl.h>

#include "quarry/base/result.h"

namespace quarry::model {

// The functions of libcurl that Quarry calls, under their names without "curl_".
struct CurlLibrary {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
};

// Loaded and initialised once a process, safe from several threads; ErrorKind::unavailable where it is not
// installed.
[[nodiscard]] Result<const CurlLibrary*> curl_library();

// The same for another file than the system's libcurl; not kept. Apart so that a missing one can be tested.
[[nodiscard]] Result<CurlLibrary> load_curl(const char* file);

}  // namespace quarry::model
