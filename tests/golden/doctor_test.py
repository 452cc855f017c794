"""docs/doctor.md and its Chinese sister say what the program says. Usage: doctor_test.py ONECASE SOURCE_FOLDER"""

import pathlib
import re
import subprocess
import sys
import unittest

ONECASE = sys.argv[1]
PROJECT = pathlib.Path(sys.argv[2])
ENGLISH, CHINESE = ((PROJECT / "docs" / name).read_text(encoding="utf-8") for name in ("doctor.md", "doctor.zh-CN.md"))


def say(*arguments):
    return subprocess.run([ONECASE, "doctor", *arguments], capture_output=True, encoding="utf-8", timeout=60, check=True).stdout


def rows(page):
    """The cells of the table of checks."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| [a-z]+ \|.*\|$", page, re.MULTILINE)]


def blocks(page):
    return re.findall(r"^```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


class Doctor(unittest.TestCase):
    maxDiff = None

    def test_the_english_table_is_the_list(self):
        listed = [line.split(maxsplit=1) for line in say("--list").splitlines()]
        self.assertEqual(listed, [row[:2] for row in rows(ENGLISH)])

    def test_the_chinese_table_has_the_same_checks(self):
        self.assertEqual([row[0] for row in rows(ENGLISH)], [row[0] for row in rows(CHINESE)])
        for page in (ENGLISH, CHINESE):
            self.assertEqual({4}, {len(row) for row in rows(page)})
            self.assertTrue(all(cell for row in rows(page) for cell in row))

    def test_both_pages_show_the_same_blocks_and_the_last_is_the_matrix(self):
        self.assertEqual(blocks(ENGLISH), blocks(CHINESE))
        self.assertEqual("$ onecase doctor --rights\n" + say("--rights"), blocks(ENGLISH)[-1])

    def test_the_exit_codes_and_options_of_the_pages_are_those_of_the_help(self):
        usage = say("--help")
        for option in sorted(set(re.findall(r"`(?:onecase doctor )?(--[a-z-]+)", ENGLISH + CHINESE))):
            self.assertIn(f"  {option} ", usage)
        self.assertRegex(usage, r"0 when nothing was found, 1 when there is a fault, 2 when\nthere are warnings alone, 64 .*, 69 when neither")

    def test_links_lead_somewhere(self):
        for page in (ENGLISH, CHINESE):
            for target in re.findall(r"\]\(([^)#]+)\)", page):
                self.assertTrue((PROJECT / "docs" / target).exists(), target)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
