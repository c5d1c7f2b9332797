#!/usr/bin/env python3
"""Shows that layering.py finds each kind of break, and leaves innocent code alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parent / "layering.py"


def check(files):
    with tempfile.TemporaryDirectory() as root:
        for name, code in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
        run = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr


class Layering(unittest.TestCase):
    def broken(self, name, code, words):
        status, output = check({name: code})
        self.assertEqual(status, 1, output)
        self.assertIn(words, output)

    def holds(self, name, code):
        status, output = check({name: code})
        self.assertEqual(status, 0, output)

    def test_upward_include(self):
        self.broken("corpus/a.h", '#pragma once\n#include "quarry/index/segment.h"\n', "a.h:2: corpus/ includes index/")
        self.broken("base/a.cpp", "#  include <quarry/corpus/source.h>\n", "base/ includes corpus/")
        self.broken("search/a_test.cpp", '#include "quarry/cli/flags.h"\n', "search/ includes cli/")

    def test_downward_and_own_include(self):
        self.holds("index/a.cpp", '#include "quarry/index/a.h"\n#include "quarry/base/result.h"\n#include <vector>\n')

    def test_unknown_folder(self):
        self.broken("utils/a.h", "", "utils/ has no place")
        self.broken("cli/a.h", '#include "quarry/misc/b.h"\n', "includes misc/")

    def test_relative_include(self):
        self.broken("corpus/a.cpp", '#include "../index/segment.h"\n', "name our headers from quarry/")

    def test_printing(self):
        for code in ["std::cout << 1;", 'printf("x");', 'std::fprintf(stderr, "x");', 'fmt::print("x");', "spdlog::info(1);",
                     "#include <iostream>", 'x = 1\'000; std::cerr << "it\'s";', "write(STDERR_FILENO, p, n);"]:
            with self.subTest(code=code):
                self.broken("index/a.cpp", code + "\n", "index/ prints")
                self.holds("cli/a.cpp", code + "\n")
                self.holds("index/a_test.cpp", code + "\n")
                self.holds("index/a_probe.cpp", code + "\nint main(int argc, char** argv) {\n")

    def test_words_in_comments_and_literals(self):
        self.holds("index/a.cpp", '// std::cout\n/* printf("x") */\nauto s = "std::cerr";\nauto r = R"(printf("x"))";\n'
                                  "int blueprint(int); auto y = a.printf(1); snprintf(b, 1, f);\n")

    def test_no_sources(self):
        status, output = check({"README": ""})
        self.assertEqual(status, 1)
        self.assertIn("no sources", output)


if __name__ == "__main__":
    unittest.main()
