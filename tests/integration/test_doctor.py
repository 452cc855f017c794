"""`onecase doctor` of a hub that is well: no finding, whatever it is doing, and nothing is changed by the question. Its programs'
pages, and its matrix of rights against the one that the migrations make. Planted faults: test_doctor_faults.py."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import OffsetSpec
from departments import days_ago, grid
from harness import Database, LocalServers, Service, wait_until
from harness_city import City
from harness_doctor import ALONE, FAULTS, FINE, WARNINGS, ask, own_deploy
from harness_hub import Hub, open_hub
from harness_ports import free_port

ROLES = ("onecase_writer", "onecase_operator", "onecase_analyst", "onecase_custodian", "onecase_views")


@pytest.fixture
def hub(servers: LocalServers, template_database: str, tmp_path: Path) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path / "hub") as made:
        yield made


def start(hub: Hub, intake: tuple[str, ...] = (), matcher: tuple[str, ...] = (), relay: tuple[str, ...] = ()) -> list[Service]:
    """Until each has what it works with."""
    services = [hub.start("intake", *intake), hub.start("matcher", *matcher), hub.start("relay", *relay)]
    for service, event in zip(services, ("assigned", "claimed", "working")):
        service.wait_for_log(rf"event={event}\b", limit=60)
    return services


def assert_fine(hub: Hub, *arguments: str, busy: bool = False) -> None:
    """busy: of accounts nothing may be said, when the matcher has not caught up in the time of the question."""
    told = ask(hub, f"--key-file={hub.key_file()}", *arguments)
    assert {name: check["findings"] for name, check in told.checks.items() if check["findings"]} == {}
    assert told.status == FINE and set(told.not_made()) <= ({"programs", "accounting"} if busy else {"programs"})


def everything(hub: Hub) -> dict:
    """What a question might have changed: rows, also those that no digest has, groups, offsets, topics and their settings."""
    with hub.database.connect() as connection:
        tables = [name for name, in connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('onecase', 'sqitch') order by 1")]
        rows = {table: connection.execute(f"select count(*), md5(string_agg(t::text, ' ' order by t::text)) from {table} t").fetchone()
                for table in tables}
    admin = hub.topics.admin
    names = [name for name in admin.list_topics(timeout=30).topics if name.startswith(hub.topics.prefix)]
    places = {TopicPartition(name, p): OffsetSpec.latest()
              for name in names for p in admin.list_topics(name, timeout=30).topics[name].partitions}
    ends = {(place.topic, place.partition): future.result(30).offset for place, future in admin.list_offsets(places).items()}
    groups = sorted(group.group_id for group in admin.list_consumer_groups().result().valid if hub.database.name in group.group_id)
    commits = {group: {topic: hub.topics.committed(group, topic.removeprefix(hub.topics.prefix)) for topic in sorted(names)}
               for group in groups}
    return {"rows": rows, "ends": ends, "commits": commits, "digest": hub.digest()}


def test_an_empty_hub_is_fine(hub: Hub) -> None:
    start(hub)
    assert_fine(hub)


def test_a_busy_hub_is_fine_and_nothing_is_changed(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> None:
    start(hub)
    city = City.make(7, tmp_path_factory.mktemp("city"))
    sending = city.start_sending(hub.topics, rate=100)
    asked = 0
    while sending.poll() is None:
        assert_fine(hub, busy=True)
        asked += 1
    assert sending.returncode == 0 and asked > 0
    hub.await_accounts()
    wait_until(lambda: hub.database.value("select count(*) from onecase.relay_positions p join onecase.outbox o"
                                          " on o.report_partition = p.partition"
                                          " and (o.report_offset, o.n) > (p.report_offset, p.n)") == 0, 60, "events to be out")
    hub.stop()
    before = everything(hub)
    told = ask(hub)
    assert told.status == FAULTS and told.at_fault() == ALONE, "its programs have ended"
    assert everything(hub) == before


def test_a_member_of_onecase_operator_sees_enough(hub: Hub) -> None:
    start(hub)
    role = f"{hub.database.name}_asks"
    hub.database.execute(f"create role \"{role}\" login password 'made-up' in role onecase_operator")
    try:
        told = ask(hub, environment={"PGUSER": role, "PGPASSWORD": "made-up"})
        assert told.status == FINE and set(told.not_made()) == {"programs"}
    finally:
        hub.database.execute(f'drop role "{role}"')


def test_one_check_alone(hub: Hub) -> None:
    assert hub.onecase("doctor", f"--prefix={hub.topics.prefix}", "--only=roles").stdout.splitlines()[0].startswith("ok           roles")
    done = hub.onecase("doctor", f"--prefix={hub.topics.prefix}", "--only=offsets", f"--brokers=127.0.0.1:{free_port()}", status=FAULTS)
    assert [line.split()[:2] for line in done.stdout.splitlines() if line[0].isalpha()][:2] == [["FAULT", "brokers"], ["not", "checked"]]
    assert "not checked  offsets" in done.stdout


def test_quiet_says_findings_alone(hub: Hub) -> None:
    hub.topics.delete("onecase.redrive")
    done = hub.onecase("doctor", "--quiet", "--only=topics", f"--prefix={hub.topics.prefix}", status=FAULTS)
    assert done.stdout.splitlines() == [
        "FAULT        topics       4 of the hub, as deploy/sources/../topics.cfg wants them",
        f"    {hub.topics.name('onecase.redrive')}: the topic: expected present, found missing",
        f"        do: onecase topics --create --file deploy/sources/../topics.cfg --prefix {hub.topics.prefix}"]
    assert hub.onecase("doctor", "--quiet", "--only=roles", f"--prefix={hub.topics.prefix}").stdout == ""


# ---- rights ----------------------------------------------------------------------------------------------------------


def granted(database: Database) -> set[tuple[str, str, str, str | None]]:
    """(role, privilege, object, column) of all grants that the migrations make."""
    there = "('onecase'::regnamespace, 'analysis'::regnamespace)"
    return set(database.rows(
        f"select a.grantee::regrole::text, lower(a.privilege_type), c.relname::text, null from pg_class c, aclexplode(c.relacl) a"
        f" where c.relnamespace in {there} and a.grantee not in (c.relowner, 0) and not c.relispartition"
        f" union select a.grantee::regrole::text, lower(a.privilege_type), c.relname::text, t.attname::text"
        f"   from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a"
        f"  where c.relnamespace in {there} and not c.relispartition and not t.attisdropped"
        f" union select a.grantee::regrole::text, lower(a.privilege_type), p.proname::text, null from pg_proc p, aclexplode(p.proacl) a"
        f"  where p.pronamespace in {there} and a.grantee not in (p.proowner, 0)"
        f" union select a.grantee::regrole::text, 'usage', n.nspname::text, null from pg_namespace n, aclexplode(n.nspacl) a"
        f"  where n.oid in {there} and a.grantee <> n.nspowner and a.privilege_type = 'USAGE'"))


def test_the_matrix_is_what_the_migrations_grant(database: Database, onecase) -> None:
    """A change that grants more adds a word to services/onecase/doctor/doctor_rights.c, one that takes away takes it out."""
    printed = set()
    for line in onecase("doctor", "--rights").stdout.partition("PostgreSQL\n")[2].splitlines():
        role, privileges, objects, columns = re.fullmatch(r"  (\w+): ([\w ]+): ([\w ]+?)(?: \(([\w ]+)\))?", line).groups()
        printed |= {(role, privilege, name, column) for privilege in privileges.split() for name in objects.split()
                    for column in (columns.split() if columns else [None])}
    found = {row for row in granted(database) if row[0] in ROLES}
    assert printed - found == set() and found - printed == set()


# ---- programs and what they use ------------------------------------------------------------------------------------


class Pages(BaseHTTPRequestHandler):
    """The pages of a program that works, of another version than ours."""

    def do_GET(self) -> None:
        body = {"/healthz": b'{"status":"ok","service":"intake","progress_age_s":0.1,"up_s":1}', "/readyz": b'{"status":"ready"}',
                "/metrics": b'onecase_build_info{service="intake",version="0.0.1"} 1\n'}[self.path]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


def test_programs_of_another_version(hub: Hub) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told = ask(hub, f"--services=intake=127.0.0.1:{server.server_port}")
        server.shutdown()
    assert told.at_fault() == ALONE | {"programs"}
    assert told.only("programs")["found"] == "version 0.0.1"


def test_a_program_that_is_asked_at_the_port_of_another(hub: Hub) -> None:
    """It is well, and says nothing of the one that was meant."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        told = ask(hub, "--only=programs", f"--services=matcher={address}")
        server.shutdown()
    found = told.only("programs")
    assert (found["expected"], found["found"], found["step"]) == ("pages of matcher", "those of intake", f"curl -s http://{address}/healthz")


