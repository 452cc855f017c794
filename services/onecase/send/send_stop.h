#ifndef ONECASE_SERVICES_ONECASE_SEND_STOP_H
#define ONECASE_SERVICES_ONECASE_SEND_STOP_H

#include <stdbool.h>

/* SIGINT and SIGTERM ask for an end; a second one ends the process at once. */
void send_stop_watch(void);
bool send_stop_asked(void);

#endif
