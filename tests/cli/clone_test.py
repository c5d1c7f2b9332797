"""Repositories over HTTPS: the built program against git's own server, behind a certificate that is trusted or not.

    clone_test.py QUARRY

The certificates of the system are loaded by the first clone alone, through a function that stands in for mbedTLS's own
(git_certificates.cpp); only a real connection shows that it does.
"""
import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

QUARRY = pathlib.Path(sys.argv[1])


class GitOverHttp(http.server.BaseHTTPRequestHandler):
    """Answers through `git http-backend`, as a web server's CGI does."""

    protocol_version = "HTTP/1.1"
    repositories = None

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self):
        path, _, query = self.path.partition("?")
        body = self.body()
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=False, env={
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.repositories), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body))})
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


if shutil.which("openssl") is None or subprocess.run(
        ["git", "http-backend"], capture_output=True, check=False).returncode == 1:
    print("openssl or git http-backend is missing")
    sys.exit(77)

with tempfile.TemporaryDirectory() as name:
    home = pathlib.Path(name)
    work = home / "work"
    work.mkdir()

    def git(*words, folder=work):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *words],
                       cwd=folder, check=True, capture_output=True)

    (work / "needle.py").write_text("def find_the_needle(haystack):\n    return haystack.index('needle')\n")
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    (home / "served").mkdir()
    git("clone", "--bare", str(work), "served/tools.git", folder=home)

    certificate, key = home / "certificate.pem", home / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    GitOverHttp.repositories = home / "served"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitOverHttp)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://localhost:{server.server_address[1]}/tools.git"

    # What a sanitizer is told goes along with the path.
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.endswith("SAN_OPTIONS")}

    def quarry(*words, **variables):
        return subprocess.run([QUARRY, *words], capture_output=True, text=True, timeout=120, check=False,
                              env={**kept, "HOME": str(home), "LANG": "C.UTF-8", **variables})

    # A certificate that nobody trusts is refused, whatever was loaded.
    refused = quarry("index", url)
    assert refused.returncode == 2 and "certificate" in refused.stderr, refused

    trusted = {"GIT_SSL_CAINFO": str(certificate)}
    indexed = quarry("index", url, **trusted)
    assert indexed.returncode == 0 and "1 file" in indexed.stdout, indexed
    found = quarry("search", "-f", "vimgrep", "find the needle", url, SSL_CERT_FILE=str(certificate))
    assert found.returncode == 0 and "needle.py:1:" in found.stdout, found

    # What was pushed since is fetched.
    (work / "thread.py").write_text("def thread_the_needle(needle):\n    return needle.eye\n")
    git("add", ".")
    git("commit", "-m", "two")
    git("push", str(home / "served/tools.git"), "HEAD:main")
    found = quarry("search", "-f", "vimgrep", "thread the needle", url, **trusted)
    assert "thread.py:1:" in found.stdout, found

    # Another name than the certificate's, and a repository that is not there.
    other = quarry("index", url.replace("localhost", "127.0.0.1"), **trusted)
    assert other.returncode == 2 and "certificate" in other.stderr, other
    missing = quarry("index", url.replace("tools", "missing"), **trusted)
    assert missing.returncode == 2 and "cannot fetch" in missing.stderr, missing
    server.shutdown()
