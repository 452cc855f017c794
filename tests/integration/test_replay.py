"""onecase replay: onecase.report into an empty database gives what the live hub has, whatever the hub went through."""

from __future__ import annotations

import json
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import send as city_sender
from brake import Brake
from harness import PROJECT, Database, LocalServers, Service, Topics, program, wait_until, wait_until_reached
from harness_hub import Hub, open_hub
from report_log import ReportLog, mixed_log, wait_until_stored
from test_forwarding import AWAY, HOME, Relay, forwards, settle

RECORDS = 20_000  # at least, on onecase.report
REPORTS = "8400"  # of the labelled city: so many make that many records with their updates
FEEDS = ("hotline.workorder", "fire.incident", "market.complaint", "grid.event", "chengguan.event", "fireiot.alarm")
DIFFERENT, NOT_FOUND, USAGE, UNAVAILABLE, REFUSED = 1, 3, 64, 69, 70


class Replay:
    """onecase replay as a process."""

    def __init__(self, live: Database, into: str, topics: Topics, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [str(program("onecase")), "replay", "--into", into, "--prefix", topics.prefix, *arguments], env=live.environment(),
            cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, status: int = 0, limit: float = 300) -> Replay:
        self.out, self.err = self.process.communicate(timeout=limit)
        ended = self.process.returncode
        assert ended == status, f"replay ended with {ended}, not {status}:\n{self.out}{self.err}"
        assert "Sanitizer" not in self.err and "runtime error:" not in self.err, self.err
        return self

    def json(self) -> dict:
        return json.loads(self.out)

    def matcher(self) -> int:
        """The process id of its child."""
        pid = self.process.pid
        children = wait_until(lambda: Path(f"/proc/{pid}/task/{pid}/children").read_text().split(), 60, "a matcher as a child")
        return int(children[0])


def digest(onecase: Callable, database: Database) -> dict:
    return json.loads(onecase("digest", "--json", database=database).stdout)


# ---- a city of 20,000 records ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    subprocess.run([sys.executable, str(PROJECT / "tests" / "city" / "labelled" / "make.py"), "--reports", REPORTS, "--seed", "16",
                    str(folder)], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    (folder / "truth.jsonl").unlink()  # no department sends it
    return folder


@contextmanager
def fed_hub(servers: LocalServers, template: str, folder: Path, city: Path) -> Iterator[Hub]:
    """A hub whose departments have sent the city; no program runs yet."""
    with open_hub(servers, template, folder) as hub:
        for topic in FEEDS[4:]:  # the others are of deploy/topics.cfg
            hub.topics.create(topic, 3)
        city_sender.send(city_sender.read_city(str(city)), servers.brokers, hub.topics.prefix)
        yield hub


def await_effect(hub: Hub, limit: float = 240) -> None:
    """Until everything the departments sent has its effect in the database, and all of onecase.report that came of it."""
    sent = sum(end for topic in FEEDS for end in hub.topics.ends(topic).values())

    def accounted() -> int:
        hub.check_running()
        return int(hub.database.value("select coalesce(sum(consumed - missing), 0) from analysis.reconciliation"))

    wait_until_reached(accounted, sent, limit, f"the effect of {sent} records", every=0.25)
    wait_until(lambda: hub.database.rows("select from onecase.forwards_in_flight") == [], limit, "no record to be on its way home",
               every=0.25)


def unpublished(database: Database) -> int:
    return database.value("select count(*) from onecase.relay_positions p join onecase.outbox o on o.report_partition = p.partition"
                          " and (o.report_offset, o.n) > (p.report_offset, p.n)")


@contextmanager
def empty_copy(servers: LocalServers, template: str) -> Iterator[Database]:
    name = f"onecase_{secrets.token_hex(6)}"
    with servers.connect() as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    try:
        yield Database(servers, name)
    finally:
        with servers.connect() as connection:
            connection.execute(f'drop database "{name}" with (force)')


