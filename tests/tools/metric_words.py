"""The Chinese of what the programs say of their metrics (make_metrics.py), each beside the English that it translates."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # ---- every program ----
    "onecase_build_info": (
        "1, with the version of the program.",
        "恒为 1，标签为程序的版本"),
    "onecase_service_ready": (
        "1 while it works, 0 while it opens, waits for a server or ends.",
        "工作时为 1；启动、等待服务器、结束时为 0"),
    "onecase_service_progress_age_seconds": (
        "Seconds since the program last got on; waiting for a server counts as getting on.",
        "程序上次有进展以来的秒数；等待服务器也算有进展"),
    "onecase_service_outages_total": (
        "Times that it began to wait for a server that was away.",
        "开始等待不在的服务器的次数"),
    "onecase_service_waiting_seconds_total": (
        "Seconds that it has waited for servers that were away.",
        "等待不在的服务器的总秒数"),
    "onecase_log_lines_total": (
        "Lines of its log that were written, by level.",
        "已写的日志行，按级别"),
    "onecase_log_suppressed_total": (
        "Lines of its log that were not written, because too many like them had been.",
        "因同类过多而未写的日志行"),
    "process_resident_memory_bytes": ("Resident memory in bytes.", "常驻内存，字节"),
    "process_cpu_seconds_total": ("User and system time spent, in seconds.", "已用的用户态和内核态时间，秒"),
    "process_start_time_seconds": ("When it started, in seconds since 1970 UTC.", "启动时间，自 1970 年（UTC）的秒数"),
    "process_open_fds": ("Open file descriptors.", "打开的文件描述符"),
    # ---- intake ----
    "onecase_intake_records_total": (
        "Records on onecase.report that Kafka has acknowledged (a departmental record gives one for each of its items), by source and by "
        "what became of them: report, update, assignment, inspection, ignored, dead.",
        "Kafka 已确认的 onecase.report 记录（部门的一条记录有几个条目就产生几条），按来源和结果：report 报告、update 更新、assignment 派单、"
        "inspection 检查、ignored 忽略、dead 死信"),
    "onecase_intake_dead_letters_total": (
        "Dead letters that Kafka has acknowledged, by source and by the rule that they break.",
        "Kafka 已确认的死信，按来源和违反的规则"),
    "onecase_intake_batch_records": (
        "Departmental records that were read and done together.",
        "一起读取、一起做完的部门记录数"),
    "onecase_intake_batch_seconds": (
        "Seconds from reading a batch of departmental records until all that came of it is acknowledged, outages included.",
        "从读取一批部门记录到它产生的一切得到确认的秒数，含中断"),
    "onecase_intake_send_seconds": (
        "Seconds from handing a record of onecase.report or onecase.deadletter over to the client until Kafka has acknowledged it.",
        "从把 onecase.report 或 onecase.deadletter 的一条记录交给客户端到 Kafka 确认的秒数"),
    "onecase_intake_record_age_seconds": (
        "Seconds from the time stamp of a departmental record until what came of it is acknowledged; without history (TOPIC.backfill) and "
        "released dead letters.",
        "从部门记录的时间戳到它产生的一切得到确认的秒数；不含历史数据（TOPIC.backfill）和放行的死信"),
    "onecase_intake_partitions": (
        "Partitions of departmental topics that this process reads.",
        "本进程读取的部门主题分区数"),
    "onecase_intake_held_partitions": (
        "Partitions of this process that are held because records went before they were read, or their topic was made anew.",
        "本进程停住的分区数：记录未读即失，或主题被重建"),
    "onecase_intake_released_total": (
        "Dead letters that were released and came back through onecase.redrive; they count in onecase_intake_records_total too.",
        "放行后经 onecase.redrive 回来的死信；也计入 onecase_intake_records_total"),
    # ---- matcher ----
    "onecase_matcher_records_total": (
        "Records of onecase.report whose effect is committed, by source and by what became of them: report, inspection, update, "
        "assignment, ignored, dead, redelivered (known already), forwarded (to the region where its report lives), command, tick.",
        "效果已提交的 onecase.report 记录，按来源和结果：report 报告、inspection 检查、update 更新、assignment 派单、ignored 忽略、dead 死信、"
        "redelivered 重复送达、forwarded 转往报告所在区域、command 命令、tick 节拍"),
    "onecase_matcher_decisions_total": (
        "Decisions that were stored, by kind: link, review, new, bucket (waits for its place), moved (out of a bucket), merged (with its "
        "hazard into another one).",
        "已存储的判定，按种类：link 归并、review 待复核、new 新隐患、bucket 待定位、moved 移出待定位、merged 随隐患并入"),
    "onecase_matcher_dead_letters_total": (
        "Dead letters that the matcher found, by stage: decode (it is no record of intake's), misrouted, write (PostgreSQL refused it), "
        "crash; those that intake found are counted there.",
        "matcher 发现的死信，按阶段：decode 不是 intake 的记录、misrouted 分区不符、write 被 PostgreSQL 拒绝、crash 使进程崩溃；intake 发现的在那里计数"),
    "onecase_matcher_commands_total": (
        "Commands that were applied (result done) or refused, by kind.",
        "已执行（结果 done）或被拒绝（refused）的命令，按种类"),
    "onecase_matcher_batch_records": (
        "Records in one committed transaction.",
        "一个已提交事务中的记录数"),
    "onecase_matcher_batch_seconds": (
        "Seconds from decoding a batch until its transaction had committed; attempts that were rolled back are not in it.",
        "从解码一批到事务提交的秒数；不含回滚的尝试"),
    "onecase_matcher_commit_seconds": (
        "Seconds for sending the rows of a batch to PostgreSQL and for its commit.",
        "把一批的行发给 PostgreSQL 并提交所用的秒数"),
    "onecase_matcher_record_age_seconds": (
        "Seconds from when Kafka took a record of onecase.report (LogAppendTime) until its transaction had committed.",
        "从 Kafka 收下 onecase.report 的记录（LogAppendTime）到事务提交的秒数"),
    "onecase_matcher_rollbacks_total": (
        "Batches that were rolled back, by what follows: reject (decided again in halves, to find the guilty record), retry (again when "
        "the server answers, or claimed anew), fatal.",
        "回滚的批数，按随后的处理：reject 对半重判以找出有问题的记录、retry 服务器应答后重试或重新认领、fatal 结束进程"),
    "onecase_matcher_partitions": (
        "Partitions of onecase.report that this process owns.",
        "本进程拥有的 onecase.report 分区数"),
    "onecase_matcher_partitions_aside": (
        "Partitions of this process that stand still: REFUSING (PostgreSQL refused too many records in a row), WAITING (one record never "
        "gets done), LOST (records went before they were read).",
        "本进程停住的分区数：REFUSING PostgreSQL 连续拒绝过多记录、WAITING 有一条记录总做不完、LOST 记录未读即失"),
    "onecase_matcher_hazards": (
        "Hazards in memory, of the regions whose partitions are ours.",
        "内存中的隐患数（本进程拥有的分区的区域）"),
    "onecase_matcher_generic_keys": (
        "Blocking keys in memory that more than 48 hazards share: those of places propose their latest hazards alone.",
        "内存中指向 48 个以上隐患的检索键数：地点类的键只提出最近的隐患"),
    "onecase_matcher_reviews": (
        "Hazards in memory with an open case that may be the same as another one, and wait for a person.",
        "内存中有未结案件、疑似与另一隐患同一、待人复核的隐患数"),
    "onecase_matcher_review_oldest_seconds": (
        "Seconds since a department knew of the first report of the oldest hazard that waits for a review; 0 without any.",
        "最早的待复核隐患，自部门获知其第一个报告以来的秒数；没有则为 0"),
    "onecase_matcher_survey_seconds": (
        "Seconds that the last count of hazards, generic keys and reviews took; it is made so seldom that it takes a thousandth of the time.",
        "最近一次清点隐患、泛用检索键、待复核所用的秒数；清点稀疏到只占千分之一的时间"),
    # ---- relay ----
    "onecase_relay_rows_total": (
        "Rows of the outbox that are published and behind the position of their partition, by kind: the type of the event, or forward (a "
        "record for its home region).",
        "已发布且位置已移过的发件箱行，按种类：事件类型，或 forward 转往所属区域的记录"),
    "onecase_relay_commands_total": (
        "Submitted commands that were sent to onecase.report.",
        "已发往 onecase.report 的命令"),
    "onecase_relay_ticks_total": (
        "Ticks that were sent: one a minute to each partition of onecase.report.",
        "已发出的节拍：onecase.report 每个分区每分钟一个"),
    "onecase_relay_batch_rows": (
        "Rows of one partition that were published together.",
        "同一分区一起发布的行数"),
    "onecase_relay_send_seconds": (
        "Seconds from handing a batch (rows of a partition, commands, or ticks) over to the client until Kafka has acknowledged it and "
        "PostgreSQL knows, outages included.",
        "从把一批（一个分区的行、命令或节拍）交给客户端到 Kafka 确认且 PostgreSQL 已知的秒数，含中断"),
    "onecase_relay_given_up_total": (
        "Batches that were under way when the producer was given up (a record was refused, or the lock was lost); they go out again from "
        "the stored position.",
        "弃用生产者时（有记录被拒，或失去锁）尚在途中的批；它们从存储的位置重新发出"),
    "onecase_relay_working": (
        "1: this relay has the lock and publishes; 0: it stands by for another one, or waits.",
        "1：本 relay 持有锁并在发布；0：待命或等待"),
    "onecase_relay_deleted_rows_total": (
        "Rows of the outbox that were deleted after their time, see keep_days.",
        "到期删除的发件箱行，见 keep_days"),
    # ---- lagwatch ----
    "onecase_lag_messages": (
        "Records that wait in the partition.",
        "分区中等待的记录条数"),
    "onecase_lag_seconds": (
        "Age of the record that is read next, in seconds; 0 when none waits.",
        "下一条将被读取的记录的年龄，秒；没有等待的为 0"),
    "onecase_lag_severity": (
        "Verdict: 0 OK, 1 CATCHING_UP, 2 SLOW, 3 STALLED, 4 STOPPED, 5 REWOUND, 6 AT_RISK, 7 REFUSING, 8 LOST, 9 "
        "DATABASE_DOWN.",
        "判定：0 OK，1 CATCHING_UP，2 SLOW，3 STALLED，4 STOPPED，5 REWOUND，6 AT_RISK，7 REFUSING，8 LOST，9 DATABASE_DOWN"),
    "onecase_lag_verdict_since_timestamp_seconds": (
        "When the verdict began, in seconds since 1970 UTC.",
        "判定从何时起成立，自 1970 年的秒数"),
    "onecase_lag_records_in_per_second": (
        "Records that come into the partition, each second.",
        "每秒进入分区的记录"),
    "onecase_lag_records_out_per_second": (
        "Records that the group gets done, each second.",
        "每秒由该组做完的记录"),
    "onecase_lag_catch_up_seconds": (
        "Seconds that the backlog takes at these rates; no sample when it does not shrink.",
        "按此速度追平所需的秒数；积压没有减少时没有样本"),
    "onecase_lag_retention_left_seconds": (
        "Seconds until retention takes the record that is read next.",
        "距下一条将被读取的记录被保留期删除的秒数"),
    "onecase_lag_last_progress_timestamp_seconds": (
        "When the group last got something done, in seconds since 1970 UTC.",
        "该组上次做完记录的时间，自 1970 年的秒数"),
    "onecase_group_lag_messages": (
        "Records that wait in all partitions of the group.",
        "该组全部分区中等待的记录条数"),
    "onecase_group_lag_seconds": (
        "Age of the oldest record that waits for the group, in seconds.",
        "等待该组的最旧记录的年龄，秒"),
    "onecase_group_severity": (
        "Worst verdict of the group's partitions, numbers as of onecase_lag_severity.",
        "该组各分区中最严重的判定，数字同 onecase_lag_severity"),
    "onecase_group_verdict": (
        "1 for the verdict on the group, 0 for the others.",
        "该组的判定为 1，其余为 0"),
    "onecase_instance_severity": (
        "Verdict on a process that has answered before, numbers as of onecase_lag_severity.",
        "对应答过的进程的判定，数字同 onecase_lag_severity"),
    "onecase_instance_up": (
        "1 when the process answers that it gets on.",
        "进程应答说自己有进展时为 1"),
    "onecase_source_freshness_seconds": (
        "Seconds from the department's own time of a report to its row in the database.",
        "从报告的部门时间到入库的秒数"),
    "onecase_source_newest_timestamp_seconds": (
        "When the newest report of the source was stored, in seconds since 1970 UTC.",
        "该来源最新报告的入库时间，自 1970 年的秒数"),
    "onecase_source_age_seconds": (
        "Age of what the database does not know yet of the source, in seconds; 0 when nothing waits.",
        "该来源中数据库尚不知道的内容的年龄，秒；没有等待的为 0"),
    "onecase_source_held_up": (
        "1 for the hop that holds up the source: intake, matcher or department.",
        "卡住该来源的一环为 1：intake、matcher 或 department（部门）"),
    "onecase_kafka_up": (
        "1 when Kafka answers lagwatch.",
        "Kafka 应答 lagwatch 时为 1"),
    "onecase_database_up": (
        "1 when PostgreSQL answers lagwatch.",
        "PostgreSQL 应答 lagwatch 时为 1"),
    "onecase_lagwatch_cycle_seconds": (
        "Seconds that lagwatch's last look took.",
        "lagwatch 上一次查看用的秒数"),
    "onecase_lagwatch_last_cycle_timestamp_seconds": (
        "When lagwatch last looked, in seconds since 1970 UTC.",
        "lagwatch 上一次查看的时间，自 1970 年的秒数"),
    "onecase_lagwatch_partitions": (
        "Partitions that lagwatch watches, counted for each group.",
        "lagwatch 查看的分区数，按组分别计"),
}
