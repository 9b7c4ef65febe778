//! What a column is likely to be, judged by its name: Chinese and English words that exports use.

/// Something a column can fill: a column of the dataset, or a part of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ColumnRole {
    /// A column of the dataset `case`, by its name.
    Column(&'static str),
    PauseFrom,
    PauseTo,
    PauseReason,
    PauseRequestedBy,
    PauseApprovedBy,
}

impl ColumnRole {
    /// Whether only dates can fill it.
    pub(super) fn is_moment(self) -> bool {
        match self {
            ColumnRole::Column(name) => MOMENT_COLUMNS.contains(&name),
            ColumnRole::PauseFrom | ColumnRole::PauseTo => true,
            ColumnRole::PauseReason
            | ColumnRole::PauseRequestedBy
            | ColumnRole::PauseApprovedBy => false,
        }
    }
}

const MOMENT_COLUMNS: [&str; 10] = [
    "accepted",
    "paid",
    "first_contact",
    "appointment",
    "arrived",
    "resolved",
    "confirmed",
    "closed",
    "cancelled",
    "revised",
];

/// The words for each role; earlier words are better evidence.
const WORDS: [(ColumnRole, &[&str]); 28] = [
    (
        ColumnRole::PauseApprovedBy,
        &["挂起审批人", "暂停审批人", "挂起批准人", "缓装审批人", "pauseapprovedby"],
    ),
    (ColumnRole::PauseRequestedBy, &["挂起申请人", "暂停申请人", "缓装申请人", "pauserequestedby"]),
    (
        ColumnRole::PauseReason,
        &["挂起原因", "暂停原因", "缓装原因", "挂单原因", "pausereason", "holdreason"],
    ),
    (
        ColumnRole::PauseTo,
        &[
            "解挂时间",
            "解挂",
            "挂起结束时间",
            "挂起结束",
            "恢复处理时间",
            "暂停结束时间",
            "缓装结束时间",
            "resumedat",
            "resumed",
            "pausedto",
            "pauseend",
            "holdend",
            "onholdto",
        ],
    ),
    (
        ColumnRole::PauseFrom,
        &[
            "挂起时间",
            "挂起开始时间",
            "挂起开始",
            "暂停开始时间",
            "暂停时间",
            "挂单时间",
            "缓装时间",
            "挂起",
            "pausedat",
            "pausedfrom",
            "pausestart",
            "suspendedat",
            "holdstart",
            "onholdfrom",
        ],
    ),
    (
        ColumnRole::Column("source_key"),
        &[
            "工单编号",
            "工单号",
            "订单编号",
            "订单号",
            "受理单号",
            "服务请求号",
            "投诉编号",
            "留言编号",
            "流水号",
            "单号",
            "故障单号",
            "服务单流水",
            "流水",
            "编号",
            "ticketid",
            "ticketno",
            "ticketnumber",
            "ticket#",
            "ticket",
            "incidentnumber",
            "incidentid",
            "caseid",
            "casenumber",
            "orderid",
            "orderno",
            "requestid",
            "complaintid",
            "number",
            "id",
        ],
    ),
    (
        ColumnRole::Column("kind"),
        &[
            "工单类型",
            "业务类型",
            "单类",
            "服务类型",
            "受理类型",
            "投诉类型",
            "类型",
            "servicerequesttype",
            "requesttype",
            "tickettype",
            "casetype",
            "ordertype",
            "type",
            "kind",
        ],
    ),
    (
        ColumnRole::Column("service"),
        &[
            "产品名称",
            "产品类型",
            "产品",
            "专业",
            "业务",
            "网络类型",
            "接入方式",
            "product",
            "servicetype",
            "networktype",
            "service",
        ],
    ),
    (
        ColumnRole::Column("region"),
        &[
            "区县",
            "行政区划",
            "县分",
            "分公司",
            "地市",
            "本地网",
            "局向",
            "区域",
            "地区",
            "归属地",
            "region",
            "district",
            "localarea",
            "branch",
            "statename",
            "state",
            "city",
            "province",
            "location",
        ],
    ),
    (
        ColumnRole::Column("area"),
        &["城乡标识", "城乡属性", "城乡", "城市农村", "urbanrural", "areatype", "area"],
    ),
    (
        ColumnRole::Column("line"),
        &[
            "业务号码",
            "用户号码",
            "接入号码",
            "接入号",
            "宽带账号",
            "设备号",
            "用户编号",
            "留言用户",
            "投诉用户",
            "用户id",
            "subscriberid",
            "subscriber",
            "msisdn",
            "servicenumber",
            "accountnumber",
            "callerid",
            "customerid",
            "userid",
            "号码",
        ],
    ),
    (
        ColumnRole::Column("channel"),
        &[
            "受理渠道",
            "渠道",
            "来源渠道",
            "受理方式",
            "来源",
            "channel",
            "receivedvia",
            "contacttype",
            "medium",
            "origin",
        ],
    ),
    (
        ColumnRole::Column("maintainer"),
        &["维护主体", "维护单位", "维护方", "维护责任", "maintainer", "maintainedby"],
    ),
    (
        ColumnRole::Column("cause"),
        &[
            "故障原因",
            "障碍原因",
            "投诉原因",
            "原因分类",
            "原因",
            "定责",
            "rootcause",
            "cause",
            "closedcode",
            "resolutioncode",
            "closurereason",
            "reason",
        ],
    ),
    (
        ColumnRole::Column("accepted"),
        &[
            "受理时间",
            "受理日期",
            "申告时间",
            "报障时间",
            "投诉时间",
            "来电时间",
            "留言时间",
            "下单时间",
            "建单时间",
            "登记时间",
            "创建时间",
            "派单时间",
            "接单时间",
            "openedat",
            "createdat",
            "creationdate",
            "createddate",
            "reportedat",
            "receivedat",
            "submittedat",
            "requestdate",
            "opentimestamp",
            "servicerequestopentimestamp",
            "opened",
            "created",
            "starttime",
            "date",
        ],
    ),
    (
        ColumnRole::Column("paid"),
        &[
            "缴费时间",
            "付费时间",
            "付款时间",
            "支付时间",
            "收费时间",
            "paidat",
            "paymenttime",
            "paid",
        ],
    ),
    (
        ColumnRole::Column("first_contact"),
        &[
            "首次联系时间",
            "首次响应时间",
            "首响时间",
            "首次回访时间",
            "联系时间",
            "响应时间",
            "firstcontact",
            "firstresponse",
            "respondedat",
        ],
    ),
    (
        ColumnRole::Column("appointment"),
        &["预约上门时间", "预约时间", "约定时间", "appointment", "scheduledat", "scheduled"],
    ),
    (
        ColumnRole::Column("arrived"),
        &["到达时间", "到场时间", "上门时间", "签到时间", "arrivedat", "arrived", "onsite"],
    ),
    (
        ColumnRole::Column("resolved"),
        &[
            "竣工时间",
            "完工时间",
            "修复时间",
            "恢复时间",
            "销障时间",
            "解决时间",
            "回单时间",
            "办结时间",
            "答复时间",
            "回复时间",
            "处理完成时间",
            "完成时间",
            "完成日期",
            "结束时间",
            "resolvedat",
            "resolutiondate",
            "resolved",
            "completedat",
            "completed",
            "finishedat",
            "repliedat",
            "answeredat",
            "endtime",
        ],
    ),
    (
        ColumnRole::Column("confirmed"),
        &["用户确认时间", "客户确认时间", "确认时间", "回访时间", "confirmedat", "confirmed"],
    ),
    (
        ColumnRole::Column("closed"),
        &[
            "归档时间",
            "关闭时间",
            "结单时间",
            "闭环时间",
            "销单时间",
            "closedat",
            "closeddate",
            "closedate",
            "servicerequestclosedate",
            "archivedat",
            "closed",
        ],
    ),
    (
        ColumnRole::Column("cancelled"),
        &["撤单时间", "取消时间", "退单时间", "cancelledat", "canceledat", "cancelled", "canceled"],
    ),
    (ColumnRole::Column("excluded_by"), &["剔除审批人", "免责审批人", "豁免审批人", "excludedby"]),
    (
        ColumnRole::Column("excluded"),
        &["剔除原因", "免责原因", "豁免原因", "剔除", "exclusionreason", "excluded"],
    ),
    (
        ColumnRole::Column("satisfaction"),
        &[
            "回访满意度",
            "满意度",
            "满意情况",
            "用户评价",
            "评价结果",
            "满意",
            "satisfaction",
            "csat",
        ],
    ),
    (
        ColumnRole::Column("reopened"),
        &["重开次数", "返单次数", "重派次数", "reopencount", "reopened", "reopencounts"],
    ),
    (
        ColumnRole::Column("revised"),
        &[
            "最后修改时间",
            "更新时间",
            "修改时间",
            "lastmodifiedtimestamp",
            "lastmodified",
            "sysupdatedat",
            "updatedat",
            "lastupdate",
        ],
    ),
];