def assert_equal_replay(hub: Hub, into: Database) -> None:
    told = Replay(hub.database, into.name, hub.topics, "--compare", "--json").end().json()
    assert told["records"] == told["replayed"] >= RECORDS
    assert told["differences"] == [] and told["equal"] is True
    assert told["digest"] == told["live"] and told["digest"]["tables"]["reports"]["rows"] > RECORDS / 4
    assert into.value("select count(*) from onecase.outbox") > RECORDS / 4
    assert told["events_waiting"] == unpublished(into)
    assert into.rows("select * from onecase.homes_ahead") == []


@pytest.mark.timeout(1200)
def test_twenty_thousand_records_give_an_equal_digest_and_a_row_that_differs_is_named(
        servers: LocalServers, template_database: str, tmp_path: Path, city: Path) -> None:
    """The hub goes on meanwhile: a tick in every partition each second."""
    with fed_hub(servers, template_database, tmp_path / "hub", city) as hub, empty_copy(servers, template_database) as rebuilt:
        hub.start("intake")
        hub.start("matcher")
        hub.start("relay", "tick_s=1")
        await_effect(hub)
        wait_until(lambda: unpublished(hub.database) == 0, 120, "relay to publish everything")
        assert_equal_replay(hub, rebuilt)

        region, hazard = rebuilt.rows("select region, hazard_id from onecase.hazards order by 1, 2 offset 100 limit 1")[0]
        rebuilt.execute("update onecase.hazards set report_count = report_count + 1 where (region, hazard_id) = (%s, %s)", (region, hazard))
        rebuilt.execute("delete from onecase.ignored_records where ctid = (select min(ctid) from onecase.ignored_records)")
        again = Replay(hub.database, rebuilt.name, hub.topics, "--resume", "--compare").end(DIFFERENT)
        assert f"hazards differs, first in region, hazard_id = {region}, {hazard}: not alike" in again.out
        assert "ignored_records differs, first in topic, partition, kafka_offset, item = " in again.out
        assert [line.split()[0] for line in again.out.splitlines() if line.endswith("DIFFERENT")] == ["hazards", "ignored_records"]


