"""lagwatch and the hub's own programs, with the settings they are shipped with: what is killed shows as STOPPED within 30 s, what is
frozen as STALLED, nobody else is accused, and whoever comes back is OK."""

from __future__ import annotations

import itertools
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import LocalServers, Service, wait_until
from harness_hub import Hub, open_hub
from harness_ports import free_port
from lag_truth import Pace, Watch, milliseconds, now_ms, worse
from watching import fetch

PROGRAMS = ("intake", "matcher", "relay")
TOLD_S = 30


class Town:
    """A hub with pages, light traffic, and lagwatch beside it."""

    def __init__(self, hub: Hub, folder: Path, *rules: str, programs: dict[str, tuple[str, ...]] | None = None) -> None:
        """rules: settings of lagwatch; programs: more settings of each."""
        self.hub = hub
        self.ports = {name: free_port() for name in PROGRAMS}
        more = programs or dict.fromkeys(PROGRAMS, ())
        self.services = {name: hub.start(name, f"http=127.0.0.1:{port}", *more[name]) for name, port in self.ports.items()}
        for name, works in (("intake", "assigned"), ("matcher", "claimed"), ("relay", "working")):
            self.services[name].wait_for_log(f"event={works} ", 60)
        self.numbers = itertools.count()
        settings = [f"{name}_group={hub.database.name}.{name}" for name in ("intake", "matcher")]
        asked = " ".join(f"{name}=127.0.0.1:{port}" for name, port in self.ports.items())
        self.watch = Watch(hub.topics, hub.database.environment(), folder, f"services={asked}", *settings, *rules)

    def send(self, delay_s: float = 0) -> None:
        """A grid worker reports what his system recorded that long ago; plainly synthetic."""
        number = next(self.numbers)
        value = {"eventId": f"99010126{number:011}", "areaCode": ("990101", "990201")[number % 2], "operateSeq": 1, "mainType": "2007",
                 "subType": "35", "eventName": "占用疏散通道", "eventDesc": "合成事件", "eventPlace": f"星帆苑{number}号楼",
                 "createTime": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - delay_s + 8 * 3600))}
        self.hub.topics.produce("grid.event", [(value["eventId"], json.dumps(value, ensure_ascii=False))])

    def all_well(self, report: dict) -> bool:
        groups = {group["program"]: group["verdict"] for group in report["groups"]}
        return all(groups.get(name) == "OK" for name in PROGRAMS) and all(i["known"] and i["verdict"] == "OK" for i in report["instances"])

    def await_well(self, limit: float = 90) -> dict:
        try:
            wait_until(lambda: self.all_well(self.watch.report()), limit, "everything to be OK")
        except AssertionError as late:
            raise AssertionError(f"{late}; {self.watch.report()['groups']}\n{self.watch.service.tail()}") from None
        return self.watch.report()

    def await_told(self, name: str, verdict: str, began_ms: int) -> float:
        """Seconds until group and process are told so. Nobody else is worse than late."""
        def told() -> dict | None:
            report = self.watch.report()
            for group in report["groups"]:
                if group["program"] != name:
                    assert not worse(group["verdict"], "CATCHING_UP"), (name, group)
            process = next(i for i in report["instances"] if i["service"] == name)
            group = self.watch.group(name, report)
            return group if group["verdict"] == process["verdict"] == verdict else None
        try:
            group = wait_until(told, TOLD_S, f"{name} to be {verdict}", every=0.05)
        except AssertionError as late:
            raise AssertionError(f"{late}; {self.watch.group(name)['evidence']}\n{self.watch.service.tail()}") from None
        took_s = (now_ms() - began_ms) / 1000
        assert took_s <= TOLD_S
        # Since the look in which it was found, or the record that waits: either may have begun before.
        assert began_ms - 5000 <= milliseconds(group["since"]) <= now_ms(), (group, began_ms)
        return took_s


@pytest.fixture(scope="module")
def town(servers: LocalServers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with open_hub(servers, template_database, folder / "hub") as hub:
        made = Town(hub, folder)
        with made.watch:
            made.await_well()
            yield made


@pytest.mark.parametrize("traffic", [True, False], ids=["busy", "idle"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_killed_it_is_stopped_and_started_again_it_is_ok(town: Town, name: str, traffic: bool, record_property) -> None:
    service: Service = town.services[name]
    town.await_well()
    with Pace(2 if traffic else 0.01, town.send):
        began = now_ms()
        service.kill()
        took_s = town.await_told(name, "STOPPED", began)
        record_property("told_after_s", took_s)
        print(f"killed {name}, {'busy' if traffic else 'idle'}: STOPPED after {took_s:.1f} s")
        assert town.watch.group(name)["step"] == f"systemctl start onecase-{name}"
        if traffic:
            town.watch.restarts_unimpressed(name)
        back = now_ms()
        service.start()
        town.await_well()
        assert milliseconds(town.watch.group(name)["since"]) >= back


@pytest.mark.parametrize("traffic", [True, False], ids=["busy", "idle"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_frozen_it_is_stalled_and_thawed_it_is_ok(town: Town, name: str, traffic: bool, record_property) -> None:
    service: Service = town.services[name]
    town.await_well()
    with Pace(2 if traffic else 0.01, town.send):
        began = now_ms()
        service.signal(signal.SIGSTOP)
        try:
            took_s = town.await_told(name, "STALLED", began)
            record_property("told_after_s", took_s)
            print(f"frozen {name}, {'busy' if traffic else 'idle'}: STALLED after {took_s:.1f} s")
            assert town.watch.group(name)["step"] == f"systemctl restart onecase-{name}"
            if traffic:
                town.watch.restarts_unimpressed(name)
        finally:
            service.signal(signal.SIGCONT)
        town.await_well()


def test_pages_of_all_programs_say_that_they_are_well(town: Town) -> None:
    town.await_well()
    for port in (*town.ports.values(), town.watch.port):
        assert fetch(port, "/healthz")[0] == fetch(port, "/readyz")[0] == 200
