-- Verify onecase:outbox_events on pg

begin;

select seq, subject, event_at, level, headers from onecase.outbox where false;

rollback;
