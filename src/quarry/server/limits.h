// Every bound of the server in one place. docs/SERVER.md has the same table.
#pragma once

#include <chrono>
#include <cstddef>

namespace quarry::server {

struct Limits {
  std::size_t header_bytes = 32 * 1024;  // request line and header fields; more is 431
  std::chrono::seconds header_time{
      5};                              // from a request's first byte to its last header; also a TLS handshake
  std::chrono::seconds body_time{20};  // to receive a body
  std::chrono::milliseconds idle_time{60000};     // between requests of a connection
  std::chrono::seconds write_time{30};            // to take an answer
  std::chrono::milliseconds request_time{10000};  // from header to answer; then 504
  std::size_t connections = 1000;                 // more are answered 503 and closed
  std::size_t client_connections = 250;           // of one address; more are answered 503 and closed
  std::size_t bodies = std::size_t{256} << 20;    // bytes of large bodies held at once; more are 503
  std::size_t queue = 256;                        // searches that wait for a thread; more are 503 at once
  double rate = 0;   // requests a second and client; 0: not limited; more are 429
  double burst = 0;  // requests that a client may make at once; 0: twice the rate
};

}  // namespace quarry::server