@pytest.mark.parametrize("word", ["intake", "intake=", "intke=User:intake", "=User:intake"])
def test_a_principal_of_nobody(hub: Hub, word: str) -> None:
    """A name that is misspelt would be compared by nobody, and all be fine."""
    told = ask(hub, "--only=acls", f"--principals={word}  relay=User:relay")
    assert told.only("acls")["found"] == f'"{word}"' and told.status == FAULTS


def test_programs_that_answer_are_fine_and_one_that_hangs_is_not(hub: Hub) -> None:
    pages = {name: f"127.0.0.1:{free_port()}" for name in ("intake", "matcher", "relay")}
    named = "--services=" + " ".join(f"{name}={address}" for name, address in pages.items())
    _, matcher, _ = start(hub, **{name: (f"http={address}",) for name, address in pages.items()})
    assert_fine(hub, named)
    matcher.signal(signal.SIGSTOP)
    try:
        told = ask(hub, "--only=programs", named)
    finally:
        matcher.signal(signal.SIGCONT)
    assert told.at_fault() == {"programs"} and told.only("programs")["step"] == "systemctl restart onecase-matcher"


def test_a_mapping_that_was_not_reloaded(hub: Hub, tmp_path: Path) -> None:
    sources = own_deploy(tmp_path)
    services = start(hub, intake=(f"sources={sources}",))

    def tell() -> None:
        record = grid(days_ago(1), "030201", "电梯故障", "测试路1号")
        hub.topics.produce("grid.event", [(record.number, record.value)])
        hub.await_accounts()

    def warned() -> bool:
        tell()
        return ask(hub, f"--sources={sources}").warned() == {"mappings"}

    tell()
    assert_fine(hub, f"--sources={sources}")
    with (sources / "grid.cfg").open("a") as file:
        file.write("# changed\n")
    assert ask(hub, f"--sources={sources}").status == FINE, "nothing was mapped since: nobody can know"
    wait_until(warned, 60, "a record of after the change")
    told = ask(hub, f"--sources={sources}")
    assert told.status == WARNINGS and told.only("mappings")["step"] == "systemctl reload onecase-intake"
    services[0].signal(signal.SIGHUP)
    services[0].wait_for_log(r"event=reloaded")
    tell()
    assert_fine(hub, f"--sources={sources}")


def test_a_model_that_was_not_taken_up(hub: Hub, tmp_path: Path) -> None:
    sources = own_deploy(tmp_path)
    model = sources.parent / "model" / "onecase.cfg"
    start(hub, matcher=(f"model={model}",))

    def warned() -> bool:
        record = grid(days_ago(1), "030201", "电梯故障", "测试路1号")
        hub.topics.produce("grid.event", [(record.number, record.value)])
        hub.await_accounts()
        return ask(hub, f"--model={model}").warned() == {"model"}

    assert not warned()
    with model.open("a") as file:
        file.write("# changed\n")
    wait_until(warned, 60, "a decision of after the change")
    assert ask(hub, f"--model={model}").only("model")["step"].startswith("systemctl restart onecase-matcher")
