-- Verify onecase:offsets on pg

begin;

select topic, partition, next_offset, epoch, owner, backend_pid, stream_time, crashes, written_at
  from onecase.consumer_offsets
 where false;

select topic, partition, first_offset, last_offset, epoch, reason, stream_time
  from onecase.gaps
 where false;

select region, report_partition, next_hazard, next_case, next_report, next_decision, next_event,
       case_day, case_seq, chain_hash
  from onecase.region_counters
 where false;

select only_row, topic, partition_count
  from onecase.report_topic
 where false;

rollback;
