"""lagwatch: its pages, Burrow's among them, what it remembers, and what it says while a server or a program is away."""

from __future__ import annotations

import json
import shutil
import signal
import stat
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

from departments import days_ago, grid, tell
from harness import PROJECT, Database, LocalServers, Service, Topics, deploy_schema, program, wait_until
from harness_hub import REPORT_PARTITIONS, Hub, open_hub
from harness_intake import set_config
from harness_ports import free_port
from watching import SEVERITY, Watch, group, moment, partition, watch_settings

SOURCES = ["fire.incident", "grid.event", "hotline.workorder", "market.complaint"]
PROGRAMS = ["intake", "matcher", "relay"]
QUICK = {"intake": ["session_ms=3000"], "matcher": ["session_ms=3000"], "relay": ["tick_s=0"]}  # a dead member is soon gone


@pytest.fixture
def hub(servers, template_database, tmp_path) -> Iterator[Hub]:
    with open_hub(servers, template_database, tmp_path / "hub") as opened:
        yield opened


@pytest.fixture
def pages(hub) -> dict[str, int]:
    """Ports of the three programs, which run."""
    ports = {name: free_port() for name in PROGRAMS}
    for name, port in ports.items():
        hub.start(name, f"http=127.0.0.1:{port}", *QUICK[name])
    return ports


@pytest.fixture
def watch(hub, tmp_path) -> Callable[..., Watch]:
    """watch(services, stopped_ms=500): lagwatch with these settings. Who is slow to answer is not away."""
    def start(services: dict[str, int] | None = None, **settings: object) -> Watch:
        port = free_port()
        return Watch(hub.start("lagwatch", *watch_settings(port, services, **{"limit_ms": 9000} | settings)), port)
    return start


def all_ok(report: dict) -> bool:
    """Everybody runs: has answered, has his partitions, and is OK. Before, a program that has just begun is not missed either."""
    owned = all(row["owner"] for found in report["groups"] if found["program"] != "relay" for row in found["partitions"])
    return owned and all(row["known"] for row in report["instances"]) and report["verdict"] == "OK" and report["kafka"]["up"] \
        and {found["program"]: found["verdict"] for found in report["groups"]} == {name: "OK" for name in PROGRAMS}


# ---- pages ---------------------------------------------------------------------------------------------------------


def test_tells_of_every_group_partition_source_and_process(hub, pages, watch):
    found = watch(pages)
    report = found.wait_for_report(all_ok, what="all to be OK")
    assert report["cluster"] == "local" and report["by"] == "lagwatch" and report["verdict"] == "OK"
    assert report["kafka"]["up"] and report["database"]["up"]
    intake = {(row["topic"], row["partition"]) for row in group(report, "intake")["partitions"]}
    assert {topic for topic, _ in intake} >= {hub.topics.name(topic) for topic in SOURCES}
    matcher = group(report, "matcher")["partitions"]
    assert {(row["topic"], row["partition"]) for row in matcher} == {(hub.topics.name("onecase.report"), n) for n in range(REPORT_PARTITIONS)}
    assert {row["offset_from"] for row in matcher} == {"postgresql"}
    assert group(report, "relay")["partitions"][0]["topic"] == "onecase.outbox"
    assert {row["service"]: row["address"] for row in report["instances"]} == {name: f"127.0.0.1:{port}" for name, port in pages.items()}
    tell(hub, [grid(days_ago(1), "010101", "路灯不亮")])
    # intake commits, and so tells where it is, when what it read has been stored already.
    report = found.wait_for_report(lambda seen: any((row["source"], row["count"], row["age_s"]) == ("GRID", 1, 0) for row in seen["sources"]))
    assert next(row for row in report["sources"] if row["source"] == "GRID")["p50_s"] is not None


