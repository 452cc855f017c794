-- Revert onecase:records from pg

begin;

drop table onecase.pending_updates;
drop table onecase.record_index;
drop table onecase.report_revisions;
drop table onecase.reports;

commit;
