#ifndef ONECASE_SERVICES_ONECASE_SOURCE_ADD_H
#define ONECASE_SERVICES_ONECASE_SOURCE_ADD_H

/* `onecase source add FILE`; argv[0] is "add". Answers with an exit code. */
int source_add(int argc, char **argv);

#endif
