"""onecase dlq redrive, park, unpark: dead letters are repaired and come back, with intake, matcher and relay on real servers."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from confluent_kafka import TopicPartition
from harness import PROJECT, Record, wait_until
from harness_intake import FEED, feed_record, set_config
from test_dlq import CUSTODIAN, FOUND, LATER, NO_SUCH, Department, department  # noqa: F401: a fixture

REDRIVE, VAULT, REPORT = "onecase.redrive", "onecase.deadletter", "onecase.report"
REPAIRED = FEED.replace('"in", ["report"]', '"in", ["report", "hazard"]')


def states(department: Department, origins: list[str]) -> set[tuple[str, int]]:
    """(state, attempt) of these letters."""
    return set(department.hub.database.rows(
        "select state, attempt from onecase.dead_letters"
        " where topic || '/' || partition || '/' || kafka_offset || '#' || item = any(%s)", (origins,)))


def record_numbers(department: Department) -> set[str]:
    return {number for (number,) in department.hub.database.rows("select record_no from onecase.reports")}


def test_a_broken_mapping_is_repaired_and_its_dead_letters_become_cases(department: Department) -> None:
    database, topics = department.hub.database, department.hub.topics
    bad = department.send("feed", *(feed_record(n, kind="hazard") for n in range(40)))
    sick = department.send("feed", json.dumps({"kind": "hazard", "title": "合成"}).encode(),
                           json.dumps({"kind": "hazard", "no": "", "title": "合成"}).encode())
    (group,) = department.groups()
    assert group["count"] == 42 and group["rule"] == "kind"
    assert department.trial(group["group"], status=FOUND).startswith("0 of 42 would pass\n42 would fail again:\n  42: rule kind")

    department.write("feed.cfg", REPAIRED % "feed")
    told = department.trial(group["group"], status=FOUND)
    assert "40 of 42 would pass (40 report)" in told and '2: rule required at "/no"' in told
    assert told.endswith("nothing was changed; the same words with --yes release these 40\n")
    assert states(department, bad + sick) == {("open", 1)}
    assert topics.read(REDRIVE) == [] and database.rows("select id from onecase.commands") == []

    department.reload()
    told = department.trial(group["group"], "--yes", "--reason", "the mapping knows hazards now", status=FOUND)
    assert "40 released: 40 taken\n" in told
    assert states(department, bad) == {("resolved", 1)} or states(department, bad) == {("resolved", 2)}
    assert states(department, sick) == {("open", 1)}
    assert {f"N{n:06}" for n in range(40)} <= record_numbers(department)
    assert database.value("select count(*) from onecase.cases") > 0
    assert department.groups()[0]["count"] == 2
    department.await_accounts("feed")
    department.hub.onecase("audit")

    commands = database.rows("select id, kind, state, actor, args ->> 'reason' from onecase.commands")
    assert {row[1:3] for row in commands} == {("dlq.redrive", "done")}
    assert {row[4] for row in commands} == {"the mapping knows hazards now"}
    released = topics.read(REDRIVE)
    assert {record.key.decode() for record in released} == set(bad)
    assert {record.headers["oc-attempt"] for record in released} == {"2"}
    assert {record.headers["oc-command"] for record in released} <= {row[0] for row in commands}
    shown = department.dlq("show", bad[0])
    assert "resolved" in shown and "dlq.redrive by" in shown and "nothing is left to do" in shown
    assert f"{bad[0]} is resolved" in department.run("redrive", bad[0], status=NO_SUCH).stderr


def test_what_fails_again_is_open_with_the_next_attempt(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"), feed_record(2, kind="hazard"))
    department.write("feed.cfg", REPAIRED % "feed")  # intake is not told: it fails there once more
    told = department.trial("--rule", "kind", "--yes", status=FOUND)
    assert "2 released: 0 taken, 2 failed again\n  2: map: rule kind" in told
    assert states(department, bad) == {("open", 2)}
    assert ", attempt 2;" in department.dlq("list")
    assert "state     open, attempt 2" in department.dlq("show", bad[0])
    department.reload()
    assert "2 released: 2 taken\n" in department.trial(*bad, "--yes")
    assert record_numbers(department) == {"N000001", "N000002"}
    assert {record.headers["oc-attempt"] for record in department.hub.topics.read(REDRIVE)} == {"2", "3"}


def test_those_that_would_fail_go_only_when_asked_for(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"))
    told = department.trial(bad[0], "--yes", status=FOUND)
    assert "nothing was released" in told and states(department, bad) == {("open", 1)}
    result = json.loads(department.trial(bad[0], "--yes", "--all", "--json", status=FOUND))
    assert (result["would_fail"], result["released"], result["failed_again"]) == (1, 1, 1)
    assert states(department, bad) == {("open", 2)}


def test_an_item_comes_back_alone(department: Department) -> None:
    items = [json.loads(feed_record(n, kind="hazard" if n in (1, 3) else "report")) for n in range(5)]
    record = department.send("many", json.dumps({"items": items}).encode())[0]
    third = record.replace("#0", "#3")
    mapping = (department.sources / "many.cfg").read_text(encoding="utf-8")
    department.write("many.cfg", mapping.replace('"in", ["report"]', '"in", ["report", "hazard"]'))
    department.reload()
    assert "1 released: 1 taken\n" in department.trial(third, "--yes")
    assert record_numbers(department) == {"N000000", "N000002", "N000003", "N000004"}
    (released,) = department.hub.topics.read(REDRIVE)
    assert released.key.decode() == third and json.loads(released.value) == {"items": items}
    assert "oc-bytes-at" not in released.headers
    assert states(department, [record.replace("#0", "#1")]) == {("open", 1)}
    department.await_accounts("many")
    department.hub.onecase("audit")


def test_what_does_not_come_back_is_said_and_written_again(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"))
    department.write("feed.cfg", REPAIRED % "feed")
    department.reload()
    department.intake.stop()
    told = department.trial(bad[0], "--yes", "--wait", "1", status=LATER)
    assert "1 released: 0 taken, 1 still on the way" in told
    assert states(department, bad) == {("released", 1)} and "1 on the way" in department.dlq("list")
    assert "--again" in department.run("redrive", bad[0], status=NO_SUCH).stderr
    assert department.trial(bad[0], "--again", "--yes", "--wait", "0", status=LATER)
    department.intake.start()
    wait_until(lambda: {state for state, _ in states(department, bad)} == {"resolved"}, 60, "the letter to be resolved")
    assert len(department.hub.topics.read(REDRIVE)) == 2  # taken once all the same
    department.await_accounts("feed")
    commands = {record.headers["oc-command"] for record in department.hub.topics.read(REDRIVE)}
    assert commands == {department.hub.database.value("select id from onecase.commands")}


def test_a_release_whose_bytes_were_never_written_is_taken_up_again(department: Department) -> None:
    """The command line was killed between the command and the bytes, or no relay sent the command while it waited."""
    bad = department.send("feed", feed_record(1, kind="hazard"))
    department.write("feed.cfg", REPAIRED % "feed")
    department.reload()
    relay = next(service for service in department.hub.services if service.name == "relay")
    relay.stop()
    done = department.run("redrive", bad[0], "--yes", *department.mappings(), status=LATER)
    assert "queued" in done.stderr and "0 released" in done.stdout and "1 wait for their command" in done.stdout
    assert department.hub.topics.read(REDRIVE) == [] and states(department, bad) == {("open", 1)}
    relay.start()
    wait_until(lambda: states(department, bad) == {("released", 1)}, 60, "the queued command to be applied")
    assert "1 released: 1 taken\n" in department.trial("--rule", "kind", "--again", "--yes")
    (released,) = department.hub.topics.read(REDRIVE)
    assert released.headers["oc-command"] == department.hub.database.value("select id from onecase.commands")
    department.await_accounts("feed")


def test_parked_letters_are_out_of_sight_until_they_are_taken_up(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"), feed_record(2, kind="hazard"), b"no JSON")
    (group,) = [group["group"] for group in department.groups("--rule", "kind")]
    assert department.dlq("park", group, "--reason", "drill of the fire service") == "2 parked\n"
    assert [row["rule"] for row in department.groups()] == ["syntax"]
    assert [(row["group"], row["parked"]) for row in department.groups("--state", "parked")] == [(group, 2)]
    assert "`onecase dlq unpark` comes first" in department.run("redrive", bad[0], status=NO_SUCH).stderr
    shown = department.dlq("show", bad[0])
    assert "drill of the fire service" in shown and "unpark" in shown
    assert "is parked, not open" in department.run("park", bad[0], "--reason", "x", status=NO_SUCH).stderr
    assert department.dlq("unpark", bad[0], bad[0], "--reason", "no drill") == "1 open again\n"  # what is named twice counts once
    assert states(department, bad[:1]) == {("open", 1)} and states(department, bad[1:2]) == {("parked", 1)}
    assert department.hub.database.rows("select kind, args ->> 'reason' from onecase.commands order by seq") == [
        ("dlq.park", "drill of the fire service"), ("dlq.unpark", "no drill")]


def test_a_command_that_nobody_sends_is_queued(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"))
    relay = next(service for service in department.hub.services if service.name == "relay")
    relay.stop()
    done = department.run("park", bad[0], "--reason", "x", status=LATER)
    assert "queued" in done.stderr and "0 parked" in done.stdout
    relay.start()
    wait_until(lambda: states(department, bad) == {("parked", 1)}, 60, "the queued command to be applied")


# The vault

def test_bytes_that_retention_took_are_gone_and_so_it_is_said(department: Department) -> None:
    bad = department.send("feed", feed_record(1, kind="hazard"))
    topics = department.hub.topics
    ends = {TopicPartition(topics.name(VAULT), p, end) for p, end in topics.ends(VAULT).items()}
    for future in topics.admin.delete_records(list(ends)).values():
        future.result(30)
    assert "bytes     gone: onecase.deadletter keeps bytes 30 days" in department.dlq("show", bad[0])
    assert department.letter(bad[0])["bytes"] == "lost"
    assert "1 cannot be released: the vault keeps bytes 30 days" in department.trial(bad[0], "--yes", status=FOUND)
    raw = department.run("show", bad[0], "--raw", "--reason", "x", status=NO_SUCH, environment=CUSTODIAN)
    assert raw.stdout == "" and "the bytes are gone" in raw.stderr


def test_a_record_too_large_for_the_vault_is_known_but_not_kept(department: Department) -> None:
    set_config(department.hub.topics, VAULT, "max.message.bytes", "20000")
    department.intake.stop()
    department.intake.start()  # the limit is read at start
    bad = department.send("feed", feed_record(1, kind="hazard", text="永" * 20000))
    assert "never kept: the record is larger than onecase.deadletter" in " ".join(department.dlq("show", bad[0]).split())
    assert department.letter(bad[0])["bytes"] == "truncated"
    assert "1 cannot be released: too large for the vault" in department.trial(bad[0], status=FOUND)
    raw = department.run("show", bad[0], "--raw", "--reason", "x", status=NO_SUCH, environment=CUSTODIAN)
    assert "never kept" in raw.stderr


def test_bytes_that_were_kept_long_before_their_row_are_found(department: Department) -> None:
    """Kafka or the matcher was away between the two."""
    bad = department.send("feed", feed_record(1, kind="hazard"))[0]
    for age in ("30 minutes", "3 hours"):
        department.hub.database.execute("update onecase.dead_letters set received_at = received_at + %s::interval", (age,))
        assert department.letter(bad)["bytes"] == "kept"


def test_of_several_copies_the_last_of_its_attempt_and_stage_counts(department: Department) -> None:
    """Intake and matcher repeat what they did when they were killed, and each failed attempt has bytes of its own."""
    bad = department.send("feed", feed_record(1, kind="hazard"))[0]
    (kept,) = department.hub.topics.read(VAULT)

    def copy(value: bytes, **headers: str) -> tuple[bytes, bytes, list[tuple[str, str]]]:
        changed = kept.headers | {f"oc-{name}": text for name, text in headers.items()}
        return (kept.key, value, list(changed.items()))

    department.hub.topics.produce(VAULT, [copy(b'{"copy": 1}'), copy(b'{"copy": "two"}'), copy(b'{"later": 1}', attempt="2"),
                                          copy(b'{"matcher": 1}', stage="write")])
    assert json.loads(json.dumps(department.letter(bad)))["masked"].split() == ["{", "<--", "kind", '"copy":', '"aaa"', "}"]
    assert department.letter(bad)["altered"] is True  # the digest of its row is another one
    assert "NOT the bytes that failed" in " ".join(department.dlq("show", bad).split())


# The matcher's own

def test_a_misrouted_record_is_shown_and_goes_out_as_it_is(department: Department) -> None:
    """A stranger wrote a record of onecase.report to a partition that is not its key's."""
    department.send("feed", feed_record(1))
    topics = department.hub.topics
    good: Record = next(record for record in topics.read(REPORT) if record.headers["ce_type"] == "onecase.report")
    origin = f"{topics.name('feed')}/0/1#0"
    value = good.value.replace(b"N000001", b"N000002")
    topics.produce(REPORT, [(good.key, value, list((good.headers | {"ce_id": origin}).items()))], (good.partition + 1) % 24)
    wait_until(lambda: states(department, [origin]) == {("open", 1)}, 60, "the misrouted record to be dead")
    shown = department.letter(origin)
    assert shown["stage"] == "misrouted" and shown["canonical"] is True and '"record_no": "a999999"' in shown["masked"]
    assert "`onecase dlq redrive" in shown["next"] and "key" in shown["next"]
    told = department.trial(origin, "--yes")
    assert "1 of the matcher is mapped already: tried as it is" in told and "1 released: 1 taken" in told
    assert record_numbers(department) == {"N000001", "N000002"}


