"""A program on a terminal: a pseudo-terminal before it, and what would be seen on the screen (pyte)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator

import pyte

PICTURE_END = b"\x1b[?2026l"  # of synchronized output: the picture is whole
UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END, ENTER, ESCAPE = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\r", "\x1b"


class Terminal:
    def __init__(self, words: list[str], environment: dict[str, str], columns: int = 80, rows: int = 24) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status: int | None = None
        self.fd, slave = pty.openpty()
        self.size(columns, rows)
        self.before = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for number in (0, 1, 2):
                    os.dup2(slave, number)
                os.execve(words[0], words, environment)
            finally:
                os._exit(127)
        self.slave = slave  # kept open, so that the terminal's settings can be read when the program has ended

    def size(self, columns: int, rows: int) -> None:
        """Another size of the window; the program gets SIGWINCH by the kernel."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, wait: float = 0) -> bool:
        """Takes what has been written; False: nothing was."""
        if not select.select([self.fd], [], [], wait)[0]:
            return False
        written = os.read(self.fd, 65536)
        self.raw += written
        self.stream.feed(written)
        return True

    def wait_for(self, seen: str | Callable[[str], object], limit: float = 60) -> str:
        """The screen once a whole picture holds a text, or once a condition on it holds."""
        holds = (lambda text: seen in text) if isinstance(seen, str) else seen
        end = time.monotonic() + limit
        while not (self.raw.endswith(PICTURE_END) and holds(self.text())):
            assert time.monotonic() < end, f"in {limit} s {seen!r} did not come to be seen on\n{self.text()}"
            self.read(0.1)
        return self.text()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def ended(self, limit: float = 60) -> int:
        """Its exit code, or the negative number of the signal that ended it."""
        end = time.monotonic() + limit
        while self.status is None:
            assert time.monotonic() < end, f"it has not ended in {limit} s\n{self.text()}"
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.status = os.waitstatus_to_exitcode(status)
        while self.read():
            pass
        return self.status

    def is_restored(self) -> bool:
        """The screen it found, the cursor, and the settings of the terminal."""
        entered, left = self.raw.rfind(b"\x1b[?1049h"), self.raw.rfind(b"\x1b[?1049l")
        shown = self.raw.rfind(b"\x1b[?25h")
        return 0 <= entered < left and shown > self.raw.rfind(b"\x1b[?25l") and termios.tcgetattr(self.slave) == self.before

    def close(self) -> None:
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.slave)
        os.close(self.fd)


@contextlib.contextmanager
def terminal(words: list[str], environment: dict[str, str], columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
    made = Terminal(words, environment, columns, rows)
    try:
        yield made
    finally:
        made.close()
