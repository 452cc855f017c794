#!/usr/bin/env python3
"""Puts the metrics of all programs into docs/metrics.md and docs/metrics.zh-CN.md, as the programs name them (PROGRAM --metrics).

    tests/tools/make_metrics.py [--check] FOLDER_OF_PROGRAMS

The tables stand between "<!-- NAME: ... -->" and "<!-- end of NAME -->"; what is around them is written by hand. What all programs
have in common stands once, as "common". The Chinese of each meaning is in metric_words.py beside the English that it translates: where
a program says something else by now, the translation is asked for.

--check writes nothing and ends with 1 when a page differs.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from metric_words import WORDS  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROGRAMS = ("intake", "matcher", "relay", "lagwatch")
ENGLISH, CHINESE = 0, 1
PAGES = {"metrics.md": ENGLISH, "metrics.zh-CN.md": CHINESE}
HEADINGS = (("Name", "Type", "Labels", "Meaning"), ("名称", "类型", "标签", "含义"))
TYPES = {"counter": "计数器", "gauge": "瞬时值", "histogram": "直方图", "summary": "分位数"}
ROW = re.compile(r"\| `(?P<name>[a-z_]+)` \| (?P<type>[a-z]+) \| (?P<labels>[^|]*) \| (?P<help>[^|]+) \|")


class Fault(Exception):
    """Something that has to be mended by hand, as a sentence."""


@dataclass(frozen=True)
class Metric:
    name: str
    type: str
    labels: str
    help: str


def metrics_of(program: Path) -> list[Metric]:
    done = subprocess.run([str(program), "--metrics"], capture_output=True, encoding="utf-8", timeout=60, check=False)
    if done.returncode != 0:
        raise Fault(f"{program} --metrics ended with {done.returncode}: {done.stderr.strip()}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")][2:]
    rows = [ROW.fullmatch(line) for line in lines]
    if not rows or None in rows:
        raise Fault(f"{program} --metrics: expected rows of four columns, found {done.stdout!r}")
    return [Metric(row["name"], row["type"], row["labels"].strip(), row["help"].strip()) for row in rows]


def by_section(programs: dict[str, list[Metric]]) -> dict[str, list[Metric]]:
    """What all have in common, and of each program the rest."""
    first = next(iter(programs.values()))
    common = [metric for metric in first if all(metric in metrics for metrics in programs.values())]
    return {"common": common} | {name: [m for m in metrics if m not in common] for name, metrics in programs.items()}


def translated(metric: Metric) -> str:
    english, chinese = WORDS.get(metric.name, ("", ""))
    if english != metric.help:
        raise Fault(f"tests/tools/metric_words.py: expected for {metric.name} the Chinese of {metric.help!r}, found that of {english!r}")
    return chinese


def table(metrics: list[Metric], language: int) -> str:
    rows = [HEADINGS[language], ("---",) * 4]
    for metric in metrics:
        kind = TYPES[metric.type] if language == CHINESE else metric.type
        words = translated(metric)
        rows.append((f"`{metric.name}`", kind, metric.labels, words if language == CHINESE else metric.help))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def page_with_tables(text: str, sections: dict[str, list[Metric]], language: int) -> str:
    for name, metrics in sections.items():
        block = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if len(block.findall(text)) != 1:
            raise Fault(f'expected one block "<!-- {name}: ... -->" in the page, found none or several')
        body = table(metrics, language)
        text = block.sub(lambda found, body=body: f"{found[1]}\n{body}\n\n{found[2]}", text)
    return text


def wanted_pages(folder: Path) -> dict[Path, str]:
    sections = by_section({name: metrics_of(folder / name) for name in PROGRAMS})
    stale = set(WORDS) - {metric.name for metrics in sections.values() for metric in metrics}
    if stale:
        raise Fault(f"tests/tools/metric_words.py: no program has {', '.join(sorted(stale))}")
    return {DOCS / name: page_with_tables((DOCS / name).read_text(encoding="utf-8"), sections, language)
            for name, language in PAGES.items()}


def main() -> int:
    arguments = sys.argv[1:]
    if arguments in (["--help"], ["-h"]):
        print(__doc__)
        return 0
    check = arguments[:1] == ["--check"]
    folders = arguments[1:] if check else arguments
    if len(folders) != 1 or folders[0].startswith("-"):
        print(f"make_metrics.py: expected [--check] and a folder, found \"{' '.join(arguments)}\"", file=sys.stderr)
        return 2
    try:
        pages = wanted_pages(Path(folders[0]))
    except Fault as fault:
        print(f"make_metrics.py: {fault}", file=sys.stderr)
        return 1
    changed = [path for path, text in pages.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        if check:
            print(f"{path} is not what tests/tools/make_metrics.py makes", file=sys.stderr)
        else:
            path.write_text(pages[path], encoding="utf-8")
            print(path)
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
