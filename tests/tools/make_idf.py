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
    "{}，已经三天了还没有修好", "我们这里的{}，晚上走路看不见", "家门口的{}，出行很不方便",
    "早上出门的时候看到了{}", "{}，我很担心要出事", "我家楼下有{}，味道很大",
    "{}，一直没有人来修", "从上个月开始就有{}", "{}，物业说他们没有办法",
    "这个地方{}，小孩差点受伤了", "昨天晚上在路上发现{}", "{}，影响了大家的正常生活",
    "{}，情况比较严重", "现场有{}，也没有警示的标志", "又是{}，上次修过没几天就坏了",
    "{}，声音很大，晚上都睡不着", "最近的{}，希望有人来管一管", "{}，车都开不过去了",
    "整个单元都是{}", "{}，我给物业打过电话也没有用", "有住户说这里{}",
    "这一带是{}，很多人都要经过", "{}，里面什么都看不清", "刚才的{}，现在还在那里",
    "{}，长期没有人管理的", "路边是{}，行人要绕着走", "{}，老人上下楼都不方便",
    "{}，请派人来看一下现场", "不知道是不是{}", "他们家的{}，说了也不听",
    "小区里的{}，业主们意见都很大", "{}，希望政府部门能够重视起来", "{}，已经存在好几个月了，一直得不到解决",
    "昨天下午发现{}，今天还是这样", "{}，已经联系过社区，社区说归别的单位负责", "{}，物业公司不作为，互相推诿",
    "这里住的都是老年人，{}，大家都很害怕", "{}，每天上下班都要从这里经过", "{}，孩子上学每天都要走这条路",
    "刚刚路过的时候看到{}，赶紧打个电话", "{}，存在较大的隐患，需要立即整改", "经过现场查看，{}，已通知有关单位前来处置",
    "工作人员到达现场后核实，{}", "{}，已要求责任单位限期整改", "{}，现场拉了警戒线，等待进一步处理",
    "{}，今天早上又出现了同样的情况", "{}，前几天下过雨以后更加严重了", "{}，修了好几次都没有修好",
    "邻居也都看到了{}，都可以作证", "{}，万一砸到人怎么办，谁来负责", "{}，请问这个事情应该找谁解决",
    "{}，拨打了很多次电话都没有人接", "{}，希望能给一个明确的答复", "我是这里的住户，{}，住了十几年了",
    "{}，一楼的住户反应最大", "{}，夜里更明显，白天好一点", "一楼到顶楼都能看到{}",
    "{}，对过往车辆和行人造成很大影响", "{}，附近没有任何提示牌", "{}，店家说马上处理，但是一直没有动静",
    "{}，老板态度很差，拒绝整改", "去店里吃饭的时候看到{}", "买回家以后才发现{}",
    "{}，要求商家给个说法", "{}，商家不承认，也不给退", "{}，家里有小孩和孕妇",
    "{}，想了解一下什么时候能够恢复", "{}，整条街都受到影响", "{}，大概有十几米长",
    "{}，面积大约有两三个平方", "{}，具体位置在门口的右边", "{}，就在路口往前一百米左右",
    "{}，从上周到现在都没有恢复正常", "{}，维修人员来过一次，看了看就走了", "{}，听说要等配件才能修",
    "{}，公司说没有钱修", "{}，业委会和物业都不管", "{}，过年之前就跟他们说过了",
    "{}，上级部门检查的时候也指出过", "{}，当场没有发现责任人", "{}，已经拍了照片，可以提供",
    "{}，有照片和视频为证", "{}，请安排人员到现场核查", "{}，希望工作人员不要泄露我的信息",
    "{}，不需要回复，只希望尽快处理好", "{}，我们都交了物业费的", "{}，经常有人在这里摔跤",
    "{}，昨天有一位老人在这里摔倒了", "{}，差一点就出了人命", "幸好当时没有人经过，{}",
    "{}，目前没有人员受伤", "{}，具体原因还不清楚", "{}，正在组织抢修",
    "{}，需要多个部门一起来处理", "{}，之前已经处理过一次，现在又这样了", "同一个地方已经发生过好几起，{}",
    "{}，严重影响市容市貌", "{}，给居民的生活带来极大的不便", "{}，存在严重的安全问题",
    "{}，请领导过问一下", "{}，有关单位答应了整改但是没有行动", "{}，晚上十一点多还是这样",
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
    body = [SENTENCES[(3 * i + k * 37) % len(SENTENCES)].format(phrase)
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