def test_answers_as_burrow_does(hub, pages, watch):
    found = watch(pages, cluster="city")
    found.wait_for_report(all_ok, what="all to be OK")
    report_topic, group_name = hub.topics.name("onecase.report"), f"{hub.database.name}.matcher"
    asked = found.json("/v3/kafka")
    assert (asked["error"], asked["clusters"], asked["request"]["url"]) == (False, ["city"], "/v3/kafka")
    assert found.json("/v3/kafka/city")["module"]["servers"] == hub.topics.servers.brokers.split(",")
    consumers = found.json("/v3/kafka/city/consumer")["consumers"]
    assert set(consumers) == {group_name, f"{hub.database.name}.intake", "onecase-relay"}
    lag = found.json(f"/v3/kafka/city/consumer/{group_name}/lag")
    status = lag["status"]
    assert (lag["message"], status["cluster"], status["group"], status["status"]) == ("consumer status returned", "city", group_name, "OK")
    assert status["partition_count"] == len(status["partitions"]) == REPORT_PARTITIONS and status["totallag"] == 0
    for row in [*status["partitions"], status["maxlag"]]:
        types = {name: type(row[name]) for name in ("topic", "partition", "owner", "client_id", "status", "current_lag")}
        assert types == {"topic": str, "partition": int, "owner": str, "client_id": str, "status": str, "current_lag": int}
        assert isinstance(row["complete"], (int, float)) and row["verdict"] == "OK" and moment(row["since"]) is not None
        for offset in (row["start"], row["end"]):
            assert offset is None or {name: type(value) for name, value in offset.items()} == \
                {"offset": int, "timestamp": int, "observedAt": int, "lag": int}
    assert found.json(f"/v3/kafka/city/consumer/{group_name}/status")["status"]["partitions"] == []
    detail = found.json(f"/v3/kafka/city/consumer/{group_name}")["topics"]
    assert list(detail) == [report_topic] and len(detail[report_topic]) == REPORT_PARTITIONS
    assert report_topic in found.json("/v3/kafka/city/topic")["topics"]
    assert found.json(f"/v3/kafka/city/topic/{report_topic}")["offsets"] == [0] * REPORT_PARTITIONS
    assert found.json(f"/v3/kafka/city/topic/{report_topic}/consumers")["consumers"] == [group_name]
    assert found.page("/burrow/admin")[::2] == (200, "GOOD")


def test_says_what_is_not_there_as_burrow_does(hub, watch):
    found = watch()
    found.wait_for_report()
    for path, message in {"/v3/kafka/local/consumer/nobody": "cluster or consumer not found", "/v3/kafka/other": "cluster module not found",
                          "/v3/kafka/local/topic/none": "cluster or topic not found"}.items():
        answer = found.json(path, 404)
        assert (answer["error"], answer["message"], answer["request"]["url"]) == (True, message, path)
    for page in ("lag", "status"):
        status = found.json(f"/v3/kafka/local/consumer/nobody/{page}", 404)["status"]
        assert (status["group"], status["status"], status["partitions"], status["maxlag"]) == ("nobody", "NOTFOUND", [], None)
    assert found.page("/v3/elsewhere")[0] == 404 and found.page("/elsewhere")[0] == 404
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{found.port}/v1/lag", method="DELETE"), timeout=60)


