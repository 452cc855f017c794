#ifndef ONECASE_DOMAIN_RECORD_LOSS_H
#define ONECASE_DOMAIN_RECORD_LOSS_H

#include "domain/record.h"

/*
 * Offsets of a source partition that will never come, told by the first record behind them in the header `oc-lost`, so that
 * whoever accounts for offsets knows why:
 *
 *   REASON TOPIC/PARTITION/FIRST-LAST BY WHY
 *
 * REASON is `retention` or `recreated`; of a topic that was made anew LAST is not known and left out. WHY is free text.
 */
typedef struct RecordLoss {
    Text reason;
    Text topic;
    int32_t partition;
    int64_t first;
    int64_t last; /* -1: not known */
    Text by;      /* who had intake go on, as `user@host` */
    Text why;
} RecordLoss;

Text record_loss_write(const RecordLoss *loss, Arena *arena);
bool record_loss_read(Text text, RecordLoss *loss); /* views; false: malformed */

/*
 * A topic that was made anew under its name is another one: its offsets begin again. From the second life on, origins name
 * it TOPIC~LIFE ('~' cannot stand in a name of Kafka's), so that no record is taken for one of the topic before.
 */
Text record_topic_in_life(Text topic, int64_t life, Arena *arena);
Text record_topic_of(Text topic);      /* without the life: the name that Kafka knows */
bool record_topic_is_name(Text topic); /* as Kafka names one, with or without a life */

#endif
