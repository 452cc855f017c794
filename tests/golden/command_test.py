"""Wrong words, wrong files and no servers: what the programs say, and their exit codes.
Usage: command_test.py FOLDER_OF_PROGRAMS SOURCE_FOLDER"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(sys.argv[1])
PROJECT = pathlib.Path(sys.argv[2])

# command line of onecase, exit code, what stderr begins with
WORDS = [
    ("", 64, "usage: onecase COMMAND"),
    ("what", 64, 'onecase: no command "what"; `onecase --help` lists them'),
    ("help what", 64, 'onecase: no command "what"'),
    ("topics", 64, "usage: onecase topics"),
    ("topics --create --check", 64, "onecase topics: one of --create and --check, once; `onecase topics --help`"),
    ("topics --what", 64, 'onecase topics: no option "--what"; `onecase topics --help` says more'),
    ("topics --create more", 64, 'onecase topics: no words are taken, not "more"'),
    ("topics --file", 64, 'onecase topics: a value is missing after "--file"'),
    ("topics --check --file /nowhere", 64, "/nowhere: could not read: No such file or directory"),
    ("doctor --what", 64, 'onecase doctor: no option "--what"; `onecase doctor --help` says more'),
    ("doctor more", 64, 'onecase doctor: no words are taken, not "more"'),
    ("doctor --only nothing", 64, 'onecase doctor: --only names a check of `onecase doctor --list`, not "nothing"'),
    ("doctor --key-no 0", 64, 'onecase doctor: --key-no is a number from 1 to 9999, not "0"'),
    ("lag --what", 64, 'onecase lag: no option "--what"'),
    ("lag more", 64, 'onecase lag: no words are taken, not "more"'),
    ("lag --max", 64, 'onecase lag: a value is missing after "--max"'),
    ("lag --max many", 64, 'onecase lag: --max is a number of messages, not "many"'),
    ("lag --verdict matcher relay", 64, 'onecase lag: one word at most, not also "relay"'),
    ("lag --watch soon", 64, 'onecase lag: --watch is a number of seconds from 1 to 3600, not "soon"'),
    ("lag --watch 0", 64, 'onecase lag: --watch is a number of seconds from 1 to 3600, not "0"'),
    ("lag --watch", 64, "onecase lag: --watch needs a terminal; without one there are --json and --verdict"),
    ("lag --watch --json", 64, "onecase lag: only one of --watch, --json and --verdict"),
    ("lag --max 0 --verdict", 64, "onecase lag: --max goes with a table or with --json"),
    ("lag --wait long", 64, 'onecase lag: --wait is a number of seconds from 0 to 600, not "long"'),
    ("lag --lagwatch ftp://host", 64, 'onecase lag: --lagwatch is an address like http://127.0.0.1:9104, not "ftp://host"'),
    ("lag --lagwatch http:///v1", 64, 'onecase lag: --lagwatch is an address like http://127.0.0.1:9104, not "http:///v1"'),
    ("lag --sources /nowhere", 64, 'onecase lag: cannot read folder "/nowhere": No such file or directory'),
    ("lag --sources deploy/sources/tests", 64, 'onecase lag: folder "deploy/sources/tests" holds no mapping file (*.cfg)'),
    ("lag --sources deploy", 64, 'onecase lag: mapping files in "deploy" have mistakes; `onecase check deploy` names them'),
    ("send", 64, "usage: onecase send --source NAME [OPTIONS] FILE|-"),
    ("send --source GRID", 64, "onecase send: a FILE, or - for standard input, is missing"),
    ("send events.csv", 64, "onecase send: --source NAME says which feed the records are of"),
    ("send --source GRID a.csv b.csv", 64, 'onecase send: one FILE at a time, not also "b.csv"'),
    ("send --source GRID --format xml a", 64, 'onecase send: --format is auto, jsonl, array or csv, not "xml"'),
    ("send --source GRID /nowhere", 3, 'onecase send: cannot read "/nowhere": No such file or directory'),
    ("send --source GRID --sources /nowhere a", 3, 'onecase send: cannot read folder "/nowhere"'),
    ("map", 64, "usage: onecase map [OPTIONS] FILE [RECORDS|-]"),
    ("map --what", 64, 'onecase map: no option "--what"; `onecase map --help` says more'),
    ("map --since", 64, 'onecase map: a value is missing after "--since"'),
    ("map a.cfg b c", 64, 'onecase map: one file of RECORDS at a time, not also "c"'),
    ("map a.cfg --from t b", 64, 'onecase map: records come from --from or from a file, not also "b"'),
    ("map a.cfg --since 1h", 64, "onecase map: --since goes with --from TOPIC"),
    ("map a.cfg --from t --at 2026-02-01T00:30:00Z", 64, "onecase map: --at is for records of a file"),
    ("map a.cfg --from t --since yesterday", 64, "onecase map: --since is 30s, 15m, 1h, 7d, a time such as"),
    ("map a.cfg --from t --since 1w", 64, "onecase map: --since is 30s, 15m, 1h, 7d, a time such as"),
    ("map a.cfg --from t --since h", 64, "onecase map: --since is 30s, 15m, 1h, 7d, a time such as"),
    ("map a.cfg --from t --since 2026-02-01", 64, "onecase map: --since is 30s, 15m, 1h, 7d, a time such as"),
    ("map a.cfg --at noon", 64, 'onecase map: --at is a time such as 2026-02-01T00:30:00Z, not "noon"'),
    ("map a.cfg --limit 0", 64, 'onecase map: --limit is a number from 1 on, not "0"'),
    ("map /nowhere.cfg", 3, 'onecase map: cannot read "/nowhere.cfg": No such file or directory'),
    ("map deploy/sources/grid.cfg --against /nowhere.cfg", 3, 'onecase map: cannot read "/nowhere.cfg"'),
    ("map deploy/sources/grid.cfg /nowhere", 3, 'onecase map: cannot read "/nowhere": No such file or directory'),
    ("map deploy/sources/grid.cfg --regions /nowhere", 3, 'onecase map: cannot read "/nowhere"'),
    ("source", 64, "onecase source: a subcommand is missing: add, list or resume; `onecase source --help` says more"),
    ("source remove", 64, 'onecase source: no subcommand "remove"'),
    ("source add", 64, "onecase source add: a mapping FILE is missing"),
    ("source add a.cfg b.cfg", 64, 'onecase source add: one FILE at a time, not also "b.cfg"'),
    ("source add --what", 64, 'onecase source add: no option "--what"; `onecase source add --help` says more'),
    ("source add a.cfg --wait soon", 64, 'onecase source add: --wait is a time up to a day like 30s, 5m or 0, not "soon"'),
    ("source add a.cfg --wait 25h", 64, 'onecase source add: --wait is a time up to a day like 30s, 5m or 0, not "25h"'),
    ("source add a.cfg --partitions 0", 64, 'onecase source add: --partitions is a number from 1 to 10000, not "0"'),
    ("source add a.cfg --pid p --no-reload", 64, "onecase source add: only one of --pid, --reload and --no-reload"),
    ("source add /nowhere.cfg", 3, 'onecase source add: cannot read "/nowhere.cfg": No such file or directory'),
    ("source add deploy", 3, 'onecase source add: cannot read "deploy": it is no file'),
    ("source add README.md", 1, 'onecase source add: intake reads files whose names end in .cfg and do not begin with a dot'),
    ("source add deploy/regions.cfg --sources /nowhere", 3, 'onecase source add: cannot read folder "/nowhere"'),
    ("source list more", 64, 'onecase source list: no words are taken, not "more"'),
    ("source list --sources /nowhere", 3, 'onecase source list: cannot read folder "/nowhere"'),
    ("ledger", 64, "onecase ledger: a subcommand is missing: check, load or list; `onecase ledger --help` says more"),
    ("ledger remove", 64, 'onecase ledger: no subcommand "remove"'),
    ("ledger check", 64, "onecase ledger check: a FILE is missing; `onecase ledger check --help` says more"),
    ("ledger check --what", 64, 'onecase ledger check: no option "--what"'),
    ("ledger check a.csv --model m", 64, 'onecase ledger check: no option "--model"'),
    ("ledger check /nowhere.csv", 3, 'onecase ledger check: cannot read "/nowhere.csv": No such file or directory'),
    ("ledger check deploy", 3, 'onecase ledger check: cannot read "deploy": Is a directory'),
    ("ledger check a.csv --region 88", 64, 'onecase ledger check: --region must be a region or an area code of regions.cfg, not "88"'),
    ("ledger check a.csv --regions /nowhere", 3, 'onecase ledger check: cannot read "/nowhere": No such file or directory'),
    ("ledger load", 64, "onecase ledger load: a FILE is missing"),
    ("ledger list more", 64, 'onecase ledger list: no words are taken, not "more"'),
    ("audit --since 3", 64, "onecase audit: --since needs --topic"),
    ("audit --since -1", 64, 'onecase audit: --since is an offset, not "-1"'),
    ("digest --what", 64, 'onecase digest: no option "--what"'),
    ("digest more", 64, 'onecase digest: no words are taken, not "more"'),
    ("case", 64, "onecase case: a subcommand is missing: list, show or explain"),
    ("case list --what", 64, 'onecase case: no option "--what"'),
    ("check --what", 64, 'onecase check: no option "--what"'),
    ("check /nowhere.cfg", 3, 'onecase check: cannot read "/nowhere.cfg": No such file or directory'),
    ("check deploy/sources --regions /nowhere", 3, 'onecase check: cannot read "/nowhere": No such file or directory'),
    ("check deploy/sources --regions deploy", 3, 'onecase check: cannot read "deploy": it is no file'),
]


class Commands(unittest.TestCase):
    def run_program(self, program, *words, **environment):
        done = subprocess.run([PROGRAMS / program, *words], cwd=PROJECT, env={**os.environ, **environment}, capture_output=True,
                              encoding="utf-8", timeout=60)
        self.assertNotIn("Sanitizer", done.stderr)
        return done

    def test_wrong_words_are_named_with_what_to_do(self):
        for words, code, said in WORDS:
            with self.subTest(words=words):
                done = self.run_program("onecase", *words.split())
                self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
                self.assertTrue(done.stderr.startswith(said), done.stderr)

    def test_help_of_a_command_comes_either_way(self):
        for command in ("topics", "check", "map", "send", "source", "lag", "audit", "digest", "case"):
            with self.subTest(command=command):
                done = self.run_program("onecase", command, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(f"usage: onecase {command}"), done.stdout)
                self.assertEqual(self.run_program("onecase", "help", command).stdout, done.stdout)

    def test_output_that_is_lost_is_told(self):
        for words in (("--help",), ("--version",), ("dlq", "--help"), ("check", "deploy/sources"), ("map", "deploy/sources/grid.cfg")):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAMS / "onecase", *words], cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=full,
                                      stderr=subprocess.PIPE, encoding="utf-8", timeout=60)
                self.assertEqual(done.returncode, 74, done.stderr)
                self.assertTrue(done.stderr.endswith("onecase: could not write the output: No space left on device\n"), done.stderr)
        self.assertIn("74", self.run_program("onecase", "--help").stdout)

    def test_exit_codes_of_lag_are_told_alike(self):
        told = " ".join(self.run_program("onecase", "lag", "--help").stdout.split()).split("--verdict: 0 OK")[1]
        codes = {"0": "OK"} | {code: verdict for code, verdict in re.findall(r"(1[0-8]) ([A-Z_]+)", told)}
        self.assertEqual(len(codes), 10)
        for page in ("lag.md", "lag.zh-CN.md"):
            text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
            self.assertEqual(dict(re.findall(r"^\| (0|1[0-8]) \| `([A-Z_]+)` \|$", text, re.MULTILINE)), codes)

    def test_help_of_a_service_names_every_signal_it_heeds(self):
        self.assertIn("SIGHUP reloads", self.run_program("intake", "--help").stdout)
        self.assertNotIn("SIGHUP", self.run_program("matcher", "--help").stdout)

    def test_flags_of_a_service_stand_in_its_help_and_nowhere_else(self):
        said = self.run_program("relay", "--help").stdout
        self.assertIn("[--check] [--from-end]\n", said)
        self.assertIn("\n  --from-end         publish nothing", said)
        self.assertEqual(self.run_program("relay", "--check", "--from-end").returncode, 0)
        self.assertEqual(self.run_program("matcher", "--check", "--from-end").returncode, 2)
        self.assertEqual(self.run_program("relay", "--check", "--set", "from_end=true").returncode, 2)

    def test_without_postgresql_the_next_step_is_said(self):
        with socket.socket() as nobody:  # bound and not listening: refused at once
            nobody.bind(("127.0.0.1", 0))
            away = {"PGHOST": "127.0.0.1", "PGPORT": str(nobody.getsockname()[1])}
            for words in (("digest",), ("case", "list")):
                done = self.run_program("onecase", *words, **away)
                self.assertEqual((done.returncode, done.stdout), (69, ""))
                self.assertTrue(done.stderr.startswith(f"onecase {words[0]}: could not connect to PostgreSQL"), done.stderr)
                self.assertIn("deploy/local/up", done.stderr)

    def test_a_service_checks_the_files_its_settings_name(self):
        with tempfile.TemporaryDirectory() as scratch:
            model = pathlib.Path(scratch) / "model.cfg"
            model.write_text("mistake = 1;\nother = 2;\n", encoding="utf-8")
            done = self.run_program("matcher", "--check", "--set", f"model={model}")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f'{model}:1: unknown key "mistake" in the model\n', done.stderr)
            self.assertIn(f'{model}:2: unknown key "other" in the model\n', done.stderr)
        self.assertEqual(self.run_program("matcher", "--check").returncode, 0)
        done = self.run_program("intake", "--check")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--set key_file=", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
