"""`onecase doctor` as tests ask it: of a hub, and what it found."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import PROJECT
from harness_hub import Hub

FINE, FAULTS, WARNINGS, NOBODY = 0, 1, 2, 69
# What a hub without programs is told, whatever else is wrong.
ALONE = {"groups", "relay"}


@dataclass(frozen=True)
class Told:
    status: int
    checks: dict[str, dict]  # by name

    def at_fault(self) -> set[str]:
        return {name for name, check in self.checks.items() if check["result"] == "fault"}

    def warned(self) -> set[str]:
        return {name for name, check in self.checks.items() if check["result"] == "warning"}

    def not_made(self) -> dict[str, str]:
        return {name: check["because"] for name, check in self.checks.items() if check["result"] == "not checked"}

    def findings(self, check: str) -> list[dict]:
        return self.checks[check]["findings"]

    def only(self, check: str) -> dict:
        """The one finding of the check."""
        found = self.findings(check)
        assert len(found) == 1, found
        return found[0]


def ask(hub: Hub, *arguments: str, environment: dict[str, str] | None = None) -> Told:
    """Pages are off unless the environment says otherwise."""
    groups = [f"--group={hub.database.name}.intake", f"--matcher-group={hub.database.name}.matcher"]
    done = hub.onecase("doctor", "--json", f"--prefix={hub.topics.prefix}", *groups, *arguments, status=None,
                       environment={"ONECASE_HTTP": "off"} | (environment or {}))
    assert done.returncode in (FINE, FAULTS, WARNINGS, NOBODY), done.stderr
    told = json.loads(done.stdout)
    checks = {check["name"]: check for check in told["checks"]}
    for check in checks.values():
        for finding in check["findings"]:
            assert all(finding[part] for part in ("what", "expected", "found", "step")), (check["name"], finding)
            assert "\n" not in finding["step"]
    assert told["faults"] == sum(f["grade"] == "fault" for c in checks.values() for f in c["findings"])
    return Told(done.returncode, checks)


def own_deploy(folder: Path) -> Path:
    """A copy of deploy/ of the test's own; the folder of mappings in it."""
    deploy = folder / "deploy"
    deploy.mkdir()
    for part in ("regions.cfg", "topics.cfg"):
        shutil.copy(PROJECT / "deploy" / part, deploy / part)
    for part in ("model", "sources"):
        shutil.copytree(PROJECT / "deploy" / part, deploy / part)
    return deploy / "sources"
