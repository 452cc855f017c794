/*
 * The words of `onecase doctor`, and its help.
 */
#include "doctor/doctor_options.h"

#include "command.h"
#include "options.h"
#include "source/source_check.h"

static const char USAGE[] =
    "usage: onecase doctor [OPTIONS]\n"
    "\n"
    "Looks at the whole installation in order and says for each finding what is wrong, what was\n"
    "expected, what was found, and which command helps. A check that cannot be made because an\n"
    "earlier one failed says so. Nothing is changed: not a row, not an offset, not a topic.\n"
    "\n"
    "  onecase doctor --sources /etc/onecase/sources\n"
    "  onecase doctor --only offsets\n"
    "\n"
    "  --list               the checks, in order\n"
    "  --rights             who may do what in Kafka and PostgreSQL\n"
    "  --only NAME          this one alone, and those it relies on as far as they find a fault\n"
    "  --quiet              findings alone\n"
    "  --json               one JSON object\n"
    "  --brokers LIST       host:port,... [$ONECASE_BROKERS, else localhost:9092]\n"
    "  --prefix P           put before every topic name, for tests\n"
    "  --sources FOLDER     mapping files that intake reads [deploy/sources]\n"
    "  --regions FILE       [../regions.cfg beside FOLDER]\n"
    "  --words FOLDER       word lists that intake reads [../model/words beside FOLDER]\n"
    "  --topics FILE        which topics, how made [../topics.cfg beside FOLDER]\n"
    "  --model FILE         the matcher's model [../model/onecase.cfg beside FOLDER]\n"
    "  --group G            intake's consumer group [onecase-intake]\n"
    "  --matcher-group G    the matcher's [onecase-matcher]\n"
    "  --services LIST      programs whose pages are asked: \"intake=host:port matcher=...\";\n"
    "                       those named must answer [those of this machine that do]\n"
    "  --principals LIST    who is who in Kafka's access control list:\n"
    "                       \"intake=User:intake matcher=User:matcher relay=User:relay\"\n"
    "  --key-file FILE      the key for hashes of reporters [" DOCTOR_KEY_FILE ", if there]\n"
    "  --key-no N           its number, to compare it with the one that intake uses\n"
    "  --data FOLDERS       folders with data of ours, blanks between [$ONECASE_DATA]\n"
    "\n"
    "PostgreSQL is found by PGHOST, PGPORT, PGUSER and PGDATABASE; a member of onecase_operator\n"
    "sees what is needed. Ends with 0 when nothing was found, 1 when there is a fault, 2 when\n"
    "there are warnings alone, 64 for a wrong command line, 69 when neither Kafka nor PostgreSQL\n"
    "answers.\n";

static bool read_number(const char *word, void *target)
{
    int64_t *number = target;
    if (text_to_int64(text_from(word), number) && *number >= 1 && *number <= 9999)
        return true;
    command_usage_error("doctor", "--key-no is a number from 1 to 9999, not", word);
    return false;
}

bool doctor_options_read(int argc, char **argv, Arena *arena, DoctorOptions *options, int *status)
{
    SourceOptions *naming = &options->naming;
    const Option rows[] = {
        {"list", .flag = &options->list},
        {"rights", .flag = &options->rights},
        {"quiet", .flag = &options->quiet},
        {"json", .flag = &options->json},
        {"only", .text = &options->only},
        {"brokers", .text = &naming->brokers},
        {"prefix", .text = &naming->prefix},
        {"sources", .text = &naming->sources},
        {"regions", .text = &naming->regions},
        {"words", .text = &naming->words},
        {"topics", .text = &naming->topics},
        {"model", .text = &options->model},
        {"group", .text = &naming->group},
        {"matcher-group", .text = &options->matcher_group},
        {"services", .text = &options->services},
        {"principals", .text = &options->principals},
        {"key-file", .text = &options->key_file},
        {"key-no", .read = read_number, .target = &options->key_no},
        {"data", .text = &options->data},
    };
    const OptionTable table = {"doctor", USAGE, rows, sizeof(rows) / sizeof(rows[0])};
    *options = (DoctorOptions){
        .naming = {.brokers = options_brokers(),
                   .prefix = "",
                   .sources = "deploy/sources",
                   .group = "onecase-intake"},
        .matcher_group = "onecase-matcher",
    };
    if (!options_read_alone(&table, argc, argv, status))
        return false;
    naming->regions = source_beside(naming, naming->regions, "regions.cfg", arena);
    naming->words = source_beside(naming, naming->words, "model/words", arena);
    naming->topics = source_beside(naming, naming->topics, "topics.cfg", arena);
    options->model = source_beside(naming, options->model, "model/onecase.cfg", arena);
    return true;
}
