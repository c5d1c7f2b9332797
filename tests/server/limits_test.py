"""Bad input and overload, against the built program: every bound holds, and the server goes on serving."""
import json
import os
import select
import signal
import socket
import threading
import time
import unittest

import harness
from harness import Case, Server

GET = b"GET /v1/search?q=retry HTTP/1.1\r\nHost: localhost\r\n"


def post(body, content_type=b"application/json", length=None):
    size = str(len(body) if length is None else length).encode()
    return (b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + content_type +
            b"\r\nContent-Length: " + size + b"\r\nConnection: close\r\n\r\n" + body)


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else 0


class Limits(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(Server("--index", cls.index))

    def tearDown(self):
        self.assertEqual(self.server.get("/v1/search", q="retry").status, 200)
        self.assertIsNone(self.server.process.poll())

    def test_wrong_methods_say_which_are_right(self):
        for method, target, allowed in (("POST", "/v1/facets", {"GET", "HEAD", "OPTIONS"}),
                                        ("DELETE", "/v1/search", {"GET", "HEAD", "POST", "OPTIONS"}),
                                        ("GET", "/v1/feedback", {"POST", "OPTIONS"}),
                                        ("TRACE", "/v1/search", {"GET", "HEAD", "POST", "OPTIONS"})):
            answer = self.server.ask(method, target)
            answer.problem(self, 405)
            self.assertEqual(set(answer.headers["Allow"].split(", ")), allowed)

    def test_wrong_content_types(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"):
            self.server.ask("POST", "/v1/search", '{"query":"x"}', {"Content-Type": content_type}).problem(self, 415)
        for content_type in ("application/json; charset=utf-8", "APPLICATION/JSON"):
            self.assertEqual(self.server.ask("POST", "/v1/search", '{"query":"x"}', {"Content-Type": content_type}).status, 200)

    def test_json_that_is_none(self):
        for body in (b"", b"{", b"[]", b"1", b'"x"', b"null", b'{"query":1}', b'{"query":"x","n":1.5}', b'{"query":"x","n":0}',
                     b'{"query":"x","n":1e99}', b'{"query":"\xff\xfe"}', b'{"query":"\xc0\xaf"}', b'{"query":"x"} y', b'{"nope":1}',
                     b'{"query":"\\ud800"}', b'{"query":"a\\u0000b"}', b'{"query":"x","lang":"go"}', b'{"query":"x","lang":[1]}',
                     b"[" * 100000, b'{"query":' * 50000, b'{"a":' * 100 + b"1" + b"}" * 100):
            answer = self.server.raw(post(body))
            self.assertEqual(status_of(answer), 400, (body[:40], answer[:300]))
            self.assertIn(b"application/problem+json", answer)

    def test_brackets_without_end_are_refused_before_they_are_parsed(self):
        before = self.server.resident()
        deep = "[" * 3_900_000
        for target, body, wanted in (("/mcp", '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + deep, 400),
                                     ("/v1/embeddings", '{"model":"x","input":' + deep, (400, 404)),
                                     ("/v2/models/x/infer", '{"inputs":' + deep, (400, 404)),
                                     ("/v1/feedback", deep[:1 << 20], 400)):
            answer = self.server.ask("POST", target, body, {"Content-Type": "application/json"})
            self.assertIn(answer.status, wanted if isinstance(wanted, tuple) else (wanted,), (target, answer.body[:200]))
        # Nor does a body of nothing but members take long.
        begin = time.monotonic()
        members = "{" + ",".join(f'"{i}":0' for i in range(300_000)) + "}"
        for target in ("/mcp", "/v1/embeddings", "/v2/models/x/infer"):
            answer = self.server.ask("POST", target, members, {"Content-Type": "application/json"})
            self.assertIn(answer.status, (400, 404), (target, answer.body[:200]))
        self.assertLess(time.monotonic() - begin, 8)
        # A parser would have taken many times the four megabytes.
        self.assertLess(self.server.resident() - before, 64 << 20)

    def test_path_filters_cost_little(self):
        self.server.post("/v1/search", {"query": "retry", "path": ["*[" * 200]}).problem(self, 400)
        self.server.post("/v1/search", {"query": "retry", "path": ["a/" * 3000]}).problem(self, 400)
        begin = time.monotonic()
        hostile = ["*[" * 128, "*a" * 127 + "*b", "[a-" * 80, "?" * 255 + "*", "!" + "*" * 250, "[[:" * 60, "*/" * 127]
        for path in hostile:
            self.assertEqual(self.server.post("/v1/search", {"query": "retry", "path": [path] * 32}).status, 200, path)
        self.assertLess(time.monotonic() - begin, 5)

    def test_bodies_that_are_too_long(self):
        big = b'{"query":"' + b"x" * (1 << 20) + b'"}'
        self.assertEqual(status_of(self.server.raw(post(big))), 413)
        # Refused by its announced length, before a byte of it is sent.
        self.assertEqual(status_of(self.server.raw(post(b"", length=1 << 40))), 413)
        self.assertEqual(status_of(self.server.raw(post(b"", length=10 ** 30))) in (400, 413), True)
        head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"10000\r\n" + b" " * 65536 + b"\r\n" for _ in range(40)) + b"0\r\n\r\n"
        self.assertEqual(status_of(self.server.raw(head + chunks)), 413)

    def test_a_chunked_body_and_an_expected_continue(self):
        head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
        answer = self.server.raw(head + b"Transfer-Encoding: chunked\r\n\r\n4\r\n{\"qu\r\nf\r\nery\":\"retry\"}  \r\n0\r\n\r\n")
        self.assertEqual(status_of(answer), 200, answer[:300])
        body = b'{"query":"retry"}'
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as client:
            client.sendall(head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 100 "))
            client.sendall(body)
            self.assertEqual(status_of(client.recv(65536)), 200)

    def test_headers_that_are_too_long(self):
        self.assertEqual(status_of(self.server.raw(GET + b"X: " + b"y" * 40000 + b"\r\n\r\n")), 431)
        self.assertEqual(status_of(self.server.raw(b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")), 431)
        self.assertEqual(status_of(self.server.raw(GET + b"X: y\r\n" * 20000 + b"\r\n")), 431)

    def test_what_is_no_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(300), b"hello\r\n\r\n", b"\r\n\r\n\r\n",
                     b"GET\r\n\r\n", b"GET /livez HTTP/9.9\r\n\r\n", b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
                     b"GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 1000, os.urandom(2000)):
            answer = self.server.raw(data, half_close=True)
            self.assertIn(status_of(answer) if answer else 0, (0, 400, 431), answer[:100])

    def test_ambiguous_requests_are_refused(self):
        body = b'{"query":"x"}'
        head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        for more in (b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 13\r\nContent-Length: 14\r\n",
                     b"Content-Length: 13\r\nContent-Length: 13\r\n", b"Content-Length: -1\r\n", b"Content-Length: 1x\r\n"):
            self.assertEqual(status_of(self.server.raw(head + more + b"\r\n" + body)), 400, more)
        self.assertEqual(status_of(self.server.raw(b"GET /livez HTTP/1.1\r\n\r\n")), 400)
        self.assertEqual(status_of(self.server.raw(b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")), 400)

    def test_targets_in_absolute_form(self):
        def get(target, host=b"localhost"):
            answer = self.server.raw(b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
            return status_of(answer), answer
        for target in (b"http://localhost/v1/search?q=retry", b"HTTP://127.0.0.1:8080/v1/search?q=retry",
                       b"https://[::1]/v1/search?q=retry"):
            status, answer = get(target)
            self.assertEqual(status, 200, (target, answer[:300]))
            self.assertIn(b"retry_with_backoff", answer)
        for target in (b"http://localhost", b"http://localhost/", b"http://localhost?x=1"):
            status, answer = get(target)
            self.assertEqual((status, answer.split(b"\r\n\r\n", 1)[1]), (200, get(b"/")[1].split(b"\r\n\r\n", 1)[1]), target)
        # The target says which host is meant, whatever the header says.
        self.assertEqual(get(b"http://localhost/v1/search?q=retry", host=b"elsewhere.example")[0], 200)
        self.assertEqual(get(b"http://elsewhere.example/v1/search?q=retry")[0], get(b"/v1/search?q=retry", b"elsewhere.example")[0])
        for target in (b"http:///livez", b"http://", b"http://a@localhost/livez", b"ftp://localhost/livez", b"http:/livez",
                       b"http://localhost/../etc/passwd", b"http://localhost/%2e%2e/x", b"livez", b"*"):
            self.assertEqual(get(target)[0], 400, target)

    def test_headers_cannot_be_injected(self):
        for value in ("a%0d%0aX-Evil:%201", "a%0aX-Evil:1"):
            answer = self.server.raw(b"GET /v1/search?q=" + value.encode() + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertNotIn(b"\r\nX-Evil", answer)

    def test_a_slow_client_is_cut_off_and_holds_nobody_up(self):
        clients = []
        for _ in range(50):
            client = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
            client.sendall(b"GET /v1/search?q=x HTTP/1.1\r\nHost: localhost\r\n")
            clients.append(client)
        begin = time.monotonic()
        while time.monotonic() - begin < 7:
            for client in clients:
                try:
                    client.sendall(b"X-Slow: 1\r\n")
                except OSError:
                    pass
            self.assertEqual(self.server.get("/v1/search", q="retry").status, 200)
            time.sleep(0.5)
        for client in clients:
            try:
                self.assertNotIn(b"200", client.recv(1000))
            except ConnectionResetError:
                pass
            client.close()
        self.assertTrue(self.server.wait_for(lambda: b"quarry_http_connections 1\n" in self.server.get("/metrics").body))

    def test_a_half_closed_client_gets_its_answer(self):
        answer = self.server.raw(GET + b"\r\n", half_close=True)
        self.assertEqual(status_of(answer), 200)
        self.assertEqual(self.server.raw(GET, half_close=True), b"")
        self.assertEqual(self.server.raw(post(b'{"qu', length=100), half_close=True), b"")

    def test_clients_that_leave_early(self):
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", self.server.port)) as client:
                client.sendall(GET + b"\r\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def test_requests_in_one_piece(self):
        answer = self.server.raw((GET + b"\r\n") * 20 + GET + b"Connection: close\r\n\r\n")
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 21)

    def test_a_page_elsewhere_cannot_ask(self):
        # Names that begin like an address are names: whoever owns them points them where they like.
        for host in ("evil.example", "127.0.0.1.evil.example", "127.evil.example", "localhost.evil.example", "127.1.evil.example:80",
                     "[::1].evil.example", "128.0.0.1", "127.0.0.1@evil.example"):
            self.assertIn(self.server.get("/v1/search", q="x", headers={"Host": host}).status, (400, 421), host)
        self.server.post("/v1/search", {"query": "x"}, {"Origin": "https://evil.example"}).problem(self, 403)
        self.server.ask("POST", "/admin/reload", "", {"Origin": "null"}).problem(self, 403)
        ours = f"http://127.0.0.1:{self.server.port}"
        self.assertEqual(self.server.post("/v1/search", {"query": "x"}, {"Origin": ours}).status, 200)
        self.assertEqual(self.server.get("/v1/search", q="x", headers={"Host": "localhost:1"}).status, 200)


class Load(Case):
    def test_a_client_that_asks_too_often(self):
        with Server("--index", self.index, "--rate", "2", "--burst", "5") as server:
            answers = [server.get("/v1/search", q="retry") for _ in range(30)]
            self.assertEqual({a.status for a in answers}, {200, 429})
            refused = next(a for a in answers if a.status == 429)
            refused.problem(self, 429)
            self.assertEqual(refused.headers["Retry-After"], "1")
            self.assertEqual(server.get("/livez").status, 200)
            time.sleep(1.2)
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)

    def test_behind_a_proxy_clients_are_told_apart(self):
        with Server("--index", self.index, "--rate", "1", "--burst", "1", "--trusted-proxy", "127.0.0.1") as server:
            for client in ("192.0.2.1", "192.0.2.2", "evil, 192.0.2.3"):
                self.assertEqual(server.get("/v1/facets", headers={"X-Forwarded-For": client}).status, 200)
            self.assertEqual(server.get("/v1/facets", headers={"X-Forwarded-For": "forged, 192.0.2.3"}).status, 429)
        with Server("--index", self.index, "--rate", "1", "--burst", "1") as server:
            codes = [server.get("/v1/facets", headers={"X-Forwarded-For": f"192.0.2.{i}"}).status for i in range(4)]
            self.assertIn(429, codes)

    def test_more_connections_than_allowed(self):
        with Server("--index", self.index, "--max-connections", "10") as server:
            held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
            self.assertTrue(server.wait_for(lambda: status_of(server.raw(GET + b"\r\n")) == 503))
            for each in held:
                each.close()
            self.assertTrue(server.wait_for(lambda: server_is_free(server)))

    def test_one_address_cannot_have_all_connections(self):
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but the loopback's")
        flags = ("--index", self.index, "--insecure-http", "--public", "--max-client-connections", "5")
        with Server(*flags, listen="0.0.0.0:0") as server:
            def ask(host):
                with socket.create_connection((host, server.port), timeout=20) as client:
                    client.sendall(GET + b"Connection: close\r\n\r\n")
                    try:
                        return status_of(client.recv(65536))
                    except ConnectionResetError:
                        return 503
            self.assertEqual(ask(address), 200)
            held = [socket.create_connection((address, server.port)) for _ in range(5)]
            self.assertTrue(server.wait_for(lambda: ask(address) == 503))
            self.assertEqual(ask("127.0.0.1"), 200)
            for each in held:
                each.close()
            self.assertTrue(server.wait_for(lambda: ask(address) == 200))
        with Server(*flags, "--trusted-proxy", address, listen="0.0.0.0:0") as server:
            held = [socket.create_connection((address, server.port)) for _ in range(20)]
            for each in held:
                each.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertEqual(status_of(each.recv(65536)), 200)
                each.close()

    def test_all_bodies_together_fit_into_memory(self):
        secret = self.root / "secret"
        secret.write_text("secret")
        with Server("--index", self.index, "--github-secret-file", secret) as server:
            size = 25 << 20
            head = (b"POST /hooks/push HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
            held, refused = [], 0
            for _ in range(14):
                client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
                client.sendall(head)
                held.append(client)
            time.sleep(2)
            for client in select.select(held, [], [], 0)[0]:
                answer = client.recv(65536)
                self.assertEqual(status_of(answer), 503, answer[:100])
                self.assertIn(b"Retry-After", answer)
                refused += 1
            self.assertEqual(refused, 4)  # ten of them are 250 of 256 MiB
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)
            for client in held:
                client.close()
            # What was taken is given back.
            def taken_again():
                with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
                    client.sendall(head)
                    client.settimeout(0.3)
                    try:
                        return status_of(client.recv(1000)) != 503
                    except TimeoutError:
                        return True
            self.assertTrue(server.wait_for(taken_again))
            self.assertIn(b'quarry_http_refusals_total{reason="memory"}', server.get("/metrics").body)

    def test_more_work_than_threads_can_do(self):
        # A search for everything keeps the one thread busy; whatever does not fit into the queue is told so at once.
        with Server("--index", self.index, "--threads", "1", "--queue", "2") as server:
            codes, times = [], []
            lock = threading.Lock()

            def flood():
                for _ in range(40):
                    begin = time.monotonic()
                    code = server.get("/v1/search", q="retry vault session socket files " * 30, n=1000, explain=1).status
                    with lock:
                        codes.append(code)
                        times.append(time.monotonic() - begin)

            threads = [threading.Thread(target=flood) for _ in range(16)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                self.assertEqual(server.get("/livez").status, 200)
                time.sleep(0.05)
            self.assertLessEqual(set(codes), {200, 503})
            self.assertIn(200, codes)
            self.assertLess(max(times), 10)
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)

    def test_an_answer_that_takes_too_long(self):
        with Server("--index", self.index, "--deadline", "1", "--threads", "1") as server:
            codes = {server.get("/v1/search", q="retry vault session socket files " * 150, n=1000, explain=1).status
                     for _ in range(60)}
            self.assertLessEqual(codes, {200, 504})
            self.assertEqual(server.get("/livez").status, 200)


class Waiting(Case):
    """Clients that do nothing: each wait of the server has its end."""

    def test_every_wait_ends(self):
        # All at once, since the longest are half a minute.
        with Server("--index", self.index, "--idle-timeout", "2000") as server:
            def opened(data):
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.settimeout(60)
                client.connect(("127.0.0.1", server.port))
                client.sendall(data)
                return client

            whole = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
            cases = {
                "silent": (opened(b""), 2),
                "silent between requests": (opened(GET + b"\r\n"), 2),
                "half a header": (opened(GET), 5),
                "half a body": (opened(post(b'{"qu', length=100)), 20),
                "a body a byte at a time": (opened(post(b'{"qu', length=100)), 20),
                "a body announced and not sent": (opened(post(b"", length=1000)), 20),
            }
            # One that asks and asks and never reads: the answers fill every buffer on the way.
            deaf = opened(whole)
            deaf.setblocking(False)
            begin = time.monotonic()
            ended = {}
            deaf_ended = None
            drip = cases["a body a byte at a time"][0]
            while time.monotonic() - begin < 50 and (len(ended) < len(cases) or deaf_ended is None):
                time.sleep(0.1)
                now = time.monotonic() - begin
                for name, (client, _) in cases.items():
                    if name in ended:
                        continue
                    try:
                        if client is drip and int(now * 10) % 10 == 0:
                            client.send(b" ")
                        client.setblocking(False)
                        while client.recv(65536):
                            pass
                        ended[name] = now
                    except BlockingIOError:
                        pass
                    except OSError:
                        ended[name] = now
                try:
                    deaf.send(whole * 50)
                except BlockingIOError:
                    pass
                except OSError:
                    deaf_ended = deaf_ended or now
                self.assertEqual(server.get("/livez").status, 200)
            for name, (_, limit) in cases.items():
                self.assertIn(name, ended)
                self.assertTrue(limit - 1 < ended[name] < limit + 8, (name, ended[name]))
            self.assertIsNotNone(deaf_ended, "a client that never reads is never cut off")
            self.assertTrue(29 < deaf_ended < 45, deaf_ended)
            self.assertTrue(server.wait_for(lambda: b"quarry_http_connections 1\n" in server.get("/metrics").body))


def own_address():
    """An address of this machine that is not the loopback's; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return None


def server_is_free(server):
    try:
        return server.get("/livez").status == 200
    except OSError:
        return False


class Ending(Case):
    def test_readiness_goes_first_then_requests_finish(self):
        with Server("--index", self.index, "--drain-delay", "1500") as server:
            kept = server.connection()
            kept.request("GET", "/livez")
            self.assertEqual(kept.getresponse().read(), b"ok\n")
            server.process.send_signal(signal.SIGTERM)
            self.assertTrue(server.wait_for(lambda: server.get("/readyz").status == 503, 1.2))
            # Not yet closed to those who have not noticed.
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)
            self.assertEqual(server.process.wait(20), 0)
            with self.assertRaises(OSError):
                server.get("/livez")

    def test_a_request_under_way_is_answered(self):
        with Server("--index", self.index, "--drain-delay", "0") as server:
            body = b'{"query":"retry"}'
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
                client.sendall(post(body)[:-5])
                time.sleep(0.3)
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.5)
                self.assertIsNone(server.process.poll())
                client.sendall(body[-5:])
                answer = client.recv(65536)
                self.assertEqual(status_of(answer), 200)
                self.assertIn(b"onnection: close", answer)
            self.assertEqual(server.process.wait(20), 0)

    def test_ctrl_c_ends_at_once(self):
        with Server("--index", self.index, "--drain-delay", "60000") as server:
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(5), 0)


class Starting(Case):
    def refused(self, *arguments):
        done = harness.run("serve", *arguments, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_what_is_missing_or_wrong_is_said(self):
        self.assertIn("--index DIR is missing", self.refused())
        self.assertIn("nothing-here", self.refused("--index", self.root / "nothing-here"))
        for address in ("x", "127.0.0.1", "127.0.0.1:99999", "example.org:80", "127.0.0.1:"):
            self.assertIn("no address to listen on", self.refused("--index", self.index, "--listen", address))
        self.assertIn("two indexes are called", self.refused("--index", self.index, "--index", self.index))
        self.assertIn("weight", self.refused("--index", f"a={self.index}@x"))
        self.assertIn("belong together", self.refused("--index", self.index, "--tls-key", "k.pem"))

    def test_other_addresses_want_protection(self):
        everywhere = ("--index", self.index, "--listen", "0.0.0.0:0")
        self.assertIn("--tls-certificate", self.refused(*everywhere))
        self.assertIn("--keys", self.refused(*everywhere, "--insecure-http"))
        self.assertIn("--tls-certificate", self.refused(*everywhere, "--public"))

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.assertIn("cannot listen", self.refused("--index", self.index, "--listen", f"127.0.0.1:{other.getsockname()[1]}"))


class Logging(Case):
    def lines_of(self, path):
        return [json.loads(line) for line in path.read_text().splitlines()]

    def test_requests_are_logged_without_what_was_asked(self):
        log = self.root / "log.jsonl"
        with Server("--index", self.index, "--log-level", "requests", "--log-file", log) as server:
            server.get("/v1/search", q="sesame", headers={"X-Request-Id": "one"})
            self.assertTrue(server.wait_for(lambda: log.exists() and "one" in log.read_text()))
            line = next(each for each in self.lines_of(log) if each.get("request_id") == "one")
            self.assertEqual((line["route"], line["method"], line["status"], line["index"]), ("/v1/search", "GET", 200, "main@2"))
            self.assertNotIn("sesame", log.read_text())
            # Rotation: the file is renamed, SIGHUP opens a new one.
            log.rename(self.root / "old.jsonl")
            server.process.send_signal(signal.SIGHUP)
            self.assertTrue(server.wait_for(lambda: server.get("/livez") and log.exists()))

    def test_a_full_disk_costs_lines_only(self):
        with Server("--index", self.index, "--log-level", "requests", "--log-file", "/dev/full", "--sample", "/dev/full",
                    "--sample-rate", "1") as server:
            for _ in range(20):
                self.assertEqual(server.get("/v1/search", q="retry").status, 200)
            def lost():
                line = [l for l in server.get("/metrics").body.decode().splitlines() if l.startswith("quarry_log_lines_lost_total ")]
                return float(line[0].split()[1]) >= 20
            self.assertTrue(server.wait_for(lost))

    def test_a_sample_stays_within_its_limit(self):
        sample, limit = self.root / "bounded.jsonl", 20_000
        with Server("--index", self.index, "--sample", sample, "--sample-rate", "1", "--sample-limit", limit) as server:
            found = server.get("/v1/search", q="open a socket").json["results"][0]
            given = {"query": "open a socket " + "x" * 5000, "id": found["id"], "rank": 1, "verdict": "click"}
            for _ in range(20):
                self.assertEqual(server.post("/v1/feedback", given).status, 204)
            def lost():
                line = [l for l in server.get("/metrics").body.decode().splitlines() if l.startswith("quarry_log_lines_lost_total ")]
                return float(line[0].split()[1])
            self.assertTrue(server.wait_for(lambda: lost() >= 15))
            self.assertGreater(sample.stat().st_size, 10_000)
            self.assertLessEqual(sample.stat().st_size, limit)
            self.assertEqual(self.lines_of(sample)[-1]["verdict"], "click")  # whole lines only
            told = lambda: [line for line in server.lines if "--sample-limit" in line and str(sample) in line]
            self.assertTrue(server.wait_for(told), server.lines)
            # Moved away by log rotation, it goes on.
            sample.rename(self.root / "bounded.1.jsonl")
            server.process.send_signal(signal.SIGHUP)
            self.assertTrue(server.wait_for(lambda: server.post("/v1/feedback", given) and sample.exists() and sample.stat().st_size))
            self.assertEqual(len(told()), 1, server.lines)

    def test_a_sample_of_queries_with_feedback(self):
        sample = self.root / "sample.jsonl"
        with Server("--index", self.index, "--sample", sample, "--sample-rate", "1") as server:
            found = server.get("/v1/search", q="open a socket").json["results"][0]
            given = {"query": "open a socket", "id": found["id"], "rank": 1, "verdict": "click"}
            server.post("/v1/feedback", given)
            # Of what is not in the index nothing is kept: a file of anybody's making would be no feedback.
            self.assertEqual(server.post("/v1/feedback", {**given, "id": "0" * 16}).status, 204)
            server.post("/v1/feedback", {**given, "verdict": "good"})
        query, click, feedback = self.lines_of(sample)
        self.assertEqual((query["event"], query["query"], query["results"][0]["id"]), ("query", "open a socket", found["id"]))
        self.assertNotIn("code", query["results"][0])
        self.assertEqual((feedback["event"], feedback["verdict"], feedback["id"]), ("feedback", "good", found["id"]))
        self.assertEqual((click["verdict"], feedback["repo"], feedback["path"]), ("click", found["repo"], found["path"]))
        self.assertEqual((feedback["start_line"], feedback["end_line"]), (found["start_line"], found["end_line"]))
        judged = harness.run("eval", "--task", f"said={sample}", "--repos", self.code, "--ranking", "words", "--json", cache=self.root / "cache")
        self.assertEqual(json.loads(judged.stdout)["results"][0]["queries"], 1, judged.stdout)
        self.assertEqual(sample.stat().st_mode & 0o777, 0o600)
        with Server("--index", self.index, "--sample", self.root / "none.jsonl", "--sample-rate", "0") as server:
            server.get("/v1/search", q="open a socket")
        self.assertEqual((self.root / "none.jsonl").read_text(), "")


if __name__ == "__main__":
    harness.main()
