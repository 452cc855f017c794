-- Revert onecase:reconciliation from pg

begin;

drop view analysis.reconciliation;
revoke select on onecase.accounts from onecase_views;

commit;
