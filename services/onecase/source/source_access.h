#ifndef ONECASE_SERVICES_ONECASE_SOURCE_ACCESS_H
#define ONECASE_SERVICES_ONECASE_SOURCE_ACCESS_H

#include "source_options.h"

#include "domain/mapping.h"

/*
 * The rights that a feed needs beyond those of the hub, as command lines of Kafka's own tool, on the arena: the
 * department's programs write (principal User:DEPARTMENT, to be replaced), intake reads the topic and its history, in its
 * group. One principal for each program (design.md 11). For a topic_pattern a prefix of names is granted; a pattern that
 * begins with none, or with one that topics of the hub or of Kafka itself share, has TOPIC there, to be replaced by each of its topics.
 */
TextList source_access_lines(const SourceOptions *options, const Mapping *mapping, Arena *arena);

#endif
