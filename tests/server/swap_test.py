"""Index versions that change while the server answers: no failed and no mixed answer, sides shared by weight."""
import collections
import json
import shutil
import threading
import time

import harness
from harness import Case, Server

# In version N of the index every function of the generation has N in its name and its doc: an answer that mixes two
# versions shows it.
FILES = 12


def write_generation(root, generation):
    for i in range(FILES):
        path = root / "moving" / f"part{i}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'def rotate_{i}_generation_{generation}():\n    """Rotate the widget around its axis."""\n    return {generation}\n')


class Swap(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moving = cls.root / "moving-index"

    def setUp(self):
        shutil.rmtree(self.moving, ignore_errors=True)
        write_generation(self.root, 0)
        harness.index(self.root, self.moving, "moving")

    def test_no_failed_and_no_mixed_answer_under_load(self):
        with Server("--index", self.moving, "--drain-delay", "0") as server:
            seen, wrong, stop = collections.Counter(), [], threading.Event()

            def ask():
                connection = server.connection()
                while not stop.is_set():
                    connection.request("GET", "/v1/search?q=rotate+the+widget+around+its+axis&n=100")
                    answer = connection.getresponse()
                    body = answer.read()
                    if answer.status != 200:
                        wrong.append((answer.status, body[:200]))
                        continue
                    results = json.loads(body)
                    generations = {r["name"].rsplit("_", 1)[1] for r in results["results"] if r["kind"] == "function"}
                    label = answer.headers["Quarry-Index"]
                    if len(generations) != 1 or label != f"main@{results['index']['version']}":
                        wrong.append((label, generations))
                    seen[label] += 1

            clients = [threading.Thread(target=ask) for _ in range(4)]
            for client in clients:
                client.start()
            labels = []
            for generation in range(1, 6):
                write_generation(self.root, generation)
                harness.index(self.root, self.moving, "moving")
                labels.append(f"main@{generation + 1}")
                if generation % 2:  # by the watch alone, or asked for
                    self.assertEqual(server.ask("POST", "/admin/reload", "").status, 200)
                self.assertTrue(server.wait_for(lambda: seen[labels[-1]] > 3), (labels[-1], seen, wrong[:3]))
            stop.set()
            for client in clients:
                client.join()
            self.assertEqual(wrong, [])
            self.assertLessEqual(set(labels), set(seen))
            metrics = server.get("/metrics").body.decode()
            self.assertIn('quarry_index_reloads_total{outcome="good",side="main"} 5', metrics)
            self.assertIn('version="6"', metrics)
            self.assertNotIn('version="5"}', metrics.split("quarry_index_info", 1)[1].splitlines()[2])

    def test_two_sides_swapped_under_load_share_it_by_weight(self):
        other = self.root / "other-moving-index"
        shutil.rmtree(other, ignore_errors=True)
        harness.index(self.root, other, "moving")
        with Server("--index", f"old={self.moving}@3", "--index", f"new={other}@1") as server:
            shares, asked, wrong, stop = collections.Counter(), collections.Counter(), [], threading.Event()
            lock = threading.Lock()

            def ask(headers, side):
                connection = server.connection()
                while not stop.is_set():
                    connection.request("GET", "/v1/search?q=rotate+the+widget+around+its+axis&n=100", headers=headers)
                    answer = connection.getresponse()
                    body = answer.read()
                    label = answer.headers["Quarry-Index"] or ""
                    with lock:
                        if answer.status != 200:
                            wrong.append((answer.status, body[:200]))
                            continue
                        results = json.loads(body)
                        generations = {r["name"].rsplit("_", 1)[1] for r in results["results"] if r["kind"] == "function"}
                        name, _, version = label.partition("@")
                        # Generation N is version N + 1 of either side.
                        if len(generations) != 1 or int(version) != results["index"]["version"] or generations != {str(int(version) - 1)}:
                            wrong.append((label, generations))
                        if side and name != side:
                            wrong.append((label, side))
                        if side:
                            asked[label] += 1
                        else:
                            shares[name] += 1

            ways = [({}, None), ({}, None), ({"Quarry-Side": "new"}, "new"), ({"Cookie": "quarry_side=old"}, "old")]
            clients = [threading.Thread(target=ask, args=way) for way in ways]
            for client in clients:
                client.start()
            for generation in range(1, 4):
                write_generation(self.root, generation)
                for side, folder in (("old", self.moving), ("new", other)):
                    harness.index(self.root, folder, "moving")
                    self.assertTrue(server.wait_for(lambda: asked[f"{side}@{generation + 1}"] > 3), (side, asked, wrong[:3]))
            self.assertTrue(server.wait_for(lambda: sum(shares.values()) > 300, 60), shares)
            stop.set()
            for client in clients:
                client.join()
        self.assertEqual(wrong, [])
        count = sum(shares.values())
        # Five standard deviations.
        self.assertLess(abs(shares["new"] / count - 0.25), 5 * (0.25 * 0.75 / count) ** 0.5, shares)

    def test_a_cursor_of_an_older_version_is_gone(self):
        with Server("--index", self.moving) as server:
            page = server.get("/v1/search", q="rotate the widget", n=2).json
            write_generation(self.root, 7)
            harness.index(self.root, self.moving, "moving")
            server.ask("POST", "/admin/reload", "")
            server.get("/v1/search", q="rotate the widget", n=2, cursor=page["next_cursor"]).problem(self, 410)

    def test_an_index_that_is_broken_or_deleted_leaves_the_old_one(self):
        with Server("--index", self.moving) as server:
            manifest = next(path for path in self.moving.iterdir() if "manifest" in path.name.lower())
            good = manifest.read_bytes()
            manifest.write_bytes(good[:20] + b"X" + good[21:])
            answer = server.ask("POST", "/admin/reload", "")
            self.assertEqual(answer.status, 503)
            self.assertIn("error", answer.json["sides"][0])
            self.assertEqual(server.get("/v1/search", q="rotate the widget").json["index"]["version"], 1)
            shutil.rmtree(self.moving)
            time.sleep(1.2)
            answer = server.get("/v1/search", q="rotate the widget")
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.json["results"])
            self.assertTrue(server.wait_for(lambda: any("still serving main@1" in line for line in server.lines)))
            # A new one in its place is picked up, whatever its number.
            write_generation(self.root, 9)
            harness.index(self.root, self.moving, "moving")
            self.assertTrue(server.wait_for(
                lambda: "generation_9" in server.get("/v1/search", q="rotate the widget").body.decode()))


class Sides(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.root / "other"
        harness.index(cls.code, cls.other, "alpha")
        cls.server = cls.enterClassContext(Server("--index", f"old={cls.index}@3", "--index", f"new={cls.other}@1"))

    def label(self, **more):
        return self.server.get("/v1/search", q="retry", **more).headers["Quarry-Index"]

    def test_by_weight(self):
        counts = collections.Counter(self.label() for _ in range(400))
        self.assertEqual(set(counts), {"old@2", "new@1"})
        # 100 expected, standard deviation below 9.
        self.assertTrue(50 < counts["new@1"] < 150, counts)

    def test_by_header_and_cookie(self):
        for headers, label in (({"Quarry-Side": "new"}, "new@1"), ({"Quarry-Side": "old"}, "old@2"),
                               ({"Cookie": "a=b; quarry_side=new; c=d"}, "new@1"),
                               ({"Quarry-Side": "old", "Cookie": "quarry_side=new"}, "old@2")):
            self.assertEqual({self.label(headers=headers) for _ in range(12)}, {label}, headers)

    def test_pages_stay_on_their_side(self):
        page = self.server.get("/v1/search", q="retry session files", n=1, headers={"Quarry-Side": "new"}).json
        for _ in range(12):
            answer = self.server.get("/v1/search", q="retry session files", n=1, cursor=page["next_cursor"])
            self.assertEqual((answer.status, answer.headers["Quarry-Index"]), (200, "new@1"))

    def test_feedback_is_counted_for_the_version_that_answered(self):
        found = self.server.get("/v1/search", q="retry", headers={"Quarry-Side": "new"}).json["results"][0]
        self.server.post("/v1/feedback", {"query": "retry", "id": found["id"], "rank": 1, "verdict": "click", "version": "new@1"})
        versions = {each["version"]: each for each in self.server.get("/v1/quality").json["by_version"]}
        self.assertEqual(versions["new@1"]["clicks"], 1)
        self.assertEqual(versions.get("old@2", {"clicks": 0})["clicks"], 0)


if __name__ == "__main__":
    harness.main()
