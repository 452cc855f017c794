"""Alerts and dashboard in a real Prometheus, and who is told in a real Alertmanager.

Whether each alert fires when it should is tried by promtool (deploy/prometheus/tests); here, that a server takes all of it: what the rules say when
they fire, and every query of the dashboard.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import PROJECT, LocalServers, wait_until
from harness_city import City
from harness_hub import Hub, open_hub
from harness_ports import free_port
from harness_prometheus import PROGRAMS, Page, Prometheus, fetch, run_alertmanager, run_prometheus
from made_metrics import VERDICTS, MadeHub

OWN_LIMIT = """
      - record: onecase:silence_limit_seconds:own
        expr: vector(7200)
        labels: {source: GRID}
"""
# What a hub in which all goes wrong cannot show at one time: it is the cause, or lagwatch is the one to tell of it.
WITHOUT_SERVERS = {"OnecaseKafkaDown", "OnecaseDatabaseDown"}
WITHOUT_LAGWATCH = {"OnecaseLagwatchDown", "OnecasePartitionAside"}
LIMIT_S = 120
CITY_SEED = 7
# Panels of a real hub that are empty while all is well, and where nobody gave a command.
EMPTY_WHEN_WELL = {"Alerts that fire · 正在告警", "Partitions with a verdict other than OK · 非 OK 的分区", "Dead letters · 死信", "Commands · 命令",
                   "Rolled back · 回滚", "Restarts"}
# What a made city shows: its records are as old as their story, and some are broken on purpose.
OF_THE_CITY = {"OnecaseSourceLate", "OnecaseDeadLetters", "OnecaseSourceBroken"}


def dashboard_queries() -> Iterator[tuple[str, str]]:
    """(panel, query) with the dashboard's variables filled in as Grafana does."""
    dashboard = json.loads((PROJECT / "deploy/grafana/onecase.json").read_text())
    for panel in dashboard["panels"]:
        for shown in (panel, *panel.get("panels", [])):
            for target in shown.get("targets", []):
                yield shown["title"], re.sub(r"\$\w+", ".*", target["expr"].replace("$__rate_interval", "1m"))
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["label"], re.fullmatch(r"label_values\((\w+), \w+\)", variable["query"]["query"])[1]


def worst_verdict(prometheus: Prometheus) -> float:
    """What the panel in the top left corner shows; -1: nobody watches."""
    query = next(query for panel, query in dashboard_queries() if panel.startswith("Worst verdict"))
    return float(prometheus.query(query)[0]["value"][1])


def without_patience(rules: str) -> str:
    """Alerts at once, groups of rules every second, and a source that is known to be silent at most for two hours."""
    rules = re.sub(r"(?m)^        for: .*\n", "", rules)
    rules = re.sub(r"(?m)^    interval: .*\n", "", rules)
    return rules + OWN_LIMIT if "onecase-limits" in rules else rules


@pytest.fixture
def made() -> MadeHub:
    return MadeHub()


@pytest.fixture
def pages(made: MadeHub) -> Iterator[dict[str, Page]]:
    served = {program: Page(lambda program=program: made.page(program)) for program in PROGRAMS}
    yield served
    for page in served.values():
        page.close()


@pytest.fixture
def prometheus(pages: dict[str, Page], tmp_path: Path) -> Iterator[Prometheus]:
    addresses = {program: [page.address] for program, page in pages.items()}
    addresses["relay"].append(f"127.0.0.1:{free_port()}")  # nobody there
    with run_prometheus(tmp_path, addresses, without_patience) as running:
        yield running


def test_every_alert_fires_and_says_what_it_means(made: MadeHub, pages: dict[str, Page], prometheus: Prometheus):
    alerts = {rule["name"] for rule in prometheus.rules() if rule["type"] == "alerting"}
    said: dict[str, dict[str, str]] = {}

    def look() -> set[str]:
        for rule in prometheus.rules():
            assert rule["health"] != "err", rule["lastError"]
            for alert in rule.get("alerts", []):
                said[rule["name"]] = alert["annotations"] | {"labels": str(alert["labels"])}
        return prometheus.firing()

    wanted = alerts - WITHOUT_SERVERS - WITHOUT_LAGWATCH
    wait_until(lambda: look() == wanted, LIMIT_S, f"all of {sorted(wanted)} to fire, and no other")
    made.kafka = made.database = 0
    wait_until(lambda: look() >= WITHOUT_SERVERS, LIMIT_S, "the servers' alerts")
    wait_until(lambda: not look() & {"OnecaseStalled", "OnecaseStopped", "OnecaseNotReady", "OnecaseRelayIdle", "OnecaseSlow"}, LIMIT_S,
               "what follows from it to be silent")
    pages["lagwatch"].close()
    wait_until(lambda: look() >= WITHOUT_LAGWATCH, LIMIT_S, "the alerts of a hub that nobody watches")
    pages["lagwatch"] = Page()
    assert set(said) == alerts
    for name, annotations in said.items():
        assert set(annotations) == {"summary", "summary_zh", "description", "step", "runbook_url", "labels"}, name
        for what, text in annotations.items():
            assert text and "<no value>" not in text and "<error" not in text, f"{name}: {what}: {text}"
    assert said["OnecaseStopped"]["step"] == "systemctl start onecase-matcher"
    assert said["OnecaseAtRisk"]["description"] == "1 partitions. The first record goes in 2h 0m 0s."
    assert said["OnecaseSourceLate"]["description"].endswith("Held up by: matcher ")
    assert "Up to 2h 0m 0s would be usual." in said["OnecaseSourceSilent"]["description"]


