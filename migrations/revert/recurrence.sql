-- Revert onecase:recurrence from pg

begin;

drop view analysis.recurrence;
revoke select (report_id, status, status_at, measures, lead_org) on onecase.reports from onecase_views;
revoke select (region, seq, case_id, report_id, kind, event_at, after_value) on onecase.case_events
    from onecase_views;

commit;
