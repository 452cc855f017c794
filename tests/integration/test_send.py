"""`onecase send`: files of a department to its topic, on a real broker; cut short and taken up again; the drop folder.

Two feeds of the test's own: FILES in UTF-8, FILESGB in GB18030. Expectations are what the department wrote, read back from
the topic: bytes where the encodings agree, else equal JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import ConfigResource
from harness import PROJECT, LocalServers, Record, Topics, program, wait_until
from harness_hub import open_hub

FEED = """format = 1;  source = "%(source)s";  topics = [%(topics)s];  encoding = "%(encoding)s";
time   : { zone = "+08:00"; formats = ["yyyy-MM-dd HH:mm:ss"]; };
region : { first = ["/area"]; default = "9901"; };
kinds  = ( { kind = "ignore"; reason = "drill"; when = ( ("/title", "contains", ["演练"]) ); },
           { kind = "report"; when = ( ("/id", "present") ); } );
fields : {
  record_no   = { first = ["/id"]; required = true; };
  revision    = { first = ["/revision"]; as = "integer"; };
  reported_at = { first = ["/time"]; as = "time"; required = true; };
  title       = { first = ["/title"]; };
  body        = { first = ["/body"]; max = 2000; };
  address     = { first = ["/place"]; }; };
"""
TOPIC, GB_TOPIC = "files.event", "files.gb"
LIMIT_S = 120


def record(number: int, **more: object) -> dict[str, object]:
    return {"id": f"F{number:08d}", "time": "2026-11-20 08:00:00", "area": "990101", "title": f"第{number}号",
            "body": "电梯停运，\"有人\"被困", "place": f"听雨新村{number % 30 + 1}幢"} | more


def jsonl(records: list[dict], encoding: str = "utf-8") -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode(encoding)


def csv_text(records: list[dict], separator: str = ",") -> str:
    def field(value: object) -> str:
        return '"' + str(value).replace('"', '""') + '"'
    rows = [separator.join(field(value) for value in r.values()) for r in records]
    return "\r\n".join([separator.join(records[0]), *rows, ""])


class Sending:
    """A folder of mappings, and the command."""

    def __init__(self, servers: LocalServers, topics: Topics, folder: Path) -> None:
        self.servers = servers
        self.topics = topics
        self.folder = folder
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.feed("files", source="FILES", topics=f'"{TOPIC}"', encoding="utf-8")
        self.feed("gb", source="FILESGB", topics=f'"{GB_TOPIC}"', encoding="gb18030")

    def feed(self, name: str, **keys: str) -> None:
        (self.sources / f"{name}.cfg").write_text(FEED % keys, encoding="utf-8")

    def options(self) -> list[str]:
        return ["--sources", str(self.sources), "--regions", str(PROJECT / "deploy" / "regions.cfg"),
                "--words", str(PROJECT / "deploy" / "model" / "words"), "--prefix", self.topics.prefix]

    def command(self, file: Path | str, *arguments: str, source: str = "FILES") -> list[str]:
        return [str(program("onecase")), "send", "--source", source, *self.options(), *arguments, str(file)]

    def run(self, file: Path | str, *arguments: str, source: str = "FILES", status: int = 0,
            stdin: bytes | None = None, brokers: str | None = None) -> subprocess.CompletedProcess[bytes]:
        where = self.servers.environment() | ({"ONECASE_BROKERS": brokers} if brokers else {})
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(self.command(file, *arguments, source=source), env=where, cwd=PROJECT, capture_output=True,
                              timeout=LIMIT_S, check=False, **given)
        said = f"{done.stdout.decode()}{done.stderr.decode()}"
        assert "Sanitizer" not in said and "runtime error:" not in said, said
        assert done.returncode == status, f"ended with {done.returncode}, not {status}:\n{said}"
        return done

    def summary(self, file: Path | str, *arguments: str, **more: object) -> dict:
        return json.loads(self.run(file, *arguments, "--json", **more).stdout)

    def start(self, file: Path, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(self.command(file, *arguments), env=self.servers.environment(), cwd=PROJECT,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def place(self, file: Path) -> dict | None:
        path = Path(f"{file}.onecase-sent")
        return json.loads(path.read_text()) if path.exists() else None

    def read(self, topic: str = TOPIC) -> list[Record]:
        return self.topics.read(topic)

    def values(self, topic: str = TOPIC) -> list[object]:
        """In the order sent, of a topic with one partition."""
        return [json.loads(r.value.decode(errors="replace")) for r in self.read(topic)]


@pytest.fixture
def sending(servers: LocalServers, topics: Topics, tmp_path: Path) -> Sending:
    topics.create(TOPIC, 1)
    topics.create(GB_TOPIC, 1)
    return Sending(servers, topics, tmp_path)


# ---- what goes out ---------------------------------------------------------------------------------------------------


def test_json_lines_go_out_as_they_are_with_their_record_number_as_key(sending: Sending) -> None:
    lines = [b'{"id": "F1",  "time":"2026-11-20 08:00:00", "big": 12345678901234567890, "z": 1.50}',
             b'{"id":"F2","time":"2026-11-20 08:00:00","title":"\\u6f14\\u7ec3"}',
             '{"id":"编号三","time":"2026-11-20 08:00:00"}'.encode()]
    file = sending.file("events.jsonl", b"\xef\xbb\xbf" + lines[0] + b"\r\n\n  \n" + lines[1] + b"\n" + lines[2])
    summary = sending.summary(file)
    assert [r.value for r in sending.read()] == lines
    assert [r.key for r in sending.read()] == [b"F1", b"F2", "编号三".encode()]
    assert [r.headers for r in sending.read()] == [{}] * 3
    assert {key: summary[key] for key in ("records", "sent", "format", "encoding", "topic", "complete", "ignored")} == {
        "records": 3, "sent": 3, "format": "jsonl", "encoding": "utf-8", "topic": sending.topics.name(TOPIC),
        "complete": True, "ignored": {"drill": 1}}
    assert summary["kinds"]["report"] == 2 and summary["kinds"]["ignored"] == 1
    assert sending.place(file) is None


def test_keys_choose_the_partition_as_every_producer_of_the_project_does(sending: Sending) -> None:
    sending.topics.create("files.many", 5)
    sending.topics.create("files.twin", 5)
    sending.feed("many", source="MANY", topics='"files.many"', encoding="utf-8")
    records = [record(number) for number in range(200)]
    sending.run(sending.file("events.jsonl", jsonl(records)), source="MANY")
    places = sending.topics.produce("files.twin", [(r["id"], "") for r in records])
    expected = {r["id"].encode(): place[0] for r, place in zip(records, places)}
    assert {r.key: r.partition for r in sending.read("files.many")} == expected
    assert len(set(expected.values())) == 5


def test_elements_of_an_array_go_out_one_by_one(sending: Sending) -> None:
    records = [record(number, nested={"list": [1, {"x": "]}\\\""}]}) for number in range(16000)]
    pretty = json.dumps(records, ensure_ascii=False, indent=2).encode()
    assert len(pretty) > 4 << 20, "more than one reading"
    summary = sending.summary(sending.file("export.json", pretty))
    assert (summary["format"], summary["sent"]) == ("array", 16000)
    assert sending.values() == records


def test_objects_over_several_lines_and_standard_input(sending: Sending) -> None:
    records = [record(number) for number in range(20)]
    objects = "\n".join(json.dumps(r, ensure_ascii=False, indent=1) for r in records).encode()
    assert sending.summary("-", stdin=objects)["format"] == "array"
    assert sending.values() == records
    assert sending.summary("-", stdin=jsonl(records))["format"] == "jsonl"
    assert sending.values() == records * 2
    csv = sending.summary("-", stdin=csv_text(records).encode())
    assert (csv["format"], csv["file"], csv["sent"]) == ("csv", "stdin", 20)
    assert sending.values() == records * 3


@pytest.mark.parametrize("name, encoding, separator", [
    ("events.csv", "utf-8", ","), ("events.csv", "utf-8-sig", ","), ("events.csv", "gb18030", ","),
    ("events.txt", "utf-8", ";"), ("events.tsv", "gb18030", "\t"), ("events.csv", "gb18030", "|")])
def test_csv_rows_become_objects_of_texts(sending: Sending, name: str, encoding: str, separator: str) -> None:
    # 㭎 and 誠 have a second byte in GB18030 that is | or a backslash; the last one takes four bytes.
    records = [record(1, body='他说"停了"，\r\n又停; a|b,c'), record(2, place=" 誠信路 "), record(3, title="𠮷镕墻㭎", body="")]
    file = sending.file(name, csv_text(records, separator).encode(encoding))
    for source, topic in (("FILES", TOPIC), ("FILESGB", GB_TOPIC)):
        summary = sending.summary(file, source=source)
        assert (summary["format"], summary["sent"], summary["damaged"]) == ("csv", 3, 0)
        assert sending.values(topic) == records
    assert all(r.value.isascii() for r in sending.read(GB_TOPIC)), "right in GB18030 as in UTF-8"
    assert [r.key for r in sending.read(GB_TOPIC)] == [r["id"].encode() for r in records]


def test_bytes_that_are_in_the_feeds_encoding_stay_and_others_become_ascii(sending: Sending) -> None:
    records = [record(number, title="誠𠮷") for number in range(50)]
    for encoding, source, topic, same in (("utf-8", "FILES", TOPIC, True), ("gb18030", "FILESGB", GB_TOPIC, True),
                                          ("utf-8", "FILESGB", GB_TOPIC, False), ("gb18030", "FILES", TOPIC, False)):
        before = len(sending.read(topic))
        content = jsonl(records, encoding)
        assert sending.summary(sending.file(f"{encoding}.jsonl", content), source=source)["encoding"] == encoding
        found = [r.value for r in sending.read(topic)[before:]]
        if same:
            assert found == content.splitlines()
        else:
            assert all(value.isascii() for value in found) and [json.loads(value) for value in found] == records


def test_an_array_in_gb18030_is_cut_at_brackets_and_not_at_second_bytes(sending: Sending) -> None:
    records = [record(number, title="誠媅媇媨媫誠") for number in range(100)]
    content = json.dumps(records, ensure_ascii=False).encode("gb18030")
    assert b"\\\"" in content and "誠\"".encode("gb18030") in content
    sending.run(sending.file("export.json", content), source="FILESGB")
    assert [json.loads(r.value.decode("gb18030")) for r in sending.read(GB_TOPIC)] == records


def test_an_encoding_is_judged_by_the_file_and_not_by_a_record(sending: Sending) -> None:
    # C2 A1 is 隆 in GB18030 and a whole character in UTF-8.
    assert b"\xc2\xa1".decode("gb18030") == "隆" and b"\xc2\xa1".decode() == "¡"
    gb = [record(1), record(2, title="隆", body="", place="隆隆")]
    sending.run(sending.file("gb.jsonl", jsonl(gb, "gb18030")))
    assert sending.values() == gb
    # And a damaged byte does not make GB18030 of a file in UTF-8.
    damaged = jsonl([record(3)]) + b'{"id":"F4","time":"2026-11-20 08:00:00","title":"\xe5\x81"}\n'
    sending.run(sending.file("utf8.jsonl", damaged))
    assert [r.value for r in sending.read()][2:] == damaged.splitlines()
    csv = "id,time,title\nF5,2026-11-20 08:00:00,电梯".encode() + b"\xff\n"
    done = sending.run(sending.file("utf8.csv", csv))
    assert sending.values()[4]["title"] == "电梯\ufffd"
    assert f"{sending.folder}/utf8.csv:2: bytes that are no character became U+FFFD, in 1 record" in done.stderr.decode()
    forced = sending.run(sending.file("forced.csv", csv_text(gb).encode("gb18030")), "--encoding", "gb18030")
    assert forced.returncode == 0 and sending.values()[5:] == gb


def test_unusual_rows_are_passed_or_kept_and_said(sending: Sending) -> None:
    csv = "id,time,title,,\r\nF1,2026-11-20 08:00:00,甲,,\r\n,,,,\r\nF2,2026-11-20 08:00:00\r\nF3,2026-11-20 08:00:00,丙,,备注\r\n"
    done = sending.run(sending.file("excel.csv", csv.encode("gb18030")))
    assert sending.values() == [
        {"id": "F1", "time": "2026-11-20 08:00:00", "title": "甲"}, {"id": "F2", "time": "2026-11-20 08:00:00"},
        {"id": "F3", "time": "2026-11-20 08:00:00", "title": "丙", "column5": "备注"}]
    assert "1 empty rows were passed over, the first in line 3" in done.stdout.decode()
    assert "1 rows have fewer fields than the header, the first in line 4" in done.stdout.decode()


# ---- what will become of it ------------------------------------------------------------------------------------------


MIXED = [record(1), record(2, title="消防演练"), {"no": "x"}, record(4, time="昨天"), record(5)]


def test_a_dry_run_says_what_would_become_and_sends_nothing(sending: Sending) -> None:
    file = sending.file("mixed.jsonl", jsonl(MIXED[:4]) + b"{broken\n" + jsonl(MIXED[4:]))
    done = sending.run(file, "--dry-run", status=1, brokers="localhost:1")
    out, said = done.stdout.decode(), done.stderr.decode()
    assert f"{file}: 6 records for {sending.topics.name(TOPIC)}, nothing sent; mapped as" in out
    assert re.search(r"report +2\n", out) and re.search(r"ignored +1  drill 1\n", out)
    assert re.search(r"dead +3  kind 1, type 1, syntax 1\n", out)
    lines = said.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{file}:3", f"{file}:4", f"{file}:5"]
    assert 'rule "kind"' in lines[0] and 'rule "type", /time' in lines[1] and 'rule "syntax"' in lines[2]
    assert "昨天" not in said, "no value of a record is quoted"
    assert sending.read() == [] and sending.place(file) is None
    good = sending.file("good.jsonl", jsonl([record(1)]))
    assert sending.summary(good, "--dry-run")["complete"] is True
    assert sending.read() == []


def test_dead_letters_are_sent_all_the_same_and_named(sending: Sending) -> None:
    file = sending.file("mixed.jsonl", jsonl(MIXED) + b"[]\n" * 20)
    done = sending.run(file)
    assert [r.value for r in sending.read()] == file.read_bytes().splitlines()
    assert [r.key for r in sending.read()][:5] == [b"F00000001", b"F00000002", None, None, b"F00000005"]
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 11 and lines[0].startswith(f"{file}:3: dead letter, rule \"kind\": ")
    assert lines[9].startswith(f"{file}:13: dead letter, rule \"syntax\": ")
    assert lines[10] == f"{file}: 12 more dead letters"


def test_strict_sends_all_or_nothing(sending: Sending) -> None:
    bad = jsonl([record(number) for number in range(500)] + [{"no": 1}])
    done = sending.run(sending.file("bad.jsonl", bad), "--strict", status=1)
    assert "nothing was sent (--strict)" in done.stderr.decode() and ":501: dead letter" in done.stderr.decode()
    sending.run("-", "--strict", stdin=bad, status=1)
    cut = sending.file("cut.json", json.dumps([record(1), record(2)]).encode()[:-1])
    assert "cut.json:1: the file ends before" in sending.run(cut, "--strict", status=1).stderr.decode()
    assert sending.read() == []
    good = [record(number) for number in range(500)]
    assert sending.summary(sending.file("good.jsonl", jsonl(good)), "--strict")["kinds"]["report"] == 500
    assert sending.values() == good
    sending.run("-", "--strict", stdin=jsonl(good))
    assert sending.values() == good * 2


# ---- files that are no good ------------------------------------------------------------------------------------------


CSV_HEAD = "id,time,title\r\nF1,2026-11-20 08:00:00,一\r\nF2,2026-11-20 08:00:00,二\r\n"


@pytest.mark.parametrize("name, content, line, reason", [
    ("quote.csv", CSV_HEAD + 'F3,"2026-11-20 08:00:00,三\r\nF4,2026-11-20 08:00:00,四\r\n', 4,
     "a quote is opened here and never closed"),
    ("behind.csv", CSV_HEAD + '"F3"x,2026-11-20 08:00:00,三\r\n', 4,
     "after a closing quote only a separator or the end of the line may follow"),
    ("fields.csv", CSV_HEAD + "F3,2026-11-20 08:00:00,三,四\r\nF5,2026-11-20 08:00:00,五\r\n", 4,
     "4 fields where the header has 3; a separator or a line break inside a value needs quotes around it"),
    ("cut.json", json.dumps([record(1), record(2)], indent=1)[:-2], 17,
     "the file ends before the closing bracket ] of its array; it is cut off"),
    ("open.json", json.dumps([record(1), record(2), record(3)], indent=1)[:-20], 18,
     "the record that begins here is never closed; the file is cut off, or a quote or a bracket is missing"),
], ids=["quote", "behind", "fields", "cut", "open"])
def test_what_cannot_be_cut_stops_there_after_what_stood_before(sending: Sending, name: str, content: str, line: int,
                                                                reason: str) -> None:
    file = sending.file(name, content.encode())
    done = sending.run(file, status=1)
    said = done.stderr.decode().splitlines()
    assert said[0] == f"{file}:{line}: {reason}"
    assert re.fullmatch(r"onecase send: sent 2 of about \d+ records; run the same command again to go on", said[-1])
    assert len(sending.values()) == 2 and sending.place(file)["records"] == 2


def test_a_file_that_was_mended_goes_on_behind_what_was_sent(sending: Sending) -> None:
    file = sending.file("events.csv", (CSV_HEAD + 'F3,"2026\r\nF4,2026-11-20 08:00:00,四\r\n').encode("gb18030"))
    sending.run(file, status=1)
    file.write_bytes((CSV_HEAD + "F3,2026-11-20 08:00:00,三\r\nF4,2026-11-20 08:00:00,四\r\n").encode("gb18030"))
    done = sending.run(file)
    assert "2 records were sent before; going on behind them" in done.stderr.decode()
    assert [v["id"] for v in sending.values()] == ["F1", "F2", "F3", "F4"]
    assert sending.place(file) is None


@pytest.mark.parametrize("content, status, reason", [
    ("id,time\n".encode("utf-16"), 1, "is UTF-16 text; `iconv -f utf-16 -t utf-8` makes UTF-8 of it"),
    (b"PK\x03\x04....", 1, "is an archive or an Excel workbook; save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b\x08", 1, "is compressed; `zcat FILE | onecase send ... -` sends it"),
    (b"nothing of the kind\n", 1, "cannot tell what format this is; --format jsonl, array or csv says it"),
    (b"id,id\n1,2\n", 1, "columns 1 and 2 of the header have the same name"),
    (",".join([*map(str, range(300000)), "7"]).encode(), 1, "columns 8 and 300001 of the header have the same name"),
], ids=["utf-16", "archive", "compressed", "prose", "twice", "wide"])
def test_a_file_of_another_kind_is_told_apart(sending: Sending, content: bytes, status: int, reason: str) -> None:
    assert reason in sending.run(sending.file("export.txt", content), status=status).stderr.decode()
    assert sending.read() == []


def test_a_file_without_a_header_is_refused_without_a_word_of_it(sending: Sending) -> None:
    file = sending.file("export.csv", "F1,张试验,19900001234,19900001234\r\nF2,李样例,19900001235,\r\n".encode())
    done = sending.run(file, status=1)
    assert done.stderr.decode().startswith(f"{file}:1: columns 3 and 4 of the header have the same name\n")
    assert "1990000" not in (done.stdout + done.stderr).decode()


def test_wrong_words_say_the_next_step(sending: Sending, servers: LocalServers) -> None:
    file = sending.file("events.jsonl", jsonl([record(1)]))
    sending.feed("several", source="SEVERAL", topics='"files.a", "files.b"', encoding="utf-8")
    sending.feed("broken", source="BROKEN", topics='"files.c"', encoding="utf-9")

    def said(*arguments: str, status: int, **more: object) -> str:
        return sending.run(more.pop("file", file), *arguments, status=status, **more).stderr.decode()

    assert 'has source "FILE"; did you mean "FILES"?; files with mistakes' in said(source="FILE", status=3)
    assert "broken.cfg:1: " in said(source="FILE", status=3)
    assert "--topic says which: files.a, files.b" in said(source="SEVERAL", status=64)
    assert 'does not read topic "files.x"; it reads files.a, files.b' in said("--topic", "files.x", source="SEVERAL", status=64)
    missing = said("--topic", "files.a", source="SEVERAL", status=3)
    assert f'topic "{sending.topics.name("files.a")}" does not exist; `onecase source add`' in missing
    assert "No such file" in said(file=sending.folder / "nothing.jsonl", status=3)
    assert "is a folder" in said(file=sending.folder, status=3)
    assert "--format is auto, jsonl, array or csv" in said("--format", "xml", status=64)
    assert "--rate is a number from 1 to 1000000" in said("--rate", "0", status=64)
    assert "--separator is of CSV only" in said("--separator", ";", "--format", "jsonl", status=64)
    assert sending.read() == []


def test_a_record_too_large_for_the_topic_is_named_and_passed(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(1), record(2, body="长" * 800_000), record(3)]))
    done = sending.run(file, status=1)
    assert re.search(rf"{re.escape(str(file))}:2: not sent: the record takes \d+ bytes, topic \S+ takes at most \d+",
                     done.stderr.decode())
    assert [v["id"] for v in sending.values()] == ["F00000001", "F00000003"]
    assert sending.place(file)["records"] == 1, "never passed over for good"
    file.write_bytes(jsonl([record(1), record(2, body="短"), record(3)]))
    assert sending.summary(file)["sent_before"] == 1
    assert [v["id"] for v in sending.values()][2:] == ["F00000002", "F00000003"]


# ---- cut short, and taken up again -----------------------------------------------------------------------------------


def ids(records: list[Record]) -> list[str]:
    return [json.loads(r.value)["id"] for r in records]


def test_killed_in_the_middle_it_goes_on_where_kafka_had_acknowledged(sending: Sending) -> None:
    sending.topics.create("files.many", 3)
    sending.feed("many", source="MANY", topics='"files.many"', encoding="utf-8")
    records = [record(number) for number in range(6000)]
    file = sending.file("events.jsonl", jsonl(records))
    command = sending.command(file, "--rate", "200", source="MANY")
    process = subprocess.Popen(command, env=sending.servers.environment(), cwd=PROJECT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: (sending.place(file) or {"records": 0})["records"] > 200, 60, "two hundred acknowledged records")
    process.kill()
    process.wait(30)
    acknowledged = sending.place(file)["records"]
    there = set(ids(sending.read("files.many")))
    assert acknowledged < 6000 and {r["id"] for r in records[:acknowledged]} <= there, "never ahead of what Kafka has"
    done = sending.run(file, "--json", source="MANY")
    summary = json.loads(done.stdout)
    assert summary["sent_before"] == acknowledged and summary["sent"] == 6000 - acknowledged
    found = ids(sending.read("files.many"))
    assert set(found) == {r["id"] for r in records}
    assert len(found) < 6000 + len(there), "it did not begin anew"
    assert sending.place(file) is None


def test_told_to_stop_it_says_how_far_and_goes_on_without_a_repeat(sending: Sending) -> None:
    file = sending.file("events.json", json.dumps([record(number) for number in range(3000)]).encode())
    process = sending.start(file, "--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 75, said.decode()
    sent = len(sending.read())
    how_far = re.search(rb"sent ([\d,]+) of about ([\d,]+) records; run the same command again to go on", said)
    assert how_far and int(how_far[1].replace(b",", b"")) == sent == sending.place(file)["records"]
    assert 2700 <= int(how_far[2].replace(b",", b"")) <= 3300, "estimated by the bytes"
    assert 0 < sent < 3000
    summary = sending.summary(file)
    assert (summary["sent_before"], summary["sent"]) == (sent, 3000 - sent)
    assert ids(sending.read()) == [f"F{number:08d}" for number in range(3000)]


def test_the_place_is_a_chain_over_what_was_sent(sending: Sending) -> None:
    records = [record(1), record(2)]
    file = sending.file("events.jsonl", jsonl(records))
    sending.run(file, "--keep")
    chain = bytes(32)
    for line in file.read_bytes().splitlines():
        chain = hashlib.sha256(chain + hashlib.sha256(line).digest()).digest()
    assert sending.place(file) == {"topic": sending.topics.name(TOPIC), "brokers": sending.servers.brokers, "records": 2,
                                   "bytes": file.stat().st_size, "sha256": chain.hex()}


def test_a_file_that_grew_sends_what_is_new_and_a_changed_one_everything(sending: Sending) -> None:
    file = sending.file("events.csv", csv_text([record(1), record(2)]).encode())
    sending.run(file, "--keep")
    assert sending.summary(file, "--keep")["sent"] == 0
    file.write_bytes(csv_text([record(1), record(2), record(3)]).encode())
    assert sending.summary(file, "--keep")["sent"] == 1
    assert ids(sending.read()) == ["F00000001", "F00000002", "F00000003"]
    file.write_bytes(csv_text([record(7), record(2), record(3)]).encode())
    done = sending.run(file, "--keep")
    assert "does not begin with what" in done.stderr.decode()
    assert ids(sending.read())[3:] == ["F00000007", "F00000002", "F00000003"]
    file.write_bytes(csv_text([record(7)]).encode())
    sending.run(file, "--keep")
    assert ids(sending.read())[6:] == ["F00000007"], "shorter than what was sent"
    sending.run(file, "--from-start")
    assert ids(sending.read())[7:] == ["F00000007"] and sending.place(file) is None


def test_a_place_of_another_topic_or_none_at_all_is_not_believed(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(1), record(2)]))
    sending.run(file, "--keep")
    assert sending.summary(file, "--keep", source="FILESGB")["sent"] == 2
    Path(f"{file}.onecase-sent").write_text("{torn")
    assert sending.summary(file)["sent"] == 2


def test_a_place_of_another_cluster_is_not_believed(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(number) for number in range(3)]))
    sending.run(file, "--keep")
    place = sending.place(file)
    assert place["records"] == 3
    Path(f"{file}.onecase-sent").write_text(json.dumps(place | {"brokers": "elsewhere:9092"}))
    assert sending.summary(file)["sent"] == 3
    assert len(sending.read()) == 6


def test_the_place_is_never_ahead_of_what_kafka_has(sending: Sending, servers: LocalServers) -> None:
    records = [record(number) for number in range(4000)]
    file = sending.file("events.jsonl", jsonl(records))
    process = sending.start(file, "--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    servers.stop_kafka(immediate=True)
    try:
        before = Path(f"{file}.onecase-sent").stat().st_mtime_ns  # records go on being handed over, none is acknowledged
        wait_until(lambda: Path(f"{file}.onecase-sent").stat().st_mtime_ns > before, 60, "a place written meanwhile")
        time.sleep(2)
        process.kill()
        process.communicate(timeout=30)
    finally:
        servers.start_kafka()
    assert sending.place(file)["records"] <= len(sending.values()) < 4000
    sending.run(file)
    assert {v["id"] for v in sending.values()} == {r["id"] for r in records}, "none is lost"


def test_two_at_once_do_not_send_one_file(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(number) for number in range(2000)]))
    first = sending.start(file, "--rate", "50")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    assert "is being sent by another `onecase send`" in sending.run(file, status=75).stderr.decode()
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 75
    first.communicate()
    sending.run(file)
    assert len(sending.read()) == 2000


def test_a_broker_that_goes_away_is_waited_for(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(number) for number in range(1000)]))
    process = sending.start(file, "--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    process.send_signal(signal.SIGSTOP)  # it is still at work when the broker has gone, however long that takes
    assert process.poll() is None
    sending.servers.stop_kafka(immediate=True)
    try:
        process.send_signal(signal.SIGCONT)
        time.sleep(3)
        assert process.poll() is None, "an outage is waited for"
    finally:
        sending.servers.start_kafka()
    out, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, said.decode()
    assert ids(sending.read()) == [f"F{number:08d}" for number in range(1000)]


def test_the_rate_is_kept(sending: Sending) -> None:
    sending.run(sending.file("events.jsonl", jsonl([record(number) for number in range(101)])), "--rate", "50")
    stamps = [r.timestamp_ms for r in sending.read()]
    assert max(stamps) - min(stamps) >= 1750, "a hundred records at 50 a second, and 0.2 s that are made up for"


def test_a_halt_is_not_made_up_for(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(number) for number in range(300)]))
    process = sending.start(file, "--rate", "50")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    process.send_signal(signal.SIGCONT)
    assert process.wait(LIMIT_S) == 0
    stamps = sorted(r.timestamp_ms for r in sending.read())
    assert len(stamps) == 300
    assert all(later - first >= 1000 for first, later in zip(stamps, stamps[100:])), "more than a hundred in a second"


def test_progress_stands_on_one_line_of_a_terminal(sending: Sending) -> None:
    file = sending.file("events.jsonl", jsonl([record(number) for number in range(2500)]))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(sending.command(file, "--rate", "1000"), env=sending.servers.environment(), cwd=PROJECT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], LIMIT_S)[0]:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait(LIMIT_S) == 0, shown.decode()
    assert re.search(rb"\r\x1b\[Ksent [\d,]+ records, [\d,]+ a second, [\d.]+ MB of [\d.]+ MB \(\d+ %\), about \d+ s left", shown)
    assert shown.endswith(b"\r\x1b[K"), "the line is cleared at the end"


# ---- history ---------------------------------------------------------------------------------------------------------


def test_history_goes_to_a_topic_of_its_own_in_order(sending: Sending) -> None:
    sending.topics.create("files.many", 3, max_message_bytes="555555", retention_ms="777777777")
    sending.feed("many", source="MANY", topics='"files.many"', encoding="utf-8")
    file = sending.file("history.jsonl", jsonl([record(number) for number in range(300)]))
    done = sending.run(file, "--backfill", source="MANY")
    name = sending.topics.name("files.many.backfill")
    assert f"topic {name} was created, with one partition" in done.stderr.decode()
    assert ids(sending.read("files.many.backfill")) == [f"F{number:08d}" for number in range(300)]
    assert sending.read("files.many") == []
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    found = sending.topics.admin.describe_configs([resource])[resource].result(30)
    assert (found["max.message.bytes"].value, found["retention.ms"].value) == ("555555", "777777777")
    again = sending.run(file, "--backfill", source="MANY")
    assert "was created" not in again.stderr.decode() and len(sending.read("files.many.backfill")) == 600
    sending.topics.create("files.a", 1)
    sending.feed("several", source="SEVERAL", topics='"files.a", "files.b"', encoding="utf-8")
    sending.run(file, "--backfill", "--topic", "files.b", source="SEVERAL", status=3)
    assert "files.b.backfill" not in sending.topics.existing()


# ---- in the database -------------------------------------------------------------------------------------------------


def test_a_record_number_sent_twice_is_an_update(servers: LocalServers, template_database: str, tmp_path: Path) -> None:
    with open_hub(servers, template_database, tmp_path / "hub") as hub:
        hub.topics.create(TOPIC, 3)
        sending = Sending(servers, hub.topics, tmp_path)
        hub.start("intake", f"sources={sending.sources}")
        hub.start("matcher")
        first = [record(number, revision=1) for number in range(40)]
        file = sending.file("events.csv", csv_text(first).encode("gb18030"))
        sending.run(file)
        reports = "select count(*) from onecase.reports where source = 'FILES'"
        wait_until(lambda: hub.database.value(reports) == 40, 60, "forty reports")
        sending.run(file)  # the same again
        second = [record(number, revision=2, body="已派人前往") for number in range(40)]
        sending.run(sending.file("later.jsonl", jsonl([*second, {"no": 1}])))
        account = ("select sum(reports), sum(updates), sum(dead) from onecase.accounts where source_topic = "
                   f"'{hub.topics.name(TOPIC)}'")
        wait_until(lambda: hub.database.rows(account)[0][2] == 1 and sum(hub.database.rows(account)[0]) == 121, 60,
                   "all records in the accounts")
        assert hub.database.rows(account) == [(40, 80, 1)]
        assert hub.database.value(reports) == 40
        assert hub.database.value("select count(*) from onecase.reports where source = 'FILES' and body = '已派人前往'") == 40
        old = [record(number, time="2021-03-01 08:00:00") for number in range(100, 130)]
        sending.run(sending.file("history.csv", csv_text(old).encode("gb18030")), "--backfill")
        wait_until(lambda: hub.database.value(reports) == 70, 60, "the history")


# ---- the drop folder -------------------------------------------------------------------------------------------------


SYSTEMD = PROJECT / "deploy" / "systemd"


class Drop:
    """The script of the units, on a folder of the test's own."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending
        self.folder = sending.folder / "drop"
        self.folder.mkdir()

    def start(self, *options: str, source: str = "FILES", brokers: str | None = None,
              pausing: Path | None = None) -> subprocess.Popen:
        """pausing: a file that is there while the script pauses; each pause lasts until somebody takes it away."""
        environment = self.sending.servers.environment() | {"ONECASE": str(program("onecase"))}
        environment |= {"ONECASE_BROKERS": brokers} if brokers else {}
        if pausing is not None:
            sleep = self.sending.folder / "bin" / "sleep"
            sleep.parent.mkdir()
            sleep.write_text(f"#!/bin/sh\n: >'{pausing}'\nwhile [ -e '{pausing}' ]; do /bin/sleep 0.05; done\n")
            sleep.chmod(0o755)
            environment["PATH"] = f"{sleep.parent}:{environment['PATH']}"
        return subprocess.Popen([str(SYSTEMD / "onecase-drop"), source, str(self.folder), *self.sending.options(), *options],
                                env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *options: str, status: int = 0, **more: str) -> str:
        process = self.start(*options, **more)
        out, said = process.communicate(timeout=LIMIT_S)
        assert process.returncode == status, f"ended with {process.returncode}, not {status}:\n{out}{said}"
        return out + said

    def put(self, name: str, content: bytes) -> Path:
        """As a department should: under another name first."""
        part = self.folder / f"{name}.part"
        part.write_bytes(content)
        return part.rename(self.folder / name)

    def names(self, folder: str = ".") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file() and not path.name.startswith("."))


