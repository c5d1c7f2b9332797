"""Who may do and see what: API keys, repository grants, OIDC tokens, TLS; against the built program."""
import base64
import http.server
import json
import ssl
import subprocess
import threading
import time

import harness
from harness import Case, Server


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


class Keys(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = cls.root / "keys.json"
        make = lambda name, *more: harness.run("key", "new", name, "--keys", cls.keys, *more).stdout.strip()
        cls.all = make("all")
        cls.alpha = make("alpha", "--repo", "alpha")
        cls.nothing = make("nothing", "--repo", "no-such-repository")
        cls.scraper = make("scraper", "--scope", "metrics")
        cls.admin = make("admin", "--scope", "admin")
        cls.server = cls.enterClassContext(Server("--index", cls.index, "--keys", cls.keys))

    def test_the_file_holds_no_key(self):
        text = self.keys.read_text()
        for key in (self.all, self.alpha, self.admin):
            self.assertRegex(key, "^qk_[A-Za-z0-9_-]{43}$")
            self.assertNotIn(key[3:], text)

    def test_without_a_valid_key(self):
        for headers in ({}, bearer("qk_wrong"), bearer(self.all[:-1]), bearer(self.all + "x"), bearer(""), {"Authorization": "Basic eDp5"},
                        {"X-API-Key": "x"}, bearer(self.all.upper())):
            for target in ("/v1/search?q=x", "/v1/repositories", "/v1/files?path=vault.py", "/metrics", "/v1/quality", "/v1/status"):
                answer = self.server.ask("GET", target, headers=headers)
                answer.problem(self, 401)
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        for target in ("/livez", "/readyz", "/openapi.json"):
            self.assertEqual(self.server.ask("GET", target).status, 200)

    def test_scopes(self):
        rights = {self.all: {"search"}, self.scraper: {"metrics"}, self.admin: {"search", "metrics", "admin"}}
        for key, granted in rights.items():
            for scope, method, target in (("search", "GET", "/v1/search?q=x"), ("metrics", "GET", "/metrics"),
                                          ("admin", "GET", "/v1/quality"), ("admin", "POST", "/admin/reload")):
                answer = self.server.ask(method, target, headers=bearer(key))
                self.assertEqual(answer.status, 200 if scope in granted else 403, (target, answer.body))
        self.assertEqual(self.server.get("/v1/search", q="x", headers={"X-API-Key": self.all}).status, 200)

    def test_a_key_sees_only_its_repositories(self):
        ask = lambda target, key=self.alpha, /, **parameters: self.server.get(target, headers=bearer(key), **parameters)
        for query in ("unlock the vault", "repo:secret unlock the vault", "retry with backoff", "secret code"):
            results = ask("/v1/search", q=query, n=100).json["results"]
            self.assertEqual({r["repo"] for r in results} - {"alpha"}, set(), query)
        self.assertEqual(ask("/v1/search", q="unlock vault", repo="secret").json["results"], [])
        facets = ask("/v1/search", q="retry", facets=1).json["facets"]
        self.assertEqual([each["value"] for each in facets["repo"]], ["alpha"])
        self.assertEqual([each["value"] for each in ask("/v1/facets").json["repo"]], ["alpha"])
        self.assertEqual([each["name"] for each in ask("/v1/repositories").json["repositories"]], ["alpha"])
        status = ask("/v1/status").json
        self.assertEqual((status["index"]["repositories"], status["index"]["files"]), (1, 2))
        self.assertNotIn("vault", ask("/v1/suggestions", n=50).body.decode())
        self.assertEqual(ask("/v1/suggestions", q="retry_un").json["suggestions"], [])
        vault = ask("/v1/search", self.all, q="unlock the vault").json["results"][0]
        self.assertEqual(vault["repo"], "secret")
        ask("/v1/functions/" + vault["id"]).problem(self, 404)
        ask("/v1/similar", id=vault["id"]).problem(self, 404)
        ask("/v1/similar", repo="secret", path="vault.py", line=1).problem(self, 404)
        ask("/v1/similar", path="vault.py", line=1).problem(self, 404)
        ask("/v1/files", repo="secret", path="vault.py").problem(self, 404)
        ask("/v1/files", path="vault.py").problem(self, 404)
        mine = ask("/v1/search", q="retry with backoff").json["results"][0]
        self.assertEqual({r["repo"] for r in ask("/v1/similar", id=mine["id"], n=100).json["results"]} - {"alpha"}, set())
        # What is not there and what may not be seen look the same.
        self.assertEqual(ask("/v1/files", repo="secret", path="vault.py").json, ask("/v1/files", repo="secret", path="nope.py").json)
        # Nothing tells where on the server's machine things lie.
        self.assertNotIn(str(self.code), ask("/v1/functions/" + mine["id"]).body.decode())

    def call(self, key, tool, **arguments):
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        return self.server.post("/mcp", message, bearer(key)).json["result"]

    def test_agents_and_the_old_demo_see_no_more(self):
        vault = self.server.get("/v1/search", q="unlock the vault", headers=bearer(self.all)).json["results"][0]["id"]
        self.assertIn("vault", json.dumps(self.call(self.all, "read_function", id=vault)))
        for tool, arguments in (("search", {"query": "unlock the vault"}), ("search", {"query": "unlock vault", "repo": ["secret"]}),
                                ("search", {"query": "repo:secret unlock the vault"}),
                                ("find_similar", {"id": vault}), ("find_similar", {"path": "vault.py", "line": 1}),
                                ("read_function", {"id": vault}), ("read_function", {"path": "vault.py", "name": "unlock_vault"}),
                                ("read_function", {"path": "vault.py", "name": "unlock_vault", "repo": "secret"}),
                                ("read_file", {"path": "vault.py"}), ("read_file", {"path": "vault.py", "repo": "secret"}),
                                ("list_repositories", {}), ("index_status", {})):
            for key in (self.alpha, self.nothing):
                told = json.dumps(self.call(key, tool, **arguments))
                self.assertNotIn("code == 42", told, (tool, arguments))
                self.assertNotIn("retry_unlock", told, (tool, arguments))
                self.assertNotIn('"secret"', told, (tool, arguments))
        # What is not there and what may not be seen are answered alike.
        self.assertEqual(self.call(self.alpha, "read_file", path="vault.py"),
                         json.loads(json.dumps(self.call(self.alpha, "read_file", path="vaulx.py")).replace("vaulx", "vault")))
        self.server.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}).problem(self, 401)
        self.server.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, bearer(self.scraper)).problem(self, 403)
        results = self.server.get("/query", q="unlock the vault", n=100, headers=bearer(self.alpha)).json["result"]
        self.assertEqual({each["nwo"] for each in results} - {"alpha"}, set())
        self.server.get("/query", q="x").problem(self, 401)
        self.server.post("/v1/embeddings", {"model": "x", "input": "x"}).problem(self, 401)

    def test_a_key_of_nothing_sees_nothing(self):
        ask = lambda target, /, **parameters: self.server.get(target, headers=bearer(self.nothing), **parameters)
        self.assertEqual(ask("/v1/search", q="retry").json["results"], [])
        self.assertEqual(ask("/v1/repositories").json["repositories"], [])
        self.assertEqual(ask("/v1/facets").json, {"lang": [], "repo": [], "kind": []})

    def test_a_cursor_is_no_key(self):
        cursor = self.server.get("/v1/search", q="retry vault", n=1, headers=bearer(self.all)).json["next_cursor"]
        pages = self.server.get("/v1/search", q="retry vault", n=1, cursor=cursor, headers=bearer(self.alpha)).json
        self.assertEqual({r["repo"] for r in pages["results"]} - {"alpha"}, set())

    def test_keys_come_and_go_while_serving(self):
        new = harness.run("key", "new", "brief", "--keys", self.keys).stdout.strip()
        self.assertTrue(self.server.wait_for(lambda: self.server.get("/v1/facets", headers=bearer(new)).status == 200))
        harness.run("key", "revoke", "brief", "--keys", self.keys)
        self.assertTrue(self.server.wait_for(lambda: self.server.get("/v1/facets", headers=bearer(new)).status == 401))
        # A file that makes no sense leaves those in force that were.
        text = self.keys.read_text()
        self.keys.write_text("{")
        self.assertTrue(self.server.wait_for(lambda: any("keys are as before" in line for line in self.server.lines)))
        self.assertEqual(self.server.get("/v1/facets", headers=bearer(self.all)).status, 200)
        self.keys.write_text(text)

    def test_a_file_that_others_can_write_proves_nothing(self):
        loose = self.root / "loose.json"
        loose.write_text(self.keys.read_text())
        loose.chmod(0o666)
        done = harness.run("serve", "--index", self.index, "--listen", "127.0.0.1:0", "--keys", loose, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("others may write", done.stderr)

    def test_public_search_keeps_the_rest_shut(self):
        with Server("--index", self.index, "--keys", self.keys, "--public") as server:
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)
            server.get("/metrics").problem(self, 401)
            server.ask("POST", "/admin/reload", "").problem(self, 401)
            self.assertEqual(server.ask("POST", "/admin/reload", "", bearer(self.admin)).status, 200)
        with Server("--index", self.index, "--public") as server:
            self.assertEqual(server.get("/v1/search", q="retry").status, 200)
            server.ask("POST", "/admin/reload", "").problem(self, 403)
            server.get("/v1/quality").problem(self, 403)


