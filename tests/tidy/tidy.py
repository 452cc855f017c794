#!/usr/bin/env python3
"""Checks of the tree that need no compiler. Standard library only; clang-format for the check "format".

    tests/tidy/tidy.py [--root DIR] [--check CHECK]... [--files FILE...]

    includes   base <- domain <- adapters <- services: a file includes only its own layer and those to its left
    format     clang-format would change nothing
    length     C files up to 500 lines, functions up to 70 lines and 6 parameters
    leftovers  no path of somebody's machine, no note to do it later, no skipped test
    promises   the tests that ARCHITECTURE.md names are there
    shell      bash reads every script without a fault; scripts that are run have the run bit

Prints file:line: what is wrong, for all of them, and ends with 1 when there is any.
--files looks at these only (the hook gives the staged ones), otherwise at every file git knows or would add.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LINES_MAX = 500
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 6
# Files past LINES_MAX, each with the reason why it is not two.
LONG_FILES: dict[str, str] = {}
# Functions whose parameters are not ours to choose, by file: a library calls them.
CALLED_BY_LIBRARIES = {"common/adapters/http_endpoint.c": "on_request"}

LAYERS = ["base", "domain", "adapters", "services"]
CLIENT_LIBRARIES = r"librdkafka/|libpq|libconfig|microhttpd|jansson|curl/|systemd/"
# What a layer may not include of the system and of libraries.
FORBIDDEN = {
    "base": r"librdkafka/|libpq|libconfig|microhttpd|curl/|systemd/|sys/socket|netinet/|netdb",
    "services": CLIENT_LIBRARIES,
}
# The domain is pure: nothing that could reach a clock, a socket or a file. (stdio.h is here for snprintf alone.)
DOMAIN_MAY = {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h", "stdbool.h",
    "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h",
    "uchar.h", "wchar.h", "wctype.h",
}
DOMAIN_CALLS = re.compile(
    r"\b(fopen|fdopen|freopen|popen|tmpfile|fread|fwrite|printf|puts|scanf|fgets|getenv|time|gettimeofday|clock_gettime|clock|rand"
    r"|random|socket|connect)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

Fault = tuple[str, int, str]


class Tree:
    """The files to look at, by path from the root."""

    def __init__(self, root: Path, only: list[str] | None = None) -> None:
        self.root = root
        self.paths = sorted(only if only is not None else self._all())

    def _all(self) -> list[str]:
        asked = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"tidy: cannot list the files of {self.root}: {done.stderr.strip()}")
        return [path for path in done.stdout.split("\0") if path and (self.root / path).is_file()]

    def ending(self, *suffixes: str) -> list[str]:
        return [path for path in self.paths if path.endswith(suffixes)]

    def lines(self, path: str) -> list[str]:
        return (self.root / path).read_text(encoding="utf-8", errors="replace").splitlines()


def layer_of(path: str) -> str | None:
    parts = path.split("/")
    if parts[0] == "common" and len(parts) > 2:
        return parts[1]
    return "services" if parts[0] == "services" else None


def check_includes(tree: Tree) -> Iterator[Fault]:
    for path in tree.ending(".c", ".h"):
        layer = layer_of(path)
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            if match and match[1] and ".." in match[1].split("/"):
                yield path, number, f'include "{match[1]}" climbs with ..; write the layer'
            elif match and layer:
                fault = include_fault(tree, path, layer, match[1], match[2])
                if fault:
                    yield path, number, fault
            elif layer == "domain" and DOMAIN_CALLS.search(strip_comments(line)):
                call = DOMAIN_CALLS.search(strip_comments(line))
                yield path, number, f"the domain is pure and may not call {call[1]}"


def of_program(tree: Tree, path: str, ours: str) -> bool:
    """A large program has folders of its own: "command.h" and "map/map_table.h" are looked for in services/PROGRAM/."""
    return tree.root.joinpath(*Path(path).parts[:2], ours).exists()


def include_fault(tree: Tree, path: str, layer: str, ours: str | None, system: str | None) -> str | None:
    if system:
        if layer == "domain" and system not in DOMAIN_MAY:
            return f"the domain may not include <{system}>"
        if layer in FORBIDDEN and re.match(FORBIDDEN[layer], system):
            return f"{layer} may not include <{system}>"
        return None
    first = ours.split("/")[0] if "/" in ours else None
    if first is None:
        if layer != "services":
            return f'include "{ours}" does not name its layer'
        beside = (tree.root / path).parent / ours
        if beside.exists() or of_program(tree, path, ours):
            return None
        return f'include "{ours}" does not lie beside the file'
    if layer == "services" and of_program(tree, path, ours):
        return None
    if first not in LAYERS:
        return f'include "{ours}": there is no layer {first}'
    if first == "services" or LAYERS.index(first) > LAYERS.index(layer):
        return f"{layer} may not include {first}: base <- domain <- adapters <- services"
    return None


def strip_comments(line: str) -> str:
    """Without strings and comments, as far as one line shows; a line of a block comment starts with *."""
    if line.lstrip().startswith(("*", "/*", "//")):
        return ""
    return re.sub(r'"(\\.|[^"\\])*"|/\*.*?(\*/|$)|//.*$', "", line)


def check_format(tree: Tree) -> Iterator[Fault]:
    if shutil.which("clang-format") is None:
        yield ".clang-format", 1, "clang-format is not installed (it is in deploy/local/packages)"
        return
    paths = tree.ending(".c", ".h")
    if not paths:
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=tree.root, capture_output=True, text=True, check=False)
    seen = set()
    for match in re.finditer(r"^(\S+?):(\d+):\d+: error: code should be clang-formatted", done.stderr, re.M):
        if match[1] not in seen:
            yield match[1], int(match[2]), f"clang-format would change this and perhaps more: clang-format -i {match[1]}"
        seen.add(match[1])
    if done.returncode != 0 and "clang-formatted" not in done.stderr:
        yield ".clang-format", 1, done.stderr.strip()


def check_length(tree: Tree) -> Iterator[Fault]:
    for path in tree.ending(".c", ".h"):
        lines = tree.lines(path)
        if len(lines) > LINES_MAX and path not in LONG_FILES:
            yield path, len(lines), f"{len(lines)} lines are more than {LINES_MAX}: one noun, one file"
        if path.endswith(".c"):
            yield from function_faults(path, lines)


def function_faults(path: str, lines: list[str]) -> Iterator[Fault]:
    """A function body lies between a { and a } in the first column; its head is what stands right before."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
            parameters = parameter_count(lines, number - 1)
            if parameters > PARAMETERS_MAX and not called_by_library(path, lines, number - 1):
                yield path, number - 1, f"{parameters} parameters are more than {PARAMETERS_MAX}"
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                yield path, start, f"a function of {number - start - 1} lines, more than {FUNCTION_LINES_MAX}"
            start = None


