"""What the benches share: a build of preset release, a Kafka and a PostgreSQL of their own, the programs on them.

Servers are those of deploy/local, on free ports, in a folder of their own, and are ended and erased with the bench.
A program, or a server's backend, is a Process: by what the kernel says of it.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

BENCH = Path(__file__).resolve().parent
PROJECT = BENCH.parents[1]
BIN = Path(os.environ.get("ONECASE_BIN", PROJECT / "build" / "release" / "bin"))
TICKS = os.sysconf("SC_CLK_TCK")
LIMIT_S = 900
ASK_EVERY_S = 0.2  # a question costs the broker and a kcat; the error of a rate is that part of its time
PARTITIONS = 24


def say(what):
    print(what, file=sys.stderr, flush=True)


def fail(what):
    sys.exit(f"{Path(sys.argv[0]).name}: {what}")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=LIMIT_S, **options)
    if done.returncode != 0:
        fail(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(*targets):
    """Builds targets of preset release, unless $ONECASE_BIN says where programs are."""
    if "ONECASE_BIN" in os.environ:
        return
    say("building preset release")
    run("cmake", "--preset", "release", cwd=PROJECT)
    run("cmake", "--build", "--preset", "release", "--target", *targets, cwd=PROJECT)


def end_on_sigterm():
    """Told to end, a bench ends its servers as after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def servers():
    """The environment that finds a Kafka and a PostgreSQL of our own, with a database "template" to copy."""
    data = tempfile.mkdtemp(prefix="onecase-bench.", dir="/var/tmp")
    os.chmod(data, 0o755)  # the servers run as another user when we are root
    own = dict(os.environ, ONECASE_DATA=data)
    try:
        say("starting Kafka and PostgreSQL")
        run(PROJECT / "deploy/local/up", "--bare", "--any-ports", env=own)
        lines = run(PROJECT / "deploy/local/env", env=own)
        found = dict(re.findall(r"^export (ONECASE_BROKERS|PG\w+|KCAT_CONFIG)=(.*)$", lines, re.M))
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "ONECASE_"))} | found
        environment["ONECASE_HTTP"] = "off"  # several programs of one name run here
        os.environ["KCAT_CONFIG"] = found["KCAT_CONFIG"]
        run("createdb", "template", env=environment)
        run("sqitch", "deploy", "db:pg:template", cwd=PROJECT / "migrations",
            env=environment | {"SQITCH_FULLNAME": "onecase", "SQITCH_EMAIL": "onecase@localhost"})
        yield environment
    finally:
        # A second Ctrl-C must not leave servers behind.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        subprocess.run([str(PROJECT / "deploy/local/down"), "--immediate", "--erase"], env=own, stdin=subprocess.DEVNULL,
                       capture_output=True, check=False)
        shutil.rmtree(data, ignore_errors=True)
        signal.signal(signal.SIGINT, before)


class Process:
    """A program or a backend, by what the kernel says of it."""

    def __init__(self, pid, check=lambda: None):
        self.pid = pid
        self.check = check  # ends the bench when the program is gone

    def cpu_s(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS  # utime, stime

    def peak_mb(self):
        return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024


class Stage:
    """A database and topics of one measurement, and the programs on them."""

    def __init__(self, name, environment, folder, prefix=None):
        """prefix: of topics that are another stage's too; else this one has its own."""
        self.name, self.folder = name, folder
        run("createdb", "-T", "template", name, env=environment)
        self.environment = environment | {"PGDATABASE": name}
        self.prefix = prefix or f"{name}."
        # Makes what is missing, and tells the database of its report topic.
        run(BIN / "onecase", "topics", "--create", "--prefix", self.prefix, env=self.environment, cwd=PROJECT)
        self.key = folder / "reporter.key"
        if not self.key.exists():
            self.key.touch(mode=0o600)
            self.key.write_text(secrets.token_hex(32) + "\n")

    @contextmanager
    def program(self, name, *settings):
        words = [f"topic_prefix={self.prefix}", *settings]
        if name != "relay":
            words.append(f"group={self.name}.{name}")
        if name == "intake":
            words.append(f"key_file={self.key}")
        with open(self.folder / f"{self.name}-{name}.log", "w+b") as log:
            started = subprocess.Popen([str(BIN / name), *(w for word in words for w in ("--set", word))], cwd=PROJECT,
                                       env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

            def check():
                if started.poll() is not None:
                    log.seek(0)
                    fail(f"{name} has ended by itself:\n{log.read()[-3000:].decode(errors='replace')}")

            try:
                yield Process(started.pid, check)
            finally:
                started.terminate()
                try:
                    started.wait(60)
                except subprocess.TimeoutExpired:
                    started.kill()
                    started.wait()

    def reported(self):
        """Records in onecase.report."""
        places = [word for p in range(PARTITIONS) for word in ("-t", f"{self.prefix}onecase.report:{p}:-1")]
        lines = run("kcat", "-q", "-b", self.environment["ONECASE_BROKERS"], "-Q", *places, env=self.environment)
        return sum(int(line.rpartition(" ")[2]) for line in lines.splitlines())


class Query:
    """One psql that stays, so that asking costs little."""

    def __init__(self, environment):
        self.psql = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], env=environment, text=True, bufsize=1,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def value(self, sql):
        """The one number of the one row."""
        self.psql.stdin.write(sql + ";\n")
        answer = self.psql.stdout.readline()
        if not answer:
            fail(f"psql did not answer {sql}")
        return int(answer)

    def stored(self):
        return self.value("select coalesce(sum(greatest(next_offset, 0)), 0) from onecase.consumer_offsets")

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def watch(count, total, processes, what):
    """Reports a second while count() goes up to total."""
    first, since, deadline = None, None, time.monotonic() + LIMIT_S
    while True:
        done, now = count(), time.monotonic()
        if first is None and done > 0:
            first, since = done, now
        if done >= total:
            return (total - first) / (now - since) if now > since else None
        if now > deadline:
            fail(f"waited {LIMIT_S} s for {what}; {done} of {total} are done")
        for process in processes:
            process.check()
        time.sleep(ASK_EVERY_S)
