/*
 * Rights as tables. Those in PostgreSQL are what the migrations grant: a change that grants more adds a word here
 * (tests/integration/test_doctor.py names it).
 */
#include "doctor/doctor_rights.h"

#include <stdio.h>

const DoctorRight DOCTOR_RIGHTS[] = {
    {"onecase_writer", "usage", "onecase", NULL},
    {"onecase_writer", "select",
     "assets categories category_groups command_kinds forwards_in_flight ledgers "
     "places schema_version timers",
     NULL},
    {"onecase_writer", "select insert",
     "case_events commands decisions forwarded_records ignored_records "
     "released_records report_revisions report_topic skipped_offsets",
     NULL},
    {"onecase_writer", "select insert delete",
     "homes_ahead outbox pending_updates time_limits working_days working_hours", NULL},
    {"onecase_writer", "select insert update",
     "accounts assignments cases consumer_offsets dead_letters gaps "
     "hazard_relations hazards record_index region_counters relay_positions "
     "reports",
     NULL},
    {"onecase_writer", "select insert update delete", "hazard_keys", NULL},
    {"onecase_writer", "update", "commands", "state result report_offset applied_at"},
    {"onecase_writer", "execute",
     "claim count_buried derive_cases due_at event_hash fence forget_gap "
     "hazard_survivor hold_offset is_working_day make_partitions note_gap release "
     "resolve_relations set_report_topic set_state time_limit try_offset "
     "verify_chain working_add working_seconds",
     NULL},
    {"onecase_operator", "usage", "analysis onecase", NULL},
    {"onecase_operator", "select",
     "accounts assets assignments case_events cases categories category_groups "
     "command_kinds commands consumer_offsets dead_letters decisions "
     "forwarded_records forwards_in_flight freshness gaps hazard_relations hazards "
     "ignored_records issue_list ledgers outbox pending_updates places "
     "reconciliation reconciliation_detail record_index rectification_list "
     "recurrence region_counters relay_positions released_records report_revisions "
     "report_topic responsibility_list schema_version skipped_offsets time_limits "
     "timers waiting_updates working_days working_hours",
     NULL},
    {"onecase_operator", "insert", "assets",
     "snapshot region kind id category use_unit place lon lat precision_class "
     "valid_from valid_to source"},
    {"onecase_operator", "insert", "ledgers", "snapshot kind file_name rows"},
    {"onecase_operator", "insert", "places",
     "snapshot region kind name canonical parent lon lat precision_class sites "
     "source valid_from valid_to"},
    {"onecase_operator", "select", "reports",
     "region report_id source record_no part_no revision kind independence "
     "origin_source origin_record_no hazard_id case_id decision_id found_at "
     "occurred_at reported_at recorded_at received_at event_at time_flags channel "
     "finder_kind finder_post source_category category_system category_code "
     "category_confidence title body address_text place_name area_code place_role "
     "relation road road_no estate buildings unit floor poi lon lat "
     "coordinate_system precision_class lift_plate equipment_code component_code "
     "device_id usc_code party_name reporter_kind source_status status status_at "
     "verified due_at street_code community_code grid_code level urgency trapped "
     "injured dead quoted_nos uniform_address_id result lead_org assist_orgs "
     "measures satisfaction repeats urged flags mapping_digest topic partition "
     "kafka_offset report_partition report_offset noise backfill reply "
     "return_reason recheck_result rechecked_at recheck_failed_at tracker_post "
     "accepted_at dispatched_at responded_at rectified_at dispatch_count "
     "return_count item written_at"},
    {"onecase_operator", "execute",
     "due_at event_hash hazard_survivor is_working_day log_access resume_lost "
     "resume_refusing return_reason_zh submit time_limit verify_chain working_add "
     "working_seconds",
     NULL},
    {"onecase_analyst", "usage", "analysis", NULL},
    {"onecase_analyst", "select",
     "freshness issue_list reconciliation reconciliation_detail rectification_list "
     "recurrence responsibility_list waiting_updates",
     NULL},
    {"onecase_analyst", "execute",
     "due_at is_working_day return_reason_zh time_limit working_add "
     "working_seconds",
     NULL},
    {"onecase_custodian", "usage", "onecase", NULL},
    {"onecase_custodian", "select", "access_log dead_letters schema_version", NULL},
    {"onecase_custodian", "execute", "log_access", NULL},
    {"onecase_views", "usage", "analysis onecase", NULL},
    {"onecase_views", "select",
     "accounts assignments cases categories gaps hazards time_limits working_days "
     "working_hours",
     NULL},
    {"onecase_views", "select", "case_events",
     "region seq case_id report_id kind event_at after_value reason_code"},
    {"onecase_views", "select", "consumer_offsets", "topic partition stream_time"},
    {"onecase_views", "select", "dead_letters",
     "topic partition kafka_offset stage rule received_at state"},
    {"onecase_views", "select", "ignored_records",
     "topic partition kafka_offset reason received_at"},
    {"onecase_views", "select", "pending_updates",
     "report_partition report_offset region source record_no kind received_at"},
    {"onecase_views", "select", "region_counters", "region"},
    {"onecase_views", "select", "report_topic", "topic"},
    {"onecase_views", "select", "reports",
     "region report_id source record_no hazard_id case_id reported_at recorded_at "
     "received_at time_flags status status_at due_at lead_org measures backfill "
     "return_reason recheck_result rechecked_at accepted_at dispatched_at "
     "responded_at rectified_at dispatch_count return_count written_at"},
    {"onecase_views", "execute",
     "due_at is_working_day return_reason_zh time_limit working_add "
     "working_seconds",
     NULL},
};
const size_t DOCTOR_RIGHT_COUNT = sizeof(DOCTOR_RIGHTS) / sizeof(DOCTOR_RIGHTS[0]);