def function_head(lines: list[str], end: int) -> str:
    begin = end
    while begin > 0 and lines[begin - 1] and not lines[begin - 1].startswith(("}", "#", "/", " *")):
        begin -= 1
    return " ".join(strip_comments(line) for line in lines[begin:end])


def called_by_library(path: str, lines: list[str], end: int) -> bool:
    return path in CALLED_BY_LIBRARIES and f" {CALLED_BY_LIBRARIES[path]}(" in function_head(lines, end)


def parameter_count(lines: list[str], end: int) -> int:
    depth = commas = 0
    for char in function_head(lines, end):
        depth += {"(": 1, ")": -1}.get(char, 0)
        commas += char == "," and depth == 1
    return commas + 1


# Written in pieces, so that this file does not find itself.
LATER = r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b"
PASS = "sk" + "ip"
PASSED_OVER = rf"pytest\.(mark\.)?({PASS}|x" + rf"fail)|unittest\.{PASS}|DIS" + r"ABLED_"
MACHINE = r"(?:^|[^\w./-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "fa" + "rm"]) + r")/|/tmp/br" + "ief"
LEFTOVERS = [
    (re.compile(MACHINE), "a path of somebody's machine"),
    (re.compile(LATER), "a note to do it later; do it, or make it an issue"),
    (re.compile(PASSED_OVER), "a skipped test; a missing thing is a failure"),
]
CODE = (".c", ".h", ".py", ".sh", ".cmake", ".txt", ".sql", ".cfg", ".md", ".yml", ".yaml")


def check_leftovers(tree: Tree) -> Iterator[Fault]:
    for path in tree.paths:
        if not path.endswith(CODE) and not is_script(tree, path):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for pattern, what in LEFTOVERS:
                match = pattern.search(line)
                if match:
                    yield path, number, f'{what}: "{match[0].strip()}"'


def is_script(tree: Tree, path: str) -> bool:
    with (tree.root / path).open("rb") as file:
        return file.read(2) == b"#!"


def check_shell(tree: Tree) -> Iterator[Fault]:
    for path in tree.paths:
        script = is_script(tree, path)
        if not path.endswith(".sh") and not script:
            continue
        if script and not (tree.root / path).stat().st_mode & 0o100:
            yield path, 1, "has a #! line but no run bit"
        first = tree.lines(path)[0]
        if path.endswith(".sh") or first.endswith("bash"):
            done = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                yield path, 1, done.stderr.strip()


def check_promises(tree: Tree) -> Iterator[Fault]:
    """Tests that ARCHITECTURE.md names: `file.py::test`, `::test` of the file named last on the line, `file_test.c`."""
    if "ARCHITECTURE.md" not in tree.paths:
        return
    by_name = {path.rsplit("/", 1)[-1]: path for path in Tree(tree.root).paths if path.startswith("tests/")}
    for number, line in enumerate(tree.lines("ARCHITECTURE.md"), 1):
        file = ""
        for name, test in re.findall(r"`((?:test_\w+\.py|\w+_test\.c)?)(?:::(\w+))?`", line):
            file = name or file
            if not file:
                continue
            if file not in by_name:
                yield "ARCHITECTURE.md", number, f"there is no test file {file}"
            elif test and f"def {test}(" not in "\n".join(tree.lines(by_name[file])):
                yield "ARCHITECTURE.md", number, f"there is no {test} in {file}"


CHECKS = {"includes": check_includes, "format": check_format, "length": check_length, "leftovers": check_leftovers,
          "shell": check_shell, "promises": check_promises}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--files", nargs="*", help="only these, by path from the root")
    parser.add_argument("--check", action="append", choices=CHECKS, help="may be given again; default all")
    asked = parser.parse_args()
    tree = Tree(asked.root, asked.files)
    count = 0
    for name in asked.check or CHECKS:
        for path, line, what in CHECKS[name](tree):
            print(f"{path}:{line}: {what}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
