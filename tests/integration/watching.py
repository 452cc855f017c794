"""lagwatch in a test: where it answers, what it says, and waiting until it says something."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime

from harness import Service, wait_until

SEVERITY = ["OK", "CATCHING_UP", "SLOW", "STALLED", "STOPPED", "REWOUND", "AT_RISK", "REFUSING", "LOST", "DATABASE_DOWN"]


def fetch(port: int, path: str, limit: float = 60) -> tuple[int, str, str]:
    """Status, content type and body of a page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=limit) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers["Content-Type"], answer.read().decode()


def moment(text: str | None) -> float | None:
    """An ISO time of a page as seconds since 1970."""
    return None if text is None else datetime.fromisoformat(text).timestamp()


class Watch:
    """A lagwatch that runs and answers on `port`."""

    def __init__(self, service: Service, port: int) -> None:
        self.service = service
        self.port = port

    def page(self, path: str) -> tuple[int, str, str]:
        return fetch(self.port, path)

    def json(self, path: str, status: int = 200) -> dict:
        found, content_type, body = self.page(path)
        assert (found, content_type) == (status, "application/json"), (found, content_type, body)
        return json.loads(body)

    def report(self) -> dict | None:
        """The last report; None while there is none, or nobody answers."""
        try:
            status, _, body = self.page("/v1/lag")
        except OSError:
            return None
        return json.loads(body) if status == 200 else None

    def wait_for_report(self, fits=lambda report: True, limit: float = 60, what: str = "a report that fits") -> dict:
        """The first report that fits; it tells the last one otherwise."""
        last: list[dict | None] = [None]

        def fitting() -> dict | None:
            assert self.service.running, f"lagwatch has ended:\n{self.service.tail()}"
            last[0] = self.report()
            return last[0] if last[0] is not None and fits(last[0]) else None

        try:
            return wait_until(fitting, limit, what)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{json.dumps(last[0], indent=1, ensure_ascii=False)[:6000]}\n"
                                 f"{self.service.tail()}") from None

    def next_report(self) -> dict:
        """One whose look began after this call."""
        before = self.wait_for_report()["at"]
        first = self.wait_for_report(lambda report: report["at"] > before, what="another report")["at"]
        return self.wait_for_report(lambda report: report["at"] > first, what="the report after it")

    def wait_for_verdict(self, program: str, *verdicts: str, limit: float = 60) -> dict:
        """The group of this program (or of this name), once the verdict on it is one of these."""
        report = self.wait_for_report(lambda found: (group(found, program) or {}).get("verdict") in verdicts, limit,
                                      f"{program} to be {' or '.join(verdicts)}")
        return group(report, program)


def group(report: dict, program: str) -> dict | None:
    """By program, or by the group's name."""
    return next((found for found in report["groups"] if program in (found["program"], found["group"])), None)


def partition(found: dict, topic: str, number: int = 0) -> dict:
    return next(row for row in found["partitions"] if (row["topic"], row["partition"]) == (topic, number))


def watch_settings(port: int, services: dict[str, int] | None = None, **settings: object) -> list[str]:
    """Settings for lagwatch on that port with a cycle of half a second; services: the port of each program's page."""
    given = {"http": f"127.0.0.1:{port}", "cycle_ms": 500, "freshness_ms": 500,
             "services": " ".join(f"{name}=127.0.0.1:{where}" for name, where in (services or {}).items())}
    return [f"{name}={value}" for name, value in (given | settings).items()]
