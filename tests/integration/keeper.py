"""A service that is started again whenever it ends by itself, as systemd does it; each crash is noted with its time."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from harness import Service


class Keeper:
    """Use: with Keeper(service, delay_s=1, most=9) as keeper. After more than `most` restarts it gives up, and says so at the end.

    rest_after: the end after which it stays down until let_go, as after hold. The service must not be told to end from outside while it
    is kept.
    """

    def __init__(self, service: Service, delay_s: float = 0, most: int = 12, rest_after: int = 0) -> None:
        self.service = service
        self.delay_s = delay_s
        self.most = most
        self.rest_after = rest_after
        self.ends: list[tuple[float, int]] = []  # time.monotonic() and status of each end
        self._leave = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()
        self._thread = threading.Thread(target=self._keep)

    def __enter__(self) -> Keeper:
        self.service.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._leave.set()
        self._go_on.set()
        self._thread.join(60)
        assert kind is not None or len(self.ends) <= self.most, \
            f"{self.service.name} ended {len(self.ends)} times:\n{self.service.tail()}"

    @property
    def restarts(self) -> int:
        return len(self.ends)

    def hold(self) -> None:
        """Whoever ends from now on stays down until let_go."""
        self._go_on.clear()

    def let_go(self) -> None:
        self._go_on.set()

    def _keep(self) -> None:
        while not self._leave.is_set():
            status = self.service.process.poll()
            if status is None:
                time.sleep(0.02)
                continue
            if len(self.ends) + 1 == self.rest_after:
                self.hold()
            self.ends.append((time.monotonic(), status))
            self._go_on.wait()
            if len(self.ends) > self.most or self._leave.wait(self.delay_s):
                return
            self.service.start()
