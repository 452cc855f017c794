-- Deploy onecase:decisions to pg
-- Decisions: one row each, with every comparison, so that the sum can be shown (monthly partitions).

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

create table onecase.decisions (
    region text collate "C" not null,
    decision_id bigint not null,
    report_id bigint not null,
    hazard_id bigint,
    case_id bigint,
    outcome text collate "C" not null,
    score_mb integer,
    prior_mb integer,
    competition_mb integer,
    comparisons text[],
    levels text[],
    weights_mb integer[],
    values_report text[],
    values_hazard text[],
    vetoes text[],
    keys text[],
    member_report_id bigint,
    runner_up_id bigint,
    runner_up_mb integer,
    rejected_ids bigint[],
    rejected_mb integer[],
    rejected_reasons text[],
    model_version text collate "C",
    actor text collate "C" not null,
    sentence text,
    stream_time timestamptz not null
) partition by range (stream_time);

create index decisions_report_idx on onecase.decisions (region, report_id);
create index decisions_hazard_idx on onecase.decisions (region, hazard_id);

comment on table onecase.decisions is '判定（每次自动或人工判定一行，可解释） / decisions: one row each, with its explanation';
comment on column onecase.decisions.region is '区域 / region';
comment on column onecase.decisions.decision_id is '判定号，区域内计数 / id, counter per region';
comment on column onecase.decisions.report_id is '报告号 / report';
comment on column onecase.decisions.hazard_id is '归入的隐患 / hazard it went to';
comment on column onecase.decisions.case_id is '归入的案件 / case it went to';
comment on column onecase.decisions.outcome is '结果：link 归并、review 待复核、new 新隐患、bucket 待定位、update 更新、moved 移动、follow_up 跟进、inspection 检查 / outcome: link, review, new, bucket, update, moved, follow_up, inspection';
comment on column onecase.decisions.score_mb is '总分，毫比特，等于先验加各项权重之和减竞争 / total in millibits = prior + sum of weights - competition';
comment on column onecase.decisions.prior_mb is '先验，毫比特 / prior in millibits';
comment on column onecase.decisions.competition_mb is '竞争，毫比特，非负，从总分中减去 / competition in millibits, not negative, subtracted';
comment on column onecase.decisions.comparisons is '比较项名称（先验除外），与以下四列逐项对应 / names of the comparisons (the prior is not among them); the next four columns match item by item';
comment on column onecase.decisions.levels is '各项等级 / level of each comparison';
comment on column onecase.decisions.weights_mb is '各项权重，毫比特 / weight of each comparison in millibits';
comment on column onecase.decisions.values_report is '各项报告侧的值（已脱敏） / value on the report''s side, scrubbed';
comment on column onecase.decisions.values_hazard is '各项隐患侧的值（已脱敏） / value on the hazard''s side, scrubbed';
comment on column onecase.decisions.vetoes is '触发的否决 / vetoes that fell';
comment on column onecase.decisions.keys is '提出候选的检索键 / blocking keys that proposed the hazard';
comment on column onecase.decisions.member_report_id is '与隐患中哪个报告比较 / report of the hazard it was compared with';
comment on column onecase.decisions.runner_up_id is '次优隐患 / runner-up hazard';
comment on column onecase.decisions.runner_up_mb is '次优得分，毫比特 / score of the runner-up in millibits';
comment on column onecase.decisions.rejected_ids is '落选隐患，至多三个 / rejected hazards, at most three';
comment on column onecase.decisions.rejected_mb is '落选得分，毫比特 / their scores in millibits';
comment on column onecase.decisions.rejected_reasons is '落选原因 / why each was rejected';
comment on column onecase.decisions.model_version is '模型版本 / model version';
comment on column onecase.decisions.actor is '判定者：auto 自动，或人员账号 / actor: auto, or a person''s role';
comment on column onecase.decisions.sentence is '中文说明（已脱敏） / explanation in Chinese, scrubbed';
comment on column onecase.decisions.stream_time is '判定时的流时间，分区键 / stream time of the decision, partition key';

grant select, insert on onecase.decisions to onecase_writer;
grant select on onecase.decisions to onecase_operator;

commit;
