"""Where the bytes of an index are: its sections (docs/INDEX_FORMAT.md) against the source it covers."""
import os
import pathlib
import shutil
import struct

import harness
import indexing

GROUPS = {
    "text": (1, 2),
    "postings": (3, 4),
    "dictionary": (5, 6, 7),
    "names": (17, 18, 19, 20),
    "vectors": (40, 41),
    "paths and blob ids": (30, 32, 33),
    "other columns of units and files": None,
}
TRAILER = struct.Struct("<QQII8IQ8s")
ENTRY = struct.Struct("<IIQQ")


def sections_of(index):
    """Bytes by section id over all segments, and the bytes of everything else under the id 0."""
    sizes = {0: sum(path.stat().st_size for path in pathlib.Path(index).rglob("*") if path.is_file())}
    for path in pathlib.Path(index, "segments").glob("*.seg"):
        data = path.read_bytes()
        body_end, _, count = TRAILER.unpack(data[-TRAILER.size:])[:3]
        at = body_end + (body_end + 32767) // 32768 * 8
        for number in range(count):
            identity, _, _, length = ENTRY.unpack_from(data, at + number * ENTRY.size)
            sizes[identity] = sizes.get(identity, 0) + length
            sizes[0] -= length
    return sizes


def size(options, corpora):
    """Index on disk as a share of the source: by section, words only and with the model's vectors."""
    roots = indexing.largest(options, corpora, 4)
    rows = {name: [] for name in GROUPS} | {"checksums, views, manifest": [], "words only": [], "all": []}
    for _, root in roots:
        target = corpora.scratch / "index"
        shutil.rmtree(target, ignore_errors=True)
        harness.run([options.quarry, "index", "--index", target, "--model", options.model, root])
        source = sum(os.path.getsize(path) for _, path in indexing.listed(options, root))
        sizes = sections_of(target)
        rest = sizes.pop(0)
        total = rest + sum(sizes.values())
        vectors = sum(sizes.get(identity, 0) for identity in GROUPS["vectors"])
        for name, identities in GROUPS.items():
            taken = sizes.values() if identities is None else [sizes.pop(identity, 0) for identity in identities]
            rows[name].append(sum(taken) / source)
        rows["checksums, views, manifest"].append(rest / source)
        rows["words only"].append((total - vectors) / source)
        rows["all"].append(total / source)
    head = ["", *(name for name, _ in roots)]
    return harness.table("Index on disk, by section", "Shares of the source, its compressed text included; the model is "
                         f"{pathlib.Path(options.model).name}.", head,
                         [[name, *(f"{100 * part:.1f} %" for part in parts)] for name, parts in rows.items()])
