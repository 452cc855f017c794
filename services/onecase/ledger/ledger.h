#ifndef ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_H
#define ONECASE_SERVICES_ONECASE_LEDGER_LEDGER_H

/* The subcommands of `onecase ledger`; argv[0] is the subcommand, the answer an exit code. */
int ledger_check(int argc, char **argv);
int ledger_load(int argc, char **argv);
int ledger_list(int argc, char **argv);

#endif
