-- Verify onecase:case_events on pg

begin;

select region, seq, case_id, hazard_id, report_id, kind, event_at, known_at, actor, before_value,
       after_value, reason_code, prev_hash, hash
  from onecase.case_events
 where false;

-- Both triggers fire always, also with session_replication_role = replica.
select 1 / (count(*) = 2)::integer from pg_trigger
 where tgrelid = 'onecase.case_events'::regclass and tgenabled = 'A';

rollback;
