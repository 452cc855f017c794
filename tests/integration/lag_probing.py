"""A survey of lag (common/adapters/lag_survey.h) asked look by look, through tests/probes/lag_probe.c."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from harness import PROJECT, LocalServers, program

UNKNOWN = -1
OWNER_UNKNOWN, OWNED, NOT_OWNED = range(3)
RUNNING, WAITING, REFUSING, LOST = range(4)


class Look(dict):
    """What one look saw. Rows by (program or group, topic without the prefix, partition)."""

    prefix = ""

    def row(self, group: str, topic: str, partition: int = 0) -> dict:
        found = [row for row in self["rows"] if group in (row["program"], row["group"]) and row["partition"] == partition
                 and row["topic"] in (self.prefix + topic, topic)]
        assert len(found) == 1, f"one row wanted of {group} {topic}/{partition}, found {found} among {len(self['rows'])}"
        return found[0]

    def rows(self, group: str) -> dict[tuple[str, int], dict]:
        return {(row["topic"].removeprefix(self.prefix), row["partition"]): row for row in self["rows"]
                if group in (row["program"], row["group"])}


def waiting(row: dict) -> int:
    return row["end"] - max(row["committed"], row["low"])


class Probe:
    """with Probe(servers, prefix, database=name) as probe: probe.look()"""

    def __init__(self, servers: LocalServers, prefix: str, *groups: str, database: str, sources: Path = PROJECT / "deploy" / "sources",
                 limit_ms: int = 15_000, freshness_ms: int = 0, environment: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.command = [str(program("lag_probe")), servers.brokers, prefix, str(sources), str(limit_ms), str(freshness_ms), *groups]
        self.environment = servers.environment(database) | (environment or {})

    def __enter__(self) -> Probe:
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT,
                                        env=self.environment | {"LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")})
        return self

    def look(self) -> Look:
        self.process.stdin.write("look\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the probe ended with {self.process.wait(30)}"
        look = Look(json.loads(line))
        look.prefix = self.prefix
        return look

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.process.stdin.close()
        status = self.process.wait(60)
        self.process.stdout.close()
        assert kind is not None or status == 0, f"the probe ended with {status}"
