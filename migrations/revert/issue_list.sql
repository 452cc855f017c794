-- Revert onecase:issue_list from pg

begin;

drop view analysis.issue_list;
revoke select (region, hazard_id, case_id, source, received_at) on onecase.reports
    from onecase_views;
revoke select on onecase.hazards, onecase.cases, onecase.categories from onecase_views;

commit;
