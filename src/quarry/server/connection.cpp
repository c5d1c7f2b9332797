#include "quarry/server/connection.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "quarry/base/ascii.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxDiscarded = std::size_t{4} << 20;  // bytes read after a refusal, so that it is seen
constexpr std::chrono::seconds kLingerTime{2};

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::delete_;
    case http::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

template <class Fields>
void fill_head(const Fields& fields, Request& request) {
  request.method = method_of(fields.method());
  request.target = std::string(fields.target());
  for (const auto& field : fields)
    request.headers.emplace_back(ascii::lower({field.name_string().data(), field.name_string().size()}),
                                 std::string(field.value()));
}

// What a header says about itself that no two servers on the way may read differently (request smuggling).
std::optional<std::string> ambiguity(const Request& request, unsigned version) {
  const auto count = [&](std::string_view name) {
    return std::ranges::count(request.headers, name,
                              [](const auto& header) { return std::string_view(header.first); });
  };
  if (count("content-length") + count("transfer-encoding") > 1) return "more than one length of the body";
  if (count("host") > 1 || (version >= 11 && count("host") == 0)) return "exactly one Host header is needed";
  return std::nullopt;
}

// Whoever has one IPv6 address has the 2^64 of its network.
std::string client_of(const std::string& peer) {
  beast::error_code error;
  const auto address = asio::ip::make_address(peer, error);
  if (error || !address.is_v6() || address.to_v6().is_v4_mapped()) return peer;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::make_address_v6(bytes).to_string();
}

}  // namespace

void ConnectionSet::insert(AnyConnection* connection, const std::string& peer) {
  const std::lock_guard lock(mutex_);
  connections_.insert(connection);
  ++by_client_[client_of(peer)];
}

void ConnectionSet::erase(AnyConnection* connection, const std::string& peer) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
  const auto found = by_client_.find(client_of(peer));
  if (found != by_client_.end() && --found->second == 0) by_client_.erase(found);
}

std::size_t ConnectionSet::size(const std::string& peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_client_.find(client_of(peer));
  return found == by_client_.end() ? 0 : found->second;
}

std::size_t ConnectionSet::size() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void ConnectionSet::drain() {
  draining_ = true;
  // A connection leaves the set before it is destroyed and needs the mutex for that: all in it are alive.
  const std::lock_guard lock(mutex_);
  for (auto* connection : connections_) connection->drain();
}

template <class Stream>
Connection<Stream>::Connection(Stream stream, std::shared_ptr<asio::ssl::context> tls, std::string peer,
                               Application& application, ConnectionSet& connections)
    : stream_(std::move(stream)),
      tls_(std::move(tls)),
      peer_(std::move(peer)),
      application_(application),
      connections_(connections),
      deadline_(stream_.get_executor()) {
  connections_.insert(this, peer_);
}

template <class Stream>
Connection<Stream>::~Connection() {
  connections_.erase(this, peer_);
}

template <class Stream>
void Connection<Stream>::start() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    asio::dispatch(stream_.get_executor(), [self = self()] {
      self->expire_after(self->limits().header_time);
      self->stream_.async_handshake(asio::ssl::stream_base::server, [self](Error error) {
        if (!error) self->await_request();
      });
    });
  } else {
    asio::dispatch(stream_.get_executor(), [self = self()] { self->await_request(); });
  }
}

template <class Stream>
void Connection<Stream>::drain() {
  // weak: whoever holds the last reference elsewhere may let go of it at any time.
  asio::post(stream_.get_executor(), [weak = this->weak_from_this()] {
    const auto self = weak.lock();
    if (self != nullptr && self->exchange_ == nullptr) self->close();
  });
}

template <class Stream>
void Connection<Stream>::await_request() {
  if (connections_.draining()) return close();
  exchange_.reset();
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits().header_bytes));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // the route sets it, once known
  if (buffer_.size() > 0) return read_header();
  expire_after(limits().idle_time);
  stream_.async_read_some(buffer_.prepare(4096), [self = self()](Error error, std::size_t bytes) {
    if (error) return self->close();
    self->buffer_.commit(bytes);
    self->read_header();
  });
}

template <class Stream>
void Connection<Stream>::read_header() {
  expire_after(limits().header_time);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = self()](Error error, std::size_t) { self->on_header(error); });
}

template <class Stream>
void Connection<Stream>::on_header(Error error) {
  if (error) return refuse_header(error);
  exchange_ = std::make_shared<Exchange>();
  auto& request = exchange_->request;
  request.peer = peer_;
  request.secure = tls_ != nullptr;
  fill_head(parser_->get(), request);
  keep_alive_ = parser_->get().keep_alive();
  unread_body_ = !parser_->is_done();
  if (const auto problem_found = ambiguity(request, parser_->get().version())) {
    keep_alive_ = false;
    application_.reject(*exchange_, 400, *problem_found);
    return write(exchange_);
  }
  if (!application_.admit(*exchange_)) return write(exchange_);
  parser_->body_limit(exchange_->body_limit);
  if (parser_->is_done()) return on_body({});
  const auto expect = request.header("expect");
  if (!expect || ascii::lower(std::string(*expect)) != "100-continue") return read_body();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  expire_after(limits().write_time);
  asio::async_write(stream_, asio::buffer(kContinue), [self = self()](Error failed, std::size_t) {
    if (failed) return self->close();
    self->read_body();
  });
}

