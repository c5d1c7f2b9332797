"""The HTTP API as a client sees it, against the built program."""
import json
import unittest

import harness
from harness import Case, Server


class Api(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(Server("--index", cls.index))

    def first(self, query, **more):
        results = self.server.get("/v1/search", q=query, **more).json["results"]
        self.assertTrue(results, query)
        return results[0]

    def test_health(self):
        self.assertEqual(self.server.get("/livez").status, 200)
        self.assertEqual(self.server.get("/readyz").status, 200)

    def test_search_finds_and_has_the_shape_of_the_command_line(self):
        answer = self.server.get("/v1/search", q="retry a call with exponential backoff", n=3)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        served = answer.json
        self.assertEqual(served["results"][0]["name"], "retry_with_backoff")
        printed = json.loads(harness.run("search", "--json", "-n", "3", "--index", self.index,
                                         "retry a call with exponential backoff").stdout)
        self.assertEqual(served["results"], printed["results"])
        self.assertEqual(set(printed) - set(served), set())

    def test_post_answers_as_get(self):
        got = self.server.get("/v1/search", q="remove expired cookies", n=2, lang="python", explain=1).json
        posted = self.server.post("/v1/search", {"query": "remove expired cookies", "n": 2, "lang": ["python"],
                                                 "explain": True}).json
        self.assertEqual(got["results"], posted["results"])

    def test_filters_hold(self):
        for parameters, check in (({"lang": "go"}, lambda r: r["language"] == "go"),
                                  ({"path": "net/"}, lambda r: r["path"].startswith("net/")),
                                  ({"repo": "secret"}, lambda r: r["repo"] == "secret"),
                                  ({"kind": "class"}, lambda r: r["kind"] == "class"),
                                  ({"lang": ["go", "python"], "kind": "function,method"},
                                   lambda r: r["kind"] in ("function", "method"))):
            results = self.server.get("/v1/search", q="retry files cookies session vault", **parameters).json["results"]
            self.assertTrue(results, parameters)
            self.assertTrue(all(map(check, results)), parameters)
        inline = self.server.get("/v1/search", q="lang:go files").json
        self.assertEqual({r["language"] for r in inline["results"]}, {"go"})
        self.assertEqual(inline["query"], "lang:go files")

    def test_pages_reach_every_result_once(self):
        whole = [r["id"] for r in self.server.get("/v1/search", q="retry vault files session", n=100).json["results"]]
        self.assertGreater(len(whole), 4)
        seen, cursor = [], None
        for _ in range(100):
            page = self.server.get("/v1/search", q="retry vault files session", n=2,
                                   **({"cursor": cursor} if cursor else {})).json
            self.assertEqual([r["rank"] for r in page["results"]],
                             list(range(len(seen) + 1, len(seen) + len(page["results"]) + 1)))
            seen += [r["id"] for r in page["results"]]
            cursor = page.get("next_cursor")
            if not cursor:
                break
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(set(seen), set(whole))

    def test_pages_of_more_than_one_page_looks_at_do_not_overlap(self):
        # More functions than a page ranks, and more in a file than it takes of one.
        files = {f"part{f}.py": "".join(f'def step_{f}_{i}(value):\n    """Sort the {"list " * (1 + (f * 7 + i * 3) % 5)}of part."""\n'
                                        f'    return sorted(value)[{i}:]{" + list(value)" * ((f + i) % 4)}\n\n' for i in range(12))
                 for f in range(130)}
        root = self.root / "many"
        harness.write_code(root, {"many": files})
        harness.index(root, self.root / "many-index", "many")
        with Server("--index", self.root / "many-index") as server:
            seen, cursor = [], None
            for _ in range(300):
                page = server.get("/v1/search", q="sort the list part", n=10, **({"cursor": cursor} if cursor else {})).json
                seen += [r["id"] for r in page["results"]]
                cursor = page.get("next_cursor")
                if not cursor:
                    break
        self.assertIsNone(cursor)
        self.assertGreater(len(seen), 100)
        self.assertEqual(len(seen), len(set(seen)))

    def test_cursors_that_are_made_up_or_of_another_query_are_refused(self):
        cursor = self.server.get("/v1/search", q="retry vault", n=1).json["next_cursor"]
        self.assertEqual(self.server.get("/v1/search", q="retry vault", n=1, cursor=cursor).status, 200)
        # What is told beside the results is not the question: the page counts facets once.
        self.assertEqual(self.server.get("/v1/search", q="retry vault", n=1, facets=1, explain=1, cursor=cursor).status, 200)
        self.server.get("/v1/search", q="retry vault", n=1, vectors=0, cursor=cursor).problem(self, 400)
        flipped = ("1" if cursor[0] == "0" else "0") + cursor[1:]
        for wrong in ("x", "0" * len(cursor), flipped, cursor[:-1], cursor + "x", "-" * 200, "\x00", "../../etc"):
            self.server.get("/v1/search", q="retry vault", n=1, cursor=wrong).problem(self, 400)
        self.server.get("/v1/search", q="another question", n=1, cursor=cursor).problem(self, 400)
        self.server.get("/v1/search", q="retry vault", n=1, lang="go", cursor=cursor).problem(self, 400)

    def test_facets_of_a_query_and_of_the_index(self):
        facets = self.server.get("/v1/search", q="retry", facets=1).json["facets"]
        self.assertEqual(set(facets), {"lang", "repo", "kind", "path"})
        self.assertEqual({each["value"] for each in facets["repo"]}, {"alpha", "secret"})
        everything = self.server.get("/v1/facets").json
        self.assertEqual({each["value"] for each in everything["lang"]}, {"python", "go"})
        self.assertNotIn("facets", self.server.get("/v1/search", q="retry").json)

    def test_similar(self):
        vault = self.first("unlock the vault")
        by_id = self.server.get("/v1/similar", id=vault["id"]).json
        by_place = self.server.get("/v1/similar", repo=vault["repo"], path=vault["path"], line=vault["start_line"]).json
        self.assertEqual([r["id"] for r in by_id["results"]], [r["id"] for r in by_place["results"]])
        self.assertNotIn(vault["id"], [r["id"] for r in by_id["results"]])
        self.assertEqual({vault["name"], by_id["results"][0]["name"]}, {"unlock_vault", "retry_unlock"})
        self.server.get("/v1/similar", id="0" * 16).problem(self, 404)
        self.server.get("/v1/similar", path="vault.py").problem(self, 400)
        self.server.get("/v1/similar").problem(self, 400)

    def test_function_with_surroundings(self):
        found = self.first("open a socket to the host")
        shown = self.server.get("/v1/functions/" + found["id"], context=2).json
        source = harness.CODE["alpha"]["net/retry.py"].splitlines(keepends=True)
        begin, end = found["start_line"], found["end_line"]
        self.assertEqual(shown["before"], "".join(source[begin - 3:begin - 1]))
        self.assertEqual(shown["after"], "".join(source[end:end + 2]))
        self.assertEqual(shown["result"]["code"], found["code"])
        self.assertIn("retry_with_backoff", [each["name"] for each in shown["siblings"]])
        self.assertTrue(shown["links"]["editor_path"].endswith("code/alpha/net/retry.py"))
        for wrong in ("0" * 16, "xyz", "..%2f..%2fetc", "0" * 15, "0" * 17):
            self.assertIn(self.server.get("/v1/functions/" + wrong).status, (400, 404))

    def test_file_with_outline(self):
        shown = self.server.get("/v1/files", repo="alpha", path="net/retry.py").json
        self.assertEqual(shown["text"], harness.CODE["alpha"]["net/retry.py"])
        self.assertEqual(shown["language"], "python")
        names = [each["name"] for each in shown["outline"]]
        self.assertIn("Session", names)
        self.assertIn("drop_expired", names)

    def test_no_path_leads_out_of_the_index(self):
        secret = self.root / "outside.txt"
        secret.write_text("outside")
        for path in ("../../outside.txt", str(secret), "/etc/passwd", "net/../../outside.txt", "..", ".", "net",
                     "net/retry.py/", "./net/retry.py", "net//retry.py", "NET/retry.py", "net\\retry.py", "net/retry.py\x00"):
            self.server.get("/v1/files", repo="alpha", path=path).problem(self, 404)
        for target in ("/v1/files/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/../x", "/.",
                       "/assets/..%2findex.html", "/%2e%2e%5cetc", "/v1/%00", "/v1/search%0d%0aX:y", "/a%", "/a%zz", "/%ff%fe"):
            self.server.ask("GET", target).problem(self, 400)

    def test_repositories_suggestions_and_status(self):
        repositories = {each["name"]: each for each in self.server.get("/v1/repositories").json["repositories"]}
        self.assertEqual(set(repositories), {"alpha", "secret"})
        self.assertEqual(repositories["alpha"]["files"], 2)
        suggested = self.server.get("/v1/suggestions", n=20).json["suggestions"]
        self.assertEqual([each["query"] for each in suggested if each["source"] == "talk"][0], "concatenate files together")
        self.assertEqual(len([each for each in suggested if each["source"] == "talk"]), 5)
        self.assertTrue([each for each in suggested if each["source"] == "index"])
        completed = self.server.get("/v1/suggestions", q="retry_").json["suggestions"]
        self.assertIn({"query": "retry_unlock", "source": "prefix"}, completed)
        status = self.server.get("/v1/status").json
        self.assertEqual(status["index"]["repositories"], 2)
        self.assertEqual(status["index"]["version"], 2)

    def test_feedback_reaches_quality_and_metrics(self):
        found = self.first("concatenate files together")
        given = {"query": "concatenate files together", "id": found["id"], "rank": 2, "verdict": "click"}
        self.assertEqual(self.server.post("/v1/feedback", given).status, 204)
        quality = self.server.get("/v1/quality").json
        self.assertAlmostEqual(quality["mrr"], 0.5)
        self.assertGreater(quality["click_through"], 0)
        self.server.get("/v1/search", q="zzzqqq xyzzy")
        self.assertIn("zzzqqq xyzzy", [each["query"] for each in self.server.get("/v1/quality").json["zero_results"]])
        metrics = self.server.get("/metrics").body.decode()
        for line in ('quarry_feedback_mean_reciprocal_rank{version="main@2"} 0.5', 'quarry_index_info{',
                     'quarry_search_stage_duration_seconds_count{stage="candidates"}', 'quarry_build_info{',
                     'quarry_http_requests_total{', 'quarry_index_size_bytes{side="main"}'):
            self.assertIn(line, metrics)
        self.assertNotIn("concatenate", metrics)
        for wrong in ({}, {**given, "rank": 0}, {**given, "rank": "1"}, {**given, "verdict": "meh"}, {**given, "id": "1"},
                      {**given, "x": 1}, [], "a"):
            self.server.post("/v1/feedback", json.dumps(wrong), {"Content-Type": "application/json"}).problem(self, 400)

    def test_values_that_make_no_sense(self):
        for parameters in ({}, {"q": "x", "n": "0"}, {"q": "x", "n": "1001"}, {"q": "x", "n": "ten"}, {"q": "x", "n": "-1"},
                           {"q": "x", "n": "1e2"}, {"q": "x", "lang": "klingon"}, {"q": "x", "kind": "thing"},
                           {"q": "x", "explain": "yes"}, {"q": "x", "limit": "5"}, {"q": ["x", "y"]}, {"q": "a\x00b"},
                           {"q": "x" * 8193}, {"q": "lang:klingon x"}, {"q": "x", "path": ["a"] * 33}):
            self.server.get("/v1/search", **parameters).problem(self, 400)
        self.assertEqual(self.server.get("/v1/search", q="x" * 8192).status, 200)
        self.assertEqual(self.server.get("/v1/search", q="").json["results"], [])

    def test_every_answer_is_dressed(self):
        for target in ("/v1/search?q=x", "/livez", "/nowhere", "/v1/search", "/metrics", "/openapi.json"):
            headers = self.server.ask("GET", target).headers
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["X-Frame-Options"], "DENY")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertRegex(headers["X-Request-Id"], "^[0-9a-f]{32}$")

    def test_request_ids_and_traces_are_passed_on(self):
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        headers = self.server.get("/v1/search", q="x", headers={"X-Request-Id": "a.b-7", "traceparent": trace}).headers
        self.assertEqual(headers["X-Request-Id"], "a.b-7")
        self.assertRegex(headers["traceparent"], "^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$")
        self.assertNotIn("00f067aa0ba902b7", headers["traceparent"])
        self.assertEqual(headers["Quarry-Index"], "main@2")
        odd = self.server.get("/v1/search", q="x", headers={"X-Request-Id": "a b", "traceparent": "00-0-0-0"}).headers
        self.assertRegex(odd["X-Request-Id"], "^[0-9a-f]{32}$")
        self.assertNotIn("traceparent", odd)

    def test_openapi_document(self):
        document = self.server.get("/openapi.json").json
        self.assertEqual(document["openapi"], "3.1.0")
        for path in document["paths"]:
            # Without a secret there is no address for webhooks.
            if "{" not in path and path != "/hooks/push":
                self.assertNotEqual(self.server.ask("GET", path).status, 404, path)

    def test_head_and_options(self):
        head = self.server.ask("HEAD", "/v1/search?q=retry")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.headers["Content-Length"]), 100)
        options = self.server.ask("OPTIONS", "/v1/search")
        self.assertEqual(options.status, 204)
        self.assertEqual(set(options.headers["Allow"].split(", ")), {"GET", "HEAD", "POST", "OPTIONS"})

    def test_reload_by_hand(self):
        answer = self.server.ask("POST", "/admin/reload", body="")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["sides"][0]["serving"], "main@2")


if __name__ == "__main__":
    harness.main()
