"""What is measured on: real repositories, Python's library where there are none, and generated trees."""
import random
import subprocess
import sysconfig

import harness

VERBS = "load store parse merge split encode decode open close flush retry sort filter count render resolve".split()
NOUNS = "request session buffer index token record window header cache packet manifest segment account image".split()


class Corpora:
    def __init__(self, scratch, options):
        self.scratch = scratch
        self.options = options

    def repositories(self):
        """(name, folder) of each, smallest name first; archives are unpacked once."""
        source = self.options.repos
        if not source.is_dir():
            harness.say(f"{source} is not there: measuring on Python's standard library")
            return [("python-stdlib", sysconfig.get_path("stdlib"))]
        found = []
        for entry in sorted(source.iterdir()):
            name = entry.name.removesuffix(".tar.zst")
            if self.options.only and name not in self.options.only:
                continue
            if entry.is_dir():
                found.append((name, str(entry)))
            elif entry.name.endswith(".tar.zst"):
                folder = self.scratch / "repos" / name
                if not folder.exists():
                    folder.mkdir(parents=True)
                    subprocess.run(["tar", "--zstd", "-xf", entry, "-C", folder], check=True)
                found.append((name, str(folder)))
        return found

    def generated(self, files, functions_a_file, seed=1):
        """A tree of small Python files, the same one for the same numbers."""
        root = self.scratch / f"generated-{files}-{functions_a_file}"
        if root.exists():
            return root
        random_of = random.Random(seed)
        for number in range(files):
            folder = root / f"package_{number // 100}"
            folder.mkdir(parents=True, exist_ok=True)
            parts = [f'"""Module {number}."""\n']
            for function in range(functions_a_file):
                verb, noun, other = random_of.choice(VERBS), random_of.choice(NOUNS), random_of.choice(NOUNS)
                parts.append(f'\n\ndef {verb}_{noun}_{number}_{function}({noun}, {other}=None):\n'
                             f'    """{verb.capitalize()} the {noun} of a {other}."""\n'
                             f'    if {other} is None:\n        {other} = make_{other}({number})\n'
                             f'    return {random_of.choice(VERBS)}_{noun}({noun}, {other})\n')
            (folder / f"module_{number}.py").write_text("".join(parts), encoding="utf-8")
        return root
