"""What `onecase dlq redrive` does with the vault, by hand: the bytes of dead letters back onto onecase.redrive."""

from __future__ import annotations

from harness import Record, Topics

VAULT = "onecase.deadletter"
REDRIVE = "onecase.redrive"


def create_redrive(topics: Topics, partitions: int = 3) -> None:
    topics.create(REDRIVE, partitions, message_timestamp_type="LogAppendTime", max_message_bytes="2097152")


def kept(topics: Topics) -> dict[str, Record]:
    """The last word of the vault about each origin."""
    found: dict[str, Record] = {}
    for record in topics.read(VAULT):
        before = found.get(record.headers["oc-origin"])
        if before is None or int(before.headers["oc-attempt"]) <= int(record.headers["oc-attempt"]):
            found[record.headers["oc-origin"]] = record
    return found


def released(vault: dict[str, Record], origin: str, attempt: int | None = None, **headers: str | None) -> tuple:
    """The record of onecase.redrive for one dead letter; `headers` (with _ for -) replace those it would have, None leaves one out."""
    record = vault[origin]
    told = dict(record.headers)
    value = record.value
    if "oc-bytes-at" in told:  # kept once, with another item
        source = vault[told["oc-bytes-at"]]
        value = source.value
        told = {k: v for k, v in source.headers.items() if not k.startswith("oc-") or k == "oc-key"} | told
    told |= {"oc-attempt": str(attempt or int(told["oc-attempt"]) + 1), "oc-command": "by-hand"}
    told |= {name.replace("_", "-"): text for name, text in headers.items()}
    return origin, value, [(name, text.encode()) for name, text in told.items() if text is not None]


def redrive(topics: Topics, *origins: str, attempt: int | None = None) -> None:
    vault = kept(topics)
    topics.produce(REDRIVE, [released(vault, origin, attempt) for origin in origins])
