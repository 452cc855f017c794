/*
 * matcher: canonical records -> reports, hazards and cases in PostgreSQL, in one transaction with their offsets.
 */
#include "matcher.h"

int main(int argc, char **argv)
{
    return service_run(&MATCHER_SERVICE, argc, argv);
}
