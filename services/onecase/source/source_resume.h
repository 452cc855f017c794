#ifndef ONECASE_SERVICES_ONECASE_SOURCE_RESUME_H
#define ONECASE_SERVICES_ONECASE_SOURCE_RESUME_H

/*
 * `onecase source resume`; argv[0] is "resume". Shows partitions that are held because offsets are gone, and has them go on:
 * of a department's topic through the group GROUP.resume (domain/place_answer.h), of onecase.report by
 * onecase.resume_lost. Answers with an exit code.
 */
int source_resume(int argc, char **argv);

#endif
