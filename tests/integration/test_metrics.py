"""What the programs count, against what was sent: the sender's own tally, raw rows of PostgreSQL, records that stand in Kafka."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from harness import PROJECT, Database, Service, Topics, wait_until
from harness_intake import FEED, REPORT, VAULT, Feed, feed_record, set_config
from harness_ports import free_port
from outbox import Outbox
from redriving import REDRIVE
from report_log import ReportLog, mixed_log, wait_until_stored
from test_commands import login, submit

SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
WITH_STATUS = FEED.replace('  title ', '  status    = { value = "60"; when = ( ("/done", "present") ); };\n  title ')
TOO_LARGE = "合" * 30000  # 90 kB on onecase.report, which takes less here
REPORT_BYTES = "60000"
STAGES = ("decode", "misrouted", "write", "crash")
SOURCES_MAX = 64  # services/matcher/metrics.h


class Page:
    """What one program answered, by metric and labels."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: dict[str, dict[tuple[str, ...], float]] = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                found = SAMPLE.fullmatch(line)
                assert found, f"no sample: {line!r}"
                labels = tuple(value for _, value in LABEL.findall(found["labels"] or ""))
                self.samples.setdefault(found["name"], {})[labels] = float(found["value"])

    def value(self, name: str, *labels: str) -> float:
        return self.samples.get(name, {}).get(labels, 0)

    def series(self, name: str) -> dict:
        """By labels; those of a single label by its value. Without what is 0."""
        return {labels[0] if len(labels) == 1 else labels: value for labels, value in self.samples.get(name, {}).items() if value}

    def total(self, name: str) -> float:
        return sum(self.samples.get(name, {}).values())


class Scraped:
    """A program whose pages are read."""

    def __init__(self, start: Callable[..., Service]) -> None:
        self.port = free_port()
        self.service = start("--set", f"http=127.0.0.1:{self.port}")

    def page(self) -> Page:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            return Page(answer.read().decode())

    def wait(self, predicate: Callable[[Page], object], what: str) -> Page:
        """The first page of which it is true; the page itself is there once the program has begun."""
        last: list[Page] = []

        def look() -> bool:
            assert self.service.running, self.service.tail()
            try:
                last[:] = [self.page()]
            except OSError:
                return False
            return bool(predicate(last[0]))

        wait_until(look, 60, what)
        return last[0]


def check_with_promtool(*pages: Page) -> None:
    """And each metric stands in the documentation."""
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8"), re.M))
    for page in pages:
        assert set(re.findall(r"^# TYPE (\S+)", page.text, re.M)) <= documented
        done = subprocess.run(["promtool", "check", "metrics"], input=page.text, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), done.stdout + done.stderr


def rows(database: Database, query: str) -> dict:
    return {key[0] if len(key) == 1 else tuple(key): count for *key, count in database.rows(query)}


