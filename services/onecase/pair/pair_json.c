/* Two compared reports as JSON; docs/decisions.md is the contract: members are added, never renamed. */
#include "json_out.h"
#include "pair/pair.h"

#include "domain/linkage_sentence.h"
#include "domain/veto.h"

#include <stdio.h>

static void write_class(TextBuilder *out, const char *key, const Evidence *evidence)
{
    js_write_key(out, text_from(key));
    builder_char(out, '{');
    out_text(out, "code", evidence->category->code);
    out_int(out, "confidence", evidence->category_confidence);
    builder_char(out, '}');
}

static void write_assets(TextBuilder *out, const Evidence *evidence)
{
    static const char *const KINDS[] = {[ASSET_NONE] = "none",
                                        [ASSET_PLATE] = "plate",
                                        [ASSET_EQUIPMENT] = "equipment",
                                        [ASSET_COMPONENT] = "component",
                                        [ASSET_DEVICE] = "device"};
    js_write_key(out, TEXT("assets"));
    builder_char(out, '[');
    for (size_t i = 0; i < evidence->asset_count; i++) {
        builder_string(out, i > 0 ? ",{" : "{");
        out_text(out, "kind", text_from(KINDS[evidence->assets[i].kind]));
        out_text(out, "id", evidence->assets[i].id);
        js_write_key(out, TEXT("structured"));
        builder_string(out, evidence->assets[i].structured ? "true" : "false");
        builder_char(out, '}');
    }
    builder_char(out, ']');
}

static void write_point(TextBuilder *out, const Evidence *evidence)
{
    js_write_key(out, TEXT("point"));
    if (!evidence->has_point) {
        builder_string(out, "null");
        return;
    }
    builder_char(out, '{');
    js_write_key(out, TEXT("lon"));
    js_write_double(out, evidence->point.lon);
    js_write_key(out, TEXT("lat"));
    js_write_double(out, evidence->point.lat);
    out_text(out, "precision", (Text){&evidence->precision, 1});
    js_write_key(out, TEXT("derived"));
    builder_string(out, evidence->point_derived ? "true" : "false");
    builder_char(out, '}');
}

static void write_address(TextBuilder *out, const Address *address)
{
    static const char *const ROLES[] = {
        [PLACE_UNKNOWN] = "unknown", [PLACE_HAZARD] = "hazard", [PLACE_REPORTER] = "reporter"};
    js_write_key(out, TEXT("address"));
    builder_char(out, '{');
    out_text(out, "road", address->road);
    out_text(out, "road_no", address->road_no);
    out_text(out, "lane_no", address->lane_no);
    out_text(out, "cross_road", address->cross_road);
    out_text(out, "estate", address->estate);
    out_texts(out, "buildings", address->buildings);
    out_text(out, "unit", address->unit);
    out_text(out, "floor", address->floor);
    out_text(out, "room", address->room);
    out_text(out, "poi", address->poi);
    out_text(out, "relation", address->relation);
    out_int(out, "relation_m", address->relation_m);
    out_text(out, "role", text_from(ROLES[address->role]));
    builder_char(out, '}');
}

/* Who reported is known, or not; no hash is shown. */
static Text reporter_kind(const Evidence *evidence)
{
    if (text_is_empty(evidence->reporter))
        return TEXT_ABSENT;
    return evidence->reporter_staff    ? TEXT("staff")
           : evidence->reporter_masked ? TEXT("masked")
                                       : TEXT("known");
}

static void write_side(TextBuilder *out, const char *key, const PairReport *known)
{
    const Evidence *evidence = known->evidence;
    js_write_key(out, text_from(key));
    builder_char(out, '{');
    out_text(out, "source", known->stored.source);
    out_text(out, "record_no", known->stored.report.record_no);
    out_text(out, "region", known->stored.region);
    out_int(out, "report_id", known->stored.report_id);
    out_time(out, "event_at", known->stored.event_at);
    out_text(out, "hazard_no", known->hazard_no);
    out_text(out, "place", evidence->place_text);
    write_address(out, &evidence->address);
    write_point(out, evidence);
    out_text(out, "community_code", evidence->community_code);
    out_text(out, "grid_code", evidence->grid_code);
    write_class(out, "class", evidence);
    write_class(out, "class_by_code", known->by_code);
    write_class(out, "class_by_words", known->by_words);
    write_assets(out, evidence);
    out_text(out, "party_name", evidence->party_name);
    out_text(out, "usc_code", evidence->usc_code);
    out_text(out, "reporter", reporter_kind(evidence));
    out_int(out, "text_length", (int64_t)evidence->text_length);
    builder_char(out, '}');
}

static void write_strings(TextBuilder *out, const char *key, const char *const *items, size_t count)
{
    js_write_key(out, text_from(key));
    builder_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            builder_char(out, ',');
        js_write_text(out, text_from(items[i]));
    }
    builder_char(out, ']');
}

static void write_sets(TextBuilder *out, const PairFinding *finding)
{
    const char *keys[BLOCK_KINDS];
    const char *tested[VETO_KINDS];
    size_t key_count = 0;
    size_t tested_count = 0;
    for (int kind = 0; kind < BLOCK_KINDS; kind++)
        if ((finding->shared_keys & (1u << kind)) != 0)
            keys[key_count++] = blocking_kind_name((BlockingKind)kind);
    for (int kind = 0; kind < VETO_KINDS; kind++)
        if ((finding->decision.vetoes_tested & (1u << kind)) != 0)
            tested[tested_count++] = veto_name((VetoKind)kind);
    write_strings(out, "keys", keys, key_count);
    write_strings(out, "vetoes_tested", tested, tested_count);
}

void pair_write(const PairAnswer *answer)
{
    TextBuilder out = builder_new(answer->arena);
    const Decision *decision = &answer->finding.decision;
    const Score *score = &decision->best;
    builder_char(&out, '{');
    write_side(&out, "report", &answer->report);
    write_side(&out, "hazard", &answer->member);
    out_text(&out, "outcome", text_from(linkage_outcome_name(decision->outcome)));
    out_text(&out, "sentence", linkage_sentence(decision, TEXT_ABSENT, answer->arena));
    out_int(&out, "score_mb", decision->final_mb);
    out_int(&out, "reverse_score_mb", answer->reverse.decision.final_mb);
    waterfall_write(&answer->waterfall, &out, answer->arena);
    write_strings(&out, "vetoes", score->vetoes, score->veto_count);
    write_strings(&out, "flags", score->flags, score->flag_count);
    out_text(&out, "refusal", text_from(decision->refusal));
    out_text(&out, "relation", text_from(score->relation));
    write_sets(&out, &answer->finding);
    out_text(&out, "model_version", answer->model_version);
    printf("%.*s}\n", TEXT_ARGS(builder_view(&out)));
}