@pytest.fixture
def drop(sending: Sending) -> Iterator[Drop]:
    yield Drop(sending)


def test_dropped_files_are_sent_oldest_first_and_put_away_with_their_logs(sending: Sending, drop: Drop) -> None:
    drop.put("b 2.csv", csv_text([record(1), record(2)]).encode("gb18030"))
    drop.put("a.jsonl", jsonl([record(3), {"no": 1}]))
    drop.put("-c.jsonl", jsonl([record(4)]))
    for age, name in ((30, "b 2.csv"), (20, "a.jsonl"), (10, "-c.jsonl")):
        os.utime(drop.folder / name, (time.time() - age,) * 2)
    for name in ("whole.csv.part", ".hidden.csv", "upload.tmp", "x.filepart"):
        (drop.folder / name).write_bytes(b"id\n9\n")
    drop.run()
    assert [v.get("id") for v in sending.values()] == ["F00000001", "F00000002", "F00000003", None, "F00000004"]
    assert drop.names("done") == ["-c.jsonl", "-c.jsonl.log", "a.jsonl", "a.jsonl.log", "b 2.csv", "b 2.csv.log"]
    assert drop.names("failed") == []
    assert drop.names() == ["upload.tmp", "whole.csv.part", "x.filepart"] and (drop.folder / ".hidden.csv").exists()
    assert './a.jsonl:2: dead letter, rule "kind"' in (drop.folder / "done" / "a.jsonl.log").read_text()
    assert "2 records sent to" in (drop.folder / "done" / "b 2.csv.log").read_text()


