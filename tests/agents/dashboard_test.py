#!/usr/bin/env python3
"""Every metric that the Grafana dashboard asks for is one that the server has.

    dashboard_test.py QUARRY DASHBOARD
"""
import json
import pathlib
import re
import sys
import time

import served


def asked_for(dashboard):
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    expressions += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    expressions += [variable["query"] for variable in dashboard["templating"]["list"] if variable["type"] == "query"]
    assert len(expressions) > 20
    names = {}
    for expression in expressions:
        for name, labels in re.findall(r"\b(quarry_\w+)(\{[^}]*\})?", expression):
            wanted = set(re.findall(r"(\w+)=~?\"", labels or "")) - {"job"}
            grouped = set(re.findall(r"by \(([^)]*)\)", expression) and
                          re.split(r",\s*", re.findall(r"by \(([^)]*)\)", expression)[0]))
            names.setdefault(name, set()).update(wanted | (grouped - {"instance", "job"}))
    return names


def offered(text):
    names = {}
    for line in text.splitlines():
        match = re.match(r"(\w+)(?:\{([^}]*)\})? ", line)
        if match and not line.startswith("#"):
            names.setdefault(match.group(1), set()).update(re.findall(r"(\w+)=\"", match.group(2) or ""))
    return names


def test(program, dashboard):
    with served.folder() as top:
        served.write_code(top)
        served.run(program, top, "index", "-q", "--no-vectors", "--index", top / "index", top / "shop")
        # A rate low enough that something is refused.
        with served.serve(program, top, "--index", top / "index", "--no-vectors", "--rate", "5", "--burst", "10") as base:
            first = served.get_json(f"{base}/v1/search?q=exponential%20backoff")
            version = first["index"]["version"]
            served.get_json(f"{base}/v1/search?q=zebra%20xylophone%20qqq")
            status, _, body = served.request(f"{base}/v1/feedback", {"query": "exponential backoff", "id": first["results"][0]["id"],
                                                                     "rank": 1, "verdict": "click"})
            assert status == 204, (status, body, version)
            (top / "shop/new.py").write_text("def brand_new():\n    return 1\n")
            served.run(program, top, "index", "-q", "--no-vectors", "--index", top / "index", top / "shop")
            statuses = [served.request(f"{base}/v1/search?q=cart")[0] for _ in range(30)]
            assert 429 in statuses, statuses
            time.sleep(2)
            status, _, text = served.request(f"{base}/metrics")
            assert status == 200, (status, text)
            there = offered(text.decode())
        missing = {name: labels - there.get(name, set()) for name, labels in asked_for(dashboard).items()
                   if name not in there or labels - there[name]}
        assert not missing, f"the server has no such metrics or labels: {missing}; it has {sorted(there)}"


if __name__ == "__main__":
    test(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text()))
    print("ok")
