"""Every metric that the Grafana dashboard asks for is one that the server has."""
import json
import re
import time

import harness


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


class Dashboard(harness.Case):
    code_of = harness.SHOP

    def test_every_metric_and_label_is_there(self):
        dashboard = json.loads((harness.ROOT / "deploy/grafana/quarry.json").read_text())
        # A rate low enough that something is refused.
        with harness.Server("--index", self.index, "--rate", "5", "--burst", "10") as server:
            first = server.json("/v1/search?q=exponential%20backoff")
            server.json("/v1/search?q=zebra%20xylophone%20qqq")
            given = {"query": "exponential backoff", "id": first["results"][0]["id"], "rank": 1, "verdict": "click"}
            self.assertEqual(server.post("/v1/feedback", given).status, 204)
            (self.code / "shop/new.py").write_text("def brand_new():\n    return 1\n")
            harness.index(self.code, self.index, "shop")
            statuses = [server.get("/v1/search", q="cart").status for _ in range(30)]
            self.assertIn(429, statuses)
            time.sleep(2)
            there = offered(server.get("/metrics").body.decode())
        missing = {name: labels - there.get(name, set()) for name, labels in asked_for(dashboard).items()
                   if name not in there or labels - there[name]}
        self.assertEqual(missing, {}, f"the server has {sorted(there)}")


if __name__ == "__main__":
    harness.main()
