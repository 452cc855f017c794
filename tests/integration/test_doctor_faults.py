"""`onecase doctor`: faults planted one by one on real servers. Each is found by its own check, with a step, and nothing else shouts.

The hub has no programs but where a test starts them, and is told so by "groups" and "relay" (ALONE): that is taken off.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, NewPartitions,
                                   ResourcePatternType, ResourceType)
from harness import Database, LocalServers, deploy_schema, program, wait_until
from harness_doctor import ALONE, FAULTS, NOBODY, Told, ask, own_deploy
from harness_hub import Hub, open_hub
from harness_ports import free_port
from harness_postgresql import copied_servers
from test_topics import change


@pytest.fixture
def hub(servers: LocalServers, template_database: str, tmp_path: Path) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path / "hub") as made:
        yield made


@pytest.fixture(scope="module")
def untouched(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """For tests that plant nothing in Kafka and PostgreSQL."""
    with open_hub(servers, template_database, tmp_path_factory.mktemp("untouched")) as made:
        yield made


def faults(told: Told) -> set[str]:
    assert told.status == FAULTS
    assert ALONE <= told.at_fault(), "the hub has no programs"
    return told.at_fault() - ALONE


def report(hub: Hub) -> str:
    return hub.topics.name("onecase.report")


def offset(hub: Hub, partition: int = 0, next_offset: int = 0, state: str = "RUNNING", **more: object) -> None:
    """A partition as a matcher would have left it."""
    row = {"topic": report(hub), "partition": partition, "next_offset": next_offset, "epoch": 1, "owner": "planted",
           "state": state} | more
    hub.database.execute(f"insert into onecase.consumer_offsets ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
                         list(row.values()))


def commit(hub: Hub, group: str, topic: str, partition: int, place: int, note: str) -> None:
    consumer = Consumer({"bootstrap.servers": hub.topics.servers.brokers, "group.id": group})
    try:
        consumer.commit(offsets=[TopicPartition(topic, partition, place, metadata=note)], asynchronous=False)
    finally:
        consumer.close()


# ---- servers that do not answer ------------------------------------------------------------------------------------


def test_no_kafka(untouched: Hub) -> None:
    told = ask(untouched, f"--brokers=127.0.0.1:{free_port()}")
    assert told.status == FAULTS and told.at_fault() == {"brokers", "relay"}
    assert {name for name, why in told.not_made().items() if why == 'because of "brokers"'} >= {"topics", "departments", "acls"}
    assert told.not_made()["groups"] == told.not_made()["offsets"] == 'because of "brokers"', "what began it"


def test_no_postgresql(untouched: Hub) -> None:
    told = ask(untouched, environment={"PGPORT": str(free_port())})
    assert told.at_fault() == {"database", "groups"}
    assert told.not_made()["schema"] == told.not_made()["roles"] == 'because of "database"'
    assert told.only("database")["step"].startswith("pg_isready")


def test_neither(untouched: Hub) -> None:
    told = ask(untouched, f"--brokers=127.0.0.1:{free_port()}", environment={"PGPORT": str(free_port())})
    assert told.status == NOBODY and told.at_fault() == {"brokers", "database"}
    assert told.not_made()["clocks"] == 'because of "brokers" and "database"'


def test_a_standby(servers: LocalServers, untouched: Hub) -> None:
    with copied_servers(servers, standby=True) as standby:
        primary = untouched.database
        untouched.database = Database(standby, primary.name)
        try:
            wait_until(lambda: untouched.database.value("select count(*) from onecase.report_topic") == 1, 60, "the standby to follow")
            told = ask(untouched)
        finally:
            untouched.database = primary
    assert faults(told) == {"database"}
    assert told.only("database")["found"] == "a standby, on which nothing can be written"


def brokers_seen(address: str) -> int:
    """How many this broker knows of; a client of its own asks no other one. 0: it does not answer."""
    with contextlib.suppress(KafkaException):
        return len(AdminClient({"bootstrap.servers": address, "log_level": 2}).list_topics(timeout=10).brokers)
    return 0


def groups_are_known(hub: Hub) -> bool:
    asked = hub.topics.admin.describe_consumer_groups([f"{hub.database.name}.{name}" for name in ("intake", "intake.resume", "matcher")])
    with contextlib.suppress(KafkaException):
        return all(future.result(30) for future in asked.values())
    return False


def test_a_dead_broker(tmp_path: Path, template_database: str) -> None:
    three = LocalServers(brokers=3)
    try:
        three.start()
        deploy_schema(three, "onecase_three")
        with open_hub(three, "onecase_three", tmp_path / "hub") as hub:
            assert faults(ask(hub)) == set()
            os.kill(int((three.data / "run" / "kafka-2.pid").read_text().split()[0]), 9)
            wait_until(lambda: sorted(map(brokers_seen, three.brokers.split(","))) == [0, 2, 2], 120, "both others to notice")
            wait_until(lambda: groups_are_known(hub), 60, "the groups to have coordinators again")
            told = ask(hub)
            assert faults(told) == {"brokers"}
            found = told.only("brokers")
            assert found["what"] == "broker 2" and found["step"].startswith("systemctl start kafka")
    finally:
        three.stop()


# ---- topics --------------------------------------------------------------------------------------------------------


def test_a_topic_is_missing(hub: Hub) -> None:
    hub.topics.delete("onecase.redrive")
    told = ask(hub)
    assert faults(told) == {"topics"}
    found = told.only("topics")
    assert (found["what"], found["expected"], found["found"]) == (f"{hub.topics.name('onecase.redrive')}: the topic", "present", "missing")
    assert found["step"].startswith("onecase topics --create")


def test_wrong_partitions(hub: Hub) -> None:
    for topic, count in (("onecase.deadletter", 4), ("onecase.report", 25)):
        made = hub.topics.admin.create_partitions([NewPartitions(hub.topics.name(topic), count)])
        made[hub.topics.name(topic)].result(30)
        wait_until(lambda topic=topic, count=count: len(hub.topics.ends(topic)) == count, 60, f"{topic} to have {count} partitions")
    told = ask(hub)
    assert faults(told) == {"topics", "schema"}
    assert {(f["what"], f["expected"], f["found"]) for f in told.findings("topics")} == {
        (f"{hub.topics.name('onecase.deadletter')}: partitions", "3", "4"), (f"{report(hub)}: partitions", "24", "25")}
    assert told.only("schema")["expected"] == "24, as the database was begun with"


def test_wrong_settings_of_a_topic(hub: Hub) -> None:
    change(hub.topics, "onecase.report", message_timestamp_type="CreateTime")
    change(hub.topics, "onecase.case", retention_ms="-1")
    told = ask(hub)
    assert faults(told) == {"topics"}
    by_grade = {f["grade"]: f for f in told.findings("topics")}
    assert by_grade["fault"]["what"] == f"{report(hub)}: message.timestamp.type"
    assert by_grade["fault"]["step"].endswith("--add-config message.timestamp.type=LogAppendTime")
    assert by_grade["warning"]["what"] == f"{hub.topics.name('onecase.case')}: retention.ms", "nothing is lost by it"


def test_a_departments_topic_is_gone(hub: Hub) -> None:
    """It was read from: intake has left a mark of it (docs/guards.md), in a slot that its name decides."""
    hub.topics.delete("grid.event")
    assert faults(ask(hub)) == set(), "one that never was waits for its department"
    mark = f"{hub.topics.name('grid.event')}/0=5@0123456789abcdef@1;"
    for partition in range(24):
        commit(hub, f"{hub.database.name}.intake.resume", report(hub), partition, 0, mark)
    told = ask(hub)
    assert faults(told) == {"departments"}
    assert told.only("departments")["what"] == f"{hub.topics.name('grid.event')}: the topic"


def test_a_held_partition(hub: Hub) -> None:
    commit(hub, f"{hub.database.name}.intake", hub.topics.name("grid.event"), 1, 10, "lost=0-9;")
    told = ask(hub)
    assert faults(told) == {"departments"}
    assert told.only("departments")["found"] == "held: 10 offsets, 0 to 9, are gone (retention)"
    assert told.only("departments")["step"] == f"onecase source resume {hub.topics.name('grid.event')}"


def test_a_stranger_in_the_group(hub: Hub) -> None:
    stranger = Consumer({"bootstrap.servers": hub.topics.servers.brokers, "group.id": f"{hub.database.name}.matcher",
                         "client.id": "somebody"})
    try:
        stranger.subscribe([report(hub)])
        wait_until(lambda: stranger.poll(0.2) or stranger.assignment(), 60, "the stranger to have partitions")
        told = ask(hub)
    finally:
        stranger.close()
    assert faults(told) == set()
    assert any(f["found"].startswith('"somebody" with 24 partitions') for f in told.findings("groups"))


PRINCIPALS = "intake=User:intake matcher=User:matcher relay=User:relay lagwatch=User:lagwatch"


def allow(hub: Hub, principal: str, operation: str, kind: str, name: str, prefixed: bool = False) -> None:
    binding = AclBinding(getattr(ResourceType, kind), name, ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL,
                         principal, "*", getattr(AclOperation, operation), AclPermissionType.ALLOW)
    hub.topics.admin.create_acls([binding])[binding].result(30)
    same = AclBindingFilter(binding.restype, binding.name, binding.resource_pattern_type, binding.principal, binding.host,
                            binding.operation, binding.permission_type)
    wait_until(lambda: hub.topics.admin.describe_acls(same).result(30), 60, f"the broker to know of {binding}")


def test_rights_in_kafka(tmp_path: Path) -> None:
    """Brokers with an authorizer, before which this test is a super user; every step that is named is taken, and then nothing is found."""
    servers = LocalServers()
    try:
        servers.start()
        servers.stop_kafka()
        (servers.data / "kafka" / "more.properties").write_text(
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\nsuper.users=User:ANONYMOUS\n")
        servers.start_kafka()
        deploy_schema(servers, "onecase_acls")
        with open_hub(servers, "onecase_acls", tmp_path / "hub") as hub:
            assert "--principals says" in ask(hub, "--only=acls").checks["acls"]["saw"]
            told = ask(hub, "--only=acls", f"--principals={PRINCIPALS}")
            assert told.at_fault() == {"acls"}
            steps = [f["step"] for f in told.findings("acls")]
            assert len(steps) == len(set(steps)) > 20
            for step in steps:
                principal, operation, kind, name = re.search(r"--allow-principal (\S+) --operation (\S+) --(topic|group) (\S+)", step).groups()
                allow(hub, principal, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).upper(), kind.upper(), name)
            assert ask(hub, "--only=acls", f"--principals={PRINCIPALS}").status == 0
            allow(hub, "User:somebody", "ALL", "TOPIC", hub.topics.prefix, prefixed=True)
            told = ask(hub, "--only=acls", f"--principals={PRINCIPALS}")
            assert told.warned() == {"acls"} and told.only("acls")["found"] == "User:somebody"
    finally:
        servers.stop()


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


def test_the_schema_is_too_old(hub: Hub) -> None:
    hub.database.execute("delete from sqitch.changes where change_id in"
                         " (select change_id from sqitch.changes order by committed_at desc limit 1)")
    told = ask(hub)
    assert told.at_fault() - {"groups"} == {"schema"}
    assert "this program needs" in told.only("schema")["found"] and told.only("schema")["step"].endswith(f"sqitch deploy db:pg:{hub.database.name}")
    assert {name for name, why in told.not_made().items() if why == 'because of "schema"'} == {
        "roles", "offsets", "relay", "letters", "reviews", "accounting"}


def test_rights(hub: Hub) -> None:
    hub.database.execute("revoke select on onecase.cases from onecase_operator")
    hub.database.execute("revoke execute on function onecase.make_partitions(timestamptz) from onecase_writer")
    hub.database.execute("revoke select (title) on onecase.reports from onecase_operator")
    hub.database.execute("grant update on onecase.hazards to onecase_operator")
    hub.database.execute("grant select on onecase.reports to onecase_analyst")
    told = ask(hub)
    assert faults(told) == {"roles"}
    steps = {f["step"] for f in told.findings("roles")}
    assert steps == {
        "psql -c 'grant select on onecase.cases to onecase_operator'",
        "psql -c 'grant execute on function onecase.make_partitions(upto timestamp with time zone) to onecase_writer'",
        "psql -c 'grant select (title) on onecase.reports to onecase_operator'",
        "psql -c 'revoke update on onecase.hazards from onecase_operator'",
        "psql -c 'revoke select on onecase.reports from onecase_analyst'"}
    for step in steps:
        subprocess.run(["bash", "-c", step], env=hub.database.environment(), check=True, capture_output=True, timeout=30)
    assert faults(ask(hub)) == set(), "the steps help"


def test_what_is_committed_may_be_forgotten(hub: Hub) -> None:
    hub.database.execute(f'alter database "{hub.database.name}" set synchronous_commit = off')
    told = ask(hub)
    assert faults(told) == {"database"} and told.only("database")["what"] == "synchronous_commit"


def test_no_partition_for_this_month(hub: Hub) -> None:
    """Only of a hub that has read something: the matcher makes them with its first batch."""
    offset(hub, stream_time="2026-01-05T00:00:00Z")
    told = ask(hub)
    assert faults(told) == {"schema"}
    assert {f["what"].rpartition(".")[2] for f in told.findings("schema")} == {"reports", "report_revisions", "decisions", "case_events"}
    hub.database.execute("select onecase.make_partitions(now())")
    assert faults(ask(hub)) == set()


# ---- offsets -------------------------------------------------------------------------------------------------------


def test_an_offset_beyond_the_end(hub: Hub) -> None:
    offset(hub, next_offset=500)
    told = ask(hub)
    assert faults(told) == {"offsets"}
    found = told.only("offsets")
    assert (found["what"], found["found"]) == (f"{report(hub)}/0", "500 in the database")


def test_records_that_went_before_they_were_read(hub: Hub) -> None:
    hub.topics.produce("onecase.report", [("9901", "{}")] * 4, partition=3)
    offset(hub, partition=3, next_offset=1)
    hub.topics.admin.delete_records([TopicPartition(report(hub), 3, 3)])
    wait_until(lambda: _low(hub, 3) == 3, 60, "the records to be gone")
    told = ask(hub)
    assert faults(told) == {"offsets"}
    assert told.only("offsets")["found"] == "the log begins at 3"


def _low(hub: Hub, partition: int) -> int:
    consumer = Consumer({"bootstrap.servers": hub.topics.servers.brokers, "group.id": "harness"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(report(hub), partition), timeout=30)[0]
    finally:
        consumer.close()


def test_a_topic_made_anew(hub: Hub) -> None:
    hub.topics.produce("onecase.report", [("9901", "{}")], partition=0)
    offset(hub, next_offset=1, last_origin="grid.event/0/77#0")
    told = ask(hub)
    assert faults(told) == {"offsets"}
    assert told.only("offsets")["expected"] == "grid.event/0/77#0 at offset 0"


def test_a_database_older_than_its_copy_in_kafka(hub: Hub) -> None:
    hub.topics.produce("onecase.report", [("9901", "{}")] * 3, partition=0)
    offset(hub, next_offset=1)
    commit(hub, f"{hub.database.name}.matcher", report(hub), 0, 3, "")
    told = ask(hub)
    assert faults(told) == set() and told.warned() == {"offsets"}


@pytest.mark.parametrize("state", ["REFUSING", "WAITING", "LOST"])
def test_a_partition_that_stands_still(hub: Hub, state: str) -> None:
    offset(hub, partition=7, state=state, state_reason="a constraint of the table", crashes=3)
    told = ask(hub)
    assert faults(told) == {"offsets"}
    by_grade = {f["grade"]: f for f in told.findings("offsets")}
    assert by_grade["fault"]["found"].startswith(f"{state}: ")
    assert by_grade["fault"]["step"] == ("onecase source resume onecase.report" if state == "LOST" else "onecase resume 7 --bury 1")
    assert by_grade["warning"]["found"] == "3 claims that ended without any"


def test_a_position_of_the_relay_ahead_of_the_offsets(hub: Hub) -> None:
    offset(hub)
    hub.database.execute("insert into onecase.relay_positions (partition, report_offset, n) values (0, 9, 0)")
    told = ask(hub)
    assert told.at_fault() == ALONE
    assert "positions of the relay" in {f["what"] for f in told.findings("relay")}


# ---- clocks, disk --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "result"), [(5, "warning"), (-3600, "fault")])
def test_the_clock_of_postgresql(hub: Hub, seconds: int, result: str) -> None:
    """Another clock_timestamp is found first by this database's sessions."""
    hub.database.execute("create schema planted; create function planted.clock_timestamp() returns timestamptz language sql as"
                         f" $$ select pg_catalog.clock_timestamp() + interval '{seconds} seconds' $$")
    hub.database.execute(f'alter database "{hub.database.name}" set search_path = planted, pg_catalog, public')
    told = ask(hub)
    assert told.at_fault() | told.warned() == {"clocks"} | ALONE
    assert told.checks["clocks"]["result"] == result
    assert told.only("clocks")["found"].endswith("ahead" if seconds > 0 else "behind")


