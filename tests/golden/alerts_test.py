"""Alerts, their tests, the runbook and the dashboard say the same. Usage: alerts_test.py ONECASE SOURCE_FOLDER

promtool and amtool judge deploy/prometheus; each alert has a section in both runbooks, a test in which it fires and one in which it does not;
commands that the pages name are there; the dashboard is one that Grafana can draw, with metrics that the programs have.
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest

ONECASE = sys.argv[1]
PROJECT = pathlib.Path(sys.argv[2])
PROMETHEUS = PROJECT / "deploy" / "prometheus"
RUNBOOKS = ("runbook.md", "runbook.zh-CN.md")
PAGES = (*RUNBOOKS, "monitoring.md", "monitoring.zh-CN.md")
PROGRAMS = ("intake", "matcher", "relay", "lagwatch")
PARTS = {"runbook.md": ["Means", "Look at", "Do", "Worry when"], "runbook.zh-CN.md": ["含义", "查看", "处理", "何时担心"]}
RULE_METRIC = re.compile(r"\b(?:onecase|process)_[a-z0-9_]+")
GRID_WIDTH = 24


def text(path):
    return path.read_text(encoding="utf-8")


def alerts():
    """{name: its block} of rules/onecase.yml."""
    blocks = re.split(r"^      - (?=alert:|record:)", text(PROMETHEUS / "rules/onecase.yml"), flags=re.MULTILINE)
    return {re.match(r"alert: (\w+)", block)[1]: block for block in blocks if block.startswith("alert:")}


def sections(page):
    """[(title above, alert, its text)]"""
    found = []
    above = ""
    for part in re.split(r"^(?=##+ )", text(PROJECT / "docs" / page), flags=re.MULTILINE):
        title, _, body = part.partition("\n")
        if title.startswith("## "):
            above = title[3:]
        elif title.startswith("### "):
            found.append((above, title[4:], body))
    return found


def anchors(page):
    titles = re.findall(r"^#+ (.*)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8", timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr


def panels(dashboard):
    """All of them, rows first; what a folded row holds too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def overlap(a, b):
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


