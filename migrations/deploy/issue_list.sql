-- Deploy onecase:issue_list to pg
-- The list of issues (问题清单): one row a case, with the place of its hazard; no free text.

begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

grant select on onecase.hazards, onecase.cases, onecase.categories to onecase_views;
grant select (region, hazard_id, case_id, source, received_at) on onecase.reports to onecase_views;

create view analysis.issue_list as
select issue.region,
       issue.case_id,
       issue.hazard_id,
       issue.case_no,
       hazard.hazard_no,
       issue.recurrence_no,
       issue.category_code,
       category.name_zh as category_zh,
       category.name_en as category_en,
       issue.level,
       case issue.level when 1 then '红' when 2 then '橙' when 3 then '黄' when 4 then '蓝'
       end as level_zh,
       issue.status,
       case issue.status
           when 10 then '待受理' when 20 then '已受理' when 30 then '已派遣' when 40 then '处置中'
           when 45 then '挂起' when 50 then '待核查' when 60 then '已结案' when 65 then '复发重开'
           when 90 then '退回' when 95 then '作废'
       end as status_zh,
       hazard.address,
       hazard.street_code,
       hazard.community_code,
       hazard.grid_code,
       hazard.precision_class,
       issue.first_known_at,
       issue.first_known_source,
       issue.opened_at,
       issue.closed_at,
       issue.report_count,
       issue.independent_count,
       issue.reporter_count,
       issue.source_count,
       evidence.sources
  from onecase.cases as issue
  join onecase.hazards as hazard
    on hazard.region = issue.region and hazard.hazard_id = issue.hazard_id
  left join onecase.categories as category on category.code = issue.category_code
  left join lateral (
       select array_agg(distinct report.source order by report.source) as sources
         from onecase.reports as report
        where report.region = issue.region and report.hazard_id = issue.hazard_id
          and report.case_id = issue.case_id) as evidence on true
 where issue.merged_into is null;

comment on view analysis.issue_list is
    '问题清单：每案一行，并案者除外 / list of issues: one row a case, merged cases left out';
comment on column analysis.issue_list.region is '区域 / region';
comment on column analysis.issue_list.case_id is '案件号 / case';
comment on column analysis.issue_list.hazard_id is '隐患号 / hazard';
comment on column analysis.issue_list.case_no is '案件编号 / printed case number';
comment on column analysis.issue_list.hazard_no is '隐患编号 / printed hazard number';
comment on column analysis.issue_list.recurrence_no is '第几次发生，从 1 起 / episode number, from 1';
comment on column analysis.issue_list.category_code is '类别代码 / category leaf';
comment on column analysis.issue_list.category_zh is '类别中文名 / category in Chinese';
comment on column analysis.issue_list.category_en is '类别英文名 / category in English';
comment on column analysis.issue_list.level is '风险等级：1 红、2 橙、3 黄、4 蓝 / level: 1 red, 2 orange, 3 yellow, 4 blue';
comment on column analysis.issue_list.level_zh is '风险颜色 / level as a colour in Chinese';
comment on column analysis.issue_list.status is '状态，10 至 95，见 cases.status / status, 10 to 95, see cases.status';
comment on column analysis.issue_list.status_zh is '状态中文名 / status in Chinese';
comment on column analysis.issue_list.address is '标准地址 / standard address';
comment on column analysis.issue_list.street_code is '街道代码 / street code';
comment on column analysis.issue_list.community_code is '社区代码 / community code';
comment on column analysis.issue_list.grid_code is '网格代码 / grid code';
comment on column analysis.issue_list.precision_class is '位置精度，A 最高，Z 无 / precision of the place, A best, Z none';
comment on column analysis.issue_list.first_known_at is '任一部门最早获知时间 / when any department first knew';
comment on column analysis.issue_list.first_known_source is '最早获知的来源系统 / source that knew first';
comment on column analysis.issue_list.opened_at is '立案时间 / opened';
comment on column analysis.issue_list.closed_at is '办结时间 / closed';
comment on column analysis.issue_list.report_count is '报告数 / reports';
comment on column analysis.issue_list.independent_count is '独立报告数 / independent reports';
comment on column analysis.issue_list.reporter_count is '不同报告人数 / distinct reporters';
comment on column analysis.issue_list.source_count is '独立来源数 / independent sources';
comment on column analysis.issue_list.sources is '来源系统 / source systems';

alter view analysis.issue_list owner to onecase_views;
grant select on analysis.issue_list to onecase_analyst, onecase_operator;

commit;
