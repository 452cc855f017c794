-- Verify onecase:records on pg

begin;

select region, report_id, source, record_no, part_no, revision, kind, independence,
       origin_source, origin_record_no, hazard_id, case_id, decision_id, found_at, occurred_at,
       reported_at, recorded_at, received_at, event_at, time_flags, channel, finder_kind,
       finder_post, source_category, category_system, category_code, category_confidence, title,
       body, address_text, place_name, area_code, place_role, relation, road, road_no, estate,
       buildings, unit, floor, poi, lon, lat, coordinate_system, precision_class, lift_plate,
       equipment_code, component_code, device_id, usc_code, party_name, reporter_hash,
       reporter_key, reporter_kind, source_status, status, verified, due_at, street_code,
       community_code, grid_code, level, urgency, trapped, injured, dead, quoted_nos,
       uniform_address_id, result, lead_org, assist_orgs, measures, satisfaction, repeats, urged,
       flags, mapping_digest, topic, partition, kafka_offset, report_partition, report_offset,
       payload, grams, as_decided
  from onecase.reports
 where false;

select region, report_id, source, record_no, kind, topic, partition, kafka_offset, item,
       report_partition, report_offset, revision, changed_at, received_at, applied,
       status_before, status_after, changes, mapping_digest
  from onecase.report_revisions
 where false;

select source, record_no, region, report_id, received_at, first_topic, first_partition,
       first_offset, first_item, last_topic, last_partition, last_offset, last_item, revision,
       changed_at
  from onecase.record_index
 where false;

select report_partition, report_offset, region, source, record_no, kind, topic, partition,
       kafka_offset, item, revision, received_at, mapping_digest, payload
  from onecase.pending_updates
 where false;

-- Who reported stays out of the operators' sight.
select 1 / (not has_column_privilege('onecase_operator', 'onecase.reports', 'reporter_hash',
                                     'select'))::integer;

rollback;
