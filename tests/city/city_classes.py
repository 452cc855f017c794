"""What the generator knows of a class of hazard: the parameters of the hazard tree and each department's code.

radius in metres, recurrence in days, spacing in metres between two things of the kind (0: none).
"""

from dataclasses import dataclass

BURST = {"B01", "B05", "C01", "C02", "D06", "E02", "E06", "E08", "G02", "I02"}
AREA = {"B01", "B05", "C01", "D06", "E06", "E08", "G02", "G03", "I01", "I02", "I03"}
CONFUSABLE = {
    frozenset(("C01", "C02")), frozenset(("C01", "I02")), frozenset(("B01", "B05")),
    frozenset(("E06", "G02")), frozenset(("E06", "E07")), frozenset(("G02", "E07")),
    frozenset(("A01", "A02")), frozenset(("B01", "B03")), frozenset(("E02", "E06")),
    frozenset(("E02", "G02")), frozenset(("F01", "F03")),
}


@dataclass(frozen=True)
class HazardClass:
    code: str
    name: str
    place: str          # building | road | shop | area | lift: where such a hazard sits
    radius_m: int
    recurrence_days: int
    hotline: str
    grid: str           # empty: the grid does not report it
    fire: str
    market: str
    spacing_m: int = 0
    shop_kind: str = ""

    @property
    def burst(self):
        return self.code in BURST

    @property
    def area(self):
        return self.code in AREA


CLASSES = {
    c.code: c
    for c in (
        HazardClass("A01", "电梯困人", "lift", 60, 90, "010102", "901504", "20100", "0702"),
        HazardClass("A02", "电梯故障", "lift", 60, 90, "010101", "901503", "", "0701"),
        HazardClass("A03", "扶梯故障", "shop", 60, 60, "010201", "", "", "0703", shop_kind="mall"),
        HazardClass("B01", "燃气异味", "area", 200, 7, "020101", "200403", "20200", ""),
        HazardClass("B03", "餐饮用气隐患", "shop", 50, 60, "020301", "", "", "0501", shop_kind="food"),
        HazardClass("C01", "火情冒烟", "area", 100, 1, "030101", "200411", "10100", ""),
        HazardClass("C03", "占用疏散通道", "building", 50, 30, "030201", "200735", "", ""),
        HazardClass("C04", "占用消防车通道", "road", 80, 30, "030301", "200796", "", ""),
        HazardClass("C05", "消防设施损坏", "building", 60, 60, "030401", "100113", "", ""),
        HazardClass("D01", "电动车上楼", "building", 50, 30, "040101", "200798", "", ""),
        HazardClass("D02", "飞线充电", "building", 50, 30, "040201", "200797", "", ""),
        HazardClass("D03", "电线坠落", "road", 60, 30, "040301", "100116", "20400", ""),
        HazardClass("E01", "井盖缺失", "road", 25, 30, "050101", "100103", "", "0904", spacing_m=20),
        HazardClass("E02", "路面塌陷", "road", 80, 60, "050201", "200401", "20500", ""),
        HazardClass("E03", "路面坑槽", "road", 30, 60, "050301", "200306", "", ""),
        HazardClass("E04", "护栏损坏", "road", 60, 90, "050401", "100211", "", ""),
        HazardClass("E05", "路灯不亮", "road", 40, 30, "050501", "100118", "", "", spacing_m=30),
        HazardClass("E06", "水管爆裂", "area", 200, 7, "050601", "200402", "", ""),
        HazardClass("E07", "污水冒溢", "road", 100, 30, "050701", "200192", "", ""),
        HazardClass("F01", "外墙脱落", "building", 50, 90, "060101", "200794", "20600", ""),
        HazardClass("F02", "墙体开裂倾斜", "building", 50, 180, "060201", "900402", "20900", ""),
        HazardClass("F03", "广告牌松动", "road", 40, 60, "060301", "100307", "", "0905"),
        HazardClass("F06", "工地隐患", "road", 150, 30, "060601", "200307", "", ""),
        HazardClass("G01", "树木倒伏", "road", 50, 7, "070101", "100402", "50200", ""),
        HazardClass("G02", "道路积水", "area", 200, 30, "070201", "200111", "20700", ""),
        HazardClass("H01", "食品安全", "shop", 50, 60, "080101", "200501", "", "0601", shop_kind="food"),
        HazardClass("I02", "露天焚烧", "area", 300, 3, "090201", "200127", "", ""),
        HazardClass("J01", "健身器材损坏", "road", 40, 60, "100101", "100126", "", ""),
        HazardClass("J03", "其他", "road", 40, 30, "990101", "100199", "", ""),
    )
}
# How often the filler draws a class; the others appear in scenarios only.
FILLER_WEIGHTS = {
    "A02": 7, "A03": 2, "B01": 4, "B03": 3, "C01": 5, "C03": 6, "C04": 4, "C05": 4, "D01": 7, "D02": 6,
    "D03": 4, "E01": 6, "E02": 3, "E03": 6, "E04": 3, "E05": 5, "E06": 3, "E07": 4, "F01": 4, "F03": 4,
    "F06": 2, "G01": 5, "G02": 3, "H01": 7, "I02": 3, "J01": 3,
}
# What market regulation calls the thing complained about.
MARKET_OBJECTS = {"A01": "电梯", "A02": "电梯", "A03": "商场扶梯", "B03": "餐饮服务", "E01": "市政设施", "F03": "户外招牌",
                  "H01": "餐饮服务"}
# The problem codes for which market.cfg has a row; of the others the words tell the class.
MARKET_CODES_KNOWN = {"0601", "0701", "0803"}
FINAL_STATUS = {"H12345": "09", "GRID": "6", "MKT12315": "结束", "FIRE119": "10"}
PRECISION_M = {"H12345": 80.0, "MKT12315": 80.0, "GRID": 30.0, "FIRE119": 30.0}


def class_relation(a, b):
    """same | group | confusable | unrelated, the levels of the class comparison."""
    if a == b:
        return "same"
    if a == "J03" or b == "J03":
        return "unknown"
    if a[0] == b[0]:
        return "group"
    if frozenset((a, b)) in CONFUSABLE:
        return "confusable"
    return "unrelated"
