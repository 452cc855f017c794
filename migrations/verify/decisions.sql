-- Verify onecase:decisions on pg

begin;

select region, decision_id, report_id, hazard_id, case_id, outcome, score_mb, prior_mb,
       competition_mb, comparisons, levels, weights_mb, values_report, values_hazard, vetoes,
       keys, member_report_id, runner_up_id, runner_up_mb, rejected_ids, rejected_mb,
       rejected_reasons, model_version, actor, sentence, stream_time
  from onecase.decisions
 where false;

rollback;
