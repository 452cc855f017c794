"""systemd as our programs see it: a socket of ours at NOTIFY_SOCKET, and a watchdog that ends whoever falls silent."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from harness import Service, wait_until

UCRED = struct.Struct("3i")


@dataclass(frozen=True)
class Message:
    at: float  # time.monotonic()
    pid: int
    lines: tuple[str, ...]


class Supervisor:
    """Use: with Supervisor(service, watchdog_s=4) as supervisor, before the service is started.

    watchdog_s: the interval the program is told of (0: none). ends: SIGABRT to a process that was ready and has been silent for it,
    as systemd's WatchdogSec does.
    """

    def __init__(self, service: Service, watchdog_s: float = 0, ends: bool = False) -> None:
        self.service = service
        self.watchdog_s = watchdog_s
        self.ends = ends
        self.ended: list[int] = []  # processes that the watchdog ended
        self._messages: list[Message] = []
        self._leave = threading.Event()
        self._folder = Path(tempfile.mkdtemp(prefix="onecase-notify."))  # a socket's path is short
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(str(self._folder / "notify"))
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._listen)
        service.environment["NOTIFY_SOCKET"] = str(self._folder / "notify")
        if watchdog_s:
            service.environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1_000_000))

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._thread.join(30)
        self._socket.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self.service.environment.pop("NOTIFY_SOCKET")

    def messages(self) -> list[Message]:
        """Of the process that runs now."""
        return [message for message in list(self._messages) if message.pid == self.service.pid]

    def said(self, line: str) -> list[Message]:
        return [message for message in self.messages() if line in message.lines]

    def wait_for(self, line: str, limit: float = 60, count: int = 1) -> Message:
        """The count-th message with this line."""
        wait_until(lambda: len(self.said(line)) >= count, limit, f"{self.service.name} to say {line!r} {count} times")
        return self.said(line)[count - 1]

    def catch_up(self) -> None:
        """Until all that has been said so far is heard: a word of ours that comes behind it."""
        word = f"HEARD={secrets.token_hex(8)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
            ours.sendto(word.encode(), str(self._folder / "notify"))
        wait_until(lambda: any(word in message.lines for message in list(self._messages)), 60, "what was said to be heard")

    def status(self) -> str:
        """What `systemctl status` would show."""
        lines = [line for message in self.messages() for line in message.lines if line.startswith("STATUS=")]
        return lines[-1].removeprefix("STATUS=") if lines else ""

    def _listen(self) -> None:
        while not self._leave.is_set():
            asked = time.monotonic()
            try:
                data, ancillary, _, _ = self._socket.recvmsg(65536, socket.CMSG_SPACE(UCRED.size))
            except TimeoutError:
                data = b""
            if data:
                pid = UCRED.unpack(ancillary[0][2])[0]
                self._messages.append(Message(time.monotonic(), pid, tuple(data.decode().splitlines())))
            elif self.ends:
                self._watch(asked)

    def _watch(self, asked: float) -> None:
        """Nobody had said more when it was asked, however late it is now."""
        process = self.service.process
        if process is None or process.poll() is not None or process.pid in self.ended:
            return
        spoke = [message.at for message in self._messages if message.pid == process.pid
                 and ({"READY=1", "WATCHDOG=1"} & set(message.lines))]
        if spoke and asked - spoke[-1] > self.watchdog_s:
            self.ended.append(process.pid)
            process.send_signal(signal.SIGABRT)
