-- Verify onecase:accounts on pg

begin;

select source_topic, source_partition, report_partition, first_offset, last_offset, last_item,
       skipped, extra_items, reports, updates, ignored, dead, redelivered
  from onecase.accounts
 where false;

select topic, partition, kafka_offset, item, region, source, stage, pointer, rule, message,
       mapping_digest, sha256, attempt, received_at, report_partition, report_offset, state
  from onecase.dead_letters
 where false;

select topic, partition, kafka_offset, item, region, source, record_no, reason, mapping_digest,
       received_at
  from onecase.ignored_records
 where false;

rollback;
