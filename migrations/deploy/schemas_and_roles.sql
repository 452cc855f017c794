-- Deploy onecase:schemas_and_roles to pg
-- Schemas onecase (tables) and analysis (views), and the five roles. Roles belong to the cluster: made if missing, kept by revert.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create schema onecase;
create schema analysis;

comment on schema onecase is '一患一案：业务表 / onecase: tables of the services';
comment on schema analysis is '分析视图，不含个人信息 / views for analysts, no personal data';

do $$
declare
    role_name text;
begin
    foreach role_name in array array['onecase_writer', 'onecase_operator', 'onecase_analyst',
                                     'onecase_custodian', 'onecase_views']
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null;  -- another database of the cluster was deployed at the same moment
            end;
        end if;
    end loop;

    -- Who deploys without being a superuser hands the views to onecase_views, so must be a member.
    if not pg_has_role(current_user, 'onecase_views', 'member') then
        execute format('grant onecase_views to %I', current_user);
    end if;
end
$$;

-- The owner of the views is not the owner of the tables, so that row policies bind the views.
grant usage, create on schema analysis to onecase_views;
grant usage on schema onecase to onecase_views;

grant usage on schema onecase to onecase_writer, onecase_operator, onecase_custodian;
grant usage on schema analysis to onecase_analyst, onecase_operator;

commit;
