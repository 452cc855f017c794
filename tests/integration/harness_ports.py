"""Ports of 127.0.0.1 for programs that a test starts.

They lie below the ports that the kernel gives to clients by itself (32768 and up) and those of deploy/local (15000 to 31999), and each is
given out once: to one worker of one run on this machine, for as long as that worker lives. So a port is still free when the program comes
to take it, and again when it was killed and comes back; and where a test wants nobody to listen, nobody does.
"""

from __future__ import annotations

import random
import socket

FIRST, END = 10000, 15000
_taken: list[socket.socket] = []  # a name of the kernel's for each, which is gone with the process


def _take(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0onecase-test-port-{port}")
    except OSError:
        name.close()
        return False
    _taken.append(name)
    return True


def _nobody_listens(port: int) -> bool:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what lingers after a stop does not hinder a new server
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    for port in random.sample(range(FIRST, END), END - FIRST):
        if _take(port) and _nobody_listens(port):
            return port
    raise AssertionError(f"no free port in {FIRST} to {END - 1}")