def test_its_metrics_please_promtool_and_say_what_the_report_says(hub, pages, watch):
    tell(hub, [grid(days_ago(1), "010101", "路灯不亮")])
    found = watch(pages)
    found.wait_for_report(lambda seen: all_ok(seen) and group(seen, "matcher")["messages"] == 0
                          and any(row["count"] == 1 for row in seen["sources"]))
    status, content_type, body = found.page("/metrics")
    assert status == 200 and content_type.startswith("text/plain; version=0.0.4")
    checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    samples = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if not line.startswith("#")}
    matcher, topic = f"{hub.database.name}.matcher", hub.topics.name("onecase.report")
    for number in range(REPORT_PARTITIONS):
        labels = f'group="{matcher}",topic="{topic}",partition="{number}"'
        assert samples[f"onecase_lag_messages{{{labels}}}"] == samples[f"onecase_lag_severity{{{labels}}}"] == 0
    assert samples[f'onecase_group_verdict{{group="{matcher}",verdict="OK"}}'] == 1
    assert samples[f'onecase_instance_up{{service="relay",instance="127.0.0.1:{pages["relay"]}"}}'] == 1
    assert samples["onecase_kafka_up"] == samples["onecase_database_up"] == samples["onecase_service_ready"] == 1
    assert samples["onecase_lagwatch_partitions"] >= REPORT_PARTITIONS and samples["onecase_lagwatch_cycle_seconds"] > 0
    assert samples['onecase_source_freshness_seconds{source="GRID",quantile="0.5"}'] > 0
    described = subprocess.run([str(program("lagwatch")), "--metrics"], capture_output=True, text=True, timeout=60, check=True).stdout
    for name in {line.split("{")[0].split(" ")[0] for line in samples}:
        assert f"| `{name}` |" in described


# ---- verdicts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_program_is_stopped_until_it_is_back(hub, pages, watch, name):
    found = watch(pages, stopped_ms=3000)
    found.wait_for_report(all_ok, what="all to be OK")
    victim = next(service for service in hub.services if service.name == name)
    victim.kill()
    killed = found.wait_for_verdict(name, "STOPPED", limit=60)
    assert killed["step"] == f"systemctl start onecase-{name}" and killed["evidence"]
    report = found.report()
    assert next(row["verdict"] for row in report["instances"] if row["service"] == name) == "STOPPED"
    assert report["verdict"] == "STOPPED"
    victim.start()
    found.wait_for_report(all_ok, what="all to be OK again")
    assert found.service.lines(r"event=verdict .*verdict=STOPPED was=OK")


def test_a_frozen_program_is_stalled(hub, pages, watch):
    found = watch(pages, limit_ms=1000)
    found.wait_for_report(all_ok, what="all to be OK")
    victim = next(service for service in hub.services if service.name == "relay")
    victim.signal(signal.SIGSTOP)
    try:
        frozen = found.wait_for_verdict("relay", "STALLED", limit=60)
        assert frozen["step"] == "systemctl restart onecase-relay"
    finally:
        victim.signal(signal.SIGCONT)
    found.wait_for_report(all_ok, what="all to be OK again")


def test_a_program_that_has_never_answered_is_not_judged(hub, watch):
    """The default names the ports of a hub on one host: elsewhere nobody is there."""
    found = watch({name: free_port() for name in PROGRAMS})
    report = found.next_report()
    assert {row["service"]: (row["known"], row["verdict"]) for row in report["instances"]} == {name: (False, "OK") for name in PROGRAMS}
    assert "onecase_instance_up{" not in found.page("/metrics")[2]


def test_a_port_of_another_program_is_not_taken_for_it(hub, watch):
    port = free_port()
    hub.start("relay", f"http=127.0.0.1:{port}")
    found = watch({"intake": port})
    report = found.wait_for_report(lambda seen: "relay answers there" in seen["instances"][0]["evidence"])
    assert report["instances"][0]["known"] is False


def test_watches_groups_of_others(hub, watch, servers):
    name = f"{hub.database.name}.others"
    topic = hub.topics.name("grid.event")
    hub.topics.produce("grid.event", [("k", b"{}")] * 5, partition=0)
    consumer = Consumer({"bootstrap.servers": servers.brokers, "group.id": name, "enable.auto.commit": False})
    try:
        consumer.subscribe([topic])
        found = watch(groups=name)
        wait_until(lambda: (consumer.poll(0.2), consumer.assignment())[1], 60, "the consumer to have its partitions")
        consumer.commit(offsets=[TopicPartition(topic, 0, 2)], asynchronous=False)

        def seen(report: dict) -> bool:
            consumer.poll(0)
            others = group(report, name)
            return others is not None and others["messages"] == 3 and partition(others, topic)["owner"] != ""

        report = found.wait_for_report(seen)
        assert group(report, name)["program"] == ""
        assert partition(group(report, name), topic)["next"] == 2
    finally:
        consumer.close()
    assert found.wait_for_verdict(name, "STOPPED")["step"] == ""