class Origins(Case):
    """Which web pages may call POST /mcp: a browser asks first, and lets the page read only what says so."""

    PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    def preflight(self, server, origin, target="/mcp"):
        return server.ask("OPTIONS", target, headers={"Origin": origin, "Access-Control-Request-Method": "POST",
                                                      "Access-Control-Request-Headers": "content-type,authorization"})

    def test_pages_of_this_machine_and_of_allowed_origins(self):
        with Server("--index", self.index, "--allow-origin", "https://agents.example.org") as server:
            for origin in ("https://agents.example.org", "http://localhost:6274", "http://127.0.0.1:1", "http://[::1]:5173"):
                answer = self.preflight(server, origin)
                self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"]), (204, origin))
                self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
                for name in ("Authorization", "Content-Type", "MCP-Protocol-Version"):
                    self.assertIn(name.lower(), answer.headers["Access-Control-Allow-Headers"].lower())
                answer = server.post("/mcp", self.PING, {"Origin": origin})
                self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"]), (200, origin))
                self.assertEqual(answer.headers["Vary"], "Origin")
            for origin in ("https://evil.example", "https://agents.example.org.evil.example", "http://agents.example.org", "null",
                           "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://localhost:6274.evil.example",
                           "http://localhost:", "https://agents.example.org:8443"):
                self.assertIsNone(self.preflight(server, origin).headers["Access-Control-Allow-Origin"], origin)
                answer = server.post("/mcp", self.PING, {"Origin": origin})
                self.assertEqual((answer.status, answer.headers["Access-Control-Allow-Origin"]), (403, None), origin)
            # What an allowed page may not do: anything else.
            origin = "https://agents.example.org"
            server.post("/v1/search", {"query": "x"}, {"Origin": origin}).problem(self, 403)
            server.ask("POST", "/admin/reload", "", {"Origin": origin}).problem(self, 403)
            self.assertIsNone(self.preflight(server, origin, "/v1/search").headers["Access-Control-Allow-Origin"])
            # Nor by a name of its own.
            self.assertEqual(server.post("/mcp", self.PING, {"Origin": "http://evil.example", "Host": "evil.example"}).status, 421)
            self.assertEqual(server.post("/mcp", self.PING).status, 200)


