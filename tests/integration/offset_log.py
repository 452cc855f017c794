"""Kafka's own topic of commits, read as it stands: the Python client reads the note of a commit without its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, TopicPartition
from harness import LocalServers

OFFSETS = "__consumer_offsets"


@dataclass(frozen=True)
class Entry:
    """A commit of a group, or (topic is None) what the broker keeps of the group itself; value is None where it was taken back."""

    group: str
    topic: str | None
    partition: int | None
    value: bytes | None

    @staticmethod
    def of(key: bytes, value: bytes | None) -> Entry:
        """Key: version, group, topic, partition; from version 2 on version and group."""
        group, at = _text_at(key, 2)
        if int.from_bytes(key[:2], "big") > 1:
            return Entry(group, None, None, value)
        topic, at = _text_at(key, at)
        return Entry(group, topic, int.from_bytes(key[at:at + 4], "big"), value)

    def note(self) -> str:
        """Of a commit. Version, offset, leader epoch, note; from version 4 on its length is one or two bytes of seven bits, and counts
        one more."""
        version = int.from_bytes(self.value[:2], "big")
        assert version in (3, 4)
        if version == 3:
            return _text_at(self.value, 14)[0]
        length, at = self.value[14] & 127, 15
        if self.value[14] > 127:
            length, at = length | self.value[15] << 7, 16
        return self.value[at:at + length - 1].decode()


def _text_at(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + int.from_bytes(data[at:at + 2], "big")
    return data[at + 2:end].decode(), end


def ends(servers: LocalServers) -> dict[int, int]:
    """Where each partition ends; empty while no group has ever been."""
    consumer = _consumer(servers)
    try:
        partitions = _partitions(consumer)
        return {p: consumer.get_watermark_offsets(TopicPartition(OFFSETS, p), timeout=60)[1] for p in partitions}
    finally:
        consumer.close()


def entries(servers: LocalServers, since: dict[int, int] | None = None) -> Iterator[Entry]:
    """All that is there, or what came behind these ends."""
    consumer = _consumer(servers)
    try:
        waiting = _partitions(consumer)
        consumer.assign([TopicPartition(OFFSETS, p, (since or {}).get(p, 0)) for p in waiting])
        while waiting:
            message = consumer.poll(60)
            assert message is not None, f"{OFFSETS}: partitions {waiting} do not come to their end"
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                waiting.discard(message.partition())
            else:
                yield Entry.of(message.key(), message.value())
    finally:
        consumer.close()


def _consumer(servers: LocalServers) -> Consumer:
    return Consumer({"bootstrap.servers": servers.brokers, "group.id": "notes", "auto.offset.reset": "earliest",
                     "enable.partition.eof": True, "enable.auto.commit": False})


def _partitions(consumer: Consumer) -> set[int]:
    topics = consumer.list_topics(timeout=60).topics
    return set(topics[OFFSETS].partitions) if OFFSETS in topics else set()