/// A header in lower case, without blanks and punctuation.
pub(super) fn normalize_header(header: &str) -> String {
    header
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '#')
        .collect()
}

/// The roles that a header may have, each with a rank: the lower, the better it fits.
pub(super) fn find_candidates(header: &str) -> Vec<(usize, ColumnRole)> {
    let plain = normalize_header(header.split('#').next().unwrap_or(header));
    let whole = normalize_header(header);
    let mut found: Vec<(usize, ColumnRole)> = WORDS
        .iter()
        .filter_map(|&(role, words)| {
            let exact = words.iter().position(|word| *word == plain || *word == whole);
            let inside = || {
                words
                    .iter()
                    .position(|word| is_distinctive(word) && plain.contains(word))
                    .map(|place| place + 100)
            };
            exact.or_else(inside).map(|rank| (rank, role))
        })
        .collect();
    found.sort_unstable();
    found
}

/// Whether a word means something inside a longer header: a `phone number` is no case number.
fn is_distinctive(word: &str) -> bool {
    word.chars().count() > 2 && word != "number"
}

/// Whether two headers are the date and the time of one thing, such as `受理日期` and `受理时刻`.
pub(super) fn have_same_stem(date: &str, time: &str) -> bool {
    let stem = |header: &str| {
        let mut stem = normalize_header(header);
        for word in ["日期", "时间", "时刻", "date", "time", "day", "hour"] {
            stem = stem.replace(word, "");
        }
        stem
    };
    stem(date) == stem(time)
}

