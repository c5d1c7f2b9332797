"""Indexing: cold against the bare parse and against a peer, small repositories, refresh, memory and size."""
import json
import os
import pathlib
import shutil
import subprocess
import venv

import harness

HERE = pathlib.Path(__file__).resolve().parent


def listed(options, root):
    """(language, path) of the files that quarry would index below root."""
    report = json.loads(harness.run([options.quarry, "index", "--list-files", "--json", root]).out)
    return [(entry["language"], str(pathlib.Path(root, entry["path"]))) for entry in report["files"]]


def index_once(options, corpora, roots):
    """One cold `quarry index` a root, each into a folder of its own that did not exist; seconds and the runs."""
    target = corpora.scratch / "index"
    runs = []
    for root in roots:
        shutil.rmtree(target, ignore_errors=True)
        runs.append(harness.run([options.quarry, "index", "--index", target, "--no-vectors", root]))
    return sum(run.seconds for run in runs), runs


def floor_once(options, lists):
    results = [json.loads(harness.run([options.floor, os.cpu_count()], stdin=text).out) for text in lists]
    return {key: sum(result[key] for result in results)
            for key in ("files", "without_grammar", "bytes", "nodes", "read_s", "parse_s")}


def peer_python(options, corpora):
    """The interpreter of a virtual environment with the peer inside, or None where PyPI is out of reach."""
    if options.no_peers:
        return None
    folder = corpora.scratch / "peer"
    python = folder / "bin/python"
    if not python.exists():
        harness.say(f"installing semble {options.semble} from PyPI")
        venv.create(folder, with_pip=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", f"semble=={options.semble}"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            harness.say("semble cannot be installed, so it is left out:\n" + done.stderr[-500:])
            shutil.rmtree(folder)
            options.no_peers = True
            return None
    return python


def peer_once(python, roots):
    env = dict(os.environ, SEMBLE_INDEX_WORKERS=str(os.cpu_count()))
    return json.loads(harness.run([python, HERE / "semble_peer.py", "index", *roots], env=env).out)


def cold(options, corpora):
    repositories = corpora.repositories()
    roots = [root for _, root in repositories]
    lists = ["\n".join(f"{language}\t{path}" for language, path in listed(options, root)) + "\n" for root in roots]
    peer = peer_python(options, corpora)
    ours, floors, peers = [], [], []
    for number in range(options.rounds):
        harness.say(f"indexing, round {number + 1} of {options.rounds}")
        floors.append(floor_once(options, lists))
        ours.append(index_once(options, corpora, roots)[0])
        if peer and number < 2:  # slow, and its spread is small beside the ratio
            peers.append(peer_once(peer, roots)["seconds"])
    parse = [floor["parse_s"] for floor in floors]
    megabytes = floors[0]["bytes"] / 1e6
    rows = [["bare tree-sitter parse and walk (floor)", harness.spread(parse),
             harness.spread([megabytes / value for value in parse], digits=1), "1"],
            ["quarry index, process start to exit", harness.spread(ours),
             harness.spread([megabytes / value for value in ours], digits=1),
             harness.spread([a / b for a, b in zip(ours, parse)])]]
    if peers:
        rows.append([f"semble {options.semble}, its build alone, without vectors", harness.spread(peers),
                     harness.spread([megabytes / value for value in peers], digits=1),
                     harness.spread([a / b for a, b in zip(peers, parse)])])
        rows.append(["semble's time over quarry's", "", "", harness.spread([a / b for a, b in zip(peers, ours)], digits=1)])
    note = (f"{len(roots)} repositories, {floors[0]['files']} files with a grammar, {megabytes:.1f} MB "
            f"(and {floors[0]['without_grammar']} files of text that only quarry reads); {os.cpu_count()} threads each. "
            "The floor has its files in memory already; quarry lists, reads, parses, analyses, compresses and writes. "
            "semble runs in a warm interpreter with an encoder that costs nothing.")
    return harness.table("Indexing, cold", note, ["", "seconds", "MB/s", "ratio to the floor"], rows)


def small(options, corpora):
    """A repository of about 1 MB, from process start to exit, against starting the process alone."""
    sized = [(abs(sum(os.path.getsize(path) for _, path in listed(options, root)) - 1_000_000), name, root)
             for name, root in corpora.repositories()]
    _, name, root = min(sized)
    if len(sized) == 1:
        name, root = "generated", str(corpora.generated(400, 10))
    size = sum(os.path.getsize(path) for _, path in listed(options, root))
    ours, floors = [], []
    for _ in range(max(options.rounds, 9)):
        floors.append(harness.run([options.quarry, "--version"]).seconds)
        ours.append(index_once(options, corpora, [root])[0])
    rows = [["quarry --version (floor: a process that does nothing)", harness.spread(floors, 1e3, 1)],
            [f"quarry index of {name}", harness.spread(ours, 1e3, 1)]]
    return harness.table("Indexing a small repository", f"{name}: {size / 1e6:.2f} MB.", ["", "milliseconds"], rows)


def refresh(options, corpora):
    """After one changed file in a tree of 10,000: what the refresh costs above walking the tree."""
    root = corpora.generated(10_000, 4)
    target = harness.fresh(corpora.scratch / "refresh")
    shutil.rmtree(target)
    command = [options.quarry, "index", "--index", target, "--no-vectors", root]
    full = harness.run(command).seconds
    walks, unchanged, changed = [], [], []
    for number in range(max(options.rounds, 9)):
        walks.append(harness.run([options.quarry, "index", "--list-files", root]).seconds)
        unchanged.append(harness.run(command).seconds)
        with open(root / f"package_{number}" / f"module_{number * 100}.py", "a", encoding="utf-8") as file:
            file.write(f"\n\ndef added_{number}():\n    return {number}\n")
        changed.append(harness.run(command).seconds)
    rows = [["the walk alone (quarry index --list-files; floor)", harness.spread(walks, 1e3, 1), ""],
            ["nothing changed", harness.spread(unchanged, 1e3, 1),
             harness.spread([a - b for a, b in zip(unchanged, walks)], 1e3, 1)],
            ["one file changed", harness.spread(changed, 1e3, 1),
             harness.spread([a - b for a, b in zip(changed, walks)], 1e3, 1)],
            ["everything, cold", f"{full * 1e3:.0f}", ""]]
    return harness.table("Refresh of a tree of 10,000 files", "", ["", "milliseconds", "above the walk"], rows)


def memory(options, corpora):
    """Peak resident memory against the bound of 500 MB and 1 KB a function; size on disk against the source."""
    rows = []
    for name, root in largest(options, corpora, 4):
        target = corpora.scratch / "index"
        shutil.rmtree(target, ignore_errors=True)
        run = harness.run([options.quarry, "index", "--index", target, "--no-vectors", root])
        units = units_of(options, target)
        source = sum(os.path.getsize(path) for _, path in listed(options, root))
        stored = harness.size_of(target)
        rows.append([name, f"{source / 1e6:.1f}", units, f"{run.rss / 1e6:.0f}", f"{500 + units / 1e3:.0f}",
                     f"{stored / 1e6:.1f}", f"{100 * stored / source:.0f} %"])
    return harness.table("Memory while indexing, index on disk", "MB are 10^6 bytes; one cold run each.",
                         ["", "source MB", "units", "peak resident MB", "bound MB", "index MB", "index / source"], rows)


def largest(options, corpora, count):
    sized = [(sum(os.path.getsize(path) for _, path in listed(options, root)), name, root)
             for name, root in corpora.repositories()]
    return [(name, root) for _, name, root in sorted(sized, reverse=True)[:count]]


def units_of(options, index):
    status = json.loads(harness.run([options.quarry, "status", "--index", index, "--json"]).out)
    return sum(repository["functions"] for repository in status["repositories"])