def test_a_file_that_fails_is_kept_with_the_reason_and_goes_on_when_mended(sending: Sending, drop: Drop) -> None:
    drop.put("events.csv", (CSV_HEAD + 'F3,"2026').encode())
    drop.put("good.jsonl", jsonl([record(9)]))
    assert "events.csv: failed" in drop.run(status=1)
    assert drop.names("failed") == ["events.csv", "events.csv.log", "events.csv.onecase-sent"]
    assert "./events.csv:4: a quote is opened here and never closed" in (drop.folder / "failed" / "events.csv.log").read_text()
    assert drop.names("done") == ["good.jsonl", "good.jsonl.log"], "the next one is sent"
    for name in ("events.csv", "events.csv.onecase-sent"):
        shutil.move(drop.folder / "failed" / name, drop.folder / name)
    (drop.folder / "events.csv").write_bytes((CSV_HEAD + "F3,2026-11-20 08:00:00,三\r\n").encode())
    drop.run()
    assert sorted(v["id"] for v in sending.values()) == ["F00000009", "F1", "F2", "F3"]
    drop.put("events.csv", (CSV_HEAD + "F4,2026-11-20 08:00:00,四\r\n").encode())
    drop.run()
    assert drop.names("done") == ["events.csv", "events.csv.2", "events.csv.2.log", "events.csv.log", "good.jsonl",
                                  "good.jsonl.log"], "a name that is taken does not overwrite"
    assert drop.names() == []


