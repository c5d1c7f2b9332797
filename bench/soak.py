"""Ten minutes of steady load, with a new version of the index in the middle: memory, descriptors and threads stay as
they are, no request fails, and no answer mixes two versions."""
import collections
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
TENTHS = 10  # each with a latency of its own, to see whether it grows


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
    samples, swapped, tenths, seen = [], False, [], {}
    with serve.Serving(options, target, "--model", options.model) as server:
        targets = serve.write_targets(corpora.scratch / "targets.txt", search.questions(options, target))
        serve.wrk(server.port, 16, 5, targets=targets)  # touches the pages

        def ask():
            for _ in range(TENTHS):
                tenths.append(serve.steady(options, server.port, serve.RATE, SECONDS // TENTHS, targets))

        # A few requests beside it are looked into: each answer must be of the version that its header names.
        threads = [threading.Thread(target=ask),
                   threading.Thread(target=lambda: seen.update(serve.wrk(server.port, 2, SECONDS, targets=targets, pause=200)))]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        while threads[0].is_alive():
            time.sleep(max(0.2, SECONDS / 200))
            at = (time.monotonic() - began) / SECONDS
            samples.append((at, usage(server)))
            if at > 0.5 and not swapped:
                harness.say("a new version of the index")
                (together / "in_the_middle.py").write_text('def in_the_middle():\n    """Swapped in under load."""\n')
                harness.run([options.quarry, "index", "--index", target, "--model", options.model, together])
                swapped = True
        threads[1].join()
        found = "in_the_middle" in server.get("/v1/search?q=swapped+in+under+load")[1].decode()
    status = collections.Counter()
    for part in tenths:
        status.update(part["status"])
    rows = [["requests", f"{sum(status.values()):,}; {statistics.median(part['rate'] for part in tenths):.0f} answered a second"],
            ["answers", ", ".join(f"{code}: {count:,}" for code, count in sorted(status.items()))],
            ["broken connections and time-outs", f"{sum(part['broken'] for part in tenths) + seen['broken']:.0f}"],
            ["answers whose header names another version than their body", f"{seen['mixed']:.0f}"],
            ["index versions that answered", f"{seen['versions']:.0f}; the new one's function is {'' if found else 'NOT '}found"],
            *([f"{name}: first tenth; last tenth; lowest and highest tenth",
               f"{tenths[0][name]:.2f}; {tenths[-1][name]:.2f}; {min(part[name] for part in tenths):.2f} and "
               f"{max(part[name] for part in tenths):.2f} ms"] for name in ("p50", "p99", "max"))]
    for name, scale, unit in (("own", 2**20, " MiB"), ("resident", 2**20, " MiB"), ("descriptors", 1, ""), ("threads", 1, "")):
        def median(low, high):
            return statistics.median(sample[name] / scale for at, sample in samples if low <= at <= high)
        rows.append([f"{name}: second tenth; before the swap; after it; last tenth",
                     "; ".join(f"{median(low, high):.0f}{unit}" for low, high in ((.1, .2), (.4, .5), (.6, .7), (.9, 1.1)))])
    return harness.table("Soak", f"{units} units, words and vectors, ten results each with their code; {serve.RATE} requests a second for "
                         f"{SECONDS} s like those of independent people (an open loop; their latency counts from when they were due), "
                         f"on the same machine; load at the end {', '.join(f'{value:.1f}' for value in os.getloadavg())}.", ["", ""], rows)