/// Known values of columns that allow only certain words, and of `kind`.
pub(super) fn translate_value(column: &str, value: &str) -> Option<&'static str> {
    let words: &[(&str, &[&str])] = match column {
        "kind" => &[
            ("move", &["移机", "移装", "迁移"]),
            ("install", &["新装", "装机", "安装", "开户"]),
            ("restore", &["复机", "开机", "复通"]),
            ("opening", &["开通", "专线开通"]),
            ("change", &["变更", "过户", "改名", "停机", "拆机"]),
            ("appeal", &["申诉"]),
            ("complaint", &["投诉", "complaint", "feedback", "抱怨"]),
            ("repair", &["修障", "故障", "障碍", "报障", "维修", "repair", "fault", "incident"]),
            ("port", &["携号", "携出", "携入", "port"]),
            ("enquiry", &["咨询", "查询", "enquiry", "inquiry", "question"]),
        ],
        "area" => &[
            ("rural", &["农村", "乡村", "乡镇", "农", "rural"]),
            ("urban", &["城市", "城镇", "城区", "市区", "城", "urban"]),
        ],
        "satisfaction" => &[
            ("dissatisfied", &["不满意", "很不满意", "差", "dissatisfied", "unsatisfied"]),
            ("neutral", &["一般", "基本满意", "中立", "neutral"]),
            ("satisfied", &["满意", "很满意", "非常满意", "satisfied"]),
        ],
        "service" => &[
            ("leased", &["专线", "电路", "leased"]),
            ("broadband", &["宽带", "broadband", "internet", "ftth", "adsl"]),
            ("fixed", &["固话", "固定电话", "市话", "landline", "fixed"]),
            ("mobile", &["移动电话", "手机", "mobile", "cellular"]),
            ("tv", &["电视", "iptv"]),
        ],
        "maintainer" => &[
            ("customer", &["用户自维", "客户自维", "用户", "客户", "customer"]),
            ("third_party", &["代维", "第三方", "外包", "third"]),
            ("operator", &["自维", "公司", "运营商", "联通", "电信", "移动", "operator"]),
        ],
        _ => return None,
    };
    let value = value.trim().to_lowercase();
    words
        .iter()
        .find(|(_, synonyms)| synonyms.iter().any(|word| value.contains(word)))
        .map(|&(target, _)| target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_and_the_time_of_one_thing_have_the_same_stem() {
        assert!(have_same_stem("受理日期", "受理时刻"));
        assert!(have_same_stem("accepted date", "accepted time"));
        assert!(!have_same_stem("受理日期", "完成时间"));
    }

    #[test]
    fn headers_of_both_languages_find_their_role() {
        let check = |header: &str, expected: Option<ColumnRole>| {
            let best = find_candidates(header).first().map(|&(_, role)| role);
            assert_eq!(best, expected, "{header}");
        };
        check("受理时间", Some(ColumnRole::Column("accepted")));
        check("竣工时间", Some(ColumnRole::Column("resolved")));
        check("归档时间", Some(ColumnRole::Column("closed")));
        check("挂起时间", Some(ColumnRole::PauseFrom));
        check("解挂时间", Some(ColumnRole::PauseTo));
        check("挂起原因", Some(ColumnRole::PauseReason));
        check("opened_at", Some(ColumnRole::Column("accepted")));
        check("Resolved At", Some(ColumnRole::Column("resolved")));
        check("Ticket #", Some(ColumnRole::Column("source_key")));
        check("工单编号", Some(ColumnRole::Column("source_key")));
        check("sys_updated_at", Some(ColumnRole::Column("revised")));
        check("城乡标识", Some(ColumnRole::Column("area")));
        check("u_symptom", None);
        check("Company_Phone_Number", None);
        check("number", Some(ColumnRole::Column("source_key")));
    }

    #[test]
    fn denials_are_not_read_as_their_opposite() {
        assert_eq!(translate_value("satisfaction", "非常不满意"), Some("dissatisfied"));
        assert_eq!(translate_value("satisfaction", "满意"), Some("satisfied"));
        assert_eq!(translate_value("kind", "宽带移机"), Some("move"));
        assert_eq!(translate_value("kind", "其他"), None);
    }
}