class Rules(unittest.TestCase):
    maxDiff = None

    def judged(self, *command):
        status, said = run(*command)
        self.assertEqual(0, status, said)

    def test_promtool_and_amtool_find_no_fault(self):
        self.judged("promtool", "check", "rules", *sorted((PROMETHEUS / "rules").glob("*.yml")))
        self.judged("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
        self.judged("amtool", "check-config", PROMETHEUS / "alertmanager.yml")

    def test_the_tests_of_the_rules_hold(self):
        self.judged("promtool", "test", "rules", *sorted((PROMETHEUS / "tests").glob("*_test.yml")))

    def test_each_alert_has_what_it_needs(self):
        for name, block in alerts().items():
            with self.subTest(name):
                self.assertRegex(block, r"labels: \{severity: (page|ticket)[,}]")
                for annotation in ("summary", "summary_zh", "description", "step", "runbook_url"):
                    self.assertRegex(block, rf"(?m)^          {annotation}: \S")
                self.assertIn(f"runbook_url: runbook.md#{name.lower()}\n", block)

    def test_each_alert_is_seen_to_fire_and_not_to_fire(self):
        tests = "".join(text(path) for path in sorted((PROMETHEUS / "tests").glob("*_test.yml")))
        asked = re.findall(r"        expr: '(.*)'\n        exp_samples:(.*(?:\n          - .*)*)", tests)
        for name in alerts():
            with self.subTest(name):
                of_it = ["".join(rest for expr, rest in [pair]) for pair in asked if f'alertname="{name}"' in pair[0]]
                fires = ["[]" not in samples for samples in of_it]
                self.assertIn(True, fires, "no test sees it fire")
                first, last = fires.index(True), len(fires) - 1 - fires[::-1].index(True)
                self.assertIn(False, fires[:first], "no test sees that it does not fire before")
                self.assertIn(False, fires[first:last + 2], "no test sees it end, or not fire next to it")

    def test_both_runbooks_have_one_section_for_each_alert(self):
        severity = {name: re.search(r"severity: (\w+)", block)[1] for name, block in alerts().items()}
        titles = {page: [title for title in dict.fromkeys(above for above, _, _ in sections(page))] for page in RUNBOOKS}
        for page in RUNBOOKS:
            self.assertEqual(sorted(severity), sorted(name for _, name, _ in sections(page)), page)
            for above, name, body in sections(page):
                self.assertEqual(["page", "ticket"].index(severity[name]), titles[page].index(above), f"{page}: {name} stands under {above}")
                self.assertEqual(PARTS[page], re.findall(r"^- \*\*(.+?)[:：]\*\*", body, re.MULTILINE), f"{page}: {name}")
        self.assertEqual(*([name for _, name, _ in sections(page)] for page in RUNBOOKS))

    def test_both_languages_name_the_same_commands(self):
        for pair in (RUNBOOKS, PAGES[2:]):
            english, chinese = (sorted(set(re.findall(r"`((?:onecase|systemctl|journalctl|curl|kafka-\w+|promtool|select) [^`]+)`", text(PROJECT / "docs" / page))))
                                for page in pair)
            self.assertEqual([" ".join(command.split()) for command in english], [" ".join(command.split()) for command in chinese])

    def test_links_lead_somewhere(self):
        for name in PAGES:
            for target in re.findall(r"\]\(([^)]+)\)", text(PROJECT / "docs" / name)):
                path, _, anchor = target.partition("#")
                page = PROJECT / "docs" / (path or name)
                self.assertTrue(page.exists(), f"{name}: {target}")
                self.assertTrue(not anchor or anchor in anchors(page), f"{name}: {target}")


class Commands(unittest.TestCase):
    """What somebody is told to type at three in the morning is there."""

    def setUp(self):
        steps = "\n".join(re.findall(r"step: (?:>-\n\s+)?(.*)", "".join(alerts().values())))
        code = [code for page in PAGES for code in re.findall(r"`([^`]+)`", text(PROJECT / "docs" / page))]
        self.said = "\n".join([steps, *(" ".join(words.split()) for words in code)])

    def test_commands_of_onecase(self):
        used = set(re.findall(r"\bonecase (\w[\w-]*)((?: (?:[a-z]+(?= |$)|--[a-z]+|[A-Z0-9]+))*)", self.said, re.MULTILINE))
        self.assertGreater(len(used), 8)
        for command, rest in sorted(used):
            words = rest.split()
            sub = [word for word in words[:1] if word.islower() and not word.startswith("-")]
            with self.subTest(f"onecase {command}{rest}"):
                status, help_text = run(ONECASE, command, *sub, "--help")
                self.assertEqual(0, status, help_text)
                for word in words:
                    if word.startswith("--") or word in sub:
                        self.assertIn(word, help_text)

    def test_units(self):
        units = set(re.findall(r"\bonecase-(\w+)", self.said)) & set(PROGRAMS)
        self.assertEqual(set(PROGRAMS), units)
        for unit in units:
            self.assertTrue((PROJECT / f"deploy/systemd/onecase-{unit}.service").exists(), unit)

    def test_programs_are_scraped_by_their_names_and_where_they_listen(self):
        config = text(PROMETHEUS / "prometheus.yml")
        for program in PROGRAMS:
            self.assertIn(f"job_name: onecase-{program}\n", config)
            port = re.search(r"127\.0\.0\.1:(\d+)", text(PROMETHEUS / f"targets/{program}.yml"))[1]
            rows = "".join(text(path) for path in sorted((PROJECT / "services" / program).glob("*.c")))
            self.assertIsNotNone(re.search(rf'SERVICE_HTTP_ROW\(\w+, "{port}"\)', rows), f"{program} does not listen on {port}")


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads(text(PROJECT / "deploy/grafana/onecase.json"))

    def test_it_is_one_that_grafana_draws(self):
        self.assertGreaterEqual(self.dashboard["schemaVersion"], 36)
        self.assertEqual("onecase", self.dashboard["uid"])
        ids = [panel["id"] for panel in panels(self.dashboard)]
        self.assertEqual(len(set(ids)), len(ids))
        for panel in panels(self.dashboard):
            with self.subTest(panel["title"]):
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], GRID_WIDTH)
                self.assertGreaterEqual(min(place["h"], place["w"], place["x"] + 1, place["y"] + 1), 1)

    def test_no_panel_lies_on_another(self):
        groups = [self.dashboard["panels"], *(panel["panels"] for panel in self.dashboard["panels"] if panel.get("panels"))]
        for group in groups:
            for i, a in enumerate(group):
                for b in group[i + 1:]:
                    self.assertFalse(overlap(a["gridPos"], b["gridPos"]), f'{a["title"]} and {b["title"]}')

    def test_each_panel_says_what_it_shows_and_of_which_prometheus(self):
        for panel in panels(self.dashboard):
            if panel["type"] == "row":
                continue
            with self.subTest(panel["title"]):
                self.assertEqual(2, len(panel["description"].split("\n\n")), "English, empty line, Chinese")
                self.assertEqual({"type": "prometheus", "uid": "${datasource}"}, panel["datasource"])
                references = [target["refId"] for target in panel["targets"]]
                self.assertEqual(len(set(references)), len(references))
                for target in panel["targets"]:
                    self.assertEqual(panel["datasource"], target["datasource"])
                    self.assertNotEqual("", target["expr"])

    def test_variables_are_defined_and_used(self):
        defined = {variable["name"] for variable in self.dashboard["templating"]["list"]}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(self.dashboard["panels"]))) - {"__rate_interval"}
        self.assertEqual(defined, used)

    def test_times_and_sizes_have_units(self):
        for panel in panels(self.dashboard):
            expressions = " ".join(target["expr"] for target in panel.get("targets", []))
            if panel["type"] == "timeseries" and re.search(r"_seconds(_bucket)?\b", expressions) and "_cpu_" not in expressions:
                self.assertEqual("s", panel["fieldConfig"]["defaults"].get("unit"), panel["title"])
            if panel["type"] == "timeseries" and "_bytes" in expressions:
                self.assertEqual("bytes", panel["fieldConfig"]["defaults"].get("unit"), panel["title"])


class Metrics(unittest.TestCase):
    """Each metric that is asked for is one that a program has: it stands in the generated page."""

    def test_metrics_are_those_of_the_programs(self):
        page = text(PROJECT / "docs/metrics.md")
        known = set(re.findall(r"`((?:onecase|process)_\w+)`", page))
        used = set(RULE_METRIC.findall(re.sub(r"(?m)^\s*#.*$", "", text(PROMETHEUS / "rules/onecase.yml"))))
        used |= {name for panel in panels(json.loads(text(PROJECT / "deploy/grafana/onecase.json"))) for target in panel.get("targets", [])
                 for name in RULE_METRIC.findall(target["expr"])}
        self.assertGreater(len(used), 40)
        self.assertEqual([], sorted(name for name in used if name not in known and name.removesuffix("_bucket") not in known))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