class Guessing(Case):
    def test_whoever_tries_keys_is_slowed_down_like_everybody(self):
        keys = self.root / "keys.json"
        key = harness.run("key", "new", "one", "--keys", keys).stdout.strip()
        with Server("--index", self.index, "--keys", keys, "--rate", "2", "--burst", "5") as server:
            codes = [server.get("/v1/facets", headers=bearer(f"qk_{i}")).status for i in range(20)]
            self.assertEqual(set(codes), {401, 429})
            # Whoever has a key is not held up by them.
            self.assertEqual(server.get("/v1/facets", headers=bearer(key)).status, 200)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An OIDC issuer's key set over HTTP, with keys made by openssl."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = []
        self.add_key("one")
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({"keys": issuer.keys}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"

    def add_key(self, kid):
        path = self.folder / f"{kid}.pem"
        subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", path, "-modulus", "-noout"], check=True, capture_output=True,
                                 text=True).stdout.strip().split("=")[1]
        self.keys.append({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": "AQAB", "n": base64url(bytes.fromhex(modulus))})

    def token(self, claims, kid="one", header=None, key=None):
        head = header or {"alg": "RS256", "kid": kid, "typ": "JWT"}
        text = base64url(json.dumps(head).encode()) + "." + base64url(json.dumps(claims).encode())
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.folder / f"{key or kid}.pem"], input=text.encode(),
                                check=True, capture_output=True).stdout
        return text + "." + base64url(signed)


