"""Schemathesis against the running server: every operation of openapi.json with generated requests, good and bad.

Exits 77 (skipped) where Schemathesis is not installed (PyPI: schemathesis).
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import harness

program = shutil.which("schemathesis") or shutil.which("st")
if program is None:
    print("skipped: schemathesis is not installed (pip install schemathesis)")
    sys.exit(77)

# A cursor is opaque, and index content decides which ids, paths and repositories exist: a document cannot say which
# strings those are, so 400, 404 and 410 count as answers to well-formed requests too. So does 431: the limits of several
# parameters together are more than a request's header may hold.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 410, 431, "5xx"]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 415, 422, 428, 429, 431, "5xx"]
[parameters]
"path.name" = "default"
"path.version" = "1"
[[operations]]
include-name = "GET /v1/functions/{id}"
parameters = { "path.id" = "ID" }
[[operations]]
include-name = "GET /v1/similar"
parameters = { "query.id" = "ID" }
[[operations]]
include-name = "GET /v1/files"
parameters = { "query.path" = "net/retry.py", "query.repo" = "alpha" }
"""

with tempfile.TemporaryDirectory() as temporary:
    root = pathlib.Path(temporary)
    harness.write_code(root / "code")
    # With vectors, so that there is a model to ask, and a secret, so that there is an address for pushes.
    for name in harness.CODE:
        harness.run("index", "-q", "--index", root / "index", "--name", name, "--model", harness.ROOT / "models/default", root / "code" / name)
    (root / "secret").write_text("secret")
    with harness.Server("--index", root / "index", "--model", harness.ROOT / "models/default", "--github-secret-file", root / "secret") as server:
        found = server.json("/v1/search?q=retry")["results"][0]["id"]
        (root / "schemathesis.toml").write_text(CONFIG.replace("ID", found))
        done = subprocess.run([program, "--config-file", root / "schemathesis.toml", "run", f"http://127.0.0.1:{server.port}/openapi.json",
                               "--url", f"http://127.0.0.1:{server.port}", "--checks", "all", "--max-examples",
                               os.environ.get("QUARRY_SCHEMA_EXAMPLES", "30"), "--seed", "1", "--workers", "1", "--request-timeout", "20"],
                              cwd=root, timeout=1500)
        if server.process.poll() is not None:
            sys.exit("the server ended")
    sys.exit(done.returncode)