def test_a_group_that_is_not_there_is_said_once(hub, watch):
    """A name that is misspelt would be missed by nobody."""
    found = watch(groups="misspelt")
    found.next_report()
    found.next_report()
    assert group(found.report(), "misspelt") is None
    assert [line.count("group=misspelt") for line in found.service.lines("event=group_absent")] == [1]


# ---- what it remembers ---------------------------------------------------------------------------------------------


def test_what_it_knew_survives_a_kill(hub, pages, watch, tmp_path):
    kept = tmp_path / "state.json"
    found = watch(pages, state_file=kept, stopped_ms=3000)
    found.wait_for_report(all_ok, what="all to be OK")
    next(service for service in hub.services if service.name == "matcher").kill()
    before = found.wait_for_verdict("matcher", "STOPPED", limit=60)
    since = {row["partition"]: row["since"] for row in before["partitions"]}
    instance = next(row["since"] for row in found.report()["instances"] if row["service"] == "matcher")
    found.next_report()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    wait_until(lambda: not kept.with_name("state.json.new").exists(), 60, "what is written beside to be in its place", every=0.01)
    found.service.kill()
    found.service.start()
    report = found.wait_for_report(what="the first report")
    after = group(report, "matcher")
    assert (after["verdict"], after["since"]) == ("STOPPED", before["since"])
    assert {row["partition"]: row["since"] for row in after["partitions"]} == since
    assert next(row["since"] for row in report["instances"] if row["service"] == "matcher") == instance
    assert moment(report["watching_since"]) < moment(before["since"])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"partitions":[{"group":7}]}', "\0" * 4096])
def test_a_state_file_that_it_cannot_read_is_a_warning(hub, watch, tmp_path, content):
    kept = tmp_path / "state.json"
    kept.write_text(content)
    found = watch(state_file=kept)
    found.next_report()
    assert len(found.service.lines("event=state_not_read")) == 1
    assert "partitions" in json.loads(kept.read_text())


def test_a_state_file_that_it_cannot_write_is_said_once(hub, watch, tmp_path):
    kept = tmp_path / "kept" / "state.json"
    kept.parent.mkdir()
    found = watch(state_file=kept)
    found.wait_for_report()
    kept.parent.rename(tmp_path / "moved")
    found.service.wait_for_log("event=state_not_written")
    found.next_report()
    assert len(found.service.lines("event=state_not_written")) == 1
    (tmp_path / "moved").rename(kept.parent)
    found.service.wait_for_log("event=state_written_again")


# ---- servers that are away -----------------------------------------------------------------------------------------


def test_starts_and_answers_without_servers(hub, tmp_path):
    port = free_port()
    settings = watch_settings(port, brokers="127.0.0.1:1", conninfo="host=127.0.0.1 port=1", limit_ms=500)
    found = Watch(hub.start("lagwatch", *settings), port)
    report = found.wait_for_report()
    assert (report["kafka"]["up"], report["database"]["up"], report["verdict"]) == (False, False, "DATABASE_DOWN")
    assert report["kafka"]["fault"] and report["database"]["fault"]
    assert found.json("/healthz")["status"] == "ok" and found.json("/readyz")["status"] == "ready"
    body = found.page("/metrics")[2]
    assert "\nonecase_kafka_up 0\n" in body and "\nonecase_database_up 0\n" in body


