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
    "{}，已经三天了还没有修好", "我们这里的{}，晚上走路看不见", "家门口的{}，出行很不方便", "早上出门的时候看到了{}", "{}，我很担心要出事",
    "我家楼下有{}，味道很大", "{}，一直没有人来修", "从上个月开始就有{}", "{}，物业说他们没有办法", "这个地方{}，小孩差点受伤了",
    "昨天晚上在路上发现{}", "{}，影响了大家的正常生活", "{}，情况比较严重", "现场有{}，也没有警示的标志", "又是{}，上次修过没几天就坏了",
    "{}，声音很大，晚上都睡不着", "最近的{}，希望有人来管一管", "{}，车都开不过去了", "整个单元都是{}", "{}，我给物业打过电话也没有用",
    "有住户说这里{}", "这一带是{}，很多人都要经过", "{}，里面什么都看不清", "刚才的{}，现在还在那里", "{}，长期没有人管理的",
    "路边是{}，行人要绕着走", "{}，老人上下楼都不方便", "{}，请派人来看一下现场", "不知道是不是{}", "他们家的{}，说了也不听",
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