def test_records_of_the_future(hub: Hub) -> None:
    """A broker's clock is known by its stamps alone; a topic with the sender's stamps stands in for one that is ahead."""
    change(hub.topics, "onecase.report", message_timestamp_type="CreateTime")
    producer = Producer({"bootstrap.servers": hub.topics.servers.brokers})
    for topic, ahead_s in (("grid.event", 900), ("onecase.report", 600)):
        producer.produce(hub.topics.name(topic), b"{}", timestamp=int((time.time() + ahead_s) * 1000))
    assert producer.flush(30) == 0
    told = ask(hub)
    assert faults(told) == {"topics", "clocks"}
    found = {(f["grade"], f["what"]) for f in told.findings("clocks")}
    assert found == {("fault", "clock of a broker's host"), ("warning", f"clock of who sends to {hub.topics.name('grid.event')}")}


def test_a_disk_nearly_full(servers: LocalServers, untouched: Hub) -> None:
    with copied_servers(servers, small={"space": 20}) as small:
        folder = small.data / "space"

        def look() -> dict:
            """Asked inside, as the user of PostgreSQL, who may not read the password."""
            done = subprocess.run(small.inside(str(program("onecase")), "doctor", "--json", "--only=disk", f"--data={folder}"),
                                  env=untouched.database.environment(), capture_output=True, text=True, timeout=60, check=False)
            return next(check for check in json.loads(done.stdout)["checks"] if check["name"] == "disk")

        assert look()["result"] == "ok"
        small.fill("space", leave_kb=1200)
        told = look()
        assert told["result"] == "warning" and [f["what"] for f in told["findings"]] == [f"room on the disk of {folder}"]
        small.make_room("space")
        small.fill("space")
        assert look()["result"] == "fault"


