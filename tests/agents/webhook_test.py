#!/usr/bin/env python3
"""A push to a real git repository, announced over real HTTP, is searchable seconds later.

    webhook_test.py QUARRY
"""
import hashlib
import hmac
import json
import subprocess
import sys
import time
import urllib.parse

import served

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


def finds(base, name):
    answer = served.get_json(f"{base}/v1/search?q={urllib.parse.quote(name)}")
    return any(result["name"] == name for result in answer["results"])


def wait_for(base, name, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if finds(base, name):
            return
        time.sleep(0.2)
    raise AssertionError(f"{name} is not found after {seconds} s")


def github_event(address, ref="refs/heads/main"):
    return json.dumps({"ref": ref, "repository": {"full_name": "acme/work", "clone_url": address,
                                                  "default_branch": "main"}}).encode()


def signed(body, secret=GITHUB, event="push"):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={digest}"}


def test(program):
    with served.folder() as top:
        (top / "work").mkdir()
        git(top / "work", "init")
        commit(top, "first.py", "def first_function():\n    return 1\n")
        git(top, "clone", "--bare", "work", "origin.git")
        address = f"file://{top}/origin.git"
        git(top / "work", "remote", "add", "origin", address)
        served.run(program, top, "index", "-q", "--no-vectors", "--index", top / "index", address)
        (top / "github").write_text(GITHUB + "\n")
        (top / "gitlab").write_text(GITLAB + "\n")
        with served.serve(program, top, "--index", top / "index", "--no-vectors", "--github-secret-file", top / "github",
                          "--gitlab-token-file", top / "gitlab") as base:
            hook = f"{base}/hooks/push"
            assert finds(base, "first_function")

            commit(top, "second.py", "def second_function():\n    return 2\n")
            git(top / "work", "push", "origin", "main")
            body = github_event(address)
            for wrong in ({"Content-Type": "application/json", "X-GitHub-Event": "push"}, signed(body, "another secret"),
                          signed(body + b" "), {**signed(body), "X-Hub-Signature-256": "sha256="},
                          {"Content-Type": "application/json", "X-Gitlab-Token": "wrong"}):
                status, headers, _ = served.request(hook, body, wrong)
                assert status == 401, (status, wrong)
                assert "json" in headers["Content-Type"]
            assert not finds(base, "second_function")

            status, _, answer = served.request(hook, body, signed(body))
            assert status == 202, (status, answer)
            assert json.loads(answer) == {"refresh": "acme/work"}
            began = time.monotonic()
            wait_for(base, "second_function")
            print(f"searchable {time.monotonic() - began:.1f} s after the push was announced")

            commit(top, "third.py", "def third_function():\n    return 3\n")
            git(top / "work", "push", "origin", "main")
            event = json.dumps({"object_kind": "push", "ref": "refs/heads/main",
                                "project": {"path_with_namespace": "acme/work", "git_http_url": address,
                                            "default_branch": "main"}}).encode()
            gitlab = {"Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": GITLAB}
            # Many at once are one or two refreshes, and all of them are taken.
            for _ in range(20):
                status, _, answer = served.request(hook, event, gitlab)
                assert status == 202, (status, answer)
            wait_for(base, "third_function")

            ping = b'{"zen": "Design for failure."}'
            assert served.request(hook, ping, signed(ping, event="ping"))[0] == 200
            other = github_event(address, "refs/heads/topic")
            status, _, answer = served.request(hook, other, signed(other))
            assert status == 200 and b"ignored" in answer, (status, answer)
            unknown = github_event("https://github.com/acme/unknown.git")
            assert served.request(hook, unknown, signed(unknown))[0] == 404
            for broken in (b"", b"{", b"[]", b"\xff\xfe", b'{"repository": 7}', b"[" * 100_000):
                status, _, answer = served.request(hook, broken, signed(broken))
                assert status == 400, (status, broken[:20], answer)
            assert served.request(hook, method="GET")[0] == 405
            assert finds(base, "third_function")

        # Without a secret there is nothing to be signed with.
        with served.serve(program, top, "--index", top / "index", "--no-vectors") as base:
            assert served.request(f"{base}/hooks/push", body, signed(body, ""))[0] in (401, 404)


if __name__ == "__main__":
    test(sys.argv[1])
    print("ok")
