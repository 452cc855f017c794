"""Reports of lag as lagwatch publishes them (common/domain/lag_report.h), made by hand, and a lagwatch that tells nothing else."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

VERDICTS = ("OK", "CATCHING_UP", "SLOW", "STALLED", "STOPPED", "REWOUND", "AT_RISK", "REFUSING", "LOST", "DATABASE_DOWN")


def ago(seconds: float) -> str:
    at = datetime.now(timezone.utc) - timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def worst(verdicts: list[str]) -> str:
    return max(verdicts, key=VERDICTS.index, default="OK")


def partition(topic: str, number: int, verdict: str = "OK", since_s: float = 7200, **more: object) -> dict:
    return {"topic": topic, "partition": number, "verdict": verdict, "since": ago(since_s), "messages": 0, "seconds": 0,
            "in_per_s": 0.5, "out_per_s": 0.5, "catch_up_s": 0, "retention_left_s": None, "last_progress": ago(1), "next": 100,
            "end": 100, "low": 0, "clock": "LogAppendTime", "offset_from": "postgresql", "owner": "onecase-matcher-1",
            "evidence": "nothing waits" if verdict == "OK" else f"made to be {verdict}", "also": "", "step": "", **more}


def group(name: str, program: str, partitions: list[dict], **more: object) -> dict:
    """The worst first, as the report has it."""
    partitions = sorted(partitions, key=lambda one: (-VERDICTS.index(one["verdict"]), one["topic"], one["partition"]))
    first = partitions[0] if partitions else partition("", 0)
    return {"group": name, "program": program, "verdict": first["verdict"], "since": first["since"],
            "messages": sum(one["messages"] or 0 for one in partitions), "seconds": max((one["seconds"] or 0 for one in partitions), default=0),
            "evidence": first["evidence"], "step": first["step"], "partitions": partitions, **more}


def instance(service: str, port: int, verdict: str = "OK", since_s: float = 7200, **more: object) -> dict:
    return {"service": service, "address": f"127.0.0.1:{port}", "known": True, "verdict": verdict, "since": ago(since_s),
            "evidence": "", "step": "", **more}


def source(name: str, hop: str = "", age_s: float = 0, **more: object) -> dict:
    return {"source": name, "count": 1203, "p50_s": 3.2, "p99_s": 12.4, "newest_s": 2.5, "sent_p50_s": 2.9, "stored_p50_s": 0.3,
            "newest": ago(42), "age_s": age_s, "hop": hop, **more}


def report(groups: list[dict], instances: list[dict] = (), sources: list[dict] = (), **more: object) -> dict:
    groups = sorted(groups, key=lambda one: -VERDICTS.index(one["verdict"]))
    verdict = worst([one["verdict"] for one in groups] + [one["verdict"] for one in instances if one["known"]])
    up = {"up": True, "since": ago(90000), "fault": ""}
    return {"at": ago(1), "cluster": "local", "by": "lagwatch", "watching_since": ago(90000), "verdict": verdict, "kafka": up,
            "database": up, "groups": groups, "instances": list(instances), "sources": list(sources), **more}


def well() -> dict:
    """Nothing is wrong anywhere."""
    feeds = ("fire.incident", "grid.event", "hotline.workorder", "market.complaint")
    return report([group("onecase-intake", "intake", [partition(feed, number) for feed in feeds for number in range(3)]),
                   group("onecase-matcher", "matcher", [partition("onecase.report", number) for number in range(24)]),
                   group("onecase-relay", "relay", [partition("onecase.outbox", number, clock="database") for number in range(24)])],
                  [instance("intake", 9101), instance("matcher", 9102), instance("relay", 9103)],
                  [source("FIRE119"), source("GRID"), source("H12345"), source("MKT12315")])


def troubled() -> dict:
    """A night on which much is wrong."""
    refusing = partition("onecase.report", 17, "REFUSING", 14520, messages=12345, seconds=14520, in_per_s=0.8, out_per_s=0,
                         catch_up_s=None, step="onecase dlq list; onecase resume 17 --bury N", also="STALLED: no progress for 4 h 2 min",
                         evidence='100 refusals in a row by 23514 constraint reports_level_check: new row for relation '
                                  '"reports_y2026m11" violates check constraint "reports_level_check"')
    catching_up = [partition("onecase.report", number, "CATCHING_UP", 185, messages=840 + number, seconds=95, in_per_s=12.5,
                             out_per_s=140, catch_up_s=65.9, evidence="840 records wait, the next one is 95 s old; 12.5/s come in, "
                             "140.0/s are read, done in about 1 min 6 s") for number in range(3, 12)]
    rest = [partition("onecase.report", number) for number in range(24) if number != 17 and not 3 <= number < 12]
    stopped = [partition("onecase.outbox", number, "STOPPED", 185, messages=2, seconds=180, out_per_s=0, catch_up_s=None, owner="",
                         step="systemctl start onecase-relay", evidence="nobody reads it, its process is gone; 2 records wait, the "
                         "next one is 3 min 0 s old") for number in range(24)]
    return report([group("onecase-intake", "intake", well()["groups"][0]["partitions"]),
                   group("onecase-matcher", "matcher", [refusing, *catching_up, *rest]),
                   group("onecase-relay", "relay", stopped),
                   group("数据中台-消费组", "", [partition("onecase.case", 0, "SLOW", 900, messages=1_234_567, seconds=93784,
                                                    in_per_s=12345.6, out_per_s=9876, catch_up_s=None)])],
                  [instance("intake", 9101), instance("matcher", 9102),
                   instance("relay", 9103, "STOPPED", 185, evidence="nobody listens on 127.0.0.1:9103 (connection refused)",
                            step="systemctl start onecase-relay"),
                   instance("matcher", 9112, known=False, evidence="has never answered: connection refused", since=None)],
                  [source("FIRE119"), source("GRID", "matcher", 14520), source("H12345"),
                   source("FIREIOT", count=0, p50_s=None, p99_s=None, newest_s=None, sent_p50_s=None, stored_p50_s=None, newest=None)])


class Lagwatch:
    """Answers GET /v1/lag with `body` and `status`, and says how often it was asked."""

    def __init__(self) -> None:
        self.body = json.dumps(well())
        self.status = 200
        self.asked = 0
        self.url = ""

    def tell(self, what: dict) -> None:
        self.body = json.dumps(what)


@contextlib.contextmanager
def lagwatch() -> Iterator[Lagwatch]:
    told = Lagwatch()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            body = told.body.encode()
            self.send_response(told.status if self.path == "/v1/lag" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
