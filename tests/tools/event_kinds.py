"""What onecase tells departments: every kind of event, every field. The schemas under docs/events and the tables of
docs/events.md are made from it (make_events.py).

Descriptions are (Chinese, English). A value is a JSON Schema without description.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Words = tuple[str, str]

PEOPLE = {"type": "string", "pattern": "^[0-9]+/[0-9]+/[0-9]+$"}
TIME = {"type": "string", "format": "date-time",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"}
CASE_NO = {"type": "string", "pattern": r"^AJ[A-Za-z0-9_-]{1,8}-[0-9]{8}-[0-9]{4,}$"}
HAZARD_NO = {"type": "string", "pattern": r"^HZ[A-Za-z0-9_-]{1,32}-[0-9]{6,}$"}
CASE_OR_HAZARD_NO = {"anyOf": [CASE_NO, HAZARD_NO]}
LEVEL = {"type": "integer", "enum": [1, 2, 3, 4]}
STATUS = {"type": "integer", "enum": [10, 20, 30, 40, 45, 50, 60, 65, 90, 95]}
SOURCE = {"type": "string", "pattern": r"^[A-Za-z0-9_.-]+$"}
TEXT = {"type": "string", "minLength": 1}
CATEGORY = {"type": "string", "pattern": "^[A-Z][0-9]{2}$"}


def digits(count: int) -> dict:
    return {"type": "string", "pattern": f"^[0-9]{{{count}}}$"}


def number(least: int) -> dict:
    return {"type": "integer", "minimum": least}


def one_of(*values: object) -> dict:
    return {"enum": list(values)}


@dataclass(frozen=True)
class Field:
    name: str
    value: dict
    words: Words
    required: bool = False
    inside: tuple[Field, ...] = ()  # of an object


LEVELS = ("1 红、2 橙、3 黄、4 蓝", "1 red, 2 orange, 3 yellow, 4 blue")
STATES = ("10 待受理、20 已受理、30 已派遣、40 处置中、45 挂起、50 待核查、60 已结案、65 复发重开、90 退回、95 作废",
          "10 pending, 20 accepted, 30 dispatched, 40 in hand, 45 suspended, 50 awaiting check, 60 closed, 65 reopened,"
          " 90 returned, 95 void")

# What every event says of itself. `kind`, `reason`, `before`, `after` and `report` are the kind's.
EVENT_FIELDS = (
    Field("seq", number(1), ("序号，区域内递增，未发布的事件留下空号", "number in the region, rising; events that are not told leave gaps"),
          True),
    Field("actor", {"anyOf": [{"const": "auto"}, SOURCE]},
          ("谁做的：auto 为一患一案自动，否则为来源系统", "who did it: auto is onecase itself, else a source system"), True),
    Field("event_at", TIME, ("事情发生的时间，UTC", "when it happened, UTC"), True),
    Field("known_at", TIME, ("一患一案获知的时间，UTC", "when onecase came to know of it, UTC"), True),
)

REPORT = Field(
    "report", {"type": "object"}, ("引起此事的报告", "the report that caused it"), inside=(
        Field("source", SOURCE, ("来源系统，如 H12345", "source system, as H12345"), True),
        Field("record_no", TEXT, ("部门工单号；系统内存中已不留时略去", "the department's record number; left out when memory no longer holds it")),
    ))

PLACE = Field(
    "place", {"type": "object"}, ("地点，取自各份报告中说得最细的", "the place, from the reports that say most of it"), True, (
        Field("precision", one_of("A", "B", "C", "D", "E", "Z"),
              ("坐标精度：A 5 米、B 30 米、C 80 米、D 500 米、E 1500 米，Z 无坐标",
               "precision of the point: A 5 m, B 30 m, C 80 m, D 500 m, E 1500 m, Z no point"), True),
        Field("lon", {"type": "number", "minimum": -180, "maximum": 180}, ("经度，度，WGS-84", "longitude, degrees, WGS-84")),
        Field("lat", {"type": "number", "minimum": -90, "maximum": 90}, ("纬度，度，WGS-84", "latitude, degrees, WGS-84")),
        Field("address", TEXT, ("标准地址，不含房号", "standard address, without the door of a flat")),
        Field("estate", TEXT, ("小区", "estate")),
        Field("buildings", {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT}, ("楼幢", "buildings")),
        Field("community_code", digits(12), ("社区代码，12 位", "community code, 12 digits")),
        Field("grid_code", digits(15), ("网格代码，15 位", "grid code, 15 digits")),
    ))

ASSET = Field(
    "asset", {"type": "object"}, ("出事的设备设施", "the thing itself, when it has a number"), False, (
        Field("kind", one_of("lift", "equipment", "component", "device"),
              ("电梯、特种设备、城市部件、物联网设备", "lift, special equipment, city component, device"), True),
        Field("id", TEXT, ("编号", "its number"), True),
    ))

COUNTS = Field(
    "counts", {"type": "object"}, ("案件的报告数", "what the case counts"), True, (
        Field("reports", number(0), ("报告数", "reports"), True),
        Field("independent", number(0), ("独立报告数，不含转办与跟进", "reports less copies and follow-ups"), True),
        Field("reporters", number(0), ("不同报告人数", "distinct reporters"), True),
        Field("sources", number(0), ("不同来源数", "distinct sources"), True),
    ))

LEVEL_REASONS = ("colour", "department", "reports", "sources", "red_reports", "people", "overdue")

# The case, once the record that brought the event was decided.
CASE_FIELDS = (
    Field("case_no", CASE_NO, ("案件编号", "number of the case"), True),
    Field("hazard_no", HAZARD_NO, ("隐患编号，合并后为存续者", "number of its hazard; after a merge of the one that goes on"), True),
    Field("region", {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$"}, ("区域", "region"), True),
    Field("category", CATEGORY,
          ("类别，见表 onecase.categories", "class, see table onecase.categories"), True),
    Field("level", LEVEL, ("风险等级：" + LEVELS[0] + "；被并入的案件没有", "level: " + LEVELS[1] + "; a case that was merged has none")),
    Field("level_reason", one_of(*LEVEL_REASONS),
          ("定级原因：类别默认、部门定级、独立报告数、多来源、达到红色的报告数、有人被困或伤亡、超期",
           "why: the class's default, a department's own level, independent reports, several sources, reports enough for red,"
           " people trapped or hurt, being overdue")),
    Field("status", STATUS, ("状态：" + STATES[0], "status: " + STATES[1]), True),
    Field("recurrence_no", number(1), ("第几次发生，从 1 起", "episode of the hazard, from 1"), True),
    Field("reopened_count", number(0), ("重开次数", "how often it was reopened"), True),
    COUNTS,
    Field("trapped", number(1), ("被困人数，无则略去", "people trapped, left out when none")),
    Field("injured", number(1), ("受伤人数，无则略去", "people injured, left out when none")),
    Field("dead", number(1), ("死亡人数，无则略去", "people dead, left out when none")),
    Field("opened_at", TIME, ("立案时间（最早报告的事件时间）", "opened: event time of the first report"), True),
    Field("closed_at", TIME, ("办结时间，在办则略去", "closed, left out while it is open")),
    Field("due_at", TIME, ("到期时间，无时限则略去", "due, left out without a limit")),
    Field("overdue", {"type": "boolean"}, ("是否超期未办结", "whether it was not closed when due"), True),
    Field("provisional_of", HAZARD_NO, ("疑似相同、待复核的隐患", "hazard it may be the same as, under review")),
    Field("merged_into", CASE_NO, ("已并入的案件，即存续者", "case it was merged into: the one that goes on")),
    PLACE,
    ASSET,
)


@dataclass(frozen=True)
class Values:
    """What stands before and after; None: nothing does."""

    before: dict | None = None
    after: dict | None = None
    after_required: bool = True


@dataclass(frozen=True)
class Kind:
    type: str  # ce_type
    name: Words
    when: Words
    reasons: dict[str, Words] = field(default_factory=dict)
    reason_required: bool = False
    before: dict | None = None
    after: dict | None = None
    before_required: bool = True  # where there is one
    after_required: bool = True
    values: Words = ("–", "–")  # what before and after are
    report_required: bool = True
    by_reason: dict[str, Values] = field(default_factory=dict)  # where before and after are the reason's


JOINED = {
    "rescored": ("另一份报告表明原为一处", "another report showed that they are one"),
    "located": ("地点明确后自待定位移出", "its place became known: it leaves the bucket where it waited"),
    "revised": ("报告改了说法", "a report says something else now"),
}

KINDS = (
    Kind("case.opened", ("立案", "a case is opened"),
         ("一份报告未归入已有案件；重开窗口之后的再次发生也是新案件",
          "a report joined no case there is; also when the trouble comes back after the recurrence window"),
         {"bucket": ("地点不明，先归入待定位", "no place is known yet: it waits in a bucket"),
          "provisional": ("可能与别处相同，待复核", "it may be the same as another: under review"),
          "recurrence": ("同一隐患再次发生", "the next episode of a known hazard")},
         after=CASE_NO, values=("立案后的案件编号", "after: number of the case")),
    Kind("case.report_linked", ("归并", "a report joins a case"),
         ("又一份报告归入案件；已知隐患的下一案也先立案、再归并。红色案件的每一份重复报告都会发出", "one more report tells of the case; also behind `case.opened` when it is the next episode of a known hazard. Of a red case every repeat is told"), JOINED),
    Kind("case.escalated", ("定级变动", "the level changes"),
         ("按规则或因超期升级；也包括降级，以及等级不变而起始时间提前",
          "raised by rule, or by time alone; also lowered, and when the level stands but held earlier than was known"),
         {"colour": ("类别默认等级", "the class's default"),
          "department": ("部门定级", "a department's own level"),
          "reports": ("窗口内独立报告数", "independent reports in the window"),
          "sources": ("多个来源相互印证", "several sources with several reporters"),
          "red_reports": ("独立报告数达到红色", "independent reports enough for red"),
          "people": ("有人被困或伤亡", "people trapped or hurt"),
          "overdue": ("超期未办结", "it is overdue")},
         reason_required=True, before=LEVEL, after=LEVEL, before_required=False, report_required=False,
         values=("等级：" + LEVELS[0], "levels: " + LEVELS[1])),
    Kind("case.status_changed", ("状态变动", "the status changes"),
         ("案件随其最慢的报告推进；办结被撤回也在此列",
          "the case follows its slowest report; also when a closing is taken back"),
         before=STATUS, after=STATUS, values=("状态代码", "status codes")),
    Kind("case.closed", ("办结", "the case is closed"), ("案件的全部报告均已办结", "all its reports are final"),
         before=STATUS, after={"const": 60}, values=("状态代码", "status codes")),
    Kind("case.reopened", ("重开", "the case is reopened"),
         ("办结后又有新报告，说明没有修好", "a new report came after the closing: the repair did not hold"),
         {"repeat_in_window": ("在重开窗口内", "within the recurrence window")},
         reason_required=True, before=STATUS, after={"const": 65}, values=("状态代码", "status codes")),
    Kind("case.merged", ("合并", "two become one"),
         ("案件被并入本案（before 为被并入者，其编号从此指向 after）；若两处隐患合一而案件各自保留，则为隐患编号",
          "a case went into this one: `before` is the one that went, its number leads to `after` from now on. Hazard numbers when"
          " two hazards are one and the case stays an episode of its own"),
         JOINED, reason_required=True, before=CASE_OR_HAZARD_NO, after=CASE_OR_HAZARD_NO, values=("编号", "numbers")),
    Kind("review.requested", ("请求复核", "a person is asked"),
         ("请人判断本隐患与另一处是否相同", "whether the hazard is the same as another one"),
         {"twin": ("可能与另一处相同", "it may be the same as one other"),
          "one_of": ("几处同样吻合", "several fit alike"),
          "revised": ("报告改了说法，与所在隐患不再吻合", "a report says something else now and does not fit its hazard")},
         reason_required=True, after=HAZARD_NO, after_required=False, values=("另一处隐患", "after: the other hazard")),
    Kind("case.overdue", ("超期", "it is overdue"), ("到期仍未办结", "not closed when due"),
         {"department": ("部门所定的期限", "by the date that a department set"), "limit": ("时限表", "by the table of limits")},
         reason_required=True, after=TIME, values=("到期时间", "after: when it was due"), report_required=False),
    Kind("case.effective", ("有效处置", "the repair held"),
         ("办结且复查通过，或重开窗口内没有再次发生", "closed, and rechecked or not repeated within the recurrence window"),
         {"rechecked": ("复查通过", "a recheck passed"), "no_repeat": ("窗口内未再发生", "nothing came within the window")},
         reason_required=True, after={"const": True}, values=("true", "after: true"), report_required=False),
    Kind("case.assigned", ("派单", "a department has the work"),
         ("交给一个单位办理，改派也在此列", "the report was dispatched to an organisation, also anew after a return"),
         after=number(1), values=("该报告第几次派单", "after: how often the report was dispatched")),
    Kind("case.returned", ("退单", "a department gives it back"), ("承办单位退回", "the organisation that had it does not take it"),
         {"missing_elements": ("缺失要素", "an element is missing"), "unclear": ("表述不清", "not clear what is meant"),
          "wrong_type": ("类型有误", "of another type"), "address_unclear": ("地址不详", "not clear where"),
          "known_answer": ("已有知识", "answered by what is published"), "duplicate": ("重复受理", "told before"),
          "withdrawn": ("市民撤诉", "withdrawn by the citizen"), "not_ours": ("不属本职", "another organisation's duty"),
          "other": ("其他原因", "another reason")}),
    Kind("case.urged", ("催办", "somebody urges"), ("报告人或督办人催促", "the reporter or a supervisor asks again"),
         after=number(1), values=("该报告第几次催办", "after: how often the report was urged")),
    Kind("case.rechecked", ("复查", "it was rechecked"), ("部门复查了整改", "a department looked whether the repair is done"),
         {"sham": ("声称已整改而复查不通过，即假整改", "it had been said to be done and is not: a sham")},
         after=one_of("pass", "fail", "not_checked"), values=("pass 通过、fail 不通过、not_checked 未能复查",
                                                             "after: pass, fail, not_checked")),
    Kind("case.changed", ("变更", "something else changes"), ("案件的其他内容变了", "what no other kind tells"),
         {"due": ("部门定了或改了期限（之前、之后的到期时间）", "a department set another date (when it was due, when it is now)"),
          "lead_org": ("牵头单位", "the organisation in the lead"),
          "measures": ("处置措施", "what was done"),
          "reply": ("答复", "the reply to the reporter"),
          "satisfaction": ("满意度，1 至 5（之后）", "how satisfied the reporter is, 1 to 5 (after)"),
          "people": ("一份报告的被困/受伤/死亡人数", "trapped/injured/dead of a report"),
          "category": ("报告改了说法：类别", "the report says something else now: its class"),
          "place": ("报告改了说法：地点或设备", "the report says something else now: the place or the thing")},
         reason_required=True, values=("随原因", "by reason"), report_required=False,
         by_reason={"due": Values(TIME, TIME, after_required=False), "category": Values(CATEGORY, CATEGORY), "people": Values(PEOPLE, PEOPLE),
                    "satisfaction": Values(None, {"type": "integer", "minimum": 1, "maximum": 5}),
                    "lead_org": Values(), "measures": Values(), "reply": Values(), "place": Values()}),
)
