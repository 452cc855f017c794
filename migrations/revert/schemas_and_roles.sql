-- Revert onecase:schemas_and_roles from pg

begin;

-- Roles stay: they belong to the cluster, other databases may use them.
drop schema analysis;
drop schema onecase;

commit;
