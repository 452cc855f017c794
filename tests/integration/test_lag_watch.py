"""`onecase lag --watch` on a terminal: what is seen, which keys do what, and that the terminal is given back."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from harness import program
from harness_hub import open_hub
from lag_reports import Lagwatch, lagwatch, troubled, well
from terminal import DOWN, END, ENTER, ESCAPE, HOME, PAGE_DOWN, UP, Terminal, terminal


@pytest.fixture
def told() -> Iterator[Lagwatch]:
    with lagwatch() as server:
        server.tell(troubled())
        yield server


@pytest.fixture
def watch(told: Lagwatch) -> Iterator[Callable[..., Terminal]]:
    with ExitStack() as opened:
        def start(*words: str, columns: int = 80, rows: int = 24, url: str | None = None, **environment: str) -> Terminal:
            return opened.enter_context(terminal([str(program("onecase")), "lag", "--watch", "1", "--lagwatch", url or told.url, *words],
                                                 {**os.environ, "TERM": "xterm-256color", **environment}, columns, rows))
        yield start


def chosen(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("> ")), "")


def test_the_worst_is_seen_first_with_what_to_do(watch):
    screen = watch()
    text = screen.wait_for("REFUSING since")
    assert text.splitlines()[4].startswith("> onecase-matcher      REFUSING ")
    assert "do `onecase dlq list; onecase resume 17 --bury N`" in text
    assert "\x1b[1;31mREFUSING" in screen.raw.decode()
    screen.press(END)
    text = screen.wait_for("19968 messages behind")
    assert chosen(text).startswith("> FIREIOT ")


def test_a_new_report_is_drawn_where_the_old_one_was(watch, told):
    screen = watch()
    screen.wait_for("REFUSING since")
    told.tell(well())
    text = screen.wait_for("0 messages behind")
    assert "REFUSING" not in text and "OK   Kafka and PostgreSQL answer" in text
    assert chosen(text).startswith("> onecase-matcher ")  # the row it was on, wherever it is now
    assert told.asked >= 2


def test_keys_go_through_rows_details_and_partitions(watch):
    screen = watch()
    screen.wait_for(lambda text: chosen(text).startswith("> onecase-matcher"))
    screen.press(DOWN)
    screen.wait_for(lambda text: chosen(text).startswith(">   onecase.report/17"))
    screen.press(ENTER)
    text = screen.wait_for("also                  STALLED: no progress for 4 h 2 min")
    assert "because               100 refusals in a row" in text and "next offset           100" in text
    screen.press(ESCAPE)
    screen.wait_for("GROUP, PARTITION")
    screen.press("a")
    screen.wait_for("a trouble")
    screen.press(END + UP + UP + HOME + PAGE_DOWN)
    screen.wait_for(lambda text: "onecase.report/12   OK" in text and chosen(text) != "")
    screen.press("?")
    screen.wait_for("page up, page down, home, end")
    screen.press(ENTER)
    screen.wait_for("onecase.report")
    screen.press("q")
    assert screen.ended() == 0 and screen.is_restored()


def test_a_filter_leaves_what_it_names(watch):
    screen = watch()
    screen.wait_for("REFUSING since")
    screen.press("/relax")
    screen.wait_for("only: relax_")
    screen.press("\x7fy")
    text = screen.wait_for(lambda text: "onecase-relay" in text and "only: relay_" in text)
    assert "onecase-matcher" not in text and chosen(text).startswith("> onecase-relay")
    screen.press(ENTER)
    screen.wait_for("? keys  only: relay")
    screen.press(ESCAPE)
    screen.wait_for("onecase-matcher")
    screen.press("g数据")
    text = screen.wait_for("only: 数据_")
    assert chosen(text).startswith("> 数据中台-消费组")
    screen.press("q")  # a letter of the filter, not a key
    screen.wait_for("only: 数据q_")


@pytest.mark.parametrize(("columns", "rows"), [(60, 15), (80, 24), (200, 50), (20, 5), (7, 2), (1, 1)])
def test_any_window_is_filled_and_no_line_is_broken(watch, columns, rows):
    screen = watch("--all", columns=columns, rows=rows)
    screen.wait_for("REFUSING" if columns >= 60 else ("q" if columns > 7 else lambda text: len(screen.raw) > 20))
    for key in (DOWN, PAGE_DOWN, END, ENTER, ESCAPE):
        screen.press(key)
    screen.press("q")
    assert screen.ended() == 0
    drawn = screen.raw.decode().split("\x1b[H")[2:]
    assert drawn and all(picture.count("\r\n") < max(rows, 2) for picture in drawn)


def test_a_window_that_changes_is_drawn_anew(watch):
    screen = watch()
    screen.wait_for("REFUSING since")
    screen.size(60, 15)
    text = screen.wait_for(lambda _: "q quit" in screen.screen.display[14])
    assert "DONE IN" not in text  # columns give way
    screen.size(200, 50)
    text = screen.wait_for(lambda _: "q quit" in screen.screen.display[49])
    assert "DONE IN" in text and "19968 messages behind" in text


def test_a_terminal_that_can_do_nothing_is_refused(watch):
    screen = watch(TERM="dumb")
    assert screen.ended() == 64
    assert b"by TERM this one's cannot" in screen.raw and b"\x1b" not in screen.raw


def test_without_colours_there_are_none(watch):
    screen = watch(NO_COLOR="1")
    screen.wait_for("REFUSING since")
    assert "\x1b[1;31m" not in screen.raw.decode() and "\x1b[33m" not in screen.raw.decode()


@pytest.mark.parametrize(("how", "status"), [("q", 0), ("\x03", 0), (signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
                                             ("\x1c", 131), (signal.SIGABRT, -signal.SIGABRT), (signal.SIGSEGV, None)])
def test_the_terminal_is_given_back_however_it_ends(watch, how, status):
    screen = watch()
    screen.wait_for("REFUSING since")
    assert not screen.is_restored()
    if isinstance(how, str):
        screen.press(how)
    else:
        screen.signal(how)
    ended = screen.ended()
    assert screen.is_restored(), screen.raw[-200:]
    assert ended == status or (status is None and ended != 0)


def test_the_shell_has_the_terminal_while_it_is_stopped(watch):
    screen = watch()
    screen.wait_for("REFUSING since")
    screen.press("\x1a")
    pid, state = os.waitpid(screen.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(state)
    while screen.read(0.1):
        pass
    assert screen.is_restored()
    screen.signal(signal.SIGCONT)
    deadline = time.monotonic() + 30
    while screen.is_restored():
        assert time.monotonic() < deadline, "the screen is not drawn again"
        screen.read(0.1)
    screen.wait_for("REFUSING since")
    screen.press("q")
    assert screen.ended() == 0 and screen.is_restored()


def still_waits(asker: socket.socket) -> bool:
    """It has not given the question up."""
    asker.setblocking(False)
    try:
        while asker.recv(65536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def test_keys_are_answered_while_lagwatch_is_not(watch):
    """Whoever is asked takes the connection and says nothing. When all stood still until the question was given up, the next one tells:
    keys that wait for the end of a question are never answered before it."""
    keys = "page up, page down, home, end"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        screen = watch(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        screen.wait_for("asking http://127.0.0.1")
        deadline = time.monotonic() + 60
        answered = False
        while not answered:
            assert time.monotonic() < deadline, "no key is answered while a question is open"
            with silent.accept()[0] as asker:
                screen.press("?")
                screen.wait_for(keys)
                answered = still_waits(asker)
            if not answered:
                screen.press(ENTER)
                screen.wait_for(lambda text: keys not in text)
        screen.press("q")
        assert screen.ended() == 0 and screen.is_restored()


def test_that_nobody_can_be_asked_stands_on_the_screen(watch, told):
    """lagwatch goes, and Kafka is not there either: the last figures stay, with since when there are no new ones."""
    screen = watch(ONECASE_BROKERS="127.0.0.1:1")
    screen.wait_for("REFUSING since")
    told.status = 503
    text = screen.wait_for("no answer since ", limit=60)
    assert "status 503" in " ".join(text.split()) and "REFUSING" in text
    told.status = 200
    screen.wait_for(lambda text: "no answer since" not in text, limit=60)


def test_a_watch_from_here_sees_a_program_end_and_come_back(servers, template_database, tmp_path):
    """No lagwatch: Kafka and PostgreSQL are looked at again and again, so the verdict comes by itself."""
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        hub.start("intake")
        hub.start("relay", "tick_s=0")
        matcher = hub.start("matcher", "session_ms=3000")
        words = ["--watch", "1", "--prefix", hub.topics.prefix, "--group", f"{hub.database.name}.intake",
                 "--matcher-group", f"{hub.database.name}.matcher"]
        with terminal([str(program("onecase")), "lag", *words], {**hub.database.environment(), "TERM": "xterm-256color"}) as screen:
            screen.wait_for(lambda text: re.search(r"\.matcher +OK ", text), limit=60)
            matcher.kill()
            text = screen.wait_for("do `systemctl start onecase-matcher`", limit=60)
            assert chosen(text) != "" and "STOPPED since " in text
            hub.start("matcher", "session_ms=3000")
            screen.wait_for(lambda text: re.search(r"\.matcher +OK ", text), limit=60)
            screen.press("q")
            assert screen.ended() == 0 and screen.is_restored()