class Tokens(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.issuer = Issuer(cls.root)
        cls.addClassCleanup(cls.issuer.server.server_close)
        cls.addClassCleanup(cls.issuer.server.shutdown)
        cls.server = cls.enterClassContext(Server("--index", cls.index, "--oidc-jwks", cls.issuer.url, "--oidc-issuer", "https://id.example",
                                                  "--oidc-audience", "quarry"))

    def claims(self, **more):
        return {"iss": "https://id.example", "aud": "quarry", "sub": "alice", "exp": time.time() + 600, **more}

    def status(self, token, target="/v1/search?q=retry"):
        return self.server.ask("GET", target, headers=bearer(token)).status

    def test_good_tokens(self):
        self.assertEqual(self.status(self.issuer.token(self.claims())), 200)
        self.assertEqual(self.status(self.issuer.token(self.claims(aud=["other", "quarry"]))), 200)
        self.assertEqual(self.status(self.issuer.token(self.claims()), "/v1/quality"), 403)
        self.assertEqual(self.status(self.issuer.token(self.claims(scope="openid quarry:admin")), "/v1/quality"), 200)
        self.assertEqual(self.status(self.issuer.token(self.claims(roles=["quarry:metrics"])), "/metrics"), 200)
        token = self.issuer.token(self.claims(quarry_repositories=["alpha"]))
        names = self.server.get("/v1/repositories", headers=bearer(token)).json["repositories"]
        self.assertEqual([each["name"] for each in names], ["alpha"])

    def test_bad_tokens(self):
        self.issuer.folder.joinpath("evil.pem").exists() or subprocess.run(
            ["openssl", "genrsa", "-out", self.issuer.folder / "evil.pem", "2048"], check=True, capture_output=True)
        good = self.issuer.token(self.claims())
        head, body, signature = good.split(".")
        none = base64url(b'{"alg":"none"}') + "." + body + "."
        hmac_head = base64url(b'{"alg":"HS256","kid":"one"}')
        changed = base64url(json.dumps(self.claims(sub="root", scope="quarry:admin")).encode())
        for token in (self.issuer.token(self.claims(iss="https://evil.example")), self.issuer.token(self.claims(aud="other")),
                      self.issuer.token(self.claims(exp=time.time() - 120)), self.issuer.token(self.claims(nbf=time.time() + 600)),
                      self.issuer.token({"iss": "https://id.example", "aud": "quarry", "sub": "a"}),
                      self.issuer.token(self.claims(sub=1)), self.issuer.token(self.claims(quarry_repositories="alpha")),
                      self.issuer.token(self.claims(), header={"alg": "RS256", "kid": "one", "crit": ["exp"]}),
                      self.issuer.token(self.claims(), key="evil"), none, f"{hmac_head}.{body}.{signature}", f"{head}.{changed}.{signature}",
                      f"{head}.{body}.", f"{head}.{body}", "a.b.c", "..", "x" * 20000, good + "x"):
            self.assertEqual(self.status(token), 401, token[:80])

    def test_what_cannot_be_trusted_is_not_started(self):
        for more in (("--oidc-jwks", "http://id.example/jwks", "--oidc-issuer", "a", "--oidc-audience", "b"),
                     ("--oidc-jwks", self.issuer.url)):
            done = harness.run("serve", "--index", self.index, "--listen", "127.0.0.1:0", *more, check=False)
            self.assertEqual(done.returncode, 2)


class Tls(Case):
    def certificate(self, name):
        certificate, key = self.root / "cert.pem", self.root / "key.pem"
        fresh = self.root / "fresh.pem", self.root / "fresh-key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", fresh[1], "-out", fresh[0], "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        fresh[1].replace(key)
        fresh[0].replace(certificate)
        return certificate, key

    def test_https_and_a_new_certificate_without_a_restart(self):
        certificate, key = self.certificate("one")
        context = ssl.create_default_context(cafile=certificate)
        arguments = ("--index", self.index, "--tls-certificate", certificate, "--tls-key", key)
        with Server(*arguments, tls=context) as server:
            answer = server.get("/v1/search", q="retry")
            self.assertEqual(answer.status, 200)
            self.assertIn("max-age", answer.headers["Strict-Transport-Security"])
            self.assertNotIn(b"200 OK", server.raw(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname = False
            old.verify_mode = ssl.CERT_NONE
            old.maximum_version = ssl.TLSVersion.TLSv1_1
            server.tls = old
            with self.assertRaises(OSError):
                server.get("/livez")
            self.certificate("two")
            server.tls = ssl.create_default_context(cafile=certificate)

            def renewed():
                try:
                    return server.get("/livez").status == 200
                except ssl.SSLError:
                    return False
            self.assertTrue(server.wait_for(renewed))
            # Files that do not fit together leave the certificate that is in use.
            key.write_text("nonsense")
            self.assertTrue(server.wait_for(lambda: any("no private key" in line for line in server.lines)))
            self.assertTrue(renewed())

    def test_a_key_that_does_not_fit(self):
        certificate, key = self.certificate("one")
        key.write_text("nonsense")
        done = harness.run("serve", "--index", self.index, "--listen", "127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key,
                           check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no private key", done.stderr)


if __name__ == "__main__":
    harness.main()
