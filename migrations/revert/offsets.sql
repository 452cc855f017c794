-- Revert onecase:offsets from pg

begin;

drop table onecase.report_topic;
drop table onecase.region_counters;
drop table onecase.gaps;
drop table onecase.consumer_offsets;

commit;
