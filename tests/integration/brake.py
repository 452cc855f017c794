"""Holds a program up in its own transactions, so that a test meets it at work however slow the test itself is.

    brake = Brake(database)                # a matcher: total = records stored
    brake = Brake.of_relay(database)       # a relay: total = rows of the outbox that are behind their position
    brake.stop(100)                        # it stands still in the transaction behind the one that brought it to 100 or more
    brake.slow(20, beyond=100)             # each of its transactions takes 20 ms more from there on
    brake.release()

A program that stands still may be killed, frozen, or lose its connection. It goes on when it is released; the server gives a statement
up after 30 s, as it does without a brake.
"""

from __future__ import annotations

from harness import Database, wait_until

STORED = "select coalesce(sum(next_offset), 0) from onecase.consumer_offsets where next_offset > 0"
PUBLISHED = ("select count(*) from onecase.outbox o join onecase.relay_positions p on p.partition = o.report_partition"
             " where (o.report_offset, o.n) <= (p.report_offset, p.n)")

# What the function asks again and again it is told as it stands: each question has a snapshot of its own.
SCHEMA = """
create table onecase.brake (stop_at bigint, slow_from bigint, slow_s float8 not null default 0);
insert into onecase.brake default values;
create function onecase.braked() returns trigger language plpgsql volatile as $$
declare
    total constant bigint := ({total});
begin
    perform pg_sleep(slow_s) from onecase.brake where total >= slow_from;
    while exists (select from onecase.brake where total >= stop_at) loop
        perform pg_sleep(0.01);
    end loop;
    return null;
end $$;
create trigger braked before update on {table} for each statement execute function onecase.braked();
grant select on onecase.brake to public"""


class Brake:
    def __init__(self, database: Database, table: str = "onecase.consumer_offsets", total: str = STORED) -> None:
        self.database = database
        self.total = total
        database.execute(SCHEMA.format(table=table, total=total))

    @classmethod
    def of_relay(cls, database: Database) -> Brake:
        return cls(database, "onecase.relay_positions", PUBLISHED)

    def stop(self, at: int) -> None:
        self.database.execute("update onecase.brake set stop_at = %s", (at,))

    def slow(self, milliseconds: int, beyond: int = 0) -> None:
        self.database.execute("update onecase.brake set slow_s = %s, slow_from = %s", (milliseconds / 1000, beyond))

    def release(self) -> None:
        self.database.execute("update onecase.brake set stop_at = null, slow_from = null")

    def wait_for(self, total: int, limit: float = 120) -> None:
        """Until so much is done."""
        wait_until(lambda: self.database.value(self.total) >= total, limit, f"{total} to be done", every=0.005)