def test_every_query_of_the_dashboard_has_an_answer(prometheus: Prometheus):
    wait_until(lambda: len(prometheus.firing()) > 5, LIMIT_S, "alerts to fire")
    for panel, query in dashboard_queries():
        wait_until(lambda query=query: prometheus.query(query), LIMIT_S, f"an answer for {panel}: {query}")
    assert worst_verdict(prometheus) == -1, "the made lagwatch is stuck"


def test_every_rule_takes_its_part_of_the_data(prometheus: Prometheus):
    recorded = {rule["name"] for rule in prometheus.rules() if rule["type"] == "recording"}
    later = {"onecase:freshness_limit_seconds:own", "onecase:source_pause_seconds", "onecase:source_pause_seconds:max1h"}  # after a minute
    for name in sorted(recorded - later):
        wait_until(lambda name=name: prometheus.query(name), LIMIT_S, f"{name} to be recorded")


def post(alertmanager, *alerts: dict[str, str]) -> None:
    fetch(f"{alertmanager.url}/api/v2/alerts", json.dumps([{"labels": labels} for labels in alerts]).encode())


def test_pages_and_tickets_go_where_they_should(tmp_path: Path):
    told = Page()
    stopped = {"alertname": "OnecaseStopped", "severity": "page", "group": "onecase-matcher"}
    foreign = {"alertname": "OnecaseStopped", "severity": "page", "group": "parks-consumer"}
    down = {"alertname": "OnecaseDatabaseDown", "severity": "page"}
    dead = {"alertname": "OnecaseDeadLetters", "severity": "ticket", "source": "GRID"}
    program = {"alertname": "OnecaseProgramDown", "severity": "ticket", "job": "onecase-matcher", "instance": "h1:9102"}

    def got(path: str) -> list[dict[str, str]]:
        return [alert["labels"] for where, notice in told.posted if where == path for alert in notice["alerts"]]

    try:
        with run_alertmanager(tmp_path / "1", f"http://{told.address}") as alertmanager:
            post(alertmanager, stopped, foreign, dead, program)
            wait_until(lambda: stopped in got("/page"), LIMIT_S, "a page")
            wait_until(lambda: foreign in got("/ticket") and dead in got("/ticket"), LIMIT_S, "the tickets")
            held = {alert["labels"]["alertname"] for alert in json.loads(fetch(f"{alertmanager.url}/api/v2/alerts"))
                    if alert["status"]["inhibitedBy"]}
            assert held == {"OnecaseProgramDown"}
            assert foreign not in got("/page") and program not in got("/ticket")
        told.posted.clear()
        with run_alertmanager(tmp_path / "2", f"http://{told.address}") as alertmanager:
            post(alertmanager, down, dead)
            wait_until(lambda: got("/page") == [down], LIMIT_S, "a page")
            held = [alert["labels"] for alert in json.loads(fetch(f"{alertmanager.url}/api/v2/alerts")) if alert["status"]["inhibitedBy"]]
            assert held == [dead]
    finally:
        told.close()


# ---- a real hub ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    hub: Hub
    prometheus: Prometheus
    addresses: dict[str, str]

    def pages(self) -> set[str]:
        return {sample["metric"]["alertname"] for sample in self.prometheus.query('ALERTS{alertstate="firing",severity="page"}')}

    def await_firing(self, *names: str) -> list[dict]:
        """Labels of all that fire at a moment at which these do."""
        def told() -> list[dict] | None:
            alerts = self.prometheus.alerts()
            return alerts if {alert["alertname"] for alert in alerts} >= set(names) else None
        return wait_until(told, LIMIT_S, f"{' and '.join(names)}")

    def await_well(self) -> None:
        wait_until(lambda: self.prometheus.firing() <= OF_THE_CITY, LIMIT_S, "a hub that is well to be told so")


