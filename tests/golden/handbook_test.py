"""The handbook plays as it is written. Usage: handbook_test.py ONECASE SOURCE_FOLDER

docs/joining-a-department.md and its Chinese sister are read from top to bottom in an empty folder: a file is written where
its name stands in bold above a block, a diff is applied, and each `onecase check` and `onecase map` that needs no Kafka is
run and must say what the page says ("…" stands for lines left out). In the end the files are those of deploy/examples.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ONECASE = sys.argv[1]
PROJECT = pathlib.Path(sys.argv[2])
PAGES = ("joining-a-department.md", "joining-a-department.zh-CN.md")
BLOCK = re.compile(r"^(?:\*\*`(?P<file>[^`]+)`\*\*\n\n)?```(?P<tongue>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NEED_KAFKA = re.compile(r"--from|^onecase (?!check|map)|^(?!onecase)")
COMMANDS_LEAST = 6  # of a page that are run here
HASH = "94d137ba01ea3ba7b8217fd3a37e0ad8"


def hunks(diff):
    """(file, old lines, new lines) for each run of changed lines with the unchanged one before it."""
    file, kept, old, new = None, [], [], []
    for line in [*diff.splitlines(), "--- "]:
        mark, text = line[:1], line[1:]
        if line.startswith("--- ") or mark == " ":
            if old or new:
                yield file, kept + old, kept + new
            kept, old, new = ([text] if mark == " " else []), [], []
            file = line[4:] if line.startswith("--- ") else file
        elif mark == "-":
            if new:
                yield file, kept + old, kept + new
                kept, old, new = [], [], []
            old.append(text)
        else:
            new.append(text)


class Page:
    def __init__(self, name, folder):
        self.blocks = list(BLOCK.finditer((PROJECT / "docs" / name).read_text(encoding="utf-8")))
        self.folder = folder
        (folder / "deploy").mkdir()
        for part in ("regions.cfg", "model", "sources"):
            (folder / "deploy" / part).symlink_to(PROJECT / "deploy" / part)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, diff, backwards=False):
        for name, old, new in hunks(diff):
            before, after = ("\n".join(lines) + "\n" for lines in ((new, old) if backwards else (old, new)))
            text = (self.folder / name).read_text(encoding="utf-8")
            if text.count(before) != 1:
                raise AssertionError(f"{name} holds {text.count(before)} times:\n{before}")
            self.write(name, text.replace(before, after))

    def run(self, command):
        environment = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LC_MESSAGES", "LANG")}
        done = subprocess.run([ONECASE, *shlex.split(command)[1:]], cwd=self.folder, capture_output=True, encoding="utf-8",
                              timeout=60, env=environment)
        # Reporters are hashed with a key of each run alone: the pages show those of one run.
        said = (done.stderr + done.stdout).rstrip("\n")
        return re.sub(r'"1:[0-9a-f]{31}(.*\n +)[0-9a-f]"', rf'"1:{HASH[:31]}\g<1>{HASH[31:]}"', said)


def steps(block):
    """(command, what it said) of a block; lines before the first command are words of the page."""
    parts = re.split(r"^\$ (.*)$", block, flags=re.MULTILINE)
    return [(parts[i], parts[i + 1].strip("\n")) for i in range(1, len(parts), 2)]


def says(wanted, found):
    """Whether found is wanted, where a line "…" of wanted is any number of lines."""
    pattern = "\n".join(r"(?:.*\n)*?.*" if line == "…" else re.escape(line) for line in wanted.split("\n"))
    return re.fullmatch(pattern, found) is not None


def anchors(page):
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


class Handbook(unittest.TestCase):
    maxDiff = None

    def play(self, name):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        page = Page(name, pathlib.Path(scratch.name))
        diffs = [block["body"] for block in page.blocks if block["tongue"] == "diff"]
        ran = 0
        for block in page.blocks:
            if block["file"]:
                page.write(block["file"], block["body"])
            elif block["tongue"] == "diff":
                if block["body"] != diffs[0]:
                    page.change(block["body"])
            else:
                for command, wanted in steps(block["body"]):
                    if NEED_KAFKA.search(command):
                        continue
                    if ran == 0:  # the first check is of the file as it was typed: the first diff mends it
                        page.change(diffs[0], backwards=True)
                    found = page.run(command)
                    if ran == 0:
                        page.change(diffs[0])
                    if not says(wanted, found):
                        self.assertEqual(wanted, found, f"{name}: {command}")
                    ran += 1
        self.assertGreaterEqual(ran, COMMANDS_LEAST)
        return page

    def check_same(self, drafts, name):
        """What the page leads to is what is shipped; test outputs are compared by the check of the shipped file."""
        examples = PROJECT / "deploy" / "examples"
        for path in ("yuanlin.cfg", "codes/yuanlin.csv", *(f"tests/yuanlin/{p.name}" for p in (examples / "tests/yuanlin").glob("*.in"))):
            self.assertEqual((drafts / path).read_text(encoding="utf-8"), (examples / path).read_text(encoding="utf-8"), f"{name}: {path}")
        self.assertEqual({p.name for p in (drafts / "tests/yuanlin").iterdir()}, {p.name for p in (examples / "tests/yuanlin").iterdir()})
        for path in (examples / "tests/yuanlin").glob("*.out"):
            self.assertEqual(json.loads((drafts / "tests/yuanlin" / path.name).read_text(encoding="utf-8")),
                             json.loads(path.read_text(encoding="utf-8")), f"{name}: {path.name}")

    def test_the_english_page(self):
        self.check_same(self.play(PAGES[0]).folder / "deploy/drafts", PAGES[0])

    def test_the_chinese_page(self):
        self.check_same(self.play(PAGES[1]).folder / "deploy/drafts", PAGES[1])

    def test_both_pages_show_the_same_blocks(self):
        english, chinese = ([block["body"] for block in BLOCK.finditer((PROJECT / "docs" / name).read_text(encoding="utf-8"))] for name in PAGES)
        self.assertEqual(english, chinese)

    def test_the_shipped_mappings_and_examples_have_no_finding(self):
        for folder in ("sources", "examples"):
            done = subprocess.run([ONECASE, "check", PROJECT / "deploy" / folder], capture_output=True, encoding="utf-8", timeout=120)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_versions_are_those_of_the_files(self):
        """Where a page shows NAME@DIGEST of a file that is shipped, it is the file's own."""
        for name in PAGES:
            text = (PROJECT / "docs" / name).read_text(encoding="utf-8")
            list_of_feeds = next(block["body"] for block in BLOCK.finditer(text) if block["body"].startswith("$ onecase source list\n"))
            files = [*(PROJECT / "deploy/sources").glob("*.cfg"), PROJECT / "deploy/examples/yuanlin.cfg"]
            self.assertEqual(len(re.findall(r"\w+@\w+", list_of_feeds)), len(files))
            for file in files:
                done = subprocess.run([ONECASE, "map", "--json", file, "-"], input="{}", capture_output=True, encoding="utf-8", timeout=60)
                self.assertIn(f" {json.loads(done.stdout)['mapping']} ", list_of_feeds, name)

    def test_links_lead_somewhere(self):
        for name in PAGES:
            for target in re.findall(r"\]\(([^)]+)\)", (PROJECT / "docs" / name).read_text(encoding="utf-8")):
                path, _, anchor = target.partition("#")
                page = PROJECT / "docs" / (path or name)
                self.assertTrue(page.exists(), f"{name}: {target}")
                self.assertTrue(not anchor or anchor in anchors(page), f"{name}: {target}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