def consumed(database: Database) -> int:
    return int(database.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets"))


def counted(matcher: Scraped, database: Database, records: int, before: Page | None = None) -> Page:
    """A page of after all that is stored was counted too, which comes behind the commit: records, then batches, then decisions. A page
    is read by another thread line by line, so the one that shows it first may have older lines above.
    before: what another process had counted of it."""
    wanted = {"onecase_matcher_records_total": records, "onecase_matcher_batch_records_sum": records,
              "onecase_matcher_decisions_total": database.value("select count(*) from onecase.decisions")}
    left = {name: count - (before.total(name) if before else 0) for name, count in wanted.items()}

    def all_counted(page: Page) -> bool:
        batches = {page.value(f"onecase_matcher_{name}_count") for name in ("batch_records", "batch_seconds", "commit_seconds")}
        return len(batches) == 1 and all(page.total(name) >= count for name, count in left.items())

    matcher.wait(all_counted, f"{left} to be counted")
    return matcher.page()


def intake_counted(intake: Scraped, records: int) -> Page:
    """The same of intake: a batch is counted behind its records, with its records and then with its seconds."""
    def all_counted(page: Page) -> bool:
        batches = {page.value(f"onecase_intake_{name}_count") for name in ("batch_records", "batch_seconds")}
        return len(batches) == 1 and page.value("onecase_intake_batch_records_sum") >= records

    intake.wait(all_counted, f"{records} records to be acknowledged and counted")
    return intake.page()


# ---- the whole hub -------------------------------------------------------------------------------------------------

class Departments:
    """Topics "feed" (source TEST) and "second" (source SECOND), and what was sent to them."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self.outcomes: Counter = Counter()  # by source and outcome
        self.rules: Counter = Counter()  # of dead ones
        self.live: Counter = Counter()  # by source, without history
        self.numbers = iter(range(1, 1_000_000))

    def send(self, topic: str, source: str, values: Iterable[tuple[str, bytes]]) -> None:
        """values: (outcome, or rule of a dead one; bytes)."""
        chosen = list(values)
        self.topics.produce(topic, [(None, value) for _, value in chosen])
        for what, _ in chosen:
            dead = what not in ("report", "update", "ignored")
            self.outcomes[(source, "dead" if dead else what)] += 1
            self.rules[(source, what)] += dead
            self.live[source] += not topic.endswith(".backfill")

    def reports(self, count: int) -> list[tuple[str, bytes]]:
        return [("report", feed_record(next(self.numbers))) for _ in range(count)]

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def read(self) -> int:
        """Records that intake reads; those of history are five."""
        return sum(self.live.values()) + 5


@pytest.fixture
def departments(project_topics: Topics, tmp_path: Path, key_file: Path, start_service: Callable[..., Service]) -> Departments:
    made = Departments(project_topics)
    set_config(project_topics, REPORT, "max.message.bytes", REPORT_BYTES)
    made.feed = Feed(project_topics, tmp_path, key_file, start_service)
    made.feed.write("feed.cfg", WITH_STATUS % "feed")
    made.feed.write("second.cfg", (FEED % "second").replace('"TEST"', '"SECOND"'))
    for topic in ("feed", "second", "feed.backfill"):
        project_topics.create(topic, 2)
    return made


def send_of_every_kind(departments: Departments) -> None:
    reports = departments.reports(60)
    departments.send("feed", "TEST", reports)
    updates = [("update", value.replace(b'"report"', b'"update", "done": 1')) for _, value in reports[:20]]
    departments.send("feed", "TEST", updates)
    departments.send("feed", "TEST", [("ignored", feed_record(number, "drill")) for number in range(15)])
    departments.send("feed", "TEST", [("required", b'{"kind": "report", "area": "990201"}')] * 7 + [("syntax", b"{")] * 5
                     + [("kind", feed_record(1, "unheard of"))] * 3 + [("too_large", feed_record(999999, text=TOO_LARGE))] * 2)
    departments.send("second", "SECOND", departments.reports(10))
    departments.send("second", "SECOND", [("required", b'{"kind": "report"}')] * 4 + [("empty", b"")])
    departments.send("feed.backfill", "TEST", departments.reports(5))


def check_intake(page: Page, departments: Departments, intake: Service) -> None:
    topics = departments.topics
    assert page.series("onecase_intake_records_total") == dict(departments.outcomes)
    assert page.series("onecase_intake_dead_letters_total") == {k: v for k, v in departments.rules.items() if v}
    assert page.value("onecase_intake_batch_records_sum") == departments.read
    assert page.value("onecase_intake_batch_records_count") == page.value("onecase_intake_batch_seconds_count") > 0
    # The first attempt of a record that is too large never left.
    stand = len(topics.read(REPORT)) - len([r for r in topics.read(REPORT) if r.headers["ce_type"] in ("onecase.tick", "onecase.command")])
    assert stand == departments.total
    assert page.value("onecase_intake_send_seconds_count") == stand + len(topics.read(VAULT))
    assert page.series("onecase_intake_record_age_seconds_count") == dict(departments.live)
    assigned = int(re.search(r"partitions=(\d+)", intake.lines("event=assigned")[-1])[1])
    assert (page.value("onecase_intake_partitions"), page.value("onecase_intake_held_partitions")) == (assigned, 0)


def check_matcher(page: Page, departments: Departments, database: Database, ticks: float) -> None:
    beside = {("onecase", "tick"): ticks, ("onecase", "command"): 1}
    assert page.series("onecase_matcher_records_total") == dict(departments.outcomes) | beside
    assert page.series("onecase_matcher_records_total") | beside == beside | rows(
        database, "select source, kind, count(*) from onecase.reports group by 1, 2"
        " union all select source, 'update', count(*) from onecase.report_revisions group by 1"
        " union all select source, 'ignored', count(*) from onecase.ignored_records group by 1"
        " union all select source, 'dead', count(*) from onecase.dead_letters group by 1")
    assert page.samples["onecase_matcher_dead_letters_total"] == {(stage,): 0 for stage in STAGES}  # intake found them all
    assert page.series("onecase_matcher_decisions_total") == rows(database, "select outcome, count(*) from onecase.decisions group by 1")
    assert page.series("onecase_matcher_commands_total") == {("dlq.park", "done"): 1}
    assert page.value("onecase_matcher_batch_records_sum") == consumed(database) == page.total("onecase_matcher_records_total")
    batches = page.value("onecase_matcher_batch_records_count")
    assert batches == page.value("onecase_matcher_batch_seconds_count") == page.value("onecase_matcher_commit_seconds_count") > 0
    assert page.value("onecase_matcher_commit_seconds_sum") <= page.value("onecase_matcher_batch_seconds_sum")
    assert page.value("onecase_matcher_record_age_seconds_count") == consumed(database)
    assert page.total("onecase_matcher_rollbacks_total") == 0
    assert page.value("onecase_matcher_partitions") == 24
    assert page.total("onecase_matcher_partitions_aside") == 0


def check_memory(page: Page, database: Database) -> bool:
    hazards = database.value("select count(*) from onecase.hazards where merged_into is null")
    reviews = database.value("select count(*) from onecase.hazards h where merged_into is null and provisional_of is not null and exists"
                             " (select from onecase.cases c where c.region = h.region and c.hazard_id = h.hazard_id"
                             "  and c.closed_at is null and c.merged_into is null)")
    return hazards > 0 and (page.value("onecase_matcher_hazards"), page.value("onecase_matcher_reviews")) == (hazards, reviews)


def sends(page: Page) -> float:
    """Whatever the relay sent: rows, a command, a round of ticks."""
    rounds = page.value("onecase_relay_ticks_total") / 24
    return page.value("onecase_relay_batch_rows_count") + page.value("onecase_relay_commands_total") + rounds


def check_relay(page: Page, database: Database) -> None:
    outbox = rows(database, "select kind, count(*) from onecase.outbox group by 1")
    assert len(outbox) > 1
    assert page.series("onecase_relay_rows_total") == outbox
    assert page.value("onecase_relay_batch_rows_sum") == sum(outbox.values())
    assert page.value("onecase_relay_send_seconds_count") == sends(page)
    assert page.value("onecase_relay_commands_total") == 1
    assert (page.value("onecase_relay_working"), page.value("onecase_relay_given_up_total")) == (1, 0)


@pytest.fixture
def operator(servers) -> Iterable[str]:
    yield from login(servers, "onecase_operator")


def test_counts_are_those_of_what_was_sent(departments, database, operator, start_service):
    send_of_every_kind(departments)
    intake = Scraped(lambda *more: departments.feed.start(*more))
    matcher = Scraped(lambda *more: start_service("matcher", *more))
    accounted = "select coalesce(sum(reports + updates + ignored + dead), 0) from onecase.accounts"
    wait_until(lambda: database.value(accounted) == departments.total, 120, "all that was sent to be accounted for")
    origin, partition = database.rows("select topic || '/' || partition || '/' || kafka_offset || '#' || item, report_partition"
                                      " from onecase.dead_letters limit 1")[0]
    submit(database, operator, "dlq.park", {"origins": [origin], "reason": "synthetic"}, partition=partition)
    relay = Scraped(lambda *more: start_service("relay", "--set", "tick_s=1", "--set", "poll_ms=20", *more))
    of_relay = relay.wait(
        lambda page: page.value("onecase_relay_ticks_total") >= 48 and page.value("onecase_relay_commands_total") == 1
        and page.total("onecase_relay_rows_total") == database.value("select count(*) from onecase.outbox")
        == page.value("onecase_relay_batch_rows_sum")
        and page.value("onecase_relay_send_seconds_count") == sends(page), "the relay to send all")
    relay.service.stop()
    ticks = len([record for record in departments.topics.read(REPORT) if record.headers["ce_type"] == "onecase.tick"])
    wait_until(lambda: consumed(database) == departments.total + ticks + 1, 60, "the ticks to be taken")
    counted(matcher, database, consumed(database))
    of_matcher = matcher.wait(lambda page: check_memory(page, database), "the matcher to show its memory")
    of_intake = intake_counted(intake, departments.read)
    lagwatch = Scraped(lambda *more: start_service("lagwatch", "--set", f"sources={departments.feed.sources}", *more))
    of_lagwatch = lagwatch.wait(lambda page: page.value("onecase_kafka_up") and page.value("onecase_lagwatch_partitions"), "a look")
    check_with_promtool(of_intake, of_matcher, of_relay, of_lagwatch)
    check_intake(of_intake, departments, intake.service)
    check_matcher(of_matcher, departments, database, ticks)
    check_relay(of_relay, database)


# ---- the matcher alone ---------------------------------------------------------------------------------------------

@pytest.fixture
def log(topics: Topics, database: Database) -> ReportLog:
    made = ReportLog(topics).create()
    made.use(database)
    return made


@pytest.fixture
def scrape_matcher(start_service) -> Callable[..., Scraped]:
    return lambda *settings: Scraped(lambda *more: start_service("matcher", *settings, *more))


@pytest.mark.parametrize("batch_max", [1, 7, 500])
def test_records_count_as_the_accounts_do(log, database, scrape_matcher, batch_max):
    """Every kind of four feeds, repeats, several items, updates that wait; by outcome alike, and the same for any size of batch."""
    mixed_log(log, 20261126, 400)
    log.send()
    matcher = scrape_matcher("--set", f"batch_max={batch_max}")
    wait_until_stored(database, log)
    page = counted(matcher, database, log.sent)
    outcomes = Counter()
    for (_, outcome), count in page.series("onecase_matcher_records_total").items():
        outcomes[outcome] += count
    counts = sum((account.counts for account in log.sources.values()), Counter())
    kinds = ("reports", "inspections", "updates", "assignments", "ignored", "dead", "redelivered")
    assert min(counts[kind] for kind in kinds) > 0
    assert outcomes == {kind if kind in ("ignored", "dead", "redelivered") else kind[:-1]: counts[kind] for kind in kinds}
    assert sum(outcomes.values()) == log.sent
    assert {source for source, _ in page.series("onecase_matcher_records_total")} == {"H12345", "FIRE119", "MKT12315", "GRID"}
    assert page.value("onecase_matcher_batch_records_sum") == log.sent
    assert page.series("onecase_matcher_decisions_total") == rows(database, "select outcome, count(*) from onecase.decisions group by 1")


# What PostgreSQL does when the record with this title comes -> what follows, and what the sender counts it as.
REFUSALS = {
    "always": ("raise exception 'planted' using errcode = '23514';", "reject", "dead"),
    "three times": ("if nextval('onecase.planted_tries') <= 3 then raise exception 'planted' using errcode = '40001'; end if;",
                    "retry", "report"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_batch_that_was_rolled_back_counts_once(log, database, scrape_matcher, refusal):
    body, verdict, outcome = REFUSALS[refusal]
    database.execute(
        "create sequence onecase.planted_tries; grant usage on sequence onecase.planted_tries to public;"
        f"create function onecase.planted() returns trigger language plpgsql as $$ begin {body} return new; end $$;"
        "create trigger planted before insert on onecase.reports for each row when (new.title = 'guilty')"
        " execute function onecase.planted()")
    for number in range(80):
        log.report(f"A{number:03d}")
    log.report("B000", title="guilty", count="dead" if outcome == "dead" else "")
    for number in range(80):
        log.report(f"C{number:03d}")
    log.send()
    matcher = scrape_matcher()
    wait_until_stored(database, log)
    page = counted(matcher, database, log.sent)
    check_with_promtool(page)
    wanted = {("H12345", "report"): 160} if outcome == "dead" else {("H12345", "report"): 161}
    assert page.series("onecase_matcher_records_total") == wanted | ({("H12345", "dead"): 1} if outcome == "dead" else {})
    assert page.value("onecase_matcher_batch_records_sum") == page.value("onecase_matcher_record_age_seconds_count") == 161
    assert page.series("onecase_matcher_decisions_total") == rows(database, "select outcome, count(*) from onecase.decisions group by 1")
    assert page.series("onecase_matcher_dead_letters_total") == ({"write": 1} if outcome == "dead" else {})
    assert page.series("onecase_matcher_rollbacks_total").keys() == {verdict}
    assert page.value("onecase_matcher_rollbacks_total", verdict) >= (3 if verdict == "retry" else 2)


HOSTILE_NAMES = ('x"} 1\nonecase_lag_seconds{a="', "\\", "\n# TYPE onecase_up gauge", "源", "a" * 200, "{}", " ", "a,b=c")


def test_what_a_record_names_makes_no_series(log, database, scrape_matcher):
    """More sources than may have a label, by reports that are stored; hostile names; dead letters with stages and sources of their own."""
    for number in range(200):
        name = HOSTILE_NAMES[number] if number < len(HOSTILE_NAMES) else f"S{number}"
        log.report(f"R{number:03d}", headers={"ce_source": name})
    for number in range(100):
        note = {"stage": f"stage{number}\n", "pointer": "", "rule": f'rule"{number}', "message": "made", "sha256": "ab" * 32}
        log.add("dead", note, headers={"ce_source": f"D{number}"}, attempt=2)
    for number in range(100):
        log.add("report", b"no JSON", headers={"ce_source": f"U{number}"}, count="dead")
    log.send()
    matcher = scrape_matcher()
    wait_until_stored(database, log)
    page = counted(matcher, database, log.sent)
    check_with_promtool(page)
    series = page.series("onecase_matcher_records_total")
    assert sum(series.values()) == 400
    sources = {source for source, _ in series}
    assert len(sources) == SOURCES_MAX + 1 and "other" in sources
    assert not [source for source in sources if source[0] in "DU"]
    assert sum(count for (source, _), count in series.items() if source == "other") == 200 + 200 - SOURCES_MAX
    malformed = database.value("select count(*) from onecase.dead_letters where rule = 'header'")
    assert malformed > 0  # of the hostile names; others are taken, and are too long for a label
    assert page.series("onecase_matcher_dead_letters_total") == {"decode": 100 + malformed}
    names = set(page.samples)
    assert "onecase_up" not in names and "onecase_lag_seconds" not in names


def test_a_killed_matcher_begins_at_0(log, database, scrape_matcher):
    for number in range(50):
        log.report(f"A{number:03d}")
    log.send()
    matcher = scrape_matcher()
    wait_until_stored(database, log)
    before = counted(matcher, database, log.sent)
    assert before.series("onecase_matcher_records_total") == {("H12345", "report"): 50}
    matcher.service.kill()
    for number in range(20):
        log.report(f"B{number:03d}")
    log.send()
    again = scrape_matcher()
    begun = again.wait(lambda page: len(page.samples.get("onecase_matcher_dead_letters_total", ())) == len(STAGES), "it to begin")
    assert begun.samples["onecase_matcher_dead_letters_total"] == {(stage,): 0 for stage in STAGES}
    wait_until_stored(database, log)
    page = counted(again, database, log.sent, before)
    assert page.series("onecase_matcher_records_total") == {("H12345", "report"): 20}
    assert page.value("onecase_matcher_record_age_seconds_count") == 20


def test_partitions_that_stand_still_are_shown(log, database, scrape_matcher):
    database.execute("alter table onecase.reports add constraint planted check (title not like 'bad%')")
    for number in range(150):
        log.report(f"B{number:04d}", title="bad")
    log.send()
    matcher = scrape_matcher()
    matcher.wait(lambda page: page.value("onecase_matcher_partitions_aside", "REFUSING") == 1, "the breaker")
    page = matcher.page()  # all of it from after that
    check_with_promtool(page)
    assert page.value("onecase_matcher_partitions") == log.partitions
    stored = database.value("select count(*) from onecase.dead_letters where stage = 'write'")
    assert page.series("onecase_matcher_dead_letters_total") == {"write": stored}
    database.execute("alter table onecase.reports drop constraint planted")
    wait_until_stored(database, log)
    matcher.wait(lambda page: page.total("onecase_matcher_partitions_aside") == 0, "the partition to run again")
    page = counted(matcher, database, log.sent)
    assert page.series("onecase_matcher_records_total") == {("H12345", "dead"): stored, ("H12345", "report"): 150 - stored}


# ---- intake alone --------------------------------------------------------------------------------------------------

def test_what_a_released_dead_letter_names_makes_no_series(topics, tmp_path, key_file, start_service):
    feed = Feed(topics, tmp_path, key_file, start_service)
    feed.create(partitions=1)
    topics.create(REDRIVE, 1, message_timestamp_type="LogAppendTime")
    letters = []
    for number in range(40):
        name = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        headers = {"oc-origin": f"nobody{number}/0/{number}#0", "oc-attempt": "2", "oc-source": f"{name}{number}", "oc-stage": f"s{number}",
                   "oc-rule": f"r{number}", "oc-sha256": "ab" * 32, "oc-region": "9901", "oc-items": "1"}
        letters.append((None, json.dumps({"no": number}).encode(), [(key, value.encode()) for key, value in headers.items()]))
    topics.produce(REDRIVE, letters)
    topics.produce("feed", [(None, feed_record(1))])
    intake = Scraped(lambda *more: feed.start(*more))
    intake.wait(lambda page: ("TEST", "dead") in page.samples.get("onecase_intake_records_total", ()), "it to begin with what may come")
    page = intake_counted(intake, 41)
    check_with_promtool(page)
    assert page.series("onecase_intake_records_total") == {("TEST", "report"): 1, ("other", "dead"): 40}
    assert set(page.series("onecase_intake_dead_letters_total")) <= {("other", "digest"), ("other", "no_source"), ("other", "header")}
    assert page.value("onecase_intake_released_total") == 40
    assert page.series("onecase_intake_record_age_seconds_count") == {"TEST": 1}


# ---- the relay alone -----------------------------------------------------------------------------------------------

def test_of_two_relays_one_works(database, topics, start_service):
    outbox = Outbox(database, topics).create()
    outbox.write(outbox.events(300))
    relays = [Scraped(lambda *more: start_service("relay", "--set", "tick_s=0", "--set", "poll_ms=20", *more)) for _ in range(2)]
    for relay in relays:
        relay.wait(lambda page: page.value("onecase_service_ready") == 1, "both to be there")
    wait_until(lambda: sum(relay.page().total("onecase_relay_rows_total") for relay in relays) == 300, 60, "all rows to be published")
    working, idle = sorted(relays, key=lambda relay: -relay.page().value("onecase_relay_working"))
    check_with_promtool(working.page(), idle.page())
    assert working.page().series("onecase_relay_rows_total") == rows(database, "select kind, count(*) from onecase.outbox group by 1")
    assert idle.page().value("onecase_relay_working") == idle.page().total("onecase_relay_rows_total") == 0
    working.service.kill()
    outbox.write(outbox.events(40))
    idle.wait(lambda page: page.value("onecase_relay_batch_rows_sum") >= 40, "the other one to go on")
    page = idle.page()  # rows are counted before their batch, and stand above it
    assert page.total("onecase_relay_rows_total") == 40
    assert page.value("onecase_relay_working") == 1
    assert page.value("onecase_relay_batch_rows_sum") == 40