# The page

BLOCK = re.compile(r"^(?:\*\*`(?P<file>[^`]+)`\*\*\n\n)?```\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGES = {  # from run to run
    r"\d{4}-\d\d-\d\d \d\d:\d\d": "2099-01-01 03:12",
    r"t[0-9a-f]{8}\.(?=parks)": "",
    r"(?<= by )\S+(?=, (done|queued))": "wang",
}


def steady(text: str) -> str:
    for pattern, instead in CHANGES.items():
        text = re.sub(pattern, instead, text)
    return text.rstrip("\n")


def notice(**members: str) -> bytes:
    return json.dumps(members | {"area": "990101", "title": "合成", "text": "合成公园 3 号门，来电 19900001234"}, ensure_ascii=False).encode()


@pytest.mark.parametrize("page", ["dead-letters.md", "dead-letters.zh-CN.md"])
def test_the_night_of_the_page_goes_as_it_is_written(department: Department, page: str) -> None:
    blocks = list(BLOCK.finditer((PROJECT / "docs" / page).read_text(encoding="utf-8")))
    steps = [step for block in blocks for step in re.findall(r"^\$ onecase dlq (.*)\n((?:(?!\$ ).*\n)*)", block["body"], re.M)]
    assert len(steps) == 7
    mapping = next(block["body"] for block in blocks if block["file"])
    department.hub.topics.create("parks.notice", 1)
    department.write("parks.cfg", mapping)
    department.reload()
    department.send("parks.notice", notice(no="PK-1001", type="broken"), notice(type="fallen"))
    department.send("parks.notice", *(notice(no=f"PK-100{n}", type="frozen") for n in range(2, 5)))
    for words, wanted in steps:
        tries = words.startswith("redrive")
        if tries:
            department.write("parks.cfg", mapping.replace('"fallen"', '"fallen", "frozen"'))
        if "--yes" in words:
            department.reload()
        found = department.trial(*shlex.split(words)[1:]) if tries else department.dlq(*shlex.split(words))
        assert steady(found) == steady(wanted), words