# ---- files ---------------------------------------------------------------------------------------------------------


def test_a_mapping_with_a_mistake(untouched: Hub, tmp_path: Path) -> None:
    sources = own_deploy(tmp_path)
    assert faults(ask(untouched, f"--sources={sources}")) == set()
    with (sources / "grid.cfg").open("a") as file:
        file.write("\nwhat = 1;\n")
    told = ask(untouched, f"--sources={sources}")
    assert faults(told) == {"mappings"}
    found = told.only("mappings")
    assert found["what"].startswith(f"{sources}/grid.cfg:") and "what" in found["found"]
    assert found["step"] == f"onecase check {sources}"


def test_a_model_with_a_mistake(untouched: Hub, tmp_path: Path) -> None:
    sources = own_deploy(tmp_path)
    with (sources.parent / "model" / "onecase.cfg").open("a") as file:
        file.write("\nwhat = 1;\n")
    told = ask(untouched, f"--sources={sources}")
    assert faults(told) == {"model"}
    assert "onecase.cfg:" in told.only("model")["found"]


def test_no_such_folder(untouched: Hub, tmp_path: Path) -> None:
    told = ask(untouched, f"--sources={tmp_path}/nowhere")
    assert faults(told) == {"settings", "mappings", "topics", "model"}
    assert all("No such file" in f["found"] for f in told.findings("settings"))


