#ifndef ONECASE_SERVICES_ONECASE_SOURCE_LIST_H
#define ONECASE_SERVICES_ONECASE_SOURCE_LIST_H

/* `onecase source list`; argv[0] is "list". Answers with an exit code. */
int source_list(int argc, char **argv);

#endif