const DoctorNeed DOCTOR_NEEDS[] = {
    {"intake", DOCTOR_ON_DEPARTMENTS, "Read"},
    {"intake", DOCTOR_ON_REDRIVE, "Read"},
    {"intake", DOCTOR_ON_REPORT, "Write"},
    {"intake", DOCTOR_ON_REPORT, "Read"},
    {"intake", DOCTOR_ON_REPORT, "DescribeConfigs"},
    {"intake", DOCTOR_ON_LETTERS, "Write"},
    {"intake", DOCTOR_ON_LETTERS, "DescribeConfigs"},
    {"intake", DOCTOR_ON_INTAKES, "Read"},
    {"intake", DOCTOR_ON_ANSWERS, "Read"},
    {"intake", DOCTOR_ON_MATCHERS, "Describe"},
    {"matcher", DOCTOR_ON_REPORT, "Read"},
    {"matcher", DOCTOR_ON_LETTERS, "Write"},
    {"matcher", DOCTOR_ON_LETTERS, "DescribeConfigs"},
    {"matcher", DOCTOR_ON_MATCHERS, "Read"},
    {"relay", DOCTOR_ON_CASES, "Write"},
    {"relay", DOCTOR_ON_CASES, "DescribeConfigs"},
    {"relay", DOCTOR_ON_REPORT, "Write"},
    {"relay", DOCTOR_ON_REPORT, "DescribeConfigs"},
    {"lagwatch", DOCTOR_ON_DEPARTMENTS, "Read"},
    {"lagwatch", DOCTOR_ON_DEPARTMENTS, "DescribeConfigs"},
    {"lagwatch", DOCTOR_ON_REPORT, "Read"},
    {"lagwatch", DOCTOR_ON_REPORT, "DescribeConfigs"},
    {"lagwatch", DOCTOR_ON_INTAKES, "Describe"},
    {"lagwatch", DOCTOR_ON_MATCHERS, "Describe"},
};
const size_t DOCTOR_NEED_COUNT = sizeof(DOCTOR_NEEDS) / sizeof(DOCTOR_NEEDS[0]);

bool doctor_rights_word(Text *list, Text *word)
{
    if (text_is_empty(*list))
        return false;
    size_t end = text_find(*list, TEXT(" "), 0);
    *word = text_slice(*list, 0, end);
    *list = end == SIZE_MAX ? TEXT("") : text_slice(*list, end + 1, list->size);
    return true;
}

void doctor_rights_print(void)
{
    static const char *const SUBJECTS[] = {
        [DOCTOR_ON_REPORT] = "topic onecase.report",
        [DOCTOR_ON_LETTERS] = "topic onecase.deadletter",
        [DOCTOR_ON_REDRIVE] = "topic onecase.redrive",
        [DOCTOR_ON_CASES] = "topic onecase.case",
        [DOCTOR_ON_DEPARTMENTS] = "topics of the mappings",
        [DOCTOR_ON_INTAKES] = "group of intake",
        [DOCTOR_ON_ANSWERS] = "group of intake, with .resume behind its name",
        [DOCTOR_ON_MATCHERS] = "group of the matcher",
    };
    puts("Kafka");
    for (size_t i = 0; i < DOCTOR_NEED_COUNT; i++)
        printf("  %-8s  %-15s  %s\n", DOCTOR_NEEDS[i].program, DOCTOR_NEEDS[i].operation,
               SUBJECTS[DOCTOR_NEEDS[i].subject]);
    puts("PostgreSQL");
    for (size_t i = 0; i < DOCTOR_RIGHT_COUNT; i++) {
        const DoctorRight *right = &DOCTOR_RIGHTS[i];
        printf("  %s: %s: %s%s%s%s\n", right->role, right->privileges, right->objects,
               right->columns != NULL ? " (" : "", right->columns != NULL ? right->columns : "",
               right->columns != NULL ? ")" : "");
    }
}
