"""A Prometheus and an Alertmanager of the test's own: Debian's programs, a folder and a port of their own, ended with the test.

They run with the files of deploy/prometheus; what a test changes in them (addresses, intervals) it says.
"""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import PROJECT, wait_until
from harness_ports import free_port

FILES = PROJECT / "deploy" / "prometheus"
PROGRAMS = ("intake", "matcher", "relay", "lagwatch")
READY_LIMIT_S = 60


def fetch(url: str, data: bytes | None = None) -> bytes:
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data is not None else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as refused:  # what is wrong with a query stands in the body
        return refused.read()


class Watcher:
    """One of the two as a process."""

    def __init__(self, name: str, folder: Path, arguments: list[str], port: int) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([name, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ready(self) -> bool:
        assert self.process.poll() is None, f"{self.name} ended by itself:\n{self.log.read_text()}"
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)


class Prometheus(Watcher):
    def query(self, expression: str) -> list[dict]:
        """Samples of an instant query: {"metric": {...}, "value": [time, "1"]}; fails when Prometheus does not take it."""
        answer = json.loads(fetch(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"))
        assert answer["status"] == "success", f"{answer}: {expression}"
        assert not answer.get("warnings"), f"{answer['warnings']}: {expression}"
        return answer["data"]["result"]

    def rules(self) -> list[dict]:
        """All rules; of an alert with the alerts that are pending or firing."""
        return [rule for group in json.loads(fetch(f"{self.url}/api/v1/rules"))["data"]["groups"] for rule in group["rules"]]

    def alerts(self) -> list[dict]:
        """Labels of those that fire, all at one moment."""
        return [sample["metric"] for sample in self.query('ALERTS{alertstate="firing"}')]

    def firing(self) -> set[str]:
        return {alert["alertname"] for alert in self.alerts()}

    def targets(self) -> list[dict]:
        return json.loads(fetch(f"{self.url}/api/v1/targets?state=active"))["data"]["activeTargets"]


@contextmanager
def run_prometheus(folder: Path, addresses: dict[str, list[str]], change: Callable[[str], str] = str) -> Iterator[Prometheus]:
    """deploy/prometheus with these addresses of the four programs, scraped every four seconds: who does not answer within four is told
    to be down, and a busy machine may let a program, or a test with its pages, wait for two. `change` changes the rules."""
    home = folder / "prometheus"
    shutil.copytree(FILES, home)
    for program in PROGRAMS:
        (home / "targets" / f"{program}.yml").write_text(json.dumps([{"targets": addresses.get(program, [])}]))
    config = (home / "prometheus.yml").read_text()
    config = re.sub(r"scrape_interval: \w+", "scrape_interval: 4s", config)
    config = re.sub(r"scrape_timeout: \w+", "scrape_timeout: 4s", config)
    config = re.sub(r"evaluation_interval: \w+", "evaluation_interval: 1s", config)
    config = re.sub(r"  - job_name: prometheus\n(    .*\n)+", "", config)
    config = re.sub(r"alerting:\n(  .*\n)+", "", config)
    (home / "prometheus.yml").write_text(config)
    for rules in (home / "rules").iterdir():
        rules.write_text(change(rules.read_text()))
    port = free_port()
    prometheus = Prometheus("prometheus", home, [
        "--config.file=prometheus.yml", f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.path=data"], port)
    try:
        wait_until(prometheus.ready, READY_LIMIT_S, "Prometheus to be ready")
        yield prometheus
    finally:
        prometheus.stop()


@contextmanager
def run_alertmanager(folder: Path, webhook: str) -> Iterator[Watcher]:
    """deploy/prometheus/alertmanager.yml with the webhooks at this address."""
    home = folder / "alertmanager"
    home.mkdir(parents=True)
    config = (FILES / "alertmanager.yml").read_text().replace("http://127.0.0.1:8060", webhook)
    (home / "alertmanager.yml").write_text(re.sub(r"group_wait: \w+", "group_wait: 1s", config))
    port = free_port()
    alertmanager = Watcher("prometheus-alertmanager", home, [
        "--config.file=alertmanager.yml", f"--web.listen-address=127.0.0.1:{port}", "--storage.path=data",
        "--cluster.listen-address="], port)
    try:
        wait_until(alertmanager.ready, READY_LIMIT_S, "Alertmanager to be ready")
        yield alertmanager
    finally:
        alertmanager.stop()


class Page(http.server.ThreadingHTTPServer):
    """Serves what `text` gives at every path, and keeps what is posted as (path, JSON)."""

    def __init__(self, text: Callable[[], str] = str) -> None:
        self.text = text
        self.posted: list[tuple[str, dict]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        body = self.server.text().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.posted.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
