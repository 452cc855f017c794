-- Deploy onecase:dead_letter_access to pg
-- Groups of dead letters by their cause, and the log of who saw the original bytes of which.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

-- Indexes of arrays count as one place: the 3rd and the 40th item of a record are broken alike.
create function onecase.dead_letter_group(
    source text, stage text, rule text, pointer text, mapping_digest text) returns text
    language sql immutable parallel safe
    return left(encode(sha256(convert_to(
        coalesce(source, '') || E'\n' || coalesce(stage, '') || E'\n' || coalesce(rule, '') || E'\n'
        || regexp_replace(coalesce(pointer, ''), '/[0-9]+(?=/|$)', '/*', 'g') || E'\n'
        || coalesce(mapping_digest, ''), 'UTF8')), 'hex'), 8);
comment on function onecase.dead_letter_group(text, text, text, text, text) is
    '死信组号：来源、阶段、规则、指针（数组下标记作 *）、映射摘要的哈希前 8 位 / number of the group of a dead letter: 8 hex digits of a hash over source, stage, rule, pointer (indexes of arrays as *) and mapping digest';

create table onecase.access_log (
    access_id bigint generated always as identity primary key,
    written_at timestamptz not null default now(),
    actor text collate "C" not null,
    acting_as text collate "C" not null,
    action text collate "C" not null check (action in ('dlq.show', 'dlq.export')),
    origins text[] not null,
    reason text not null check (reason ~ '[^[:space:]]'),
    granted boolean not null
);
create index access_log_origins_idx on onecase.access_log using gin (origins);

comment on table onecase.access_log is '原始字节查阅登记（谁、何时、何记录、为何），包括被拒绝的 / who asked for original bytes of dead letters, when, which and why; refused attempts too';
comment on column onecase.access_log.access_id is '登记号 / number of the entry';
comment on column onecase.access_log.written_at is '登记时间（系统时钟） / written, by the clock of the server';
comment on column onecase.access_log.actor is '登录用户 / user of the session';
comment on column onecase.access_log.acting_as is '当时所用角色（SET ROLE），未切换则同登录用户 / role in use (set role), else the same as the user';
comment on column onecase.access_log.action is '动作：dlq.show 查看、dlq.export 导出 / what was asked for: dlq.show, dlq.export';
comment on column onecase.access_log.origins is '死信的来源位置，topic/partition/offset#item / origins of the dead letters';
comment on column onecase.access_log.reason is '理由 / why, in words of the person';
comment on column onecase.access_log.granted is '是否准许 / whether it was allowed';

-- Writes the entry before a byte is shown, and says whether it may be. A refusal is an entry too, so it is an answer and no
-- error: an error would take the entry back.
create function onecase.log_access(action text, origins text[], reason text) returns boolean
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    acting_as text := coalesce(nullif(current_setting('role'), 'none'), session_user);
    granted boolean := pg_has_role(session_user, 'onecase_custodian', 'member')
                       and pg_has_role(acting_as, 'onecase_custodian', 'member');
begin
    insert into onecase.access_log (actor, acting_as, action, origins, reason, granted)
    values (session_user, acting_as, log_access.action, log_access.origins, log_access.reason, granted);
    return granted;
end
$$;
comment on function onecase.log_access(text, text[], text) is
    '登记对原始字节的查阅；仅 onecase_custodian 成员得 true / logs that somebody asks for original bytes; true for members of onecase_custodian alone';

revoke all on function onecase.log_access(text, text[], text) from public;
grant execute on function onecase.log_access(text, text[], text) to onecase_operator, onecase_custodian;
grant select on onecase.access_log to onecase_custodian;

commit;
