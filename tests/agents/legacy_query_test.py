#!/usr/bin/env python3
"""GET /query as the page of the 2018 demo asked for it.

    legacy_query_test.py QUARRY
"""
import json
import sys

import served


def test(program):
    with served.folder() as top:
        served.write_code(top)
        served.run(program, top, "index", "-q", "--no-vectors", "--index", top / "index", top / "shop")
        with served.serve(program, top, "--index", top / "index", "--no-vectors") as base:
            answer = served.get_json(f"{base}/query?q=exponential%20backoff")
            assert list(answer) == ["result"] and 1 <= len(answer["result"]) <= 2
            first = answer["result"][0]
            assert first["path"] == "net/retry.py" and first["function_name"] == "retry_with_backoff"
            assert first["nwo"] == "shop" and first["lineno"] == "1"
            assert first["original_function"].startswith("def retry_with_backoff")
            # What the page declared: every one a string.
            assert all(isinstance(first[name], str) for name in ("nwo", "path", "function_name", "lineno", "original_function", "score"))
            assert len(served.get_json(f"{base}/query?q=cart&n=1")["result"]) == 1
            for bad in ("query", "query?q=", "query?q=x&n=0", "query?q=x&n=ten", "query?q=x&n=99999", "query?q=lang:klingon%20x"):
                status, _, body = served.request(f"{base}/{bad}")
                assert status == 400 and json.loads(body)["error"], (bad, status, body)


if __name__ == "__main__":
    test(sys.argv[1])
    print("ok")
