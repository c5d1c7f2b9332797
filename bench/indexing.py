"""Indexing: cold against the bare parse and against a peer, small repositories, refresh, memory and size."""
import json
import os
import pathlib
import shutil
import subprocess
import venv

import harness

HERE = pathlib.Path(__file__).resolve().parent
FIRST_QUERY = "parse a header"


def listed(options, root):
    """(language, path) of the files that quarry would index below root."""
    report = json.loads(harness.run([options.quarry, "index", "--list-files", "--json", root]).out)
    return [(entry["language"], str(pathlib.Path(root, entry["path"]))) for entry in report["files"]]


def index_once(options, corpora, roots, flags=("--no-vectors",)):
    """One cold `quarry index` a root, each into a folder of its own that did not exist; seconds and the runs."""
    target = corpora.scratch / "index"
    runs = []
    for root in roots:
        shutil.rmtree(target, ignore_errors=True)
        runs.append(harness.run([options.quarry, "index", "--index", target, *flags, root]))
    return sum(run.seconds for run in runs), runs


def first_answer(options, corpora, roots, peer=None, model=None):
    """Seconds from no index to the first answer, a process a root that also leaves its index on disk."""
    target, seconds = corpora.scratch / "index", 0.0
    command = [options.quarry, "search", "--model", options.model, "--json", "-n", "10"]
    env = dict(os.environ, XDG_CACHE_HOME=str(target))
    if peer:
        command = [peer.parent / "semble", "search", "-k", "10"]
        env |= {"SEMBLE_CACHE_LOCATION": str(target), "SEMBLE_MODEL_NAME": str(model),
                "SEMBLE_INDEX_WORKERS": str(os.cpu_count()),
                "XDG_CACHE_HOME": str(corpora.scratch / "peer-grammars")}  # unpacked once, not for every index
    for root in roots:
        shutil.rmtree(target, ignore_errors=True)
        seconds += harness.run([*command, FIRST_QUERY, root], env=env, ok=(0, 1)).seconds
    return seconds


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


def peer_model(options, corpora, python):
    """The folder of a model that semble loads, of the shape of its default one; made of ours."""
    folder = corpora.scratch / "peer-model"
    if not folder.exists():
        harness.run([python, HERE / "semble_peer.py", "model", options.model, folder])
    return folder


def peer_once(python, roots, flags=()):
    env = dict(os.environ, SEMBLE_INDEX_WORKERS=str(os.cpu_count()))
    return json.loads(harness.run([python, HERE / "semble_peer.py", "index", *flags, "--", *roots], env=env).out)


def ratios(above, below, digits=2):
    return harness.spread([a / b for a, b in zip(above, below)], digits=digits)


def cold(options, corpora):
    roots = [root for _, root in corpora.repositories()]
    entries = [listed(options, root) for root in roots]
    lists = ["\n".join(f"{language}\t{path}" for language, path in files) + "\n" for files in entries]
    peer = peer_python(options, corpora)
    model = peer_model(options, corpora, peer) if peer else None
    contenders = {  # in the order in which they run in each round
        "floor": lambda: floor_once(options, lists)["parse_s"],
        "words": lambda: index_once(options, corpora, roots)[0],
        "vectors": lambda: index_once(options, corpora, roots, ["--model", options.model])[0],
        "answer": lambda: first_answer(options, corpora, roots),
    }
    if peer:
        contenders |= {
            "peer words": lambda: peer_once(peer, roots)["seconds"],
            "peer vectors": lambda: peer_once(peer, roots, ["--model", model])["seconds"],
            "peer answer": lambda: first_answer(options, corpora, roots, peer, model),
        }
        first_answer(options, corpora, roots, peer, model)  # compiles its modules and unpacks its grammars
    took = {name: [] for name in contenders}
    for number in range(options.rounds):
        harness.say(f"indexing, round {number + 1} of {options.rounds}")
        for name, once in contenders.items():
            took[name].append(once())

    floor = floor_once(options, lists)
    ours = [sum(map(len, entries)), sum(os.path.getsize(path) for files in entries for _, path in files)]
    rows = [line("bare tree-sitter parse and walk (floor)", [floor["files"], floor["bytes"]], took, "floor"),
            line("`quarry index`, words only", ours, took, "words"),
            line("`quarry index`, words and vectors", ours, took, "vectors"),
            line("`quarry search` without an index, to its first answer", ours, took, "answer")]
    note = (f"{len(roots)} repositories, {os.cpu_count()} threads each. The floor has its files in memory already; quarry is timed "
            "from process start to exit: it lists, reads, parses, analyses, compresses and writes.")
    if peer:
        read = peer_once(peer, roots)
        theirs, name = [read["files"], read["bytes"]], f"semble {options.semble}"
        rows += [line(f"{name}, its build alone, an encoder that costs nothing", theirs, took, "peer words"),
                 line(f"{name}, its build alone, with a model", theirs, took, "peer vectors"),
                 line("`semble search` without an index, to its first answer", theirs, took, "peer answer"),
                 ["times quarry's, words only, semble's build alone", "", "", "", ratios(took["peer words"], took["words"], 1)],
                 ["times quarry's, with vectors, semble's build alone", "", "", "",
                  ratios(took["peer vectors"], took["vectors"], 1)],
                 ["times quarry's, with vectors, process start to first answer", "", "", "",
                  ratios(took["peer answer"], took["answer"], 1)]]
        note += (" semble's build alone runs in a warm interpreter, its model loaded, nothing written; `semble search` is its "
                 "command, from process start to exit, which leaves an index on disk as quarry's does. Its model is made of the one "
                 "that quarry uses: as many rows, 256 dimensions, float32, its own tokenizer library. semble reads by "
                 "default what it takes for code, quarry also Markdown, configuration and other text; a function's code "
                 "is what quarry makes a vector of, and semble of every chunk.")
    return harness.table("Indexing, cold", note, ["", "files", "MB", "seconds", "ratio to the floor"], rows)


def line(label, read, took, name):
    return [label, read[0], f"{read[1] / 1e6:.1f}", harness.spread(took[name]), ratios(took[name], took["floor"])]


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
