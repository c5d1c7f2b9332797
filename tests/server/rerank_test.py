"""Reranking from outside: a reranking server on this machine that behaves as badly as a test wants, and the
program as server, on the command line, for agents and as the one who measures."""
import http.server
import json
import threading
import time

import harness
from harness import Case, Server


class Reranker:
    """POST /v1/rerank: texts that hold `likes` are relevant. Keeps what it was asked."""

    def __init__(self, likes):
        self.likes = likes
        self.asked = []
        self.keys = []
        self.pause = 0.0
        self.answer = None  # instead of scores
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body)
                outer.keys.append(self.headers.get("Authorization"))
                time.sleep(outer.pause)
                scores = [{"index": i, "relevance_score": 0.9 if outer.likes in text else 0.1}
                          for i, text in enumerate(body["documents"])]
                scores.sort(key=lambda each: -each["relevance_score"])
                sent = json.dumps({"results": scores} if outer.answer is None else outer.answer).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(sent)))
                    self.end_headers()
                    self.wfile.write(sent)
                except OSError:
                    pass  # who asked has left

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/rerank#small"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


QUERY = "retry vault files session"


class Rerank(Case):
    def setUp(self):
        self.reranker = Reranker("secret code")  # unlock_vault, which is not the best at first
        self.addCleanup(self.reranker.close)
        plain = json.loads(harness.run("search", "--json", "--index", self.index, QUERY).stdout)["results"]
        self.plain = [r["name"] for r in plain]
        self.assertGreater(self.plain.index("unlock_vault"), 0)
        self.flags = ("--rerank", self.reranker.url, "--rerank-weight", "0.9", "--rerank-top", "4")

    def metric(self, server, name):
        text = server.get("/metrics").body.decode()
        return float(next(line for line in text.splitlines() if line.startswith(name + " ")).split()[-1])

    def test_served(self):
        stage = 'quarry_search_stage_duration_seconds_count{stage="rerank"}'
        with Server("--index", self.index, *self.flags, "--rerank-budget", "2000") as server:
            answer = server.get("/v1/search", q=QUERY, explain=1).json
            self.assertNotIn("not_reranked", answer)
            names = [r["name"] for r in answer["results"]]
            self.assertEqual(names[0], "unlock_vault")
            self.assertEqual(sorted(names[:4]), sorted(self.plain[:4]))
            self.assertEqual(names[4:], self.plain[4:])
            self.assertGreater(answer["results"][0]["why"]["reranker"]["contribution"], 0)
            self.assertEqual(answer["results"][0]["why"]["reranker"]["value"], self.plain.index("unlock_vault"))
            scores = [r["score"] for r in answer["results"]]
            self.assertEqual(scores, sorted(scores, reverse=True))
            self.assertEqual(len(self.reranker.asked), 1)
            asked = self.reranker.asked[0]
            self.assertEqual((asked["query"], asked["model"], asked["top_n"]), (QUERY, "small", 4))
            self.assertTrue(all(len(text) <= 1200 for text in asked["documents"]))
            self.assertIsNone(self.reranker.keys[0])

            # Nobody's code is sent to be read for others, nor where a caller does not want it.
            plain = server.get("/v1/search", q=QUERY, rerank=0).json
            self.assertEqual([r["name"] for r in plain["results"]], self.plain)
            posted = server.post("/v1/search", {"query": QUERY, "rerank": False}).json
            self.assertEqual(posted["results"], plain["results"])
            server.get("/v1/similar", id=answer["results"][0]["id"])
            self.assertEqual(len(self.reranker.asked), 1)
            filtered = server.get("/v1/search", q=QUERY, repo="alpha").json
            self.assertNotIn("vault", " ".join(self.reranker.asked[1]["documents"]))
            self.assertEqual({r["repo"] for r in filtered["results"]}, {"alpha"})

            # Pages shorter than what is read again: each result once, and one question for all of them.
            seen, cursor = [], {}
            while cursor is not None:
                page = server.get("/v1/search", q=QUERY, n=1, **cursor).json
                seen += [r["name"] for r in page["results"]]
                cursor = {"cursor": page["next_cursor"]} if "next_cursor" in page else None
            self.assertEqual(seen, names)
            self.assertEqual(len(self.reranker.asked), 3)
            page = server.get("/v1/search", q=QUERY, n=1).json
            tampered = page["next_cursor"][:-2] + "07"
            server.get("/v1/search", q=QUERY, n=1, cursor=tampered).problem(self, 400)
            server.get("/v1/search", q=QUERY, n=1, rerank=0, cursor=page["next_cursor"]).problem(self, 400)
            self.assertEqual(self.metric(server, "quarry_search_not_reranked_total"), 0)
            self.assertEqual(self.metric(server, stage), len(self.reranker.asked))

    def test_slow_or_wrong_the_first_order_is_served_and_said(self):
        with Server("--index", self.index, *self.flags, "--rerank-budget", "250") as server:
            for wrong in ({}, [], {"results": []}, {"results": [{"index": 0, "relevance_score": 1}] * 4},
                          {"results": [{"index": i, "relevance_score": None} for i in range(4)]}):
                self.reranker.answer = wrong
                server.get("/v1/search", q=QUERY)  # an answer in between keeps it from being given up
                self.reranker.answer = None
                self.assertNotIn("not_reranked", server.get("/v1/search", q=QUERY).json)
            self.reranker.answer = {"results": []}
            answer = server.get("/v1/search", q=QUERY, n=1).json
            self.assertIn("0 scores for 4 texts", answer["not_reranked"])
            self.assertEqual([r["name"] for r in answer["results"]], self.plain[:1])
            # What follows keeps to that order, though the reranker is well again.
            self.reranker.answer = None
            second = server.get("/v1/search", q=QUERY, n=1, cursor=answer["next_cursor"]).json
            self.assertEqual([r["name"] for r in second["results"]], self.plain[1:2])

            self.reranker.pause = 3
            slow = []
            for _ in range(10):
                began = time.monotonic()
                answer = server.get("/v1/search", q=QUERY).json
                slow.append(time.monotonic() - began)
                self.assertIn("small", answer["not_reranked"])
                self.assertNotIn("degraded", answer)
                self.assertEqual([r["name"] for r in answer["results"]], self.plain)
            self.assertLess(sum(slow), 10 * 0.25 + 3)
            self.assertIn("3 times in a row", answer["not_reranked"])  # nobody waits any more
            self.assertEqual(self.metric(server, "quarry_search_not_reranked_total"), 16)
            self.reranker.pause = 0
            self.assertTrue(server.wait_for(
                lambda: "not_reranked" not in server.get("/v1/search", q=QUERY).json, seconds=30))

    def test_command_line(self):
        def search(*arguments, **more):
            return harness.run("search", "--json", "--index", self.index, *arguments, QUERY, **more)

        answer = json.loads(search(*self.flags).stdout)
        self.assertEqual(answer["results"][0]["name"], "unlock_vault")
        second = json.loads(search(*self.flags, "-n", "2", "--offset", "2").stdout)
        self.assertEqual(second["results"], answer["results"][2:4])

        # By variables and by the configuration file; an empty address sends nothing.
        variables = {"QUARRY_RERANK": self.reranker.url, "QUARRY_RERANK_WEIGHT": "0.9", "QUARRY_RERANK_TOP": "4",
                     "QUARRY_RERANKER_KEY": "s3cret"}
        self.assertEqual(json.loads(search(variables=variables).stdout)["results"], answer["results"])
        self.assertEqual(self.reranker.keys[-1], "Bearer s3cret")
        config = self.root / "config.yaml"
        config.write_text(f'rerank: "{self.reranker.url}"\nrerank-weight: 0.9\nrerank-top: 4\n')
        self.assertEqual(json.loads(search("--config", config).stdout)["results"], answer["results"])
        asked = len(self.reranker.asked)
        self.assertEqual(json.loads(search("--config", config, "--rerank", "").stdout)["results"][0]["name"],
                         self.plain[0])
        self.assertEqual(len(self.reranker.asked), asked)

        # In a batch every line is its own question.
        lines = harness.run("search", "--index", self.index, *self.flags, "--queries", "-",
                            input=f"{QUERY}\nremove expired cookies\n").stdout.splitlines()
        self.assertEqual(json.loads(lines[0])["results"], answer["results"])
        self.assertEqual(self.reranker.asked[-1]["query"], "remove expired cookies")

        self.reranker.pause = 2
        began = time.monotonic()
        late = search(*self.flags, "--rerank-budget", "200")
        self.assertLess(time.monotonic() - began, 2)
        self.assertIn("no answer within 200 ms", json.loads(late.stdout)["not_reranked"])
        self.assertEqual([r["name"] for r in json.loads(late.stdout)["results"]], self.plain)
        self.assertIn("not reranked", late.stderr)
        for wrong in (("--rerank", "http://127.0.0.1/nothing"), ("--rerank-weight", "1.5"), ("--rerank-weight", "x"),
                      ("--rerank-top", "1"), ("--rerank-top", "51")):
            failed = search(*wrong, check=False)
            self.assertEqual(failed.returncode, 2, wrong)
            self.assertIn(wrong[0], failed.stderr)

    def test_agents_page_through_the_new_order(self):
        first = self.agent(query=QUERY, limit=1)
        wanted = [r["name"] for r in self.agent(query=QUERY, limit=4)["results"]]
        self.assertEqual(wanted[0], "unlock_vault")
        self.assertEqual(len(self.reranker.asked), 2)
        seen = [first["results"][0]["name"]]
        while len(seen) < 4:
            first = self.agent(query=QUERY, limit=1, cursor=first["next_cursor"])
            seen.append(first["results"][0]["name"])
        self.assertEqual(seen, wanted)
        self.assertEqual(len(self.reranker.asked), 2)

    def agent(self, **arguments):
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": arguments}}
        done = harness.run("mcp", "-q", "--index", self.index, *self.flags, input=json.dumps(message) + "\n")
        answer = json.loads(done.stdout)
        self.assertFalse(answer["result"].get("isError"), answer)
        return answer["result"]["structuredContent"]

    def test_measured(self):
        judged = self.root / "judged.jsonl"
        judged.write_text(json.dumps({"repo": "secret", "language": "python", "kind": "how", "query": "retry",
                                      "relevant": [{"path": "vault.py", "start": 1, "end": 3}]}) + "\n")
        arguments = ("eval", "--task", judged, "--repos", self.code, "--json", "--samples", "10")
        flags = ("--rerank", self.reranker.url, "--rerank-weight", "1")
        document = json.loads(harness.run(*arguments, "--ranking", "words,reranked", *flags).stdout)
        systems = document["manifest"]["systems"]
        self.assertEqual([s["ranking"] for s in systems], ["words", "reranked"])
        self.assertEqual(systems[1]["reranker"], {"name": "small", "top": 10, "weight": 1.0})
        self.assertGreater(len(self.reranker.asked), 0)
        failed = harness.run(*arguments, "--ranking", "reranked", check=False)
        self.assertEqual(failed.returncode, 2)
        self.assertIn("--rerank", failed.stderr)
        # A figure of something else than what was to be measured is none.
        self.reranker.answer = {"results": []}
        failed = harness.run(*arguments, "--ranking", "reranked", *flags, check=False)
        self.assertEqual(failed.returncode, 2)
        self.assertIn("0 scores for", failed.stderr)


if __name__ == "__main__":
    harness.main()
