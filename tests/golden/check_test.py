"""onecase check as its users meet it: exit codes, lines, JSON, --bless. Usage: check_test.py ONECASE SOURCE_FOLDER"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ONECASE = sys.argv[1]
PROJECT = pathlib.Path(sys.argv[2])

MAPPING = """format = 1; source = "T"; topics = ["t.record"];
region : { first = ["/area"]; default = "9901"; };
kinds = ( { kind = "report"; } );
fields : { record_no = { first = ["/no"]; }; title = { first = ["/t"]; }; };
tests = "cases";
"""
INPUT = '{"no":"R1","area":"990101","t":"井盖"}\n{"area":"990101"}\n'
REPORT = {"kind": "report", "region": "9901", "report": {"record_no": "R1", "title": "井盖", "area_code": "990101"}}
DEAD = {
    "kind": "dead",
    "region": "9901",
    "note": {
        "stage": "map",
        "pointer": "/no",
        "rule": "required",
        "message": 'field "record_no" is required, and nothing was found',
    },
}


class Check(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "sources"
        (self.folder / "cases").mkdir(parents=True)
        self.write("../regions.cfg", 'prefixes = ( ("9901", "9901") );\n')
        self.mapping = self.write("a.cfg", MAPPING)
        self.write("cases/one.in", INPUT)
        self.output = self.write("cases/one.out", json.dumps([REPORT, DEAD], ensure_ascii=False))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, *words, **environment):
        without = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LC_MESSAGES", "LANG")}
        done = subprocess.run([ONECASE, "check", *map(str, words)], capture_output=True, encoding="utf-8", timeout=60,
                              env={**without, **environment})
        self.assertNotIn("Sanitizer", done.stderr)
        return done

    def test_passes_what_is_right(self):
        done = self.check(self.mapping)
        said = f"{self.mapping}: 1 of 1 tests passed, 3 of 3 fields of their inputs read (100 %)\n"
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, said, ""))

    def test_the_shipped_mappings_are_right(self):
        done = self.check(*sorted((PROJECT / "deploy/sources").glob("*.cfg")))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for line in done.stderr.splitlines():
            self.assertIn(": warning: ", line)
        passed, total = done.stdout.splitlines()[-1].split()[0:3:2]
        self.assertEqual(passed, total)
        self.assertGreater(int(total), 0)

    def test_a_folder_means_all_its_mapping_files(self):
        self.write("b.cfg", "format = 1;\nfields : {\n")
        self.write("notes.txt", "no mapping")
        for folder in (str(self.folder), f"{self.folder}/"):
            done = self.check(folder)
            self.assertEqual((done.returncode, done.stdout.partition(", ")[0]), (1, f"{self.mapping}: 1 of 1 tests passed"))
            self.assertEqual(done.stderr, f"{self.folder}/b.cfg:3: syntax error\n")
        (self.folder / "b.cfg").unlink()
        self.assertEqual(self.check(self.folder).returncode, 0)
        done = self.check(self.folder / "cases")
        self.assertEqual(done.returncode, 3)
        self.assertIn(f'folder "{self.folder}/cases" holds no mapping file (*.cfg)', done.stderr)

    def test_shows_pointer_expected_and_found(self):
        wrong = json.loads(json.dumps(REPORT))
        wrong["report"]["title"] = "路灯"
        wrong["report"]["level"] = 2
        self.output.write_text(json.dumps([wrong, DEAD], ensure_ascii=False), encoding="utf-8")
        done = self.check(self.mapping)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stdout.split("\n", 1)[1],
            '  /0/report/title\n    expected "路灯"\n    found    "井盖"\n'
            "  /0/report/level\n    expected 2\n    found    nothing\n"
            f"{self.mapping}: 0 of 1 tests passed, 3 of 3 fields of their inputs read (100 %)\n",
        )

    def test_bless_shows_and_writes(self):
        self.output.write_text("[]", encoding="utf-8")
        done = self.check("--bless", self.mapping)
        self.assertEqual(done.returncode, 0)
        self.assertIn("one.in: blessed", done.stdout)
        self.assertIn("expected nothing", done.stdout)
        self.assertEqual(json.loads(self.output.read_text(encoding="utf-8")), [REPORT, DEAD])
        self.assertEqual(self.check(self.mapping).returncode, 0)

    def test_bless_writes_nothing_that_is_right(self):
        before = self.output.read_text(encoding="utf-8")
        self.assertEqual(self.check("--bless", self.mapping).returncode, 0)
        self.assertEqual(self.output.read_text(encoding="utf-8"), before)

    def test_a_test_that_cannot_be_read_fails(self):
        self.output.unlink()
        self.assertEqual(self.check(self.mapping).returncode, 1)
        self.output.write_text("{", encoding="utf-8")
        self.assertEqual(self.check(self.mapping).returncode, 1)
        (self.folder / "cases/one.in").unlink()
        done = self.check(self.mapping)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the folder holds no NAME.in", done.stdout)

    def test_no_tests_runs_none(self):
        self.output.write_text("[]", encoding="utf-8")
        done = self.check("--no-tests", self.mapping)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_names_every_mistake_of_every_file(self):
        self.mapping.write_text(MAPPING.replace("title", "titel").replace('"/no"', "7"), encoding="utf-8")
        other = self.write("b.cfg", "format = 1;\nfields : {\n")
        done = self.check(self.mapping, other)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr.replace(str(self.folder) + "/", ""),
            'a.cfg:4: "first" must hold pointers, found an integer\n'
            'a.cfg:4: unknown target "titel", did you mean "title"?\n'
            "b.cfg:3: syntax error\n",
        )

    def test_json_says_the_same(self):
        self.mapping.write_text(MAPPING.replace("title", "titel"), encoding="utf-8")
        done = self.check("--json", self.mapping)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(
            json.loads(done.stdout),
            {
                "findings": [
                    {
                        "file": str(self.mapping),
                        "line": 4,
                        "severity": "error",
                        "rule": "unknown_target",
                        "message": 'unknown target "titel", did you mean "title"?',
                    }
                ],
                "tests": [],
                "files": [],
            },
        )
        self.mapping.write_text(MAPPING, encoding="utf-8")
        self.output.write_text(json.dumps([REPORT]), encoding="utf-8")
        said = json.loads(self.check("--json", self.mapping).stdout)
        figures = {"tests": 1, "passed": 0, "written": 0, "fields": 3, "read": 3, "kinds": 1, "reached": 1}
        self.assertEqual(said["files"], [{"file": str(self.mapping), **figures}])
        tests = said["tests"]
        self.assertEqual([test["passed"] for test in tests], [False])
        difference = tests[0]["differences"][0]
        self.assertEqual((difference["pointer"], difference["expected"]), ("/1", None))
        self.assertEqual(json.loads(difference["found"]), DEAD)

    def test_a_warning_is_no_mistake(self):
        self.mapping.write_text(
            MAPPING + 'codes : { c = { rows = ( ("1", "2") ); }; };\n', encoding="utf-8"
        )
        done = self.check(self.mapping)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stderr.endswith('a.cfg:6: warning: codes "c" is used by no field\n'), done.stderr)

    def test_help_names_the_keys_and_fields_of_every_shipped_mapping(self):
        words = set(re.findall(r"\w+", self.check("--help").stdout))
        for path in (PROJECT / "deploy/sources").glob("*.cfg"):
            text = re.sub(r'"(?:[^"\\]|\\.)*"|(?:#|//).*', "", path.read_text(encoding="utf-8"))
            keys = set(re.findall(r"(\w+)\s*[=:]", text))
            named = set(re.findall(r"(\w+)\s*[=:]\s*\{[^{}]*(?:rows|file|after)\b", text))  # NAME of codes and extract
            self.assertGreater(len(keys), 20)
            self.assertLessEqual(keys - named, words, path.name)
        self.assertIn("发生时间", self.check("--help", "zh").stdout)

    def test_the_reference_stands_in_the_documentation(self):
        for tongue, name in (("en", "mapping-language.md"), ("zh", "mapping-language.zh-CN.md")):
            with self.subTest(name):
                page = (PROJECT / "docs" / name).read_text(encoding="utf-8")
                done = self.check("--reference", tongue)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(
                    done.stdout, page, f"make it anew: onecase check --reference {tongue} > docs/{name}"
                )
                self.assertTrue(self.check("--help", tongue).stdout.endswith(page))

    def test_the_links_of_the_reference_lead_somewhere(self):
        for tongue in ("en", "zh"):
            page = self.check("--reference", tongue).stdout
            titles = {re.sub(r"\s", "-", title.lower()) for title in re.findall(r"^##+ (.*)$", page, re.M)}
            links = set(re.findall(r"\]\(#([^)]*)\)", page))
            self.assertGreater(len(links), 4)
            self.assertLessEqual(links, titles)

    def test_the_file_at_the_head_of_the_reference_maps_its_record(self):
        for tongue, sends in (("en", "sends"), ("zh", "发送")):
            page = self.check("--reference", tongue).stdout
            example = re.search(r"```\n(format = 1;.*?)```", page, re.S)[1]
            record = json.loads(re.search(sends + r"\s+`(\{.*?\})`", page, re.S)[1])
            self.mapping.write_text(example.replace("tests/demo", "cases"), encoding="utf-8")
            self.write("cases/one.in", json.dumps(record, ensure_ascii=False))
            self.output.write_text("[]", encoding="utf-8")
            done = self.check("--bless", self.mapping)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            report = json.loads(self.output.read_text(encoding="utf-8"))[0]["report"]
            self.assertEqual((report["category"], report["body"], report["record_no"]), ("A02", "电梯异响", "A1"))

    def test_the_examples_of_the_sections_are_right(self):
        (self.folder / "codes").mkdir()
        self.write("codes/hotline.csv", "from,to,confidence,name\n01,E01,,\n")
        sections = {
            "format": 'format = 1; source = "T"; topics = ["t"];',
            "time": 'time : { formats = ["epoch"]; };',
            "point": 'point : { system = "BD-09"; };',
            "region": 'region : { default = "9901"; };',
            "kinds": 'kinds = ( { kind = "report"; } );',
            "fields": 'fields : { record_no = { first = ["/no"]; }; reported_at = { first = ["/at"]; }; };',
        }
        page = self.check("--reference", "en").stdout
        tried = set()
        for heading, example in re.findall(r"^### (.*?)\n.*?^```\n(.*?)^```", page, re.S | re.M):
            name = re.match(r"\w+", example)[0]
            tried.add(name)
            text = "\n".join({**sections, name: example}.values())
            self.mapping.write_text(text, encoding="utf-8")
            done = self.check("--no-tests", self.mapping)
            self.assertEqual(done.returncode, 0, f"{heading}:\n{text}\n{done.stderr}")
        self.assertEqual(tried, {*sections, "extract", "codes"})

    def test_help_speaks_the_tongue_of_the_locale(self):
        self.assertIn("# The mapping language\n", self.check("--help").stdout)
        self.assertIn("# The mapping language\n", self.check("--help", LANG="de_DE.UTF-8").stdout)
        self.assertIn("# 映射语言\n", self.check("--help", LANG="zh_CN.UTF-8").stdout)
        self.assertIn("# 映射语言\n", self.check("--help", LC_ALL="zh_CN.UTF-8", LANG="C").stdout)
        self.assertIn("# The mapping language\n", self.check("--help", "en", LANG="zh_CN.UTF-8").stdout)
        self.assertEqual(self.check("--reference").returncode, 64)
        self.assertEqual(self.check("--reference", "de").returncode, 64)

    def test_names_are_listed_and_explained(self):
        page = self.check("--reference", "en").stdout
        for option in ("--rules", "--flags", "--fields"):
            names = self.check(option).stdout.splitlines()
            self.assertGreater(len(names), 20)
            self.assertEqual(len(names), len(set(names)))
            for name in names:
                self.assertIn(f"| `{name}` |", page)

    def test_a_warning_has_its_rule(self):
        self.mapping.write_text(MAPPING.replace('["/t"]', '["/titel", "/t"]'), encoding="utf-8")
        findings = json.loads(self.check("--json", self.mapping).stdout)["findings"]
        self.assertEqual([(f["severity"], f["rule"], f["line"]) for f in findings], [("warning", "pointer_never", 4)])

    def test_exit_codes_tell_what_is_wrong(self):
        self.assertEqual(self.check("--help").returncode, 0)
        self.assertIn("usage: onecase check", self.check("--help").stdout)
        self.assertEqual(self.check().returncode, 64)
        self.assertEqual(self.check("--what", self.mapping).returncode, 64)
        self.assertEqual(self.check(self.mapping, "--regions").returncode, 64)
        self.assertEqual(self.check("--regions", self.folder / "nowhere.cfg", self.mapping).returncode, 3)
        (self.folder / "../regions.cfg").unlink()
        done = self.check(self.mapping)
        self.assertEqual(done.returncode, 3)
        self.assertIn("/../regions.cfg", done.stderr)
        self.assertIn("--regions FILE", done.stderr)
        self.write("../regions.cfg", 'prefixes = ( ("9901", "9901") );\n')
        missing = self.check(self.folder / "nowhere.cfg")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("nowhere.cfg: cannot be read: No such file or directory", missing.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
