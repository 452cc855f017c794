/*
 * The handler sets a flag and lets the next signal have its usual effect. Reads are not taken up again after it, so
 * that waiting for standard input ends too.
 */
#include "send_stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;

static void ask(int number)
{
    (void)number;
    asked = 1;
}

void send_stop_watch(void)
{
    struct sigaction action = {.sa_handler = ask, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool send_stop_asked(void)
{
    return asked != 0;
}
