"""Whether rows are what a sender's own log says. Raw rows alone: the hub's views and counts are not asked."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from city_geo import distance_m
from harness import wait_until
from harness_hub import Hub
from hostile_feeds import Form
from told import WAITING

Place = tuple[str, int, int]  # topic, partition, offset


def stored(hub: Hub) -> dict[Place, list[dict[str, object]]]:
    """Rows of onecase.reports by the place of the message that brought them: one, or one for each of its items."""
    with hub.database.connect() as connection:
        cursor = connection.execute("select * from onecase.reports")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor]
    found: dict[Place, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        found[row["topic"], row["partition"], row["kafka_offset"]].append(row)
    return dict(found)


def differences(hub: Hub, form: Form, row: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Columns that are not what the sender's log says, as (wanted, found)."""
    wanted = dict(form.wanted) | {"source": form.feed.source}
    phone = wanted.pop("phone", None)
    if phone is not None:
        key = bytes.fromhex(hub.key_file().read_text().strip())
        wanted["reporter_hash"] = hmac.new(key, str(phone).encode(), hashlib.sha256).digest()[:16]
    lon, lat = wanted.pop("lon"), wanted.pop("lat")
    wrong = {name: (value, row[name]) for name, value in wanted.items() if not same(value, row[name])}
    near = (row["lon"] is None and row["lat"] is None) if lon is None else \
        row["lon"] is not None and distance_m((lon, lat), (row["lon"], row["lat"])) < 1
    return wrong if near else wrong | {"point": ((lon, lat), (row["lon"], row["lat"]))}


def same(wanted: object, found: object) -> bool:
    if isinstance(wanted, datetime):
        return isinstance(found, datetime) and found == wanted
    if isinstance(wanted, set):
        return found is not None and set(found) == wanted
    return wanted == found and isinstance(wanted, bool) == isinstance(found, bool)


def assert_stored(hub: Hub, form: Form, rows: list[dict[str, object]]) -> None:
    assert len(rows) == 1, f"{form.feed.topic} {form.key} is {len(rows)} times in onecase.reports"
    [row] = rows
    assert differences(hub, form, row) == {}, f"{form.feed.topic} {form.key}"


# ---- where each record went ----------------------------------------------------------------------------------------

WHERE = """
select 'report', r.topic, r.partition, r.kafka_offset, i.first_item from onecase.reports r left join onecase.record_index i
    on i.source = r.source and i.record_no = r.record_no and i.first_topic = r.topic and i.first_partition = r.partition
   and i.first_offset = r.kafka_offset
union all select 'revision', topic, partition, kafka_offset, item from onecase.report_revisions
union all select 'pending', topic, partition, kafka_offset, item from onecase.pending_updates
union all select 'ignored', topic, partition, kafka_offset, item from onecase.ignored_records
union all select 'dead', topic, partition, kafka_offset, item from onecase.dead_letters"""


def went(hub: Hub) -> dict[Place, list[tuple[int | None, str]]]:
    """(item, table) of all that is stored of each record of a source, in order."""
    found: dict[Place, list[tuple[int | None, str]]] = defaultdict(list)
    for table, topic, partition, offset, item in hub.database.rows(WHERE):
        found[topic, partition, offset].append((item, table))
    return {place: sorted(rows) for place, rows in found.items()}


def await_settled(hub: Hub, topics: Iterable[str], limit: float = 300, relay: bool = True) -> None:
    """Until intake has committed all that is there, and all of onecase.report has its effect; with a relay, forwards too."""
    def settled() -> bool:
        hub.check_running()
        for topic in topics:
            ends = {p: end for p, end in hub.topics.ends(topic).items() if end > 0}
            done = hub.topics.committed(f"{hub.database.name}.intake", topic)
            if any(done[p] < end for p, end in ends.items()):
                return False
        consumed = hub.consumed()
        sent_on = not relay or hub.database.value(WAITING) == 0
        return sent_on and consumed == hub.reported()

    wait_until(settled, limit, "intake, matcher and relay to be done", every=0.5)


# ---- texts ---------------------------------------------------------------------------------------------------------

CONTROLS = r"[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
ESCAPED = r"\\u00([01][0-8bcef]|1[9ad]|7f|[89][0-9a-f])"  # in JSON


def unclean_columns(hub: Hub) -> list[tuple[str, str, int]]:
    """(table, column, rows) of texts that hold control characters, or their escapes in JSON."""
    found = []
    with hub.database.connect() as connection:
        columns = connection.execute(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            "  join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'onecase' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0"
            "   and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'json'::regtype, 'jsonb'::regtype) order by 1, 2").fetchall()
        for table, column in columns:
            count = connection.execute(
                f"select count(*) from onecase.{table} where {column}::text ~ %s or {column}::text ~* %s",
                (CONTROLS, ESCAPED)).fetchone()[0]
            if count:
                found.append((table, column, count))
    return found


def odd_lines(text: str, values: Iterable[str]) -> list[str]:
    """Lines of a log that are no event, hold control characters or one of these values."""
    return [line for line in text.split("\n") if line and (
        not re.match(r"ts=\S+ level=\w+ ", line) or re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]",
                                                              line) or any(v in line for v in values))]