// A header that is no header: too long, too slow, not HTTP.
template <class Stream>
void Connection<Stream>::refuse_header(Error error) {
  unsigned status = 400;
  std::string_view detail = "this is no HTTP request";
  if (error == beast::error::timeout) {
    // beast::tcp_stream has closed the socket with its timeout: there is nothing to answer on.
    return close();
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    status = 431;
    detail = "the request's header is too long";
  } else if (error.category() != http::make_error_code(http::error::bad_method).category() ||
             error == http::error::end_of_stream || error == http::error::partial_message) {
    return close();
  }
  exchange_ = std::make_shared<Exchange>();
  exchange_->request.peer = peer_;
  keep_alive_ = false;
  unread_body_ = true;
  application_.reject(*exchange_, status, detail);
  write(exchange_);
}

template <class Stream>
void Connection<Stream>::read_body() {
  expire_after(limits().body_time);
  http::async_read(stream_, buffer_, *parser_,
                   [self = self()](Error error, std::size_t) { self->on_body(error); });
}

template <class Stream>
void Connection<Stream>::on_body(Error error) {
  if (error) {
    if (error.category() != http::make_error_code(http::error::bad_method).category() ||
        error == http::error::partial_message) {
      return close();
    }
    keep_alive_ = false;
    const bool too_long = error == http::error::body_limit;
    application_.reject(*exchange_, too_long ? 413 : 400,
                        too_long ? "the body is too long" : "the body is broken");
    return write(exchange_);
  }
  unread_body_ = false;
  exchange_->request.body = std::move(parser_->get().body());
  beast::get_lowest_layer(stream_).expires_never();
  deadline_.expires_at(exchange_->context.deadline);
  deadline_.async_wait([self = self(), exchange = exchange_](Error cancelled) {
    if (!cancelled) self->on_deadline(exchange);
  });
  // `done` may come from any thread; the answer goes on where the connection lives.
  application_.handle(exchange_, [self = self(), exchange = exchange_] {
    asio::dispatch(self->stream_.get_executor(), [self, exchange] {
      // Too late: the deadline was answered in its place.
      if (self->exchange_ != exchange) return;
      self->deadline_.cancel();
      self->write(exchange);
    });
  });
}

template <class Stream>
void Connection<Stream>::on_deadline(const SharedExchange& late) {
  // The timer may have fired just before the answer came and cancelled it.
  if (exchange_ != late || !parser_) return;
  // The handler still writes to the late one; it is left to it, and a new one is answered.
  exchange_ = std::make_shared<Exchange>();
  exchange_->request.method = late->request.method;
  exchange_->request.peer = late->request.peer;
  exchange_->context.request_id = late->context.request_id;
  exchange_->received = late->received;
  exchange_->route = late->route;
  application_.reject(*exchange_, 504, "the answer took too long");
  write(exchange_);
}

template <class Stream>
void Connection<Stream>::write(SharedExchange exchange) {
  deadline_.cancel();
  parser_.reset();  // answered: see on_deadline
  application_.finish(*exchange);
  const auto& response = exchange->response;
  if (unread_body_ || connections_.draining()) keep_alive_ = false;
  const auto dress = [&](auto& message) {
    message.clear();
    message.version(11);
    message.result(response.status);
    message.reason({reason_phrase(response.status).data(), reason_phrase(response.status).size()});
    if (response.status != 204 && response.status != 304 && !response.content_type.empty())
      message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep_alive_);
  };
  expire_after(limits().write_time);
  const auto on_done = [self = self()](Error error, std::size_t) { self->on_written(error); };
  const std::string_view body = response.asset.empty() ? std::string_view(response.body) : response.asset;
  if (exchange->request.method == Method::head || response.status == 204 || response.status == 304) {
    dress(bare_message_);
    if (exchange->request.method == Method::head && response.status == 200)
      bare_message_.content_length(body.size());
    return http::async_write(stream_, bare_message_, on_done);
  }
  dress(message_);
  message_.body() = {body.data(), body.size()};
  message_.prepare_payload();
  http::async_write(stream_, message_, on_done);
}

template <class Stream>
void Connection<Stream>::on_written(Error error) {
  if (error) return close();
  if (keep_alive_) return await_request();
  if (unread_body_) return linger();
  close();
}

// Closing while the client still sends would reset the connection, and the answer might be lost with it: end
// our side, then read on for a moment.
template <class Stream>
void Connection<Stream>::linger() {
  Error ignored;
  beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  expire_after(kLingerTime);
  discard(0);
}

template <class Stream>
void Connection<Stream>::discard(std::size_t total) {
  buffer_.clear();
  beast::get_lowest_layer(stream_).async_read_some(buffer_.prepare(65536),
                                                   [self = self(), total](Error error, std::size_t bytes) {
                                                     if (error || total + bytes > kMaxDiscarded)
                                                       return self->close();
                                                     self->discard(total + bytes);
                                                   });
}

template <class Stream>
void Connection<Stream>::close() {
  Error ignored;
  auto& lowest = beast::get_lowest_layer(stream_);
  lowest.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  lowest.close();
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

}  // namespace quarry::server
