-- Revert onecase:noise_and_rotation from pg

begin;

alter table onecase.pending_updates drop column backfill;
alter table onecase.reports
    drop column reporter_before_key,
    drop column reporter_before_hash,
    drop column noise;

commit;
