"""A real `quarry serve` over a real index, for tests that speak to it as its users do. Standard library only."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

CODE = {
    "shop/net/retry.py": '''def retry_with_backoff(call, attempts):
    """Calls again with exponential backoff until it works."""
    for attempt in range(attempts):
        try:
            return call()
        except OSError:
            time.sleep(2 ** attempt)
''',
    "shop/store/cart.py": '''def total_price(cart):
    """Adds up what everything in the cart costs."""
    return sum(item.price for item in cart)
''',
}


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="quarry-served-") as name:
        yield pathlib.Path(name)


def write_code(top):
    for name, text in CODE.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def environment(top, **more):
    return {**os.environ, "XDG_CACHE_HOME": str(top / "cache"), "XDG_CONFIG_HOME": str(top / "config"), **more}


def run(program, top, *words, **more):
    return subprocess.run([program, *map(str, words)], env=environment(top, **more), check=True, capture_output=True,
                          text=True, timeout=120).stdout


@contextlib.contextmanager
def serve(program, top, *flags, **more):
    """The address of a server that runs until the block ends; it then has to end in order."""
    server = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", *map(str, flags)], env=environment(top, **more),
                              stderr=subprocess.PIPE, text=True)
    said = []
    found = threading.Event()
    address = []

    def listen():
        for line in server.stderr:
            said.append(line)
            match = re.search(r"http://127\.0\.0\.1:\d+", line)
            if match and not address:
                address.append(match.group())
                found.set()
        found.set()

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    found.wait(120)
    if not address:
        server.kill()
        raise AssertionError("the server does not listen: " + "".join(said))
    try:
        yield address[0]
        server.terminate()
        status = server.wait(60)
        assert status in (0, 128 + 15, -15), f"the server ended with {status}: {''.join(said)}"
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def request(url, body=None, headers=None, method=None, timeout=30):
    """Status, headers and bytes of the answer, whatever its status."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
    asked = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers.items()), error.read()


def get_json(url, **more):
    status, _, body = request(url, **more)
    assert status == 200, (url, status, body[:500])
    return json.loads(body)
