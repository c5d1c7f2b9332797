"""Ten minutes of steady load, with a new version of the index in the middle: memory, descriptors and threads stay as
they are, no request fails, and no answer mixes two versions."""
import os
import pathlib
import shutil
import statistics
import threading
import time

import harness
import search
import serve

SECONDS = int(os.environ.get("QUARRY_BENCH_SOAK_SECONDS", "600"))


def usage(server):
    process = pathlib.Path(f"/proc/{server.process.pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    # What the process allocated itself; pages of the index are the system's to keep or drop.
    return {"own": int(status["RssAnon"].split()[0]) * 1024, "resident": int(status["VmRSS"].split()[0]) * 1024,
            "descriptors": len(list((process / "fd").iterdir())), "threads": int(status["Threads"])}


def soak(options, corpora):
    if shutil.which("wrk") is None:
        return harness.table("Soak", "wrk is not installed.", ["not measured"], [])
    together, target, units = search.corpus(options, corpora)
    samples, swapped = [], False
    with serve.Serving(options, target, "--model", options.model) as server:
        targets = serve.write_targets(corpora.scratch / "targets.txt", search.questions(options, target))
        serve.wrk(server.port, 16, 5, targets=targets)  # touches the pages
        counts = {}
        load = threading.Thread(target=lambda: counts.update(serve.wrk(server.port, 50, SECONDS, targets=targets, pause=100)))
        began = time.monotonic()
        load.start()
        while load.is_alive():
            time.sleep(max(0.2, SECONDS / 200))
            at = (time.monotonic() - began) / SECONDS
            samples.append((at, usage(server)))
            if at > 0.5 and not swapped:
                harness.say("a new version of the index")
                (together / "in_the_middle.py").write_text('def in_the_middle():\n    """Swapped in under load."""\n')
                harness.run([options.quarry, "index", "--index", target, "--model", options.model, together])
                swapped = True
        found = "in_the_middle" in server.get("/v1/search?q=swapped+in+under+load")[1].decode()
    rows = [["requests", f"{sum(counts['status'].values()):,} in {SECONDS} s, {counts['rate']:.0f} a second"],
            ["answers", ", ".join(f"{code}: {count:,}" for code, count in sorted(counts["status"].items()))],
            ["broken connections and time-outs", f"{counts['broken']:.0f}"],
            ["answers whose header names another version than their body", f"{counts['mixed']:.0f}"],
            ["index versions that answered", f"{counts['versions']:.0f}; the new one's function is {'' if found else 'NOT '}found"],
            ["p50, p99, longest", f"{counts['p50']:.2f} ms, {counts['p99']:.2f} ms, {counts['max']:.0f} ms"]]
    for name, scale, unit in (("own", 2**20, " MiB"), ("resident", 2**20, " MiB"), ("descriptors", 1, ""), ("threads", 1, "")):
        def median(low, high):
            return statistics.median(sample[name] / scale for at, sample in samples if low <= at <= high)
        rows.append([f"{name}: second tenth; before the swap; after it; last tenth",
                     "; ".join(f"{median(low, high):.0f}{unit}" for low, high in ((.1, .2), (.4, .5), (.6, .7), (.9, 1.1)))])
    return harness.table("Soak", f"{units} units, words and vectors, ten results each with their code; wrk with 50 connections "
                         f"that pause for 100 ms, on the same machine, {SECONDS} s.", ["", ""], rows)