def test_the_environment(untouched: Hub, tmp_path: Path) -> None:
    password = tmp_path / "pgpass"
    password.write_text(Path(untouched.database.environment()["PGPASSFILE"]).read_text())
    password.chmod(0o644)
    told = ask(untouched, "--only=settings", environment={"PGPASSFILE": str(password), "ONECASE_BROKER": "kafka1:9092"})
    assert {(f["grade"], f["what"]) for f in told.findings("settings")} == {("fault", "PGPASSFILE"), ("warning", "ONECASE_BROKER")}
    told = ask(untouched, "--only=settings", "--brokers=kafka1,kafka2:9092")
    assert told.only("settings")["found"] == '"kafka1"'


# ---- keys ----------------------------------------------------------------------------------------------------------


def test_a_key_file_that_others_may_read(untouched: Hub) -> None:
    key = untouched.key_file()
    assert faults(ask(untouched, f"--key-file={key}")) == set()
    key.chmod(0o644)
    told = ask(untouched, f"--key-file={key}")
    key.chmod(0o600)
    assert faults(told) == {"keys"} and told.only("keys")["step"] == f"chmod 600 {key}"
    told = ask(untouched, f"--key-file={key}.not")
    assert faults(told) == {"keys"} and told.only("keys")["found"] == "No such file or directory"


