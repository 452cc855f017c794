/*
 * Which snapshots of ledgers the model reads: their digests stand in its file and so are part of its version.
 */
#include "adapters/model_file_parts.h"

static bool is_snapshot(Text name)
{
    Text prefix = TEXT("sha256:");
    Text hex = text_slice(name, prefix.size, name.size);
    uint8_t bytes[SHA256_SIZE];
    return text_starts(name, prefix) && digest_from_hex(hex, bytes, sizeof bytes);
}

static Text read_snapshot(ModelReader *reader, const config_setting_t *group, const char *key)
{
    Text name = reader_text(&reader->reader, group, key);
    if (text_is_empty(name))
        return TEXT_ABSENT;
    if (!is_snapshot(name))
        READER_ERROR(
            &reader->reader, reader_line(group),
            "\"ledger.%s\" must be \"sha256:\" and 64 hex digits, as `onecase ledger load` "
            "prints it",
            key);
    return text_copy(reader->model->arena, name);
}

void model_read_ledger(ModelReader *reader, const config_setting_t *root)
{
    if (config_setting_get_member(root, "ledger") == NULL)
        return;
    const config_setting_t *group = reader_group(&reader->reader, root, "ledger");
    if (group == NULL)
        return;
    reader_check_keys(&reader->reader, group, "ledger", READER_KEYS("assets", "places"));
    reader->model->ledger_assets = read_snapshot(reader, group, "assets");
    reader->model->ledger_places = read_snapshot(reader, group, "places");
}
