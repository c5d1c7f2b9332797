"""Quarry behind Debian's nginx, below a path, with the configuration that docs/DEPLOYMENT.md hands out.

Exit status 77 (skipped) without nginx.
"""
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time

import harness


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test():
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        print("skipped: nginx is not installed")
        sys.exit(77)
    with harness.folder() as top:
        harness.write_code(top, harness.SHOP)
        harness.index(top, top / "index", "shop")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=code.example.org",
                        "-addext", "subjectAltName=DNS:code.example.org", "-keyout", top / "key.pem", "-out", top / "cert.pem"],
                       check=True, capture_output=True)
        with harness.Server("--index", top / "index", "--server-name", "code.example.org", "--trusted-proxy", "127.0.0.1") as server:
            port = free_port()
            config = (harness.ROOT / "deploy/nginx/quarry.conf").read_text()
            config = config.replace("server 127.0.0.1:8080;", f"server 127.0.0.1:{server.port};")
            config = config.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;")
            config = re.sub(r"/etc/ssl/\S+\.pem", str(top / "cert.pem"), config)
            config = re.sub(r"/etc/ssl/private/\S+\.key", str(top / "key.pem"), config)
            (top / "nginx.conf").write_text(
                f"daemon off; pid {top}/nginx.pid; error_log {top}/error.log; worker_processes 1;\n"
                "events { worker_connections 64; }\n"
                f"http {{ access_log off; root {top}/nothing; client_body_temp_path {top}/body; proxy_temp_path {top}/proxy;\n"
                f"fastcgi_temp_path {top}/f; uwsgi_temp_path {top}/u; scgi_temp_path {top}/s;\n{config}\n}}\n")
            subprocess.run([nginx, "-t", "-q", "-c", top / "nginx.conf", "-e", top / "error.log"], check=True)
            proxy = subprocess.Popen([nginx, "-c", top / "nginx.conf", "-e", top / "error.log"])
            try:
                check(port, top)
            finally:
                proxy.terminate()
                proxy.wait(10)


def check(port, top):
    trust = ssl.create_default_context(cafile=top / "cert.pem")

    class Connection(__import__("http.client").client.HTTPSConnection):
        def connect(self):
            self.sock = trust.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname="code.example.org")

    def ask(path, body=None, headers=None):
        connection = Connection("code.example.org", port)
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    for _ in range(100):
        try:
            ask("/search/")
            break
        except OSError:
            time.sleep(0.1)
    status, headers, _ = ask("/search")
    assert status == 308 and headers["Location"].endswith("/search/"), (status, headers)
    status, _, body = ask("/search/v1/search?q=exponential%20backoff")
    assert status == 200, (status, body)
    assert json.loads(body)["results"][0]["name"] == "retry_with_backoff"
    status, headers, page = ask("/search/")
    assert status in (200, 404), status   # 404: built without the page
    if status == 200:
        assert b'src="/' not in page and b'href="/' not in page, "the page has absolute addresses"
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                          "params": {"name": "search", "arguments": {"query": "price of a cart"}}})
    status, _, body = ask("/search/mcp", message, {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"})
    assert status == 200 and json.loads(body)["result"]["isError"] is False, (status, body)
    for hidden in ("/search/metrics", "/search/readyz", "/search/admin/reload"):
        assert ask(hidden)[0] == 404, hidden
    # Beside the path is nginx's own, empty here: what answers otherwise would be Quarry.
    for outside in ("/", "/v1/search?q=x", "/search/../etc/passwd", "/search/%2e%2e/%2e%2e/etc/passwd"):
        assert ask(outside)[0] in (400, 403, 404), outside
    many = [ask(f"/search/v1/search?q=cart%20{i}")[0] for i in range(50)]
    assert set(many) == {200}


if __name__ == "__main__":
    test()
    print("ok")
