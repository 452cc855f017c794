/*
 * Which of a building's lifts a report speaks of: out of its text and its address, in which 1梯 is the unit unless the
 * report names one otherwise.
 */
#include "domain/evidence_draft.h"
#include "domain/lift_label.h"

/* A scan of the address field is made once more: rarely does one name a lift. */
static void read_address(EvidenceDraft *draft, LiftReading *reading, bool unit_known)
{
    Text address = draft->report->address;
    if (!text_contains(address, TEXT("梯")))
        return;
    AddressScan *scan = ARENA_NEW(draft->arena, AddressScan);
    Folded folded = address_fold(address, draft->arena);
    address_scan(scan, folded, false, draft->region, draft->arena);
    lift_label_read(reading, &folded, scan, unit_known);
}

void evidence_find_lift(EvidenceDraft *draft)
{
    if (draft->evidence.category->group != 'A')
        return;
    LiftReading reading = {0};
    bool unit_known = !text_is_empty(draft->evidence.address.unit);
    lift_label_read(&reading, &draft->text, &draft->scan, unit_known);
    read_address(draft, &reading, unit_known);
    draft->evidence.lift_label = lift_label_of(&reading);
}