def test_a_file_that_is_still_written_is_left_alone(sending: Sending, drop: Drop) -> None:
    """Something is written in each pause of the script but the last."""
    file = drop.folder / "slow.jsonl"
    file.write_bytes(b"")
    pausing = sending.folder / "pausing"
    process = drop.start(pausing=pausing)
    records = [record(number) for number in range(5)]
    with file.open("ab", buffering=0) as stream:
        for each in records:
            wait_until(pausing.exists, 60, "the script to pause")
            stream.write(jsonl([each]))
            pausing.unlink()
    wait_until(pausing.exists, 60, "the last pause")
    assert sending.values() == []
    pausing.unlink()
    out, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, out + said
    assert sending.values() == records
    assert (drop.folder / "done" / "slow.jsonl").read_bytes() == jsonl(records)


def test_a_run_that_crashed_is_taken_up_by_the_next(sending: Sending, drop: Drop) -> None:
    records = [record(number) for number in range(3000)]
    file = drop.put("events.jsonl", jsonl(records))
    process = drop.start("--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    process.communicate(timeout=30)
    drop.run()
    found = [v["id"] for v in sending.values()]
    assert set(found) == {r["id"] for r in records} and len(found) < 6000
    assert drop.names("done") == ["events.jsonl", "events.jsonl.log"] and drop.names() == []
    assert "were sent before; going on behind them" in (drop.folder / "done" / "events.jsonl.log").read_text()


def test_told_to_stop_the_file_stays_for_the_next_run(sending: Sending, drop: Drop) -> None:
    file = drop.put("events.jsonl", jsonl([record(number) for number in range(3000)]))
    process = drop.start("--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    second = drop.run(status=75)
    assert "another run is busy" in second
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 75, out + said
    assert drop.names() == ["events.jsonl", "events.jsonl.onecase-sent"]
    drop.run()
    assert ids(sending.read()) == [f"F{number:08d}" for number in range(3000)], "none lost, none twice"


def test_a_fault_that_is_not_the_files_leaves_it_there(sending: Sending, drop: Drop) -> None:
    drop.put("events.jsonl", jsonl([record(1)]))
    assert "stays; onecase send ended with 3" in drop.run(source="NOBODY", status=3)
    assert "deploy/local/up" in drop.run(brokers="localhost:1", status=69)
    assert drop.names() == ["events.jsonl"]
    drop.run()
    assert drop.names() == [] and len(sending.values()) == 1
    (drop.folder / "gone.jsonl.onecase-sent").write_text("{}")
    drop.run()
    assert drop.names() == [], "a place without its file is forgotten"


def test_a_file_that_was_replaced_while_it_was_sent_is_sent_too(sending: Sending, drop: Drop) -> None:
    first = [record(number) for number in range(1500)]  # fifteen seconds, in which it is replaced
    second = [record(number) for number in range(5000, 5003)]
    file = drop.put("events.jsonl", jsonl(first))
    process = drop.start("--rate", "100")
    wait_until(lambda: sending.place(file), 60, "the first acknowledged records")
    drop.put("events.jsonl", jsonl(second))
    out, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, out + said
    assert "events.jsonl changed while it was sent" in out
    assert sending.values() == [*first, *second]
    assert (drop.folder / "done" / "events.jsonl").read_bytes() == jsonl(second)
    assert drop.names() == []


def test_a_name_that_is_too_long_is_passed_over_and_holds_up_nothing(sending: Sending, drop: Drop) -> None:
    long = "电" * 80 + ".jsonl"
    drop.put(long.replace(".jsonl", ".x"), jsonl([record(1)])).rename(drop.folder / long)
    os.utime(drop.folder / long, (time.time() - 60,) * 2)
    drop.put("good.jsonl", jsonl([record(2)]))
    assert f"{long} has a name of more than 230 bytes" in drop.run(status=1)
    assert drop.names() == [long] and drop.names("done") == ["good.jsonl", "good.jsonl.log"]
    (drop.folder / long).rename(drop.folder / "short.jsonl")
    drop.run()
    assert [v["id"] for v in sending.values()] == ["F00000002", "F00000001"]


def test_a_file_that_cannot_be_put_away_is_not_sent_again_and_again(sending: Sending, drop: Drop) -> None:
    drop.put("events.jsonl", jsonl([record(number) for number in range(1, 9)]))
    process = drop.start("--rate", "1")  # eight records: the run lasts seconds, so that its log is there to be seen
    hidden = drop.folder / "done" / ".events.jsonl.log"
    wait_until(hidden.exists, 60, "the run over the file")
    shutil.rmtree(drop.folder / "done")
    out, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 73, out + said
    assert "done/events.jsonl" in said and drop.names() == ["events.jsonl", "events.jsonl.onecase-sent"]
    drop.run()
    assert len(sending.values()) == 8 and drop.names("done") == ["events.jsonl", "events.jsonl.log"]


def test_links_of_others_are_neither_read_nor_written_through(sending: Sending, drop: Drop) -> None:
    outside = sending.file("outside.jsonl", jsonl([record(9)]))
    before = outside.read_bytes()
    (drop.folder / "link.jsonl").symlink_to(outside)
    for name in (".events.jsonl.log", "events.jsonl.onecase-sent.new"):
        (drop.folder / name).symlink_to(outside)
    drop.put("events.jsonl", jsonl([record(1)]))
    drop.run()
    assert outside.read_bytes() == before
    assert [v["id"] for v in sending.values()] == ["F00000001"]
    assert not (drop.folder / "done" / "events.jsonl.log").is_symlink()
    shutil.rmtree(drop.folder / "done")
    elsewhere = sending.folder / "elsewhere"
    elsewhere.mkdir()
    (drop.folder / "done").symlink_to(elsewhere)
    drop.put("events.jsonl", jsonl([record(2)]))
    assert "must be folders, not links" in drop.run(status=73)
    assert list(elsewhere.iterdir()) == [] and len(sending.values()) == 1


def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    units = []
    for unit in sorted(SYSTEMD.glob("onecase-drop@.*")):
        text = unit.read_text().replace("/usr/local/libexec/onecase/", f"{SYSTEMD}/")
        units.append(tmp_path / unit.name.replace("@", "@GRID"))
        (tmp_path / unit.name).write_text(text)
        units[-1].write_text(text)
    assert [unit.suffix for unit in units] == [".path", ".service", ".timer"]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True,
                          check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", str(units[1])],
                           capture_output=True, text=True, check=False, timeout=60)
    assert rated.returncode == 0, rated.stdout + rated.stderr
