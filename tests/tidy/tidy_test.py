#!/usr/bin/env python3
"""The tidy checks prove themselves: each finds what is planted, and nothing in a clean tree."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

import tidy

CLEAN = {
    "common/base/text.h": "#include <stdbool.h>\n",
    "common/domain/geo.h": '#include "base/text.h"\n',
    "common/domain/geo.c": '#include "domain/geo.h"\n\n#include <math.h>\n\n/* time(now) is not called */\nint f(void)\n{\n    return 1;\n}\n',
    "common/adapters/kafka.c": '#include "domain/geo.h"\n\n#include <librdkafka/rdkafka.h>\n',
    "services/intake/intake.h": "\n",
    "services/intake/main.c": '#include "intake.h"\n\n#include "adapters/kafka.h"\n',
    "deploy/run": "#!/usr/bin/env bash\necho fine\n",
}


class TidyTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        for path, text in CLEAN.items():
            self.plant(path, text)
        (self.root / "deploy/run").chmod(0o755)

    def plant(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def faults(self, check: str) -> list[tuple[str, int, str]]:
        return list(tidy.CHECKS[check](tidy.Tree(self.root)))

    def test_a_clean_tree_has_no_fault(self) -> None:
        for check in ("includes", "length", "leftovers", "shell", "promises"):
            self.assertEqual(self.faults(check), [], check)

    def test_an_include_to_the_right_is_found(self) -> None:
        cases = [
            ("common/base/a.c", '"domain/geo.h"', "base may not include domain"),
            ("common/domain/a.c", '"adapters/kafka.h"', "domain may not include adapters"),
            ("common/adapters/a.h", '"services/intake/intake.h"', "adapters may not include services"),
            ("common/domain/a.h", "<jansson.h>", "the domain may not include <jansson.h>"),
            ("common/domain/a.c", "<time.h>", "the domain may not include <time.h>"),
            ("common/domain/a.c", "<librdkafka/rdkafka.h>", "the domain may not include <librdkafka/rdkafka.h>"),
            ("common/base/a.c", "<libpq-fe.h>", "base may not include <libpq-fe.h>"),
            ("services/intake/a.c", "<libpq-fe.h>", "services may not include <libpq-fe.h>"),
            ("services/intake/a.c", "<librdkafka/rdkafka.h>", "services may not include <librdkafka/rdkafka.h>"),
            ("services/intake/a.c", '"../matcher/matcher.h"', "climbs with .."),
            ("services/intake/a.c", '"matcher/matcher.h"', "there is no layer matcher"),
            ("services/intake/a.c", '"missing.h"', "does not lie beside the file"),
            ("common/domain/a.c", '"geo.h"', "does not name its layer"),
        ]
        for path, include, message in cases:
            with self.subTest(include=include, path=path):
                self.plant(path, f"\n#include {include}\n")
                found = self.faults("includes")
                self.assertEqual([fault[:2] for fault in found], [(path, 2)])
                self.assertIn(message, found[0][2])
                (self.root / path).unlink()

    def test_a_program_may_have_folders_of_its_own(self) -> None:
        self.plant("services/onecase/command.h", "#define A 1\n")
        self.plant("services/onecase/map/table.h", "#define B 1\n")
        self.plant("services/onecase/send/send.c", '#include "command.h"\n#include "map/table.h"\n')
        self.assertEqual(self.faults("includes"), [])
        self.plant("services/intake/a.c", '#include "map/table.h"\n')
        self.assertEqual([fault[:2] for fault in self.faults("includes")], [("services/intake/a.c", 1)])

    def test_a_domain_that_asks_the_clock_is_found(self) -> None:
        self.plant("common/domain/a.c", "long f(void)\n{\n    return time(0);\n}\n")
        self.assertEqual(self.faults("includes"), [("common/domain/a.c", 3, "the domain is pure and may not call time")])

    def test_a_badly_formatted_file_is_found(self) -> None:
        self.plant(".clang-format", "BasedOnStyle: LLVM\nIndentWidth: 4\n")
        self.assertEqual(tidy_lines(self.faults("format"), "common/domain/bad.c"), [])
        self.plant("common/domain/bad.c", "int  f( void );\n")
        self.assertNotEqual(tidy_lines(self.faults("format"), "common/domain/bad.c"), [])

    def test_long_files_functions_and_parameter_lists_are_found(self) -> None:
        self.plant("common/base/long.c", "\n" * 501)
        self.plant("common/base/function.c", "int f(void)\n{\n" + "    g();\n" * 71 + "}\n")
        self.plant("common/base/just.c", "int f(void)\n{\n" + "    g();\n" * 70 + "}\n")
        self.plant("common/base/many.c", "int f(int a, int b, int c, int d,\n      int (*e)(int, int), int g, int h)\n{\n}\n")
        self.plant("common/base/six.c", "int f(int a, int b, int c, int d,\n      int (*e)(int, int), int g)\n{\n}\n")
        found = {(path, line) for path, line, _ in self.faults("length")}
        self.assertEqual(found, {("common/base/long.c", 501), ("common/base/function.c", 2), ("common/base/many.c", 2)})

    def test_leftovers_are_found(self) -> None:
        for text in ("see /ro" "ot/notes", "x = 1  # TO" "DO later", "@pytest.mark.sk" "ip"):
            self.plant("tests/a.py", f"fine\n{text}\n")
            self.assertEqual([fault[:2] for fault in self.faults("leftovers")], [("tests/a.py", 2)], text)

    def test_tests_that_are_named_but_not_there_are_found(self) -> None:
        self.plant("tests/integration/test_city.py", "def test_it_holds() -> None:\n    pass\n")
        self.plant("tests/unit/geo_test.c", "\n")
        self.plant("ARCHITECTURE.md", "`test_city.py::test_it_holds`, `geo_test.c`\n`test_city.py::test_gone`\n"
                                      "`test_city.py::test_it_holds`, `::test_gone`\n`gone_test.c`\n`other`, `a.c`\n")
        self.assertEqual([line for _, line, _ in self.faults("promises")], [2, 3, 4])

    def test_broken_scripts_are_found(self) -> None:
        self.plant("deploy/broken", "#!/usr/bin/env bash\nif true\n")
        (self.root / "deploy/broken").chmod(0o755)
        self.plant("deploy/without_bit", "#!/usr/bin/env bash\n")
        found = {path for path, _, _ in self.faults("shell")}
        self.assertEqual(found, {"deploy/broken", "deploy/without_bit"})


def tidy_lines(faults: list[tuple[str, int, str]], path: str) -> list[int]:
    return [line for where, line, _ in faults if where == path]


if __name__ == "__main__":
    unittest.main()