@pytest.mark.parametrize(("one", "other", "what"), [
    ("key=1@00000000000000aa;", "key=2@00000000000000bb;", "keys of the hosts"),
    ("key=1@00000000000000aa;", "key=1@00000000000000bb;", "key 1")])
def test_hosts_with_different_keys(hub: Hub, one: str, other: str, what: str) -> None:
    group, topic = f"{hub.database.name}.intake", hub.topics.name("grid.event")
    commit(hub, group, topic, 0, 0, one)
    commit(hub, group, topic, 1, 0, one)
    assert faults(ask(hub)) == set()
    commit(hub, group, topic, 1, 0, other)
    told = ask(hub)
    assert faults(told) == {"keys"} and told.only("keys")["what"] == what


def test_a_key_file_that_is_not_the_one_in_use(hub: Hub) -> None:
    commit(hub, f"{hub.database.name}.intake", hub.topics.name("grid.event"), 0, 0, "key=1@00000000000000aa;")
    told = ask(hub, f"--key-file={hub.key_file()}")
    assert faults(told) == {"keys"} and told.only("keys")["found"] == "key 1, and that is another one"


# ---- programs ------------------------------------------------------------------------------------------------------


def test_programs_that_are_down_or_hang(untouched: Hub) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        told = ask(untouched, f"--services=intake=127.0.0.1:{free_port()} matcher=127.0.0.1:{silent.getsockname()[1]}")
    assert faults(told) == {"programs"}
    assert {f["step"] for f in told.findings("programs")} == {"systemctl start onecase-intake", "systemctl restart onecase-matcher"}


