#!/usr/bin/env python3
"""Compares `quarry eval --run` with pytrec_eval (trec_eval's own code) and ranx, query by query, to 1e-6.

usage: metrics_peer_test.py QUARRY      (exit status 77: neither package is installed)

The runs have tied scores, unjudged documents, grades from -1 to 3, and queries of which nothing is relevant or found.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

peers = []
try:
    import pytrec_eval
    peers.append("pytrec_eval")
except ImportError:
    pass
try:
    import ranx
    peers.append("ranx")
except ImportError:
    pass
if not peers:
    print("skipped: neither pytrec_eval nor ranx is installed (pip install pytrec-eval-terrier ranx)")
    sys.exit(77)

DEEP = 1000  # deeper than any run


def make(seed, ties, negative=True):
    chooser = random.Random(seed)
    qrels, run = {}, {}
    for q in range(60):
        documents = [f"d{n}" for n in range(chooser.randint(1, 150))]
        grades = [-1, 0, 0, 1, 1, 2, 3] if negative else [0, 0, 1, 1, 2, 3]
        judged = {d: chooser.choice(grades) for d in documents if chooser.random() < 0.4}
        if q % 10 == 0:
            judged = {d: 0 for d in judged}
        judged.setdefault("d0", 0)
        found = [d for d in documents if chooser.random() < 0.7] + [f"other{n}" for n in range(5)]
        chooser.shuffle(found)
        scores = [chooser.randint(0, 9) / 4 if ties else float(n) for n in range(len(found))]
        qrels[f"q{q}"] = judged
        run[f"q{q}"] = dict(zip(found, scores))
    return qrels, run


def measure(quarry, folder, qrels, run):
    (folder / "qrels").write_text("".join(f"{q} 0 {d} {g}\n" for q, ds in qrels.items() for d, g in ds.items()))
    (folder / "run").write_text("".join(f"{q} Q0 {d} 0 {s} x\n" for q, ds in run.items() for d, s in ds.items()))
    subprocess.run([quarry, "eval", "--qrels", folder / "qrels", "--run", folder / "run", "--cutoff", f"5,10,{DEEP}",
                    "--per-query", folder / "out", "--samples", "1", "--config", ""], check=True,
                   stdout=subprocess.DEVNULL)
    return {line["id"]: line for line in map(json.loads, (folder / "out").read_text().splitlines())}


def compare(peer, ours, theirs, names):
    count = 0
    for query, line in ours.items():
        for name, theirs_name in names.items():
            expected = float(theirs[query][theirs_name])
            assert abs(line[name] - expected) < 1e-6, (peer, query, name, line[name], expected)
            count += 1
    print(f"{peer}: {count} figures agree")


quarry = sys.argv[1]
with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    for seed in range(4):
        if "pytrec_eval" in peers:
            qrels, run = make(seed, ties=True)
            names = {"ndcg@5": "ndcg_cut_5", "ndcg@10": "ndcg_cut_10", "recall@5": "recall_5", "recall@10": "recall_10",
                     "hit@5": "success_5", "hit@10": "success_10", "map": "map", f"mrr@{DEEP}": "recip_rank"}
            measures = {"ndcg_cut.5,10", "recall.5,10", "success.5,10", "map", "recip_rank"}
            theirs = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
            compare("pytrec_eval", measure(quarry, folder, qrels, run), theirs, names)
        if "ranx" in peers:
            # ranx keeps the file's order among ties and counts negative grades: neither is trec_eval's.
            qrels, run = make(seed, ties=False, negative=False)
            judged = {q: {d: g for d, g in ds.items() if g > 0} or {"nothing": 0} for q, ds in qrels.items()}
            theirs = {q: {} for q in run}
            names = ["ndcg@5", "ndcg@10", "mrr@5", "mrr@10", "recall@5", "recall@10", "hit_rate@10", "map"]
            answered = ranx.Run(run)
            ranx.evaluate(ranx.Qrels(judged), answered, names, return_mean=False)
            for name in names:
                for query, value in answered.scores[name].items():
                    theirs[query][name] = value
            ours = measure(quarry, folder, qrels, run)
            some = {q: line for q, line in ours.items() if any(g > 0 for g in qrels[q].values())}
            compare("ranx", some, theirs, {n.replace("hit_rate", "hit"): n for n in names})
    # A run that leaves a query out found nothing for it: trec_eval -c.
    ours = measure(quarry, folder, {"a": {"d": 1}, "b": {"d": 1}}, {"a": {"d": 1.0}})
    assert ours["a"]["map"] == 1 and ours["b"]["map"] == 0
print("ok")
