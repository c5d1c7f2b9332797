"""Searching: warm latency in one process, cold latency of a whole process."""
import json
import os
import pathlib
import re
import shutil

import harness
import indexing

HERE = pathlib.Path(__file__).resolve().parent
FUNCTIONS = 50_000


def corpus(options, corpora):
    """One folder of about 50,000 units: real repositories side by side, filled up with generated files."""
    together = harness.fresh(corpora.scratch / "together")
    target = corpora.scratch / "search-index"
    units = 0
    for name, root in corpora.repositories():
        if units >= FUNCTIONS:
            break
        shutil.copytree(root, together / name, symlinks=True,
                        ignore=shutil.ignore_patterns(".git", "site-packages", "dist-packages"))
        shutil.rmtree(target, ignore_errors=True)
        harness.run([options.quarry, "index", "--index", target, "--no-vectors", together / name])
        units += indexing.units_of(options, target)
    if units < FUNCTIONS:
        shutil.copytree(corpora.generated((FUNCTIONS - units) // 10 + 1, 9), together / "generated")
    shutil.rmtree(target, ignore_errors=True)
    harness.run([options.quarry, "index", "--index", target, "--model", options.model, together])
    return together, target, indexing.units_of(options, target)


def questions(options, target):
    """Some 600 different queries: those of queries.txt, and of what they find far down the list the first sentence of
    the doc or, where there is none, the words of the name."""
    queries = [line for line in (HERE / "queries.txt").read_text(encoding="utf-8").split("\n") if line]
    answers = harness.run([options.quarry, "search", "--index", target, "--json", "-n", "100", "--no-vectors", "--queries",
                           "-"], stdin="\n".join(queries) + "\n").out.splitlines()
    for answer in answers:
        for result in json.loads(answer)["results"][9::10]:
            words = re.findall(r"\w+", re.split(r"[.!?]\s|\n\n", result["doc"])[0])[:12]
            if len(words) < 3:
                words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", result["name"])
            queries.append(" ".join(words).lower())
    return [query for query in dict.fromkeys(queries) if query]


def search(options, corpora):
    together, target, units = corpus(options, corpora)
    queries = questions(options, target)
    text = "\n".join(queries * 11) + "\n"  # the first pass touches the pages
    command = [options.quarry, "search", "--index", target, "--json", "-n", "10"]
    ways = {"words only": ["--no-vectors"], "words and vectors": ["--model", options.model]}

    half, tail = {way: [] for way in ways}, {way: [] for way in ways}
    for number in range(options.rounds):
        harness.say(f"search, round {number + 1} of {options.rounds}")
        for way, flags in ways.items():
            lines = harness.run([*command, *flags, "--queries", "-"], stdin=text).out.splitlines()
            took = [json.loads(line)["took_ms"] for line in lines][len(queries):]
            half[way].append(harness.quantile(took, 0.5))
            tail[way].append(harness.quantile(took, 0.99))
    warm = [[f"quarry, {way}", harness.spread(half[way], digits=3), harness.spread(tail[way], digits=3)]
            for way in ways]
    peer = indexing.peer_python(options, corpora)
    if peer:
        env = dict(os.environ, SEMBLE_INDEX_WORKERS=str(os.cpu_count()))
        took = json.loads(harness.run([peer, HERE / "semble_peer.py", "search", together], stdin="\n".join(queries),
                                      env=env).out)["ms"]
        warm.append([f"semble {options.semble}, words only", f"{harness.quantile(took, 0.5):.3f}",
                     f"{harness.quantile(took, 0.99):.3f}"])
    out = harness.table("Search, warm", f"{units} units, {len(queries)} queries ten times over after one pass to warm up, "
                        "ten results each with their code; milliseconds a query.", ["", "p50", "p99"], warm)

    ours, floors, greps = {way: [] for way in ways}, [], []
    for number in range(max(options.rounds, 15)):
        query = queries[number % len(queries)]
        floors.append(harness.run([options.quarry, "--version"]).seconds)
        for way, flags in ways.items():
            ours[way].append(harness.run([*command, *flags, query], ok=(0, 1)).seconds)
        greps.append(grep_seconds(together, query.split()[-1]))
    cold = [["quarry --version (floor)", harness.spread(floors, 1e3, 1)],
            *([f"quarry search on the existing index, {way}", harness.spread(ours[way], 1e3, 1)] for way in ways),
            ["grep -rIlwF of one word of the query over the same files (peer)", harness.spread(greps, 1e3, 1)]]
    return out + "\n\n" + harness.table("Search, a whole process", "Process start to exit; files in the page cache.",
                                        ["", "milliseconds"], cold)


def grep_seconds(root, word):
    return harness.run(["grep", "-rIlwF", "--", word, root], ok=(0, 1)).seconds
