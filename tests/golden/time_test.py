"""Working time and time limits against an implementation that shares nothing with them: every minute of three years is written down
as open or closed, hours are counted off minute by minute, days day by day, from the same files.
Usage: time_test.py TIME_PROBE SOURCE_FOLDER"""

from __future__ import annotations

import bisect
import csv
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

PROBE = pathlib.Path(sys.argv[1])
PROJECT = pathlib.Path(sys.argv[2])
MODEL = PROJECT / "deploy" / "model"

CHINA = timezone(timedelta(hours=8))
SECOND = 1_000_000  # instants are microseconds since 1970 UTC, as the probe has them
MINUTE = 60 * SECOND
DAY = timedelta(days=1)
FIRST, LAST = date(2024, 11, 1), date(2027, 5, 1)  # what is written down; questions begin in 2025 and 2026
UNITS = ["working_hour", "urgent_hour", "working_day", "natural_day", "natural_hour", "minute"]
AMOUNTS = {"working_hour": 90, "urgent_hour": 400, "working_day": 40, "natural_day": 60, "natural_hour": 300, "minute": 5000}


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp()) * SECOND


def local(instant: int) -> datetime:
    """Whole seconds of it, by a Chinese clock."""
    return datetime.fromtimestamp(instant // SECOND, CHINA)


def rows_of(path: pathlib.Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


def days() -> Iterator[date]:
    day = FIRST
    while day < LAST:
        yield day
        day += DAY


class Reference:
    """The files, read again, and the begin of every minute from FIRST to LAST on which hours of a kind are open."""

    def __init__(self, folder: pathlib.Path) -> None:
        config = (folder / "onecase.cfg").read_text(encoding="utf-8")
        self.hours = {kind: [tuple(int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d):(\d\d)", interval))
                             for interval in re.search(rf"\b{kind} = \[([^\]]*)\]", config)[1].split(",")]
                      for kind in ("office", "urgent")}
        moved = {date.fromisoformat(row["date"]): row["kind"] for row in rows_of(folder / "working_days.csv")}
        self.known = {day.year for day in moved}
        self.working = {day: moved[day] == "workday" if day in moved else day.weekday() < 5 for day in days()}
        self.limits = rows_of(folder / "time_limits.csv")
        self.open = {"working_hour": self._minutes("office", [day for day in days() if self.working[day]]),
                     "urgent_hour": self._minutes("urgent", list(days()))}

    def _minutes(self, kind: str, worked: list[date]) -> list[int]:
        of_day = [minute * MINUTE for minute in range(24 * 60) if any(begin <= minute < end for begin, end in self.hours[kind])]
        return [midnight(day) + minute for day in worked for minute in of_day]

    def _over(self, unit: str, day: date) -> int:
        """When a day is over for the unit."""
        return midnight(day) + (self.hours["office"][-1][1] if unit == "working_day" else 24 * 60) * MINUTE

    def add(self, unit: str, start: int, amount: int) -> int:
        if unit in ("natural_hour", "minute"):
            return start + amount * (MINUTE if unit == "minute" else 60 * MINUTE)
        if unit in ("working_day", "natural_day"):
            day = local(start).date()
            while amount > 0:
                day += DAY
                amount -= unit == "natural_day" or self.working[day]
            return self._over(unit, day)
        # Sixty minutes for each hour. Begun within a minute, it ends as far within a later one.
        minutes = self.open[unit]
        at = bisect.bisect_right(minutes, start) - 1
        into = start - minutes[at]
        if into >= MINUTE:
            return minutes[at + amount * 60] + MINUTE
        return minutes[at + amount * 60] + into if into else minutes[at + amount * 60 - 1] + MINUTE

    def between(self, unit: str, begin: int, end: int) -> int:
        if end < begin:
            return -self.between(unit, end, begin)
        if unit in ("natural_hour", "minute"):
            return end - begin
        if unit in ("working_day", "natural_day"):
            day, count = local(begin).date() + DAY, 0
            while day <= local(end).date():
                count += (unit == "natural_day" or self.working[day]) and self._over(unit, day) <= end
                day += DAY
            return count
        # The open minutes it touches, less what of the first and the last one lies outside.
        minutes = self.open[unit]
        first = bisect.bisect_right(minutes, begin - MINUTE)
        last = bisect.bisect_left(minutes, end)
        if first >= last:
            return 0
        return (last - first) * MINUTE - max(begin - minutes[first], 0) - max(minutes[last - 1] + MINUTE - end, 0)

    def guessed(self, unit: str, start: int, due: int) -> bool:
        asked = {local(start).year, local(due - 1).year}
        return unit in ("working_hour", "working_day") and not asked <= self.known

    def limit(self, category: str, level: int, region: str, start: int) -> dict[str, str] | None:
        day = local(start).date().isoformat()
        season_day = day[5:]
        held = []
        for row in self.limits:
            rank = [["*", category[0], category].index(row["category"]) if row["category"] in ("*", category[0], category) else -1,
                    0 if row["level"] == "*" else 1, 1 if row["season"] else 0, 1 if row["region"] else 0]
            if (rank[0] < 0 or (rank[1] and int(row["level"]) != level) or (rank[3] and row["region"] != region)
                    or (row["valid_from"] and day < row["valid_from"]) or (row["valid_to"] and day > row["valid_to"])):
                continue
            if row["season"]:
                first, last = row["season"].split("..")
                inside = first <= season_day <= last if first <= last else season_day >= first or season_day <= last
                if not inside:
                    continue
            held.append((rank, row))
        return max(held, key=lambda one: one[0])[1] if held else None


def some_start(chance: random.Random, reference: Reference) -> int:
    """Anywhere in 2025 and 2026; often at the edge of an interval or a day."""
    day = date(2025, 1, 1) + chance.randrange(730) * DAY
    if chance.random() < 0.6:
        return midnight(day) + chance.randrange(24 * 60 * MINUTE)
    edges = {0} | {edge for kind in reference.hours.values() for interval in kind for edge in interval}
    return midnight(day) + chance.choice(sorted(edges)) * MINUTE + chance.choice([-1, 0, 0, 1, 30 * SECOND])


def ask(folder: pathlib.Path, questions: list[str]) -> list[str]:
    done = subprocess.run([str(PROBE), str(folder / "onecase.cfg")], input="\n".join(questions) + "\n", capture_output=True,
                          text=True, timeout=100, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    answers = done.stdout.splitlines()
    assert len(answers) == len(questions)
    return answers


def questions_of(reference: Reference, count: int, seed: int) -> tuple[list[str], list[str]]:
    """As many questions of each unit and direction, and what the reference says to them."""
    chance = random.Random(seed)
    questions, wanted = [], []
    for number in range(count):
        unit = UNITS[number % len(UNITS)]
        start = some_start(chance, reference)
        if number // len(UNITS) % 2 == 0:
            amount = chance.randint(1, chance.choice([2, 8, AMOUNTS[unit]]))
            due = reference.add(unit, start, amount)
            questions.append(f"add {unit} {start} {amount}")
            wanted.append(f"{due} {int(reference.guessed(unit, start, due))}")
        else:
            end = some_start(chance, reference) if chance.random() < 0.2 else start + chance.randrange(
                -5, 20 * 86_400) * 1_000_003
            questions.append(f"between {unit} {start} {end}")
            wanted.append(str(reference.between(unit, start, end)))
    return questions, wanted


class Time(unittest.TestCase):
    maxDiff = 2000

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="onecase-time-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "model"
        shutil.copytree(MODEL, self.folder)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        self.assertEqual(text.count(old), 1, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def compare(self, count: int, seed: int) -> None:
        reference = Reference(self.folder)
        questions, wanted = questions_of(reference, count, seed)
        differing = [f"{question}: {answer}, not {want}" for question, answer, want
                     in zip(questions, ask(self.folder, questions), wanted) if answer != want]
        self.assertEqual(differing[:5], [], f"{len(differing)} of {count} differ")

    def test_every_unit_both_ways_over_two_years(self) -> None:
        self.compare(24_000, 1)

    def test_duty_by_day_alone(self) -> None:
        self.edit("onecase.cfg", '"00:00-24:00"', '"07:00-20:30"')
        self.compare(6_000, 2)

    def test_shifts_that_leave_gaps_in_the_night(self) -> None:
        self.edit("onecase.cfg", '"00:00-24:00"', '"00:00-02:15", "05:45-12:00", "12:01-24:00"')
        self.edit("onecase.cfg", '"08:30-12:00", "13:30-18:00"', '"00:00-01:00", "09:00-11:59", "22:00-24:00"')
        self.compare(6_000, 3)

    def test_each_moved_day_matters(self) -> None:
        """Without one row of the calendar the answers are others: the comparison would find any of them wrong."""
        lines = (self.folder / "working_days.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        reference = Reference(self.folder)
        tried = 0
        for at, line in enumerate(lines):
            if not re.match(r"\d{4}-", line):
                continue
            day = date.fromisoformat(line[:10])
            if (day.weekday() < 5) == ("workday" in line):
                continue  # a holiday on a Saturday: nothing moves
            (self.folder / "working_days.csv").write_text("".join(lines[:at] + lines[at + 1:]), encoding="utf-8")
            start, end = midnight(day) - 5 * 60 * MINUTE, midnight(day) + 24 * 60 * MINUTE
            questions = [f"add working_day {start} {amount}" for amount in (1, 3)] + [f"between working_hour {start} {end}"]
            wanted = [f"{reference.add('working_day', start, amount)} 0" for amount in (1, 3)]
            wanted += [str(reference.between("working_hour", start, end))]
            differing = sum(answer != want for answer, want in zip(ask(self.folder, questions), wanted))
            self.assertGreaterEqual(differing, 2, line)
            tried += 1
        self.assertGreaterEqual(tried, 45)

    def test_the_row_that_holds_is_the_most_specific_one(self) -> None:
        with open(self.folder / "time_limits.csv", "a", encoding="utf-8") as limits:
            limits.write("all,*,*,,,9,working_day,,\nall-red,*,1,,,2,working_hour,,\nE,E,*,,,4,working_day,,\n"
                         "E-9902,E,*,,9902,5,working_day,,2026-03-31\nE-9902-new,E,*,,9902,6,working_day,2026-04-01,\n"
                         "G02-9902,G02,*,,9902,7,natural_hour,,\nG02-9902-red,G02,1,,9902,8,natural_hour,,\n"
                         "G02-leap,G02,3,02-29..02-29,,1,minute,,\n")
        for line in ("E08,E08,*,,,12,urgent_hour,,\n", "J03,J03,*,,,5,working_day,,\n", "J03-red,J03,1,,,24,urgent_hour,,\n"):
            self.edit("time_limits.csv", "\n" + line, "\n")
        reference = Reference(self.folder)
        categories = sorted({row["category"] for row in reference.limits if len(row["category"]) == 3} | {"J03", "E09", "X01"})
        chance = random.Random(4)
        questions, wanted, rules = [], [], set()
        for _ in range(20_000):
            category, level = chance.choice(categories + ["E08", "G02", "E09"] * 8), chance.randint(1, 4)
            region, start = chance.choice(["9901", "9902"]), some_start(chance, reference)
            row = reference.limit(category, level, region, start)
            rules.add(row["id"])
            due = reference.add(row["unit"], start, int(row["amount"]))
            guessed = int(reference.guessed(row["unit"], start, due))
            questions.append(f"due {category} {level} {region} {start}")
            wanted.append(f"{due} {guessed} {row['id']} {row['amount']} {row['unit']}")
        self.assertEqual([pair for pair in zip(questions, ask(self.folder, questions), wanted) if pair[1] != pair[2]][:5], [])
        self.assertEqual({row["id"] for row in reference.limits} - rules, {"G02-leap"})  # neither year has the day

    def test_every_leaf_has_a_limit_and_red_is_never_later(self) -> None:
        """As shipped, in winter and in summer: a higher level is due no later than a lower one."""
        categories = sorted({row["category"] for row in Reference(self.folder).limits})
        self.assertEqual(len(categories), 53)
        for month in (1, 7):
            start = midnight(date(2026, month, 13)) + 10 * 60 * MINUTE
            answers = ask(self.folder, [f"due {category} {level} 9901 {start}" for category in categories for level in (1, 2, 3, 4)])
            for at, category in enumerate(categories):
                dues = [int(answer.split()[0]) for answer in answers[at * 4:at * 4 + 4]]
                self.assertEqual(dues, sorted(dues), category)

    def test_the_examples_of_the_handbook_are_true(self) -> None:
        pages = [PROJECT / "docs" / name for name in ("time-limits.md", "time-limits.zh-CN.md")]
        line = re.compile(r"^\| (\d{4}-\d\d-\d\d) (\d\d):(\d\d) \| (\d+) `(\w+)` \| (\d{4}-\d\d-\d\d) (\d\d):(\d\d) \|", re.MULTILINE)
        english, chinese = (line.findall(page.read_text(encoding="utf-8")) for page in pages)
        self.assertEqual(english, chinese)
        self.assertEqual({example[4] for example in english}, set(UNITS))
        instants = [[midnight(date.fromisoformat(day)) + (int(hour) * 60 + int(minute)) * MINUTE
                     for day, hour, minute in (example[:3], example[5:])] for example in english]
        answers = ask(self.folder, [f"add {unit} {start} {amount}" for (*_, amount, unit, _, _, _), (start, _) in zip(english, instants)])
        self.assertEqual(answers, [f"{due} 0" for _, due in instants])

    def test_the_handbook_quotes_the_files(self) -> None:
        """Lines of the files in code blocks are those that are shipped, and the mistake reads as it is told."""
        self.edit("time_limits.csv", "\nA02-red,", "\nA02-fast,A02,*,,,24,urgent_hour,,\nA02-red,")
        done = subprocess.run([str(PROBE), str(self.folder / "onecase.cfg")], input="", capture_output=True, text=True, check=False)
        shipped = "".join((MODEL / name).read_text(encoding="utf-8") for name in ("onecase.cfg", "working_days.csv", "time_limits.csv"))
        for name in ("time-limits.md", "time-limits.zh-CN.md"):
            blocks = re.findall(r"^```\n(.*?)^```", (PROJECT / "docs" / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
            quoted = [line for block in blocks for line in block.splitlines()]
            mistakes = [line for line in quoted if line.startswith("deploy/model/")]
            self.assertEqual([line for line in quoted if line not in mistakes and line + "\n" not in shipped], [])
            self.assertEqual(len(mistakes), 1)
            self.assertIn(mistakes[0].replace("deploy/model", str(self.folder)), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