# ---- records -------------------------------------------------------------------------------------------------------


def account(hub: Hub, topic: str = "grid.event", **counts: int) -> None:
    row = {"source_topic": hub.topics.name(topic), "source_partition": 0, "report_partition": 0, "first_offset": 0} | counts
    hub.database.execute(f"insert into onecase.accounts ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})", list(row.values()))


def test_a_record_that_is_missing(hub: Hub) -> None:
    account(hub, last_offset=9, reports=8)
    account(hub, "fire.incident", last_offset=9, reports=11)
    told = ask(hub)
    assert faults(told) == {"accounting"}
    assert {f["found"] for f in told.findings("accounting")} == {"2 missing, 0 counted twice", "0 missing, 1 counted twice"}


def test_nothing_is_said_of_accounts_while_the_matcher_is_behind(hub: Hub) -> None:
    account(hub, last_offset=9, reports=8)
    hub.topics.produce("onecase.report", [("9901", "{}")], partition=0)
    told = ask(hub)
    assert faults(told) == set()
    assert told.not_made()["accounting"] == "the matcher is 1 records behind; ask again when it is not"


def test_many_dead_letters(hub: Hub) -> None:
    insert = ("insert into onecase.dead_letters (topic, partition, kafka_offset, stage, rule, received_at, report_partition, report_offset)"
              " select %s, 0, n, 'map', 'bad_time', now(), 0, n from generate_series(1, %s) n")
    account(hub, last_offset=399, reports=380, dead=20)
    hub.database.execute(insert, (hub.topics.name("grid.event"), 20))
    assert ask(hub).warned() == set(), "twenty of four hundred"
    hub.database.execute("delete from onecase.dead_letters")
    hub.database.execute(insert, (hub.topics.name("grid.event"), 100))
    told = ask(hub)
    assert faults(told) == set() and told.warned() == {"letters"}
    assert told.only("letters")["found"] == "100 within the hour, most by rule bad_time"
