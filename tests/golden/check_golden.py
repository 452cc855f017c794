"""One golden case of `onecase check` whole. Usage: check_golden.py ONECASE CASE

A case is a folder with sources/*.cfg and what they name, regions.cfg, perhaps words/, and
    args    words of the command behind `onecase check`; without it: sources
    out     standard output, exactly; without it: nothing
    error   standard error, exactly; without it: nothing
    code    exit code; without it: 0
    after/  files as they must be afterwards (--bless)
The command runs in a copy of the folder, so that nothing is written into the tree.
"""

import difflib
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile


def text_of(path, otherwise=""):
    return path.read_text(encoding="utf-8") if path.exists() else otherwise


def differences(name, expected, found):
    lines = difflib.unified_diff(
        expected.splitlines(), found.splitlines(), f"expected {name}", f"found {name}", lineterm=""
    )
    return "".join(line + "\n" for line in lines) if expected != found else ""


def main():
    onecase, case = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / case.name
        shutil.copytree(case, folder)
        words = shlex.split(text_of(case / "args", "sources"))
        done = subprocess.run(
            [onecase, "check", *words], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        said = differences("standard output", text_of(case / "out"), done.stdout)
        said += differences("standard error", text_of(case / "error"), done.stderr)
        said += differences("exit code", text_of(case / "code", "0\n"), f"{done.returncode}\n")
        for wanted in sorted(path for path in (case / "after").rglob("*") if path.is_file()):
            name = wanted.relative_to(case / "after")
            said += differences(str(name), text_of(wanted), text_of(folder / name))
    print(said, end="")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
