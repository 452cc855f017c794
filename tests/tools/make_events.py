#!/usr/bin/env python3
"""Makes the schemas of all events (docs/events/KIND.schema.json) and the tables of docs/events.md, both languages.

    tests/tools/make_events.py [--check]

--check writes nothing and ends with 1 when a file differs. Definitions: event_kinds.py. A schema refers to nothing outside
itself, so that a department can take a single file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from event_kinds import CASE_FIELDS, EVENT_FIELDS, KINDS, REPORT, Field, Kind, Values  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CHINESE, ENGLISH = 0, 1
PAGES = {"events.zh-CN.md": CHINESE, "events.md": ENGLISH}


def both(words: tuple[str, str]) -> str:
    return " / ".join(words)


# ---- schemas -------------------------------------------------------------------------------------------------------

def schema_of(field: Field) -> dict:
    schema = field.value | {"description": both(field.words)}
    return schema | members(field.inside) if field.inside else schema


def members(fields: tuple[Field, ...]) -> dict:
    return {"properties": {field.name: schema_of(field) for field in fields},
            "required": [field.name for field in fields if field.required], "additionalProperties": False}


def own_fields(kind: Kind) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """What the kind says before and behind the fields of every event."""
    words = kind.values
    before = [Field("kind", {"const": kind.type}, ("事件种类，同 ce_type", "kind of event, as ce_type"), True)]
    values = []
    if kind.reasons:
        told = ("；".join(f"{code} {name[CHINESE]}" for code, name in kind.reasons.items()),
                "; ".join(f"{code}: {name[ENGLISH]}" for code, name in kind.reasons.items()))
        values.append(Field("reason", {"enum": list(kind.reasons)}, told, kind.reason_required))
    if kind.by_reason:
        values += [Field("before", any_of(values.before for values in kind.by_reason.values()), ("改动前", "before")),
                   Field("after", any_of(values.after for values in kind.by_reason.values()), ("改动后", "after"))]
    if kind.before is not None:
        values.append(Field("before", kind.before, (f"改动前：{words[0]}", f"before: {words[1]}"), kind.before_required))
    if kind.after is not None:
        values.append(Field("after", kind.after, (f"改动后：{words[0]}", f"after: {words[1].removeprefix('after: ')}"),
                            kind.after_required))
    report = Field(REPORT.name, REPORT.value, REPORT.words, kind.report_required, REPORT.inside)
    return tuple(before), (*values, report)


def any_of(schemas: Iterable[dict | None]) -> dict:
    different: list[dict] = []
    for schema in schemas:
        if schema is not None and schema not in different:
            different.append(schema)
    return {"anyOf": different}


def reason_condition(reason: str, values: Values) -> dict:
    """What stands before and after, of one reason."""
    both_sides = {"before": values.before, "after": values.after}
    then = {"properties": {name: False if value is None else value for name, value in both_sides.items()},
            "required": [name for name, value in both_sides.items()
                         if value is not None and (name == "before" or values.after_required)]}
    return {"if": {"properties": {"reason": {"const": reason}}}, "then": then}


def event_schema(kind: Kind) -> dict:
    head, own = own_fields(kind)
    seq, *rest = EVENT_FIELDS
    *values, report = own
    schema = {"$schema": DIALECT, "$id": f"urn:onecase:event:{kind.type}:1", "title": both(kind.name),
              "description": both(kind.when), "type": "object"}
    schema |= members((*head, seq, *values, *rest, report, *CASE_FIELDS))
    if kind.by_reason:
        schema["allOf"] = [reason_condition(reason, values) for reason, values in kind.by_reason.items()]
    # A case that was merged is void and has no level; every other one has.
    schema["if"] = {"required": ["merged_into"]}
    schema["then"] = {"properties": {"status": {"const": 95}, "level": False, "level_reason": False}}
    schema["else"] = {"required": ["level", "level_reason"]}
    return schema


# ---- pages ---------------------------------------------------------------------------------------------------------

HEADINGS = {
    "kinds": (("事件", "何时", "`reason`", "`before`、`after`"), ("Event", "When", "`reason`", "`before`, `after`")),
    "fields": (("字段", "必有", "含义"), ("Field", "Always", "Meaning")),
}


def table(name: str, rows: list[tuple[str, ...]], language: int) -> str:
    heading = HEADINGS[name][language]
    lines = ["| " + " | ".join(row) + " |" for row in (heading, ("---",) * len(heading), *rows)]
    return "\n".join(lines)


def kinds_table(language: int) -> str:
    rows = []
    for kind in KINDS:
        link = f"[`{kind.type}`](events/{kind.type}.schema.json)"
        reasons = "<br>".join(f"`{code}` {name[language]}" for code, name in kind.reasons.items()) or "–"
        rows.append((f"{link}<br>{kind.name[language]}", kind.when[language], reasons, kind.values[language]))
    return table("kinds", rows, language)


def field_rows(fields: tuple[Field, ...], language: int, prefix: str = "") -> list[tuple[str, ...]]:
    rows = []
    for field in fields:
        always = ("是", "yes")[language] if field.required else ""
        rows.append((f"`{prefix}{field.name}`", always, field.words[language]))
        rows += field_rows(field.inside, language, f"{prefix}{field.name}.")
    return rows


def fields_table(language: int) -> str:
    own = (Field("kind", {}, ("事件种类，同 `ce_type`", "kind of event, as `ce_type`"), True),
           Field("reason", {}, ("原因代码，见上表", "reason code, see above")),
           Field("before", {}, ("改动前的值，见上表", "value before, see above")),
           Field("after", {}, ("改动后的值，见上表", "value after, see above")))
    seq, *rest = EVENT_FIELDS
    return table("fields", field_rows((own[0], seq, *own[1:], *rest, REPORT, *CASE_FIELDS), language), language)


def page_with_tables(text: str, language: int) -> str:
    for name, content in (("kinds", kinds_table(language)), ("fields", fields_table(language))):
        block = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if len(block.findall(text)) != 1:
            raise SystemExit(f"make_events.py: expected one block \"<!-- {name}: ... -->\" in the page, found none or several")
        text = block.sub(lambda found, body=content: f"{found[1]}\n{body}\n\n{found[2]}", text)
    return text


def wanted_files() -> dict[Path, str]:
    files = {DOCS / "events" / f"{kind.type}.schema.json": json.dumps(event_schema(kind), ensure_ascii=False, indent=2) + "\n"
             for kind in KINDS}
    for name, language in PAGES.items():
        files[DOCS / name] = page_with_tables((DOCS / name).read_text(encoding="utf-8"), language)
    return files


def differing(files: dict[Path, str]) -> list[Path]:
    there = set((DOCS / "events").glob("*"))
    stale = sorted(there - set(files))
    return [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text] + stale


def main() -> int:
    arguments = sys.argv[1:]
    if arguments in (["--help"], ["-h"]):
        print(__doc__)
        return 0
    if arguments not in ([], ["--check"]):
        print(f"make_events.py: expected nothing or --check, found \"{' '.join(arguments)}\"", file=sys.stderr)
        return 2
    files = wanted_files()
    changed = differing(files)
    for path in changed:
        if arguments:
            print(f"{path} is not what tests/tools/make_events.py makes", file=sys.stderr)
        elif path in files:
            path.write_text(files[path], encoding="utf-8")
            print(path)
        else:
            path.unlink()
            print(f"{path} (gone)")
    return 1 if arguments and changed else 0


if __name__ == "__main__":
    sys.exit(main())
