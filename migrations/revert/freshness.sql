-- Revert onecase:freshness from pg

begin;

drop view analysis.freshness;
revoke select (region) on onecase.region_counters from onecase_views;
revoke select (recorded_at, reported_at, time_flags, backfill) on onecase.reports from onecase_views;
alter table onecase.outbox drop column written_at;
alter table onecase.reports drop column written_at;

commit;
