#!/usr/bin/env python3
"""Makes deploy/model/idf.csv: how telling each character and pair of characters is in reports of hazards.

    tests/tools/make_idf.py deploy/model/words/keywords.csv > deploy/model/idf.csv

The body of text is plainly synthetic: every keyword of the class table in a few everyday sentences. What matters is only
that characters everybody uses (的, 有, 电梯) weigh little and others much; a city's own reports give a better table later.
Weights are sixteenths of ln((N + 1) / (n + 1)) + 0.3; a gram that is not listed gets the weight of "*".
"""

import collections
import math
import re
import sys

SENTENCES = (
    "{}，已经三天了还没有修好", "这里{}，晚上走路看不见", "家门口{}，出行很不方便", "早上出门看到{}", "{}，担心出事",
    "楼下{}，味道很大", "{}，一直没有人来修", "从上个月开始{}", "{}，物业说没有办法", "{}，小孩差点受伤", "昨天晚上发现{}",
    "{}，影响居民正常生活", "{}，比较严重", "现场{}，没有警示标志", "又是{}，上次修过没几天", "{}，声音很大睡不着",
    "最近{}，希望有人管一管", "{}，车辆无法通行", "整个单元都{}", "{}，给物业打过电话没有用", "有住户说{}", "这一带{}，很多人经过",
    "{}，里面什么都看不清", "刚才{}，现在还在", "{}，长期无人管理", "路边{}，行人要绕着走", "{}，老人上下楼困难", "{}，请派人查看现场",
)
LISTED_FROM = 2  # sentences a gram must stand in to be listed


def grams(text):
    found = set()
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        found.update(run)
        found.update(run[i:i + 2] for i in range(len(run) - 1))
    return found


def weight(total, count):
    return max(1, min(255, round(16 * (math.log((total + 1) / (count + 1)) + 0.3))))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file]
    phrases = [row[0] for row in rows if len(row) == 3 and row[0] != "phrase"]
    body = [SENTENCES[(3 * i + k * 5) % len(SENTENCES)].format(phrase)
            for i, phrase in enumerate(phrases) for k in range(3)]
    counts = collections.Counter(gram for text in body for gram in grams(text))
    print("# 字与字对的权重 / weights of characters and pairs; made by tests/tools/make_idf.py")
    print("gram,weight")
    print(f"*,{weight(len(body), 0)}")
    for gram, count in sorted(counts.items()):
        if count >= LISTED_FROM:
            print(f"{gram},{weight(len(body), count)}")


if __name__ == "__main__":
    main()
