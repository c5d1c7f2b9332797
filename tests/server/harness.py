"""A small code base, its index, and the built program serving it: what the tests of the server share.

The program is named by the variable QUARRY_PROGRAM. Everything lies below a temporary folder and listens on
127.0.0.1 only.
"""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("QUARRY_PROGRAM", "build/release/quarry")

CODE = {
    "alpha": {
        "net/retry.py": '''"""Networking."""


def retry_with_backoff(call, attempts):
    """Retry a call with exponential backoff between attempts."""
    for attempt in range(attempts):
        try:
            return call()
        except OSError:
            sleep(2 ** attempt)


def open_socket(host):
    """Open a socket to the host and port."""
    return connect(host)


class Session:
    """A session with cookies."""

    def drop_expired(self):
        """Remove expired cookies from the jar."""
        self.jar = [c for c in self.jar if not c.expired]
''',
        "text/join.go": '''package text

// ConcatenateFiles joins the content of several files together.
func ConcatenateFiles(names []string) (string, error) {
	return "", nil
}
''',
    },
    "secret": {
        "vault.py": '''def unlock_vault(code):
    """Unlock the vault with exponential care and a secret code."""
    return code == 42


def retry_unlock(code):
    """Retry to unlock the vault with backoff."""
    return unlock_vault(code)
''',
    },
}


# A second code base, of one repository.
SHOP = {
    "shop": {
        "net/retry.py": '''def retry_with_backoff(call, attempts):
    """Calls again with exponential backoff until it works."""
    for attempt in range(attempts):
        try:
            return call()
        except OSError:
            time.sleep(2 ** attempt)
''',
        "store/cart.py": '''def total_price(cart):
    """Adds up what everything in the cart costs."""
    return sum(item.price for item in cart)
''',
    },
}


def environment(cache="/nonexistent"):
    """Nothing of the user's, but for what a sanitizer is told."""
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return {**kept, "HOME": "/nonexistent", "XDG_CACHE_HOME": str(cache), "QUARRY_CONFIG": ""}


def run(*arguments, check=True, cache="/nonexistent", variables=(), **more):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env={**environment(cache), **dict(variables)}, **more)
    if check and done.returncode != 0:
        raise AssertionError(f"quarry {arguments}: {done.returncode}\n{done.stderr}")
    return done


def write_code(root, code=CODE):
    for repository, files in code.items():
        for name, text in files.items():
            path = root / repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="quarry-server-") as name:
        yield pathlib.Path(name)


def index(root, folder, *names):
    for name in names:
        run("index", "--index", folder, "--name", name, "--no-vectors", root / name)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def problem(self, test, status):
        """That it is an RFC 9457 problem of this status; answers the detail."""
        test.assertEqual(self.status, status, self.body[:300])
        test.assertEqual(self.headers["Content-Type"], "application/problem+json")
        document = self.json
        test.assertEqual(document["status"], status)
        test.assertTrue(document["title"] and document["detail"] and document["type"])
        return document["detail"]


class Server:
    """A running `quarry serve`. Ends with the with-block."""

    def __init__(self, *arguments, wait=True, tls=None, cache="/nonexistent", listen="127.0.0.1:0"):
        self.tls = tls
        self.process = subprocess.Popen([PROGRAM, "serve", "--listen", listen, *map(str, arguments)],
                                        stderr=subprocess.PIPE, text=True, env=environment(cache))
        self.lines = []
        self.port = None
        while wait:
            line = self.process.stderr.readline()
            if not line:
                raise AssertionError("the server did not start: " + "".join(self.lines))
            self.lines.append(line)
            if "serving at " in line and "{" not in line:
                self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))
                break
        if wait:
            import threading
            self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
            self.reader.start()

    def __enter__(self):
        return self

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def __exit__(self, failure, *_):
        crashed = self.process.poll() not in (None, 0)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if hasattr(self, "reader"):
            self.reader.join(5)
        self.process.stderr.close()
        if failure is None and (crashed or self.process.returncode != 0):
            raise AssertionError(f"the server ended with {self.process.returncode}: {''.join(self.lines)}")

    def connection(self, timeout=20):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, target, body=None, headers=None):
        connection = self.connection()
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, target, /, headers=None, **parameters):
        query = "?" + urllib.parse.urlencode(parameters, doseq=True) if parameters else ""
        return self.ask("GET", target + query, headers=headers)

    def post(self, path, body, headers=None):
        return self.ask("POST", path, body, headers)

    def resident(self):
        """Bytes of memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def json(self, target):
        answer = self.ask("GET", target)
        assert answer.status == 200, (target, answer.status, answer.body[:500])
        return answer.json

    def raw(self, data, timeout=20, half_close=False):
        """Sends bytes as they are; answers all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as client:
            try:
                client.sendall(data)
                if half_close:
                    client.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            received = b""
            try:
                while chunk := client.recv(65536):
                    received += chunk
            except ConnectionResetError:
                pass
            return received

    def wait_for(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.05)
        return False


class Case(unittest.TestCase):
    """A temporary folder with the code and its index, made once a class."""

    code_of = CODE

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="quarry-server-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        cls.code = cls.root / "code"
        cls.index = cls.root / "index"
        write_code(cls.code, cls.code_of)
        index(cls.code, cls.index, *cls.code_of)


def main():
    unittest.main(verbosity=1)