def start_with_page(hub: Hub, program: str, *settings: str) -> str:
    """Address of its page."""
    address = f"127.0.0.1:{free_port()}"
    hub.start(program, f"http={address}", *settings)
    return address


@pytest.fixture(scope="module")
def watched(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The four programs, a city in them, and a Prometheus without patience."""
    folder = tmp_path_factory.mktemp("watched")
    city = City.make(CITY_SEED, folder / "city")
    with open_hub(servers, template_database, folder / "hub") as hub:
        addresses = {program: start_with_page(hub, program) for program in ("intake", "matcher", "relay")}
        listed = " ".join(f"{program}={address}" for program, address in addresses.items())
        addresses["lagwatch"] = start_with_page(hub, "lagwatch", f"services={listed}", "cycle_ms=1000", "freshness_ms=1000")
        with run_prometheus(folder, {program: [address] for program, address in addresses.items()}, without_patience) as prometheus:
            wait_until(lambda: len(prometheus.query("up == 1")) == len(PROGRAMS), LIMIT_S, "Prometheus to read all programs")
            hub.feed(city)
            yield Watched(hub, prometheus, addresses)


def test_a_real_hub_answers_every_query_and_is_well(watched: Watched):
    for panel, query in dashboard_queries():
        if panel in EMPTY_WHEN_WELL:
            watched.prometheus.query(query)
        else:
            wait_until(lambda query=query: watched.prometheus.query(query), LIMIT_S, f"an answer for {panel}: {query}")
    watched.await_well()
    wait_until(lambda: worst_verdict(watched.prometheus) == VERDICTS.index("OK"), LIMIT_S, "the dashboard to show it")


def test_a_killed_matcher_is_one_page_that_ends(watched: Watched):
    watched.await_well()
    matcher = next(service for service in watched.hub.services if service.name == "matcher")
    matcher.kill()
    told = watched.await_firing("OnecaseStopped", "OnecaseProgramDown")
    assert [alert["group"] for alert in told if alert["alertname"] == "OnecaseStopped"] == [f"{watched.hub.database.name}.matcher"]
    wait_until(lambda: watched.pages() - OF_THE_CITY == {"OnecaseStopped"}, LIMIT_S, "one page alone")
    wait_until(lambda: worst_verdict(watched.prometheus) == VERDICTS.index("STOPPED"), LIMIT_S, "the dashboard to show it")
    watched.hub.start("matcher", f"http={watched.addresses['matcher']}")
    watched.await_well()


def test_a_frozen_matcher_is_one_page_and_is_told_from_a_dead_one(watched: Watched):
    watched.await_well()
    matcher = next(service for service in watched.hub.services if service.name == "matcher" and not service.ended)
    matcher.signal(signal.SIGSTOP)
    try:
        told = watched.await_firing("OnecaseStalled", "OnecaseProcessHangs")
        assert [alert["instance"] for alert in told if alert["alertname"] == "OnecaseProcessHangs"] == [watched.addresses["matcher"]]
        wait_until(lambda: watched.pages() - OF_THE_CITY == {"OnecaseStalled"}, LIMIT_S, "one page alone")
    finally:
        matcher.signal(signal.SIGCONT)
    watched.await_well()


@pytest.mark.parametrize(("server", "alert"), [("postgresql", "OnecaseDatabaseDown"), ("kafka", "OnecaseKafkaDown")])
def test_a_server_that_is_away_is_one_page_and_nothing_follows(watched: Watched, servers: LocalServers, server: str, alert: str):
    watched.await_well()
    getattr(servers, f"stop_{server}")()
    try:
        waiting = "onecase_service_ready == 0"  # an idle program may not have noticed yet

        # Groups of rules are taken one after the other: without patience, what follows may be told for a moment before its cause.
        def told_alone() -> bool:
            return bool(watched.prometheus.query(waiting)) and watched.prometheus.firing() - OF_THE_CITY == {alert}

        wait_until(told_alone, LIMIT_S, f"{alert} alone, and a program that waits")
        seen = {}

        def looked_long() -> bool:
            for look in watched.prometheus.query("max(onecase_lagwatch_last_cycle_timestamp_seconds)"):
                seen.setdefault(look["value"][1], watched.prometheus.firing() - OF_THE_CITY)
            return len(seen) > 5

        wait_until(looked_long, LIMIT_S, "five looks of lagwatch")
        assert set().union(*seen.values()) == {alert}, seen
    finally:
        getattr(servers, f"start_{server}")()
    watched.await_well()
