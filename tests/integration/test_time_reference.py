"""The matcher writes the model's working time and limits into PostgreSQL, and SQL counts there exactly as it does itself."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from harness import PROJECT, Database, program, wait_until

MODEL = PROJECT / "deploy" / "model"
TABLES = ["working_days", "working_hours", "time_limits"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
UNITS = ["working_hour", "urgent_hour", "working_day", "natural_day", "natural_hour", "minute"]


def rows_of(name: str) -> list[dict[str, str]]:
    lines = (MODEL / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line and not line.startswith("#")))


def published(database: Database) -> str | None:
    versions = database.rows(" union ".join(f"select model_version from onecase.{table}" for table in TABLES))
    assert len(versions) < 2, versions
    return versions[0][0] if versions else None


def publish(start_service, database: Database, model: Path = MODEL, until=lambda version: version is not None) -> str:
    """Starts a matcher with the model until its rows are there."""
    matcher = start_service("matcher", "--set", f"model={model / 'onecase.cfg'}", database=database)
    wait_until(lambda: until(published(database)), 60, "the limits in PostgreSQL")
    matcher.stop()
    return published(database)


def moments(count: int, seed: int) -> list[int]:
    """Instants of 2025 and 2026 and a little of the year after, often at the edge of office hours."""
    chance = random.Random(seed)
    start = int(datetime(2025, 1, 1, tzinfo=timezone(timedelta(hours=8))).timestamp())
    found = []
    for _ in range(count):
        day = start + chance.randrange(760) * 86400
        minute = chance.choice([chance.randrange(1440), 0, 510, 720, 810, 1080])
        found.append((day + minute * 60) * 1_000_000 + chance.choice([0, -1, chance.randrange(60_000_000)]))
    return found


def probe(model: Path, questions: list[str]) -> list[str]:
    done = subprocess.run([str(program("time_probe")), str(model / "onecase.cfg")], input="\n".join(questions) + "\n",
                          capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def asked(database: Database, expression: str, columns: str, values: list[tuple]) -> list[object]:
    """The expression for each of many rows of values, in one statement."""
    names = [column.split()[0] for column in columns.split(", ")]
    types = [column.split()[1] for column in columns.split(", ")]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    return [row[0] for row in database.rows(
        f"select {expression} from unnest({arrays}) with ordinality as asked ({', '.join(names)}, n) order by n",
        [list(column) for column in zip(*values)])]


INSTANT = "timestamptz 'epoch' + {} * interval '1 microsecond'"
MICROS = "(extract(epoch from {}) * 1000000)::bigint"


def test_the_matcher_writes_what_the_files_say(start_service, project_topics, database):
    version = publish(start_service, database)
    assert version.startswith("onecase@")
    days = rows_of("working_days.csv")
    assert database.rows("select date::text, kind, name from onecase.working_days order by date") == [
        (row["date"], row["kind"], row["name"]) for row in days]
    assert database.rows("select kind, from_minute, to_minute from onecase.working_hours order by 1, 2") == [
        ("office", 510, 720), ("office", 810, 1080), ("urgent", 0, 1440)]
    assert database.rows("""select id, category, coalesce(level::text, '*'), coalesce(season, ''), coalesce(region, ''), amount::text,
        unit, coalesce(valid_from::text, ''), coalesce(valid_to::text, '') from onecase.time_limits order by id""") == sorted(
        tuple(row.values()) for row in rows_of("time_limits.csv"))


def test_they_are_written_once_for_a_model_and_anew_for_another(start_service, project_topics, database, tmp_path):
    first = publish(start_service, database)
    stamp = "select xmin::text from onecase.time_limits union select xmin::text from onecase.working_days"
    written = database.rows(stamp)
    matcher = start_service("matcher", database=database)
    matcher.wait_for_log("event=claimed")
    matcher.stop()
    assert database.rows(stamp) == written

    other = tmp_path / "model"
    shutil.copytree(MODEL, other)
    days = other / "working_days.csv"
    days.write_text(days.read_text(encoding="utf-8").replace("2026-10-10,workday,国庆节\n", ""), encoding="utf-8")
    second = publish(start_service, database, other, lambda version: version != first)
    assert second != first
    assert database.value("select count(*) from onecase.working_days where date = '2026-10-10'") == 0
    assert database.value("select onecase.is_working_day('2026-10-10')") is False


def test_sql_counts_as_the_matcher_does(start_service, project_topics, database, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(MODEL, model)
    config = model / "onecase.cfg"  # emergency duty with a gap, so that urgent hours are no plain hours
    config.write_text(config.read_text(encoding="utf-8").replace('["00:00-24:00"]', '["00:00-01:30", "06:00-24:00"]'), encoding="utf-8")
    publish(start_service, database, model)

    chance = random.Random(7)
    adds = [(start, chance.randint(1, 60), UNITS[at % len(UNITS)]) for at, start in enumerate(moments(3000, 1))]
    want = [int(line.split()[0]) for line in probe(model, [f"add {unit} {start} {amount}" for start, amount, unit in adds])]
    got = asked(database, MICROS.format(f"onecase.working_add({INSTANT.format('start')}, amount, unit)"),
                "start bigint, amount integer, unit text", adds)
    assert [row for row in zip(adds, got, want) if row[1] != row[2]] == []

    spans = list(zip(moments(2000, 2), moments(2000, 3)))
    want = [int(line) for line in probe(model, [f"between working_hour {begin} {end}" for begin, end in spans])]
    got = asked(database, f"(onecase.working_seconds({INSTANT.format('a')}, {INSTANT.format('b')}) * 1000000)::bigint",
                "a bigint, b bigint", spans)
    assert [row for row in zip(spans, got, want) if row[1] != row[2]] == []

    categories = sorted({row["category"] for row in rows_of("time_limits.csv")})
    queries = [(chance.choice([*categories, "E09", "G02", "E08"]), chance.randint(1, 4), "9901", start) for start in moments(2000, 4)]
    answers = probe(model, [f"due {category} {level} {region} {start}" for category, level, region, start in queries])
    want = [None if answer == "none" else int(answer.split()[0]) for answer in answers]
    got = asked(database, MICROS.format(f"onecase.due_at(category, level, region, {INSTANT.format('start')})"),
                "category text, level integer, region text, start bigint", queries)
    assert None in want
    assert [row for row in zip(queries, got, want) if row[1] != row[2]] == []


def test_analysts_count_through_views(start_service, project_topics, database):
    publish(start_service, database)
    with database.connect() as owner:
        owner.execute("set role onecase_views")
        owner.execute("""create view analysis.probe as
            select onecase.working_seconds('2026-09-30 17:00+08', '2026-10-08 11:30+08') / 3600 as hours""")
        owner.execute("grant select on analysis.probe to onecase_analyst")
        owner.execute("set role onecase_analyst")
        assert owner.execute("select hours from analysis.probe").fetchone() == (4,)


def test_days_nobody_has_announced_are_weekdays(database):
    assert database.value("select array_agg(onecase.is_working_day(day::date) order by day)"
                          "  from generate_series(date '2031-06-02', date '2031-06-08', interval '1 day') as day") == [
        (date(2031, 6, 2) + timedelta(days=at)).weekday() < 5 for at in range(7)]
