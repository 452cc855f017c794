-- Deploy onecase:commands to pg
-- What people want done: submitted here, sent by relay through onecase.report, applied by the matcher in the order of the log.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.command_kinds (
    kind text collate "C" not null primary key,
    role name not null
);

comment on table onecase.command_kinds is '命令种类，以及何种角色可提交 / kinds of commands, and which role may submit them';
comment on column onecase.command_kinds.kind is '种类 / kind';
comment on column onecase.command_kinds.role is '可提交者须为该角色成员 / role of which one must be a member to submit it';

insert into onecase.command_kinds (kind, role) values
    ('dlq.redrive', 'onecase_operator'),
    ('dlq.park', 'onecase_operator'),
    ('dlq.unpark', 'onecase_operator');

create table onecase.commands (
    id text collate "C" not null primary key,
    seq bigint not null,
    report_partition integer not null,
    region text collate "C",
    kind text collate "C",
    args jsonb,
    expect_version bigint,
    actor text,
    submitted_at timestamptz,
    state text collate "C" not null default 'queued',
    result text,
    report_offset bigint,
    applied_at timestamptz,
    constraint commands_state check (state in ('queued', 'published', 'done', 'refused')),
    constraint commands_applied check ((state in ('done', 'refused')) = (report_offset is not null))
);
-- Not unique: a command submitted while a rebuild runs may get the number of one that the log still holds.
create index commands_seq on onecase.commands (seq);
create index commands_queued on onecase.commands (seq) where state = 'queued';

comment on table onecase.commands is '命令（人要做的事）及其结果，兼作审计记录 / commands of people and what became of them; the audit record';
comment on column onecase.commands.id is '命令号，提交者给定，同号只算一次 / id given by whoever submits it; the same id counts once';
comment on column onecase.commands.seq is '提交次序 / order of submission';
comment on column onecase.commands.report_partition is '所走的 onecase.report 分区 / partition of onecase.report it goes through';
comment on column onecase.commands.region is '区域，不限区域则空 / region, null when it is about none';
comment on column onecase.commands.kind is '种类，无法读取则空 / kind, null when the record could not be read';
comment on column onecase.commands.args is '参数，JSON 对象，无法读取则空 / arguments, a JSON object, null when the record could not be read';
comment on column onecase.commands.expect_version is '提交者所见版本，不符则拒绝 / version that was seen when it was submitted; another one refuses it';
comment on column onecase.commands.actor is '提交者，即会话用户 / who submitted it: the session user';
comment on column onecase.commands.submitted_at is '提交时间（系统时钟，随记录入日志） / submitted (system clock, part of the record)';
comment on column onecase.commands.state is '状态：queued 待发、published 已发、done 已办、refused 被拒 / state: queued, published, done, refused';
comment on column onecase.commands.result is 'done：所办之事，JSON；refused：拒绝原因 / done: what was done, as JSON; refused: why';
comment on column onecase.commands.report_offset is '办理时在 onecase.report 的位移 / its offset in onecase.report when it was applied';
comment on column onecase.commands.applied_at is '办理时间，即流时间 / applied: stream time';

-- Queues a command, once per id, and answers its state. The actor is the session user, whatever role he has set; he must be a
-- member of the role that its kind wants. Without a partition it goes where its region's reports go.
create function onecase.submit(id text, region text, kind text, args jsonb,
                               expect_version bigint default null, report_partition integer default null)
    returns text
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    wanted_role name;
    place integer;
    partitions integer;
    stands onecase.commands%rowtype;
begin
    select k.role into wanted_role from onecase.command_kinds k where k.kind = submit.kind;
    if not found then
        raise exception 'there is no command "%"', left(kind, 60)
            using errcode = '22023', hint = 'onecase.command_kinds lists them';
    end if;
    if not pg_has_role(session_user, wanted_role, 'member') then
        raise exception 'command "%" needs membership in role "%", which "%" does not have',
            kind, wanted_role, session_user using errcode = '42501';
    end if;
    if id is null or id !~ '^[A-Za-z0-9._-]{1,64}$' then
        raise exception 'a command id is 1 to 64 letters, digits, dots, dashes or underscores'
            using errcode = '22023';
    end if;
    if args is null or jsonb_typeof(args) <> 'object' then
        raise exception 'args of a command are a JSON object, not %', coalesce(jsonb_typeof(args), 'null')
            using errcode = '22023';
    end if;
    if octet_length(args::text) > 262144 then
        raise exception 'args of a command take 262144 bytes at most, not %', octet_length(args::text)
            using errcode = '22023';
    end if;

    select t.partition_count into partitions from onecase.report_topic t;
    place := submit.report_partition;
    if place is null then
        select c.report_partition into place from onecase.region_counters c where c.region = submit.region;
        if not found then
            raise exception 'no region "%" is known, and no partition was given', left(region, 60)
                using errcode = '22023';
        end if;
    elsif place < 0 or place >= coalesce(partitions, 0) then
        raise exception 'onecase.report has % partitions, partition % is none of them',
            coalesce(partitions, 0), place using errcode = '22023';
    end if;

    -- In order of commit, so that relay never meets a smaller number later.
    perform pg_advisory_xact_lock(hashtextextended('onecase.submit', 0));
    select * into stands from onecase.commands c where c.id = submit.id;
    if not found then
        insert into onecase.commands (id, seq, report_partition, region, kind, args, expect_version, actor, submitted_at)
        values (submit.id, (select coalesce(max(c.seq), 0) + 1 from onecase.commands c), place, submit.region,
                submit.kind, submit.args, submit.expect_version, session_user, now());
        return 'queued';
    end if;
    if (stands.report_partition, stands.region, stands.kind, stands.args, stands.expect_version, stands.actor)
       is distinct from (place, submit.region, submit.kind, submit.args, submit.expect_version, session_user::text) then
        raise exception 'command "%" was submitted before with other contents, or by somebody else', id
            using errcode = '22023';
    end if;
    return stands.state;
end
$$;
comment on function onecase.submit(text, text, text, jsonb, bigint, integer) is
    '提交命令，同号只算一次，返回其状态 / submits a command, once per id, answers its state';

-- Whoever waits for a command listens on channel onecase_command.
create function onecase.tell_command() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('onecase_command', new.id);
    return null;
end
$$;
comment on function onecase.tell_command() is
    '命令已办或被拒时通知等待者 / tells those who wait that a command was done or refused';

create trigger commands_told after insert or update of state on onecase.commands
    for each row when (new.state in ('done', 'refused')) execute function onecase.tell_command();

revoke all on function onecase.submit(text, text, text, jsonb, bigint, integer), onecase.tell_command() from public;
grant execute on function onecase.submit(text, text, text, jsonb, bigint, integer) to onecase_operator;

grant select, insert on onecase.commands to onecase_writer;
grant update (state, result, report_offset, applied_at) on onecase.commands to onecase_writer;
grant select on onecase.command_kinds to onecase_writer, onecase_operator;
grant select on onecase.commands to onecase_operator;

commit;