class Crew:
    """Two matchers that share the partitions and a relay, all killed again and again. The consumer group is new after every kill: a
    broker would hold the partitions of a killed member for ten seconds. While one matcher is in the old group and one in the
    new, each takes what the other holds."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.brake = Brake(hub.database)
        self.turn = 0
        self.matchers = [self._matcher(), self._matcher()]
        self.relay = self._relay()

    def _matcher(self) -> Service:
        return self.hub.start("matcher", "batch_max=20", group=f"{self.hub.database.name}.crew-{self.turn}")

    def _relay(self) -> Service:
        return self.hub.start("relay", "tick_s=1", "takeover_ms=3000")

    def _kill(self, service: Service) -> None:
        service.kill()
        self.hub.services.remove(service)

    def kill_all(self, chance: random.Random, records: int) -> None:
        """One after the other, with up to so many records stored in between."""
        self.turn += 1
        self._kill(self.relay)
        for victim in chance.sample((0, 1), 2):
            self._kill(self.matchers[victim])
            self.matchers[victim] = self._matcher()
            self.await_more(chance.randrange(records))
        self.relay = self._relay()

    def await_more(self, records: int) -> None:
        """And not many more, however late it is seen."""
        goal = min(self.hub.consumed() + records, RECORDS)
        self.brake.stop(goal + 500)
        wait_until(lambda: self.hub.consumed() >= goal, 300, f"{records} more records to be stored", every=0.02)


@pytest.mark.timeout(1200)
def test_two_matchers_and_a_relay_killed_at_random_leave_what_a_replay_gives(
        servers: LocalServers, template_database: str, tmp_path: Path, city: Path) -> None:
    chance = random.Random(7)
    with fed_hub(servers, template_database, tmp_path / "hub", city) as hub, empty_copy(servers, template_database) as rebuilt:
        hub.start("intake")
        crew = Crew(hub)
        while hub.consumed() < RECORDS:
            crew.await_more(chance.randrange(1, 3000))
            crew.kill_all(chance, 300)
        crew.brake.release()
        assert crew.turn >= 5, "the load was over before it could be killed often"
        await_effect(hub)
        wait_until(lambda: unpublished(hub.database) == 0, 120, "relay to publish everything")
        crew.relay.stop()
        wait_until(lambda: hub.consumed() == hub.reported(), 120, "the last ticks to be read")
        hub.stop()
        topics = ("onecase.report", "onecase.deadletter", "onecase.case", "onecase.redrive")
        before = {topic: hub.topics.ends(topic) for topic in topics}
        assert_equal_replay(hub, rebuilt)
        assert unpublished(rebuilt) == unpublished(hub.database), "departments are told what they were not told, and nothing else"
        assert {topic: hub.topics.ends(topic) for topic in topics} == before, "a replay writes nothing to Kafka"


# ---- a log of a few hundred records ------------------------------------------------------------------------------


@pytest.fixture
def log(topics: Topics) -> ReportLog:
    return ReportLog(topics).create()


@pytest.fixture
def live(log: ReportLog, database: Database, start_service: Callable) -> Database:
    """The mixed log as a matcher stored it, which has ended."""
    log.use(database)
    mixed_log(log, seed=31, count=400)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    matcher.stop()
    return database


def test_what_is_found_dead_is_not_buried_twice(log, live, new_database, start_service, onecase):
    log.add("report", b"no JSON", count="dead")
    log.send()
    matcher = start_service("matcher", "--set", "group=" + log.topics.name("again"))
    wait_until_stored(live, log)
    matcher.stop()
    assert live.value("select count(*) from onecase.dead_letters where stage <> 'map'") == 1
    vault = log.topics.ends("onecase.deadletter")
    assert sum(vault.values()) == 1
    rebuilt = new_database()
    told = Replay(live, f"dbname={rebuilt.name}", log.topics, "--json").end().json()
    assert told["dead_letters"] == 1 and told["database"] == rebuilt.name
    assert told["digest"] == digest(onecase, live) == digest(onecase, rebuilt)
    assert log.topics.ends("onecase.deadletter") == vault
    groups = [group.group_id for group in log.topics.admin.list_consumer_groups().result(30).valid]
    mine = [group for group in groups if group.startswith("onecase-replay:")]
    assert [group for group in mine if max(log.topics.committed(group, "onecase.report").values()) >= 0] == []


def test_a_record_that_was_sent_home_is_at_home_there_whatever_partition_is_read_first(log, database, new_database, start_service, onecase):
    """The live hub knew the one report first in one region, the other first in the other; one batch of a rebuild holds all of it."""
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.report("X2", region=AWAY, status=10)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", region=AWAY, status=30, revision=2, count="updates")
    log.report("X2", region=HOME, status=40, revision=2, count="updates")
    log.send()
    settle(database, log, Relay(database, log))
    matcher.stop()
    assert len(forwards(database)) == 2
    assert database.value("select count(*) from onecase.forwarded_records") == 2
    rebuilt = new_database()
    told = Replay(database, rebuilt.name, log.topics, "--compare", "--json").end().json()
    assert told["equal"] is True and forwards(rebuilt) == forwards(database)
    assert database.rows("select region, record_no, status from onecase.reports order by 1") == [(HOME, "X1", 30), (AWAY, "X2", 40)]


def test_a_forward_that_has_not_arrived_is_left_to_the_relay(log, database, new_database, start_service):
    log.use(database)
    log.report("X1", region=HOME, status=10)
    log.send()
    matcher = start_service("matcher")
    wait_until_stored(database, log)
    log.report("X1", region=AWAY, status=30, revision=2, count="updates")
    log.send()
    wait_until_stored(database, log)
    matcher.stop()
    rebuilt = new_database()
    replay = Replay(database, rebuilt.name, log.topics, "--json").end().json()
    place = forwards(rebuilt)[0][:3]
    assert replay["events_waiting"] == unpublished(rebuilt) == 1 and len(forwards(rebuilt)) == 1
    assert rebuilt.rows("select report_offset, n from onecase.relay_positions where partition = %s", [place[0]]) == [(place[1], place[2] - 1)]


def test_a_log_without_records_is_replayed_at_once(log, database, new_database):
    """The matcher is told to stop when it has hardly begun; it hears it all the same."""
    log.use(database)
    told = Replay(database, new_database().name, log.topics, "--json").end().json()
    assert told["records"] == told["replayed"] == told["digest"]["tables"]["reports"]["rows"] == 0


def test_only_an_empty_database_of_the_right_schema_is_filled(log, live, new_database, empty_database, onecase):
    before = digest(onecase, live)
    refused = Replay(live, live.name, log.topics).end(REFUSED)
    assert f'database "{live.name}" is not empty: rows in reports, report_revisions, ' in refused.err
    assert "nothing to resume" in Replay(live, live.name, log.topics, "--resume").end(REFUSED).err
    assert digest(onecase, live) == before

    one_row = new_database()
    one_row.execute("insert into onecase.ignored_records (topic, partition, kafka_offset, received_at) values ('t', 1, 2, now())")
    assert "is not empty: rows in ignored_records; a replay needs" in Replay(live, one_row.name, log.topics).end(REFUSED).err

    assert f'database "{empty_database.name}" has no schema' in Replay(live, empty_database.name, log.topics).end(REFUSED).err
    old = new_database()
    change = old.value("delete from sqitch.changes where committed_at = (select max(committed_at) from sqitch.changes) returning change")
    err = Replay(live, old.name, log.topics).end(REFUSED).err
    assert f'"{change}" is expected' in err and "sqitch deploy --verify" in err

    other = new_database()
    other.execute("select onecase.set_report_topic('another.report', 5)")
    assert 'report topic is "another.report" with 5 partitions' in Replay(live, other.name, log.topics).end(REFUSED).err
    for database in (one_row, old, other):
        assert database.rows("select * from onecase.consumer_offsets") == []


def test_the_live_database_that_was_lost_may_be_filled_in_its_place(log, live, new_database, onecase):
    rebuilt = new_database()
    Replay(rebuilt, rebuilt.name, log.topics).end()
    assert digest(onecase, rebuilt) == digest(onecase, live)
    assert "nothing to compare it with" in Replay(rebuilt, rebuilt.name, log.topics, "--resume", "--compare").end(REFUSED).err


def test_servers_and_topics_that_are_not_there(log, live, new_database, new_topics):
    rebuilt = new_database()
    away = Replay(live, "onecase_no_such", log.topics).end(UNAVAILABLE).err
    assert "--into: could not connect" in away and "onecase_no_such" in away
    nowhere = new_topics()
    assert f"topic {nowhere.prefix}onecase.report does not exist" in Replay(live, rebuilt.name, nowhere).end(NOT_FOUND).err
    missing = Replay(live, rebuilt.name, log.topics, "--matcher", "/no/such/matcher").end(REFUSED).err
    assert 'cannot run the matcher "/no/such/matcher": No such file or directory' in missing
    for words in ((), ("--into", ""), ("--into", "dbname=x password=y"), ("--into", "postgresql://u:p@h/x"), ("--into", "x", "y")):
        done = subprocess.run([str(program("onecase")), "replay", *words], capture_output=True, text=True, check=False)
        assert done.returncode == USAGE, done.stderr
    wrong = Replay(live, rebuilt.name, log.topics, "--model", "/no/such/model.cfg").end(REFUSED).err
    assert "the matcher ended with 2" in wrong and "/no/such/model.cfg" in wrong


def test_a_log_that_begins_late_is_replayed_only_when_told_so(log, live, new_database):
    from confluent_kafka import TopicPartition

    place = TopicPartition(log.topics.name("onecase.report"), max(log.topics.ends("onecase.report").items(), key=lambda p: p[1])[0], 10)
    log.topics.admin.delete_records([place])[place].result(30)
    rebuilt = new_database()
    err = Replay(live, rebuilt.name, log.topics).end(REFUSED).err
    assert "is not whole: 10 offsets at the beginning of 1 of its 5 partitions are gone; --from-what-is-left" in err
    told = Replay(live, rebuilt.name, log.topics, "--from-what-is-left", "--json").end().json()
    assert told["records"] == told["replayed"] == sum(log.topics.ends("onecase.report").values()) - 10
    assert told["digest"]["tables"]["reports"]["rows"] > 0


def test_nobody_else_works_on_the_database_meanwhile(log, live, new_database, start_service):
    rebuilt = new_database()
    log.use(rebuilt)
    log.topics.create("onecase.case", 1, message_timestamp_type="LogAppendTime")
    relay = start_service("relay", "--set", "tick_s=0", database=rebuilt)
    wait_until(lambda: rebuilt.value("select count(*) from onecase.relay_positions") > 0, 60, "relay to work on it")
    assert "a relay works on the database to fill" in Replay(live, rebuilt.name, log.topics).end(REFUSED).err
    relay.stop()
    matcher = start_service("matcher", "--set", "group=" + log.topics.name("other"), "--set", "owner=other", database=rebuilt)
    wait_until(lambda: rebuilt.value("select count(*) from onecase.consumer_offsets") == 5, 60, "the matcher to claim")
    assert "is not empty" in Replay(live, rebuilt.name, log.topics).end(REFUSED).err
    matcher.stop()


# ---- ends before its time ----------------------------------------------------------------------------------------


@pytest.fixture
def slow(log: ReportLog, live: Database, tmp_path: Path, start_service: Callable) -> list[str]:
    """Options of a matcher that writes a record at a time, so that it can be met at work; and more records for it."""
    mixed_log(log, seed=32, count=800)
    log.send()
    matcher = start_service("matcher", "--set", "group=" + log.topics.name("more"))
    wait_until_stored(live, log)
    matcher.stop()
    return one_by_one(tmp_path)


def one_by_one(folder: Path) -> list[str]:
    script = folder / "matcher"
    script.write_text(f'#!/bin/sh\nexec {program("matcher")} "$@" --set batch_max=1\n')
    script.chmod(0o755)
    return ["--matcher", str(script)]


@pytest.mark.parametrize("how", ["matcher killed", "told to stop", "killed itself", "another matcher"])
def test_a_replay_that_ended_early_is_gone_on_with(how, log, live, slow, new_database, start_service, onecase):
    rebuilt = new_database()
    brake = Brake(rebuilt)
    brake.slow(100, beyond=log.sent // 4)
    replay = Replay(live, rebuilt.name, log.topics, *slow)
    child = replay.matcher()
    brake.wait_for(log.sent // 4)
    if how == "matcher killed":
        subprocess.run(["kill", "-9", str(child)], check=True)
        err = replay.end(REFUSED).err
        assert "the matcher was killed by signal 9 (Killed)" in err and "--resume" in err
    elif how == "told to stop":
        replay.process.send_signal(signal.SIGINT)
        err = replay.end(DIFFERENT).err
        assert "told to stop" in err and f'records are in database "{rebuilt.name}"' in err and "--resume" in err
    elif how == "killed itself":
        replay.process.kill()
        replay.process.communicate()
    else:
        other = start_service("matcher", "--set", "group=" + log.topics.name("other"), "--set", "owner=other", database=rebuilt)
        err = replay.end(REFUSED).err
        assert '"other" has taken partition ' in err and "end the matcher that runs on it" in err
        other.stop()
    wait_until(lambda: not Path(f"/proc/{child}").exists(), 60, "the matcher to be gone")
    brake.release()
    if how == "another matcher":  # the replay's own may have claimed again, and written the rest, before it was ended
        rebuilt.execute("update onecase.consumer_offsets set owner = 'other' where partition = 0")
    if how == "another matcher":
        assert "was not filled by a replay" in Replay(live, rebuilt.name, log.topics, "--resume").end(REFUSED).err
        return
    assert "holds an earlier replay; --resume goes on with it" in Replay(live, rebuilt.name, log.topics).end(REFUSED).err
    told = Replay(live, rebuilt.name, log.topics, "--resume", "--json").end().json()
    assert 0 < told["replayed"] < told["records"] == sum(log.topics.ends("onecase.report").values())
    assert told["digest"] == digest(onecase, live)