def test_goes_on_while_postgresql_is_away(hub, pages, watch, servers: LocalServers):
    found = watch(pages)
    found.wait_for_report(all_ok, what="all to be OK")
    servers.stop_postgresql()
    try:
        matcher = found.wait_for_verdict("matcher", "DATABASE_DOWN", limit=60)
        assert matcher["step"] == "onecase doctor" and matcher["partitions"][0]["offset_from"] == "kafka"
        report = found.report()
        assert report["database"]["up"] is False and group(report, "intake")["verdict"] == "OK"
        assert found.json("/healthz")["status"] == "ok"
    finally:
        servers.start_postgresql()
    found.wait_for_report(lambda seen: seen["database"]["up"] and all_ok(seen), what="all to be OK again")


def test_goes_on_while_kafka_is_away(hub, pages, watch, servers: LocalServers):
    found = watch(pages, limit_ms=3000)
    found.wait_for_report(all_ok, what="all to be OK")
    servers.stop_kafka()
    try:
        report = found.wait_for_report(lambda seen: not seen["kafka"]["up"], 60, "Kafka to be away")
        assert report["kafka"]["fault"] and group(report, "matcher") is not None
        assert found.json("/healthz")["status"] == "ok"
    finally:
        servers.start_kafka()
    found.wait_for_report(lambda seen: seen["kafka"]["up"] and all_ok(seen), 180, "all to be OK again")


# ---- rights --------------------------------------------------------------------------------------------------------


def restart_kafka(servers: LocalServers, super_user: str) -> None:
    servers.stop_kafka()
    (servers.data / "kafka" / "more.properties").write_text(
        f"authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\nsuper.users=User:{super_user}\n")
    servers.start_kafka()


