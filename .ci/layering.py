#!/usr/bin/env python3
"""Holds the order of the folders of src/quarry: each may include only itself and those before it, and only cli and
server may print.

    layering.py [SOURCES]     SOURCES: the folder that holds base/, corpus/ ... (default: src/quarry of this clone)

Prints a line for every break and exits 1 if there was one. Tests, and files with a main() of their own
(benchmarks, probes), are held to the order too, but may print.
"""
import pathlib
import re
import sys

ORDER = ["base", "corpus", "syntax", "text", "model", "index", "ranking", "search",
         "evaluation", "preparation", "training", "server", "cli"]
MAY_PRINT = {"server", "cli"}

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]quarry/([^/">]+)/', re.MULTILINE)
# A header outside the quarry/ prefix that is found through quotes would escape the rule above.
RELATIVE = re.compile(r'^\s*#\s*include\s*"(?!quarry/)([^"]+)"', re.MULTILINE)
PRINTS = re.compile(r"\bstd::(?:wcout|wcerr|wclog|cout|cerr|clog)\b|\b(?:fmt|std)::(?:v?print|println)\s*\("
                    r"|(?<![\w.>])(?:std::)?(?:printf|puts|putchar|perror|vprintf|fputs|fprintf|vfprintf)\s*\("
                    r"|\bspdlog::|<iostream>|<fmt/ostream\.h>|<fmt/color\.h>|\bSTD(?:OUT|ERR)_FILENO\b")
MAIN = re.compile(r"^int main\(", re.MULTILINE)
# Comments and literals say what they like; `R"x(...)x"` first, because quotes inside it mean nothing.
TEXT = re.compile(r'R"([^()\\\s]{0,16})\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def blank_text(code):
    """The code with comments and literals (not those of #include) replaced by spaces; line numbers stay."""
    def blank(match):
        line = code[code.rfind("\n", 0, match.start()) + 1:match.start()]
        # A digit separator (1'000'000) opens no literal.
        if line.lstrip().startswith("#") and "include" in line:
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return TEXT.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", code))


def breaks_of(path, folder):
    code = blank_text(path.read_text(encoding="utf-8"))

    def line_of(match):
        return code.count("\n", 0, match.start()) + 1

    for match in INCLUDE.finditer(code):
        included = match.group(1)
        if included not in ORDER:
            yield line_of(match), f"includes {included}/, which has no place in the order"
        elif ORDER.index(included) > ORDER.index(folder):
            yield line_of(match), f"{folder}/ includes {included}/, which stands after it"
    for match in RELATIVE.finditer(code):
        yield line_of(match), f'includes "{match.group(1)}": name our headers from quarry/, others in <>'
    if folder not in MAY_PRINT and not path.stem.endswith("_test") and not MAIN.search(code):
        for match in PRINTS.finditer(code):
            yield line_of(match), f"{folder}/ prints ({match.group().strip()}): only cli/ and server/ do"


def main():
    here = pathlib.Path(__file__).resolve().parent
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "src" / "quarry"
    files = sorted(p for p in root.rglob("*") if p.suffix in {".h", ".cpp"} and "testdata" not in p.parts)
    if not files:
        sys.exit(f"layering: no sources below {root}")
    broken = 0
    for path in files:
        folder = path.relative_to(root).parts[0]
        if folder not in ORDER:
            found = [(1, f"{folder}/ has no place in the order; add it to {pathlib.Path(__file__).name}")]
        else:
            found = breaks_of(path, folder)
        for line, message in found:
            print(f"{path}:{line}: {message}")
            broken += 1
    print(f"layering: {len(files)} files, {broken} breaks")
    sys.exit(broken > 0)


if __name__ == "__main__":
    main()
