/*
 * Records of a partition whose owners crashed are taken alone, each noted beside the committed offset before it is looked at, so that
 * the guilty one is found (domain/quarantine.h). Whose a partition is stands there as well: a note with the name of another
 * process that is not there any more is one of a crash.
 *
 * What was done and not committed when a process crashed is more than a batch, so the first one behind a crash commits each
 * round at once: the second crash leaves the offset at the beginning of the round.
 *
 * Invariant: while a record is noted as tried, no other record is in hand.
 */
#include "intake_parts.h"

#include "base/log.h"

#include "domain/quarantine.h"

enum { FASTEST = 50 }; /* records in a millisecond, more than intake can do */

/* Nothing is known against what comes next. */
static void forget_crashes(PlaceNote *note)
{
    note->crashes = 0;
    note->trying = -1;
    note->tries = 0;
}

void intake_be_careful(const Intake *intake, Place *place)
{
    const IntakeSettings *settings = intake->settings;
    PlaceNote *note = &place->note;
    if (note->holder == 0)
        forget_crashes(note); /* given back */
    if (note->holder == intake->holder || note->trying < place->done)
        note->trying = -1; /* nobody ended with it in hand */
    if (note->holder != 0 && note->holder != intake->holder && note->trying < 0)
        note->crashes++;
    note->holder = intake->holder;
    if (note->crashes > 0 || note->trying >= 0)
        place->wary_left = settings->in_flight_max + FASTEST * settings->commit_interval_ms;
    bool tried = note->trying >= 0;
    if (!tried && note->crashes < QUARANTINE_CRASHES)
        return;
    /* as many as the batch could hold that ended the first process: the guilty one is among them */
    place->careful_left = settings->in_flight_max;
    if (tried && note->tries >= QUARANTINE_TRIES)
        place->buried_offset = note->trying;
    log_state(LOG_WARN, "careful", LOG_STRING("topic", place->topic),
              LOG_INT("partition", place->partition), LOG_INT("crashes", note->crashes),
              LOG_INT("offset", tried ? note->trying : place->done),
              LOG_INT("tries", tried ? note->tries : 0));
}

bool intake_is_wary(const Intake *intake)
{
    for (size_t i = 0; i < intake->places.count; i++) {
        const Place *place = &intake->places.items[i];
        if (place->wary_left > 0 && place->careful_left == 0 && place->done != place->committed)
            return true;
    }
    return false;
}

void intake_give_back(Intake *intake, Place *place)
{
    forget_crashes(&place->note);
    place->note.holder = 0;
    intake_tell_note(intake, place, &place->note);
}

/* With what is done elsewhere: there the record tried before may still be noted, and it was not guilty. */
static bool commit_try(Intake *intake, const Place *place, const PlaceNote *note, Error *error)
{
    size_t count;
    KafkaPosition *positions = places_to_commit(&intake->places, intake->scratch, &count);
    if (place->done == place->committed)
        positions[count++] = (KafkaPosition){place->topic, place->partition, place->done};
    for (size_t i = 0; i < intake->places.count; i++)
        intake_tell_note(intake, &intake->places.items[i], &intake->places.items[i].note);
    intake_tell_note(intake, place, note);
    return kafka_consumer_commit(intake->consumer, positions, count, true, error);
}

/* Whether a record is noted as tried that is done. */
static bool accuses_wrongly(const Places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        const Place *place = &places->items[i];
        if (place->tried_offset >= place->committed && place->tried_offset < place->done)
            return true;
    }
    return false;
}

bool intake_note_try(Intake *intake, Error *error)
{
    const Batch *batch = &intake->batch;
    if (batch->mapped || batch->next >= batch->count)
        return true;
    const KafkaRecord *record = &batch->records[batch->next];
    Place *place = places_find(&intake->places, record->topic, record->partition);
    if (place == NULL || place->careful_left == 0)
        return !accuses_wrongly(&intake->places) || intake_commit(intake, true, error);
    if (place->tried_offset == record->offset)
        return true;
    PlaceNote note = place->note;
    note.tries = note.trying == record->offset ? note.tries + 1 : 1;
    note.trying = record->offset;
    bool good = commit_try(intake, place, &note, error);
    arena_reset(intake->scratch);
    if (!good)
        return false;
    place->note = note;
    place->tried_offset = record->offset;
    places_committed(&intake->places);
    return true;
}
