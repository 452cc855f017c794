/*
 * onecase dlq show: gathers all that is known of one dead letter; of a group, of its newest. Its bytes are masked while they
 * are at hand. --raw: the bytes themselves, once PostgreSQL has logged who wants them and said yes.
 */
#include "dlq_access.h"
#include "dlq_masked.h"
#include "dlq_print.h"
#include "dlq_show_print.h"

#include "base/digest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Show {
    const Dlq *dlq;
    DlqShown shown;
    TextBuilder masked;
    bool printed;
} Show;

static const PostgresStatement HISTORY = {
    "dlq_history", "select id, kind, actor, submitted_at, state, result, args ->> 'reason'"
                   "  from onecase.commands"
                   " where kind in ('dlq.redrive', 'dlq.park', 'dlq.unpark')"
                   "   and args -> 'origins' ? $1 order by seq"};

static bool mask_letter(void *context, size_t index, const VaultLetter *held, Error *error)
{
    (void)index;
    (void)error;
    Show *show = context;
    DlqShown *shown = &show->shown;
    uint8_t digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE + 1];
    digest_sha256(held->value, digest);
    digest_hex(digest, sizeof(digest), hex);
    shown->altered = !text_is_empty(shown->letter->sha256) && !text_is(shown->letter->sha256, hex);
    shown->size = (int64_t)held->value.size;
    shown->canonical = held->canonical;
    const MaskedSpec spec = {held->value, shown->letter->pointer, shown->letter->rule};
    dlq_masked_write(&spec, show->dlq->arena, &show->masked);
    return true;
}

/* As they are; a terminal gets nothing that would steer it. */
static bool print_bytes(void *context, size_t index, const VaultLetter *held, Error *error)
{
    (void)index;
    (void)error;
    Show *show = context;
    Text bytes = held->value;
    if (isatty(STDOUT_FILENO) == 1)
        bytes = dlq_print_harmless(show->dlq->arena, bytes);
    fwrite(bytes.size > 0 ? bytes.data : "", 1, bytes.size, stdout);
    show->printed = true;
    return true;
}

static bool ask_vault(Show *show, VaultTake *take, Error *error)
{
    const Dlq *dlq = show->dlq;
    const DlqLetter *letter = show->shown.letter;
    const VaultSpec vault = {dlq->options->brokers, dlq_topic(dlq, "onecase.deadletter")};
    VaultWanted wanted = {.origin = letter->origin,
                          .stage = letter->stage,
                          .attempt = letter->attempt,
                          .received_us = letter->received_us};
    bool good = vault_find(&vault, &wanted, 1, dlq->arena, error);
    show->shown.state = wanted.state;
    show->shown.kept_us = wanted.bytes.stamp_ms * 1000;
    return good && vault_each(&vault, &wanted, 1, take, show, error);
}

/* What stands in PostgreSQL is worth showing without Kafka too. */
static int show_masked(Show *show)
{
    const Dlq *dlq = show->dlq;
    POSTGRES_RESULT_AUTO *history = NULL;
    Error error = {0};
    Error vault = {0};
    const PostgresParam param = postgres_param_text(show->shown.letter->origin);
    if (!postgres_call(dlq->pg, &HISTORY, &param, 1, &history, &error))
        return dlq_failed(dlq, &error);
    show->masked = builder_new(dlq->arena);
    if (!ask_vault(show, mask_letter, &vault))
        show->shown.no_vault = text_copy(dlq->arena, text_from(vault.text));
    show->shown.masked = builder_view(&show->masked);
    show->shown.history = history;
    if (dlq->options->json)
        dlq_show_write(dlq, &show->shown);
    else
        dlq_show_print(dlq, &show->shown);
    return vault.verdict == ERROR_NONE ? EXIT_OK : dlq_failed(dlq, &vault);
}

static int show_raw(Show *show, const DlqLetters *letters)
{
    int status;
    Error error = {0};
    if (!dlq_access_granted(show->dlq, "dlq.show", letters, &status))
        return status;
    if (!ask_vault(show, print_bytes, &error))
        return dlq_failed(show->dlq, &error);
    if (show->printed)
        return EXIT_OK;
    if (show->shown.state == VAULT_TRUNCATED)
        fputs(
            "onecase dlq: the bytes were never kept: the record is larger than onecase.deadletter "
            "takes\n",
            stderr);
    else
        fprintf(stderr, "onecase dlq: the bytes are gone: onecase.deadletter keeps them %d days\n",
                DLQ_KEEP_DAYS);
    return EXIT_NOT_FOUND;
}

static int run(const Dlq *dlq, const DlqLetters *letters)
{
    if (!dlq_letters_all_there(dlq, letters))
        return EXIT_NOT_FOUND;
    if (letters->count == 0) {
        fprintf(stderr, "onecase dlq: no group %.*s; `onecase dlq list --state all` lists all\n",
                TEXT_ARGS(dlq->options->groups.items[0]));
        return EXIT_NOT_FOUND;
    }
    Show show = {.dlq = dlq};
    show.shown.letter = &letters->items[0];
    show.shown.in_group = dlq->options->groups.count > 0 ? letters->total : 0;
    return dlq->options->raw ? show_raw(&show, letters) : show_masked(&show);
}

int dlq_show(const Dlq *dlq)
{
    DlqLetters letters;
    Error error = {0};
    if (!dlq_letters_read_newest(dlq, "", 1, &letters, &error))
        return dlq_failed(dlq, &error);
    int status = run(dlq, &letters);
    dlq_letters_free(&letters);
    return status;
}
