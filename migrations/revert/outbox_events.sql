-- Revert onecase:outbox_events from pg

begin;

alter table onecase.outbox
    drop column headers,
    drop column level,
    drop column event_at,
    drop column subject,
    drop column seq;

commit;
