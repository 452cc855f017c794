-- Verify onecase:hazards_and_cases on pg

begin;

select region, hazard_id, hazard_no, family, category_code, scope, asset_kind, asset_id,
       usc_code, party_name, address, road, road_no, estate, buildings, unit, street_code,
       community_code, grid_code, lon, lat, precision_class, extent_m, anchor_report_id,
       anchor_by, first_known_at, last_reported_at, open_case_id, case_count, report_count,
       independent_count, reporter_count, source_count, provisional_of, merged_into,
       model_version, version
  from onecase.hazards
 where false;

select region, case_id, case_no, hazard_id, recurrence_no, category_code, title, status, level,
       level_reason, risk_l, risk_s, risk_rule, hazard_grade, listed_supervision, trapped,
       injured, dead, first_occurred_at, first_known_at, first_known_source, opened_at,
       accepted_at, dispatched_at, responded_at, rectified_at, rechecked_at, recheck_result,
       closed_at, close_kind, effective, reopened_count, lead_org, due_at, due_rule, measures,
       tracker_post, satisfaction, accountability, report_count, independent_count,
       reporter_count, source_count, urge_count, merged_into, version
  from onecase.cases
 where false;

select region, hazard_a, hazard_b, kind, score_mb, made_by, resolved_at, resolution
  from onecase.hazard_relations
 where false;

select region, key_kind, key, hazard_id
  from onecase.hazard_keys
 where false;

rollback;
