"""Serving: load from wrk on the same machine, as a ratio to a bare "hello" of the same HTTP library in the same run."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

import harness
import search

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = int(os.environ.get("QUARRY_BENCH_SERVE_SECONDS", "10"))  # of each load
RATE = 500  # searches a second: a large team's


def write_targets(file, queries):
    file.write_text("".join(f"/v1/search?n=10&q={urllib.parse.quote(query)}\n" for query in queries))
    return file


def wrk(port, connections, seconds, *, target=None, targets=None, pause=0, check=True):
    """wrk's own counts: {"rate", "p50", "p99", "max" (ms), "broken", "status": {code: count}}. Without `check` every
    refusal has the status 0 and no answer is looked into, which costs wrk as much as asking."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
    if target:
        out = harness.run([*command, "--latency", f"http://127.0.0.1:{port}{target}"]).out
        return {"rate": float(next(line for line in out.splitlines() if line.startswith("Requests/sec")).split()[1])}
    return counts_of(harness.run([*command, "-s", HERE / "serve.lua", f"http://127.0.0.1:{port}", "--", targets, pause,
                                  "check" if check else ""]).out)


def steady(options, port, rate, seconds, targets):
    """The same counts of an open loop: requests fall due at the rate, whatever the server does."""
    program = options.quarry.parent / "bench" / "quarry_steady_load"
    return counts_of(harness.run([program, port, targets, rate, seconds, 64]).out)


def counts_of(out):
    counts = {"status": {}}
    for line in out.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == "status":
            counts["status"][int(words[1])] = int(words[2])
        elif len(words) == 2 and words[0] in ("p50", "p99", "max", "rate", "broken", "mixed", "versions"):
            counts[words[0]] = float(words[1])
    return counts


@contextlib.contextmanager
def hello(options):
    program = options.quarry.parent / "bench" / "quarry_hello_server"
    process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


class Serving:
    def __init__(self, options, target, *more):
        self.began = time.perf_counter()
        self.process = subprocess.Popen([options.quarry, "serve", "--index", target, "--listen", "127.0.0.1:0", *more],
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, "QUARRY_CONFIG": ""})
        while "serving at" not in (line := self.process.stderr.readline()):
            if not line:
                raise SystemExit("quarry serve did not start")
        self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def get(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", target)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def rss(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def engine_cpu(options, target, queries, flags):
    """CPU seconds of one search without any server: a batch of many, less a batch of few."""
    def batch(times):
        return harness.run([options.quarry, "search", "--index", target, "--json", "-n", "10", *flags, "--queries", "-"],
                           stdin="\n".join(queries * times) + "\n").cpu
    few, many = 2, 12
    return (batch(many) - batch(few)) / ((many - few) * len(queries))


def under_load(options, target, queries, targets, flags):
    """Rows of one way to search: saturation, its cost, and two steady loads."""
    floors, lives, rates, ratios = [], [], [], []
    cpu, count = 0, 0
    with Serving(options, target, *flags) as server, hello(options) as floor:
        wrk(server.port, 16, 3, targets=targets, check=False)  # touches the pages
        before = server.rss()
        for number in range(options.rounds):
            harness.say(f"serve {' '.join(map(str, flags))}, round {number + 1} of {options.rounds}")
            floors.append(wrk(floor, 16, SECONDS, target="/")["rate"])
            lives.append(wrk(server.port, 16, SECONDS, target="/livez")["rate"])
            mark = server.cpu()
            counts = wrk(server.port, 16, SECONDS, targets=targets, check=False)
            cpu += server.cpu() - mark
            count += sum(counts["status"].values())
            rates.append(counts["rate"])
            ratios.append(counts["rate"] / floors[-1])
            if set(counts["status"]) != {200} or counts["broken"]:
                harness.say(f"answers other than 200: {counts}")
        after = server.rss()
        loads = [(f"{rate:.0f} requests a second", steady(options, server.port, rate, SECONDS, targets))
                 for rate in (RATE, rates[-1] / 2)]
    own = 1 - engine_cpu(options, target, queries, flags) / (cpu / count)
    return [
        ["hello of the same library, requests a second (floor)", harness.spread(floors, 1, 0)],
        ["/livez, requests a second", harness.spread(lives, 1, 0)],
        ["searches a second, 16 connections", harness.spread(rates, 1, 0)],
        ["ratio of searches to hello", harness.spread(ratios, 1, 3)],
        ["CPU of a search request", f"{cpu / count * 1e3:.2f} ms, {own * 100:.0f} % of it the server's own"],
        ["resident memory before and after", f"{before / 2**20:.0f} and {after / 2**20:.0f} MiB; the index has "
         f"{harness.size_of(target) / 2**20:.0f} MiB"],
        *([name, f"p50 {load['p50']:.2f} ms, p99 {load['p99']:.2f} ms, longest {load['max']:.0f} ms; "
           f"{load['rate']:.0f} answered a second, broken {load['broken']:.0f}"] for name, load in loads),
    ]


def serve(options, corpora):
    if shutil.which("wrk") is None:
        return harness.table("Serving", "wrk is not installed.", ["not measured"], [])
    _, target, units = search.corpus(options, corpora)
    queries = search.questions(options, target)
    targets = write_targets(corpora.scratch / "targets.txt", queries)
    rows = []

    starts, searches = [], []
    for _ in range(options.rounds):
        with Serving(options, target) as server:
            server.get("/livez")
            starts.append(time.perf_counter() - server.began)
            server.get("/v1/search?q=" + urllib.parse.quote(queries[0]))
            searches.append(time.perf_counter() - server.began)
    rows.append(["first byte after the start", harness.spread(starts, 1e3, 0) + " ms"])
    rows.append(["first search answered after the start", harness.spread(searches, 1e3, 0) + " ms"])

    for way, flags in {"words only": ["--no-vectors"], "words and vectors": ["--model", options.model]}.items():
        rows += [[f"{way}: {name}", figure] for name, figure in under_load(options, target, queries, targets, flags)]

    with Serving(options, target, "--queue", "64") as server:
        wrk(server.port, 16, 3, targets=targets)
        calm = wrk(server.port, 4, 3, targets=targets)
        flood = wrk(server.port, 800, SECONDS, targets=targets)
        began = time.perf_counter()
        while wrk(server.port, 4, 1, targets=targets)["p50"] > 2 * calm["p50"] and time.perf_counter() - began < 30:
            pass
        recovery = time.perf_counter() - began
        answered = ", ".join(f"{code}: {count}" for code, count in sorted(flood["status"].items()))
        rows.append(["overload, 800 connections and a queue of 64", f"{answered}; broken {flood['broken']:.0f}; longest "
                     f"{flood['max']:.0f} ms"])
        rows.append(["back to normal after it", f"within {recovery:.1f} s (seen in windows of one second)"])
    return harness.table("Serving", f"{units} units, {len(queries)} different queries again and again, ten results each with "
                         f"their code; wrk with one thread on the same machine, {SECONDS} s a load. Requests at a rate come "
                         "like those of independent people; their latency counts from when they were due.", ["", ""], rows)
