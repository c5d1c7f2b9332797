"""A push to a real git repository, announced over real HTTP, is searchable seconds later."""
import hashlib
import hmac
import json
import subprocess
import time
import unittest
import urllib.parse

import harness

GITHUB = "a secret of the forge"
GITLAB = "a token of the forge"


def git(where, *words):
    subprocess.run(["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-C", where, *words],
                   check=True, capture_output=True, timeout=60,
                   env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
                        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"})


def commit(top, name, text):
    (top / "work" / name).write_text(text)
    git(top / "work", "add", "-A")
    git(top / "work", "commit", "-m", "change")


def finds(server, name):
    answer = server.json(f"/v1/search?q={urllib.parse.quote(name)}")
    return any(result["name"] == name for result in answer["results"])


def wait_for(server, name, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if finds(server, name):
            return
        time.sleep(0.2)
    raise AssertionError(f"{name} is not found after {seconds} s")


def github_event(address, ref="refs/heads/main"):
    return json.dumps({"ref": ref, "repository": {"full_name": "acme/work", "clone_url": address,
                                                  "default_branch": "main"}}).encode()


def signed(body, secret=GITHUB, event="push"):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={digest}"}


class Webhook(unittest.TestCase):
    def setUp(self):
        self.top = self.enterContext(harness.folder())
        (self.top / "work").mkdir()
        git(self.top / "work", "init")
        commit(self.top, "first.py", "def first_function():\n    return 1\n")
        git(self.top, "clone", "--bare", "work", "origin.git")
        self.address = f"file://{self.top}/origin.git"
        git(self.top / "work", "remote", "add", "origin", self.address)
        harness.run("index", "-q", "--no-vectors", "--index", self.top / "index", self.address, cache=self.top / "cache")
        (self.top / "github").write_text(GITHUB + "\n")
        (self.top / "gitlab").write_text(GITLAB + "\n")

    def server(self, *flags):
        return harness.Server("--index", self.top / "index", "--no-vectors", *flags, cache=self.top / "cache")

    def push(self, name, text):
        commit(self.top, name, text)
        git(self.top / "work", "push", "origin", "main")

    def announce(self, server, body, headers, status):
        answer = server.ask("POST", "/hooks/push", body, headers)
        self.assertEqual(answer.status, status, (headers, body[:50], answer.body))
        return answer

    def test_a_push_to_github(self):
        with self.server("--github-secret-file", self.top / "github", "--gitlab-token-file", self.top / "gitlab") as server:
            self.assertTrue(finds(server, "first_function"))
            self.push("second.py", "def second_function():\n    return 2\n")
            body = github_event(self.address)
            for wrong in ({"Content-Type": "application/json", "X-GitHub-Event": "push"}, signed(body, "another secret"),
                          signed(body + b" "), {**signed(body), "X-Hub-Signature-256": "sha256="}, signed(body, GITLAB),
                          {"Content-Type": "application/json", "X-Gitlab-Token": "wrong"},
                          {"Content-Type": "application/json", "X-Gitlab-Token": GITHUB},
                          {"Content-Type": "application/json", "X-Gitlab-Token": ""}):
                self.announce(server, body, wrong, 401).problem(self, 401)
            self.assertFalse(finds(server, "second_function"))
            self.assertEqual(self.announce(server, body, signed(body), 202).json, {"refresh": "acme/work"})
            began = time.monotonic()
            wait_for(server, "second_function")
            print(f"searchable {time.monotonic() - began:.1f} s after the push was announced")

            ping = b'{"zen": "Design for failure."}'
            self.announce(server, ping, signed(ping, event="ping"), 200)
            other = github_event(self.address, "refs/heads/topic")
            self.assertIn("ignored", self.announce(server, other, signed(other), 200).json)
            # What an event names is looked for, never fetched.
            for unknown in ("https://github.com/acme/unknown.git", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
                            f"{self.address}/../origin.git", "--upload-pack=touch /tmp/x"):
                body = github_event(unknown)
                self.announce(server, body, signed(body), 404)
            for broken in (b"", b"{", b"[]", b"\xff\xfe", b'{"repository": 7}', b"[" * 100_000,
                           b'{"repository": {"clone_url": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"):
                self.announce(server, broken, signed(broken), 400)
            self.assertEqual(server.ask("GET", "/hooks/push").status, 405)
            self.assertTrue(finds(server, "second_function"))

    def test_a_push_to_gitlab(self):
        with self.server("--gitlab-token-file", self.top / "gitlab") as server:
            self.push("third.py", "def third_function():\n    return 3\n")
            body = json.dumps({"object_kind": "push", "ref": "refs/heads/main",
                               "project": {"path_with_namespace": "acme/work", "git_http_url": self.address,
                                           "default_branch": "main"}}).encode()
            headers = {"Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": GITLAB}
            # GitHub's are not taken where only GitLab's token is known.
            self.announce(server, body, signed(body, ""), 401)
            # Many at once are one or two refreshes, and all of them are taken.
            for _ in range(20):
                self.announce(server, body, headers, 202)
            wait_for(server, "third_function")
            merge = {**headers, "X-Gitlab-Event": "Merge Request Hook"}
            self.assertIn("ignored", self.announce(server, body, merge, 200).json)

    def test_without_a_secret_there_is_nothing_to_sign_with(self):
        body = github_event(self.address)
        with self.server() as server:
            self.announce(server, body, signed(body, ""), 404)


if __name__ == "__main__":
    harness.main()