def allow(topics: Topics, kind: ResourceType, name: str, pattern: ResourcePatternType, *operations: AclOperation) -> None:
    bindings = [AclBinding(kind, name, pattern, "User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW) for operation in operations]
    for future in topics.admin.create_acls(bindings).values():
        future.result(30)


def test_needs_no_more_rights_than_its_page_says(tmp_path):
    """Brokers before which everybody is ANONYMOUS, who may do nothing but what docs/lagwatch.md names, and what brokers need among themselves."""
    servers = LocalServers()
    try:
        servers.start()
        restart_kafka(servers, "ANONYMOUS")
        deploy_schema(servers, "onecase_rights")
        database, topics = Database(servers, "onecase_rights"), Topics(servers)
        database.execute("create role watcher login password 'watcher' in role onecase_operator")
        subprocess.run([str(program("onecase")), "topics", "--create", "--prefix", topics.prefix], env=database.environment(), cwd=PROJECT,
                       capture_output=True, timeout=60, check=True)
        set_config(topics, "grid.event", "retention.ms", "2592000000")
        topics.produce("grid.event", [("k", b"{}")] * 3, partition=0)
        consumer = Consumer({"bootstrap.servers": servers.brokers, "group.id": "onecase-intake"})
        consumer.commit(offsets=[TopicPartition(topics.name("grid.event"), 0, 1)], asynchronous=False)
        consumer.close()
        allow(topics, ResourceType.BROKER, "kafka-cluster", ResourcePatternType.LITERAL, AclOperation.CLUSTER_ACTION)
        allow(topics, ResourceType.TOPIC, topics.prefix, ResourcePatternType.PREFIXED,
              AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.READ)
        for name in ("onecase-intake", "onecase-matcher"):
            allow(topics, ResourceType.GROUP, name, ResourcePatternType.LITERAL, AclOperation.DESCRIBE)
        restart_kafka(servers, "nobody")
        port = free_port()
        settings = watch_settings(port, topic_prefix=topics.prefix, conninfo="user=watcher password=watcher", stopped_ms=1000)
        service = Service("lagwatch", [word for setting in settings for word in ("--set", setting)], database.environment(),
                          tmp_path / "lagwatch.log")
        found = Watch(service.start(), port)
        try:
            report = found.wait_for_report(lambda seen: seen["kafka"]["up"] and seen["database"]["up"]
                                           and group(seen, "intake")["verdict"] == "STOPPED", what="nobody to have intake's partitions")
            row = partition(group(report, "intake"), topics.name("grid.event"))
            assert (row["messages"], row["next"]) == (2, 1) and row["seconds"] is not None and row["retention_left_s"] is not None
            assert {row["offset_from"] for row in group(report, "matcher")["partitions"]} == {"postgresql"}
            assert group(report, "relay") is not None
        finally:
            service.stop()
    finally:
        servers.stop()


# ---- settings and mappings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "said"), [
    ("services=intake", '"intake" is no SERVICE=HOST:PORT with intake, matcher, relay or lagwatch as SERVICE'),
    ("services=intaek=127.0.0.1:9101", '"intaek=127.0.0.1:9101" is no SERVICE=HOST:PORT'),
    ("services=intake=127.0.0.1", '"intake=127.0.0.1" does not name HOST:PORT with a port of 1..65535'),
    ("services=intake=:9101", '"intake=:9101" does not name HOST:PORT'),
    ("services=intake=a:70000", '"intake=a:70000" does not name HOST:PORT'),
    ("services=intake=a/b:9101", '"intake=a/b:9101" does not name HOST:PORT'),
    ("services=intake=a:1 matcher=a:1", "services: a:1 stands there twice"),
    ("groups=a b a", 'groups: "a" is watched already'),
    ("groups=onecase-matcher", 'groups: "onecase-matcher" is watched already'),
    ("matcher_group=onecase-intake", 'matcher_group: "onecase-intake" is intake\'s'),
    ("sources=/nowhere", "sources: "),
    ("state_file=/nowhere/state.json", 'state_file: folder "/nowhere": No such file or directory'),
    ("state_file=/tmp", 'state_file: "/tmp" is no file'),
    ("cycle_ms=1", "cycle_ms = 1 is outside 100..60000"),
    ("http=nonsense", "http"),
])
def test_refuses_wrong_settings(setting, said):
    done = subprocess.run([str(program("lagwatch")), "--check", "--set", setting], cwd=PROJECT, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_tells_all_that_is_wrong_at_once(tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "a.cfg").write_text("format = 1;\nsource = ;\n")
    done = subprocess.run([str(program("lagwatch")), "--check", "--set", f"sources={sources}", "--set", "services=x", "--set", "groups=a a"],
                          cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and all(word in done.stderr for word in ("a.cfg:2", "services: ", "groups: ")), done.stderr


def test_follows_mappings_that_come(hub, watch, tmp_path):
    for name in ("sources", "model"):
        shutil.copytree(PROJECT / "deploy" / name, tmp_path / name)
    sources: Path = tmp_path / "sources"

    def write(text: str) -> None:
        """At once: half a file would be one more that cannot be loaded."""
        (tmp_path / "water.cfg").write_text(text)
        (tmp_path / "water.cfg").replace(sources / "water.cfg")

    found = watch(sources=sources)
    found.wait_for_report()
    hub.topics.create("water.alarm", 2)
    write('format = 1;  source = "WATER";  topics = ["water.alarm"];\nregion : { default = "9901"; };  kinds = ( { kind = "report"; } );\n'
          'fields : { record_no = { first = ["/no"]; required = true; }; };\n')
    found.service.wait_for_log("event=mappings_loaded")
    topic = hub.topics.name("water.alarm")
    found.wait_for_report(lambda seen: any(row["topic"] == topic for row in group(seen, "intake")["partitions"]))
    write("format = 1;")
    found.service.wait_for_log("event=mappings_not_loaded")
    report = found.next_report()
    assert any(row["topic"] == topic for row in group(report, "intake")["partitions"])
    assert len(found.service.lines("event=mappings_not_loaded")) == 1
    found.service.signal(signal.SIGHUP)
    found.service.wait_for_log("event=reload_failed")
    assert not found.service.lines("event=(kafka|database)_away")
