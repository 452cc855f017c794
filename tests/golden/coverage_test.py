"""Each field, conversion, flag and finding of the mapping language appears in a golden case, and there are enough of
them. Usage: coverage_test.py ONECASE GOLDEN_FOLDER

What there is to cover comes from the program's own tables (`onecase check --fields | --flags | --rules`); the words of
keys from the grammar. A case counts for what its expectation shows, never for what its input might provoke.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

ONECASE = str(pathlib.Path(sys.argv[1]).resolve())
GOLDEN = pathlib.Path(sys.argv[2]).resolve()
CASES_LEAST = 120
WRONG_LEAST = 40

WORDS = {  # of keys that choose among words
    "as": "text integer decimal time point phone usc flag",
    "clean": "trim narrow html upper nul",
    "pick": "last list join",
    "encoding": "utf-8 gb18030 auto",
    "tombstones": "dead ignore",
    "system": "WGS-84 GCJ-02 BD-09 CGCS2000",
    "order": "lon,lat lat,lon x,y",
    "match": "exact prefix",
    "precision": "A B C D E",
    "check": "usc none",
    "kind": "report update assignment inspection ignore",
    "personal": "hash mask drop none",
}
TESTS = "in not_in contains starts present absent"
KEYS = (  # that a case with an expected output must use
    "topic_pattern unwrap each empty noise tests extra unread zone formats check digits_of at box first default required"
    " tombstones reason when unless all concat value join dedupe between extract codes kinds max source after within chars length"
    " starts rows file unknown keywords personal missing"
)
EVERYWHERE = "format topics time point region fields"  # keys without which hardly a case could be
OPEN_WORDS = ("unknown", "keywords")  # keys that hold any text beside their words
DEAD_RULES = "empty syntax unwrap each kind region required type"


def folders(name):
    return sorted(path for path in (GOLDEN / name).iterdir() if path.is_dir())


def without_comments(text):
    return re.sub(r'("(?:[^"\\]|\\.)*")|#[^\n]*', lambda match: match[1] or "", text)


def names_of(option):
    done = subprocess.run([ONECASE, "check", option], capture_output=True, encoding="utf-8", timeout=60, check=True)
    names = done.stdout.split("\n")
    assert names.pop() == "" and len(set(names)) == len(names) > 1, done.stdout
    return set(names)


def rules_found(folder, words):
    done = subprocess.run(
        [ONECASE, "check", "--json", *words], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode in (0, 1), (folder, done.stderr)
    return {finding["rule"] for finding in json.loads(done.stdout)["findings"]}


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mapping = folders("mapping")
        cls.check = folders("check")
        cls.records = []
        cls.files = []  # of cases that show what comes out
        for folder in cls.mapping:
            if (folder / "out").exists():
                cls.records += json.loads((folder / "out").read_text(encoding="utf-8"))
                cls.files.append(folder / "mapping.cfg")
        for folder in cls.check:
            for path in folder.glob("sources/*.cfg"):
                cls.files.append(path)
        cls.text = "\n".join(without_comments(path.read_text(encoding="utf-8")) for path in cls.files)
        cls.reports = [record["report"] for record in cls.records if "report" in record]

    def test_there_are_enough(self):
        wrong = [folder for folder in self.mapping if (folder / "error").exists()]
        wrong = [folder for folder in wrong if re.search(r":(?! warning:)", (folder / "error").read_text(encoding="utf-8"))]
        self.assertGreaterEqual(len(self.mapping) + len(self.check), CASES_LEAST)
        self.assertGreaterEqual(len(wrong), WRONG_LEAST)

    def test_each_folder_is_run(self):
        for name, cases in (("mapping", self.mapping), ("check", self.check)):
            listed = re.findall(r"^    (\w+)", (GOLDEN / name / "cases.cmake").read_text(encoding="utf-8"), re.M)
            self.assertEqual(listed, [folder.name for folder in cases])

    def test_each_case_expects_something(self):
        for folder in self.mapping:
            expected = {path.name for path in folder.iterdir()} & {"out", "error"}
            self.assertTrue(expected, folder.name)
            for name in expected:
                self.assertTrue((folder / name).read_bytes().strip(b"[] \n"), folder.name)
        for folder in self.check:
            self.assertTrue((folder / "out").exists() or (folder / "error").exists() or (folder / "args").exists())

    def test_each_field_is_filled(self):
        filled = {name for report in self.reports for name in report}
        self.assertEqual(names_of("--fields") - filled, set())

    def test_each_flag_is_left(self):
        left = {flag for report in self.reports for flag in report.get("flags", [])}
        self.assertEqual(names_of("--flags") ^ left, set())

    def test_each_finding_is_expected_somewhere(self):
        found = set()
        for folder in self.mapping:
            if (folder / "error").exists():
                files = ["mapping.cfg", "second.cfg"] if (folder / "second.cfg").exists() else ["mapping.cfg"]
                found |= rules_found(folder, ["--no-tests", "--regions", "../regions.cfg", "--words", "words", *files])
        for folder in self.check:
            if (folder / "error").exists():
                args = folder / "args"
                found |= rules_found(folder, shlex.split(args.read_text()) if args.exists() else ["sources"])
        self.assertEqual(names_of("--rules") ^ found, set())

    def test_each_dead_letter_rule_is_expected(self):
        rules = {record["note"]["rule"] for record in self.records if record["kind"] == "dead"}
        self.assertEqual(set(DEAD_RULES.split()) - rules, set())
        kinds = {record["kind"] for record in self.records}
        self.assertEqual(kinds, {"report", "update", "assignment", "inspection", "ignored", "dead"})

    def test_the_words_and_keys_above_are_those_of_the_reference(self):
        """A key or word that comes to the language without a case is missed here."""
        done = subprocess.run([ONECASE, "check", "--reference", "en"], capture_output=True, encoding="utf-8", timeout=60, check=True)
        sections = done.stdout.split("\n## Sections and keys\n")[1].split("\n## ")[0]
        keys = set(re.findall(r"^\| `(\w+)` \| [^|\n]+ \|[^|\n]*\| ", sections, re.M))
        self.assertGreater(len(keys), 40)
        self.assertEqual(keys - set(KEYS.split()) - set(WORDS), set(EVERYWHERE.split()))
        for name, rows in re.findall(r"^`(\w+)`:\n\n\| Word \| Meaning \|\n\|---\|---\|\n((?:\|.*\n)*)", sections, re.M):
            words = TESTS if name == "when" else WORDS.get(name)
            if name not in OPEN_WORDS:
                self.assertEqual(set(re.findall(r"^\| `([^`]+)`", rows, re.M)), set(words.split()), name)

    def test_each_word_is_used(self):
        for key, words in WORDS.items():
            values = re.findall(rf'\b{key}\s*=\s*(\[[^\]]*\]|"[^"]*")', self.text)
            used = {word for value in values for word in re.findall(r'"([^"]*)"', value)}
            self.assertEqual(set(words.split()) - used, set(), key)

    def test_each_condition_is_used(self):
        used = set(re.findall(r'\(\s*"/[^"]*",\s*"(\w+)"\s*[,)]', self.text))
        self.assertEqual(set(TESTS.split()) - used, set())

    def test_each_key_is_used(self):
        used = set(re.findall(r"\b(\w+)\s*[=:]", self.text))
        self.assertEqual(set(KEYS.split()) - used, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
