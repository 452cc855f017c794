"""A PostgreSQL of a test's own: a copy of the run's, on another port, that may be a standby, or lie on file systems too small for it.

    with copied_servers(servers, standby=True) as standby: ...
    with copied_servers(servers, small={"space": 40}) as copy: ...

Kafka is the run's. A small file system is a tmpfs in a mount namespace of its own, so that it goes with its last process and needs no
root (a user namespace gives the right to mount).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from harness import LocalServers, wait_until
from harness_ports import free_port

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]


class CannotMount(Exception):
    """This machine lets nobody mount a file system (a container without CAP_SYS_ADMIN and without user namespaces)."""


class CopiedServers(LocalServers):
    """start_postgresql and stop_postgresql are those of the copy; Kafka belongs to the run and is left alone."""

    def __init__(self, origin: LocalServers, small: dict[str, int], settings: dict[str, str]) -> None:
        super().__init__()
        self.origin = origin
        self.small = small  # folder below `data` -> MB
        self.settings = settings
        self.cluster = self.data / "cluster"
        self.log = self.data / "postgresql.log"
        self.holder: subprocess.Popen | None = None  # keeps the mount namespace
        self.server: subprocess.Popen | None = None
        self._environment = origin.environment() | {"PGPORT": str(free_port())}

    # ---- making it ---------------------------------------------------------------------------------------------

    def copy(self, standby: bool) -> None:
        where = self.origin.environment()
        subprocess.run([str(POSTGRESQL / "pg_basebackup"), "-D", str(self.cluster), "-c", "fast", "-X", "stream"], check=True,
                       env=where, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        if standby:
            password = Path(where["PGPASSFILE"]).read_text().strip().rsplit(":", 1)[1]
            (self.cluster / "standby.signal").touch()
            with (self.cluster / "postgresql.auto.conf").open("a") as settings:
                settings.write(f"primary_conninfo = 'host=127.0.0.1 port={where['PGPORT']} user={where['PGUSER']} "
                               f"password={password}'\n")
        for folder in self.small:
            (self.data / folder).mkdir(exist_ok=True)
        self.log.touch()
        if os.geteuid() == 0:
            for path in [self.data, *self.data.rglob("*")]:
                shutil.chown(path, "postgres", "postgres")

    def hold_mounts(self) -> None:
        """One process that has the small file systems mounted and does nothing else."""
        mounts = "; ".join(f"mount -t tmpfs -o size={megabytes}m,mode=700 none '{self.data / folder}'"
                           for folder, megabytes in self.small.items())
        owner = "; ".join(f"chown postgres:postgres '{self.data / folder}'" for folder in self.small) if os.geteuid() == 0 else "true"
        script = f"{mounts}; {owner}; echo mounted; exec sleep infinity"
        # Where the root is no mount point (a chroot), propagation cannot be changed; whoever made it has made it private.
        ways = [["unshare", "--mount"], ["unshare", "--mount", "--propagation", "unchanged"]] if os.geteuid() == 0 else [
            ["unshare", "--user", "--map-root-user", "--mount"],
            ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "unchanged"]]
        for way in ways:
            self.holder = subprocess.Popen([*way, "sh", "-ec", script], cwd=self.data, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                           text=True)
            if self.holder.stdout.readline() == "mounted\n":
                return
            self.holder.wait(30)
            self.holder.stdout.close()
            self.holder = None
        raise CannotMount("cannot mount a tmpfs of the test's own, neither as root nor as a user")

    def inside(self, *command: str) -> list[str]:
        """The command where the small file systems are, as the user who runs PostgreSQL (which refuses to be root). The holder's root
        and folder are entered as well: the namespace alone would lead out of a chroot."""
        entering: list[str] = []
        if self.holder is not None:
            as_user = ["-U", "--preserve-credentials"] if os.geteuid() != 0 else []
            entering = ["nsenter", "-t", str(self.holder.pid), *as_user, "-m", "-r", "-w"]
        if os.geteuid() == 0:
            entering += ["setpriv", "--reuid", "postgres", "--regid", str(pwd.getpwnam("postgres").pw_gid), "--init-groups"]
        elif self.holder is not None:
            entering += ["unshare", "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}"]
        return [*entering, *command]

    def move_wal(self, folder: str) -> None:
        """pg_wal onto a small file system; before the first start."""
        script = f"cp -a '{self.cluster}/pg_wal/.' '{self.data / folder}/' && rm -r '{self.cluster}/pg_wal' && " \
                 f"ln -s '{self.data / folder}' '{self.cluster}/pg_wal'"
        subprocess.run(self.inside("sh", "-ec", script), check=True, timeout=60)

    # ---- life --------------------------------------------------------------------------------------------------

    def start_postgresql(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": self._environment["PGPORT"],
                    "logging_collector": "off"} | self.settings
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(self.inside(str(POSTGRESQL / "postgres"), "-D", str(self.cluster), *words), cwd=self.data,
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.answers, 60, "the copied PostgreSQL to answer")

    def answers(self) -> bool:
        assert self.server.poll() is None, f"the copied PostgreSQL ended with {self.server.poll()}:\n{self.said()[-3000:]}"
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def postmaster(self) -> int:
        """Not self.server.pid: that may be the program which entered the namespace."""
        return int((self.cluster / "postmaster.pid").read_text().split()[0])

    def stop_postgresql(self, immediate: bool = False) -> None:
        if self.server is None:
            return
        if self.server.poll() is None:
            with suppress(FileNotFoundError, ProcessLookupError):  # it is about to end by itself
                os.kill(self.postmaster(), signal.SIGQUIT if immediate else signal.SIGINT)
        self.server.wait(60)
        self.server = None

    def promote(self) -> None:
        with self.connect() as connection:
            assert connection.execute("select pg_promote()").fetchone() == (True,)

    def stop(self) -> None:
        self.stop_postgresql(immediate=True)
        if self.holder is not None:
            self.holder.kill()
            self.holder.wait(30)
            self.holder.stdout.close()
        shutil.rmtree(self.data, ignore_errors=True)

    # ---- filling a disk ----------------------------------------------------------------------------------------

    def fill(self, folder: str, leave_kb: int = 0) -> None:
        """Takes what is free on the small file system."""
        free = int(subprocess.run(self.inside("df", "--output=avail", "-k", str(self.data / folder)), check=True, capture_output=True,
                                  text=True, timeout=30).stdout.split()[1])
        ballast = self.data / folder / "ballast"
        subprocess.run(self.inside("sh", "-c", f"head -c {max(0, free - leave_kb) * 1024} /dev/zero > '{ballast}'"), check=True, timeout=60)

    def make_room(self, folder: str) -> None:
        subprocess.run(self.inside("rm", str(self.data / folder / "ballast")), check=True, timeout=30)


@contextmanager
def copied_servers(origin: LocalServers, *, standby: bool = False, small: dict[str, int] | None = None, wal: str | None = None,
                   settings: dict[str, str] | None = None) -> Iterator[CopiedServers]:
    """wal: which of the small file systems holds pg_wal."""
    copied = CopiedServers(origin, small or {}, settings or {})
    try:
        copied.copy(standby)
        if copied.small:
            copied.hold_mounts()
        if wal is not None:
            copied.move_wal(wal)
        copied.start_postgresql()
        yield copied
    finally:
        copied.stop()
