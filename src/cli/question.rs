//! What most commands ask for in the same words: which figures, and up to when records are read.

use clap::Args;
use jiff::Timestamp;
use trueline_language::text;

use super::Failure;
use super::help_text::both;

/// Which figures: the pack, the period and the moment of knowledge.
#[derive(Debug, Args)]
pub struct QuestionArguments {
    #[arg(help = both!(
        "指标包：名称或路径 [默认：实例所用]",
        "The pack: a name or a path [default: the instance's own]"
    ))]
    #[arg(long, value_name = "PACK")]
    pub pack: Option<String>,
    #[arg(help = both!(
        "统计期：2020H1、2020Q2、2020-05、2020 或 2020-05-01..2020-05-17",
        "2020H1, 2020Q2, 2020-05, 2020 or 2020-05-01..2020-05-17"
    ))]
    #[arg(long, value_name = "PERIOD")]
    pub period: String,
    #[arg(help = both!(
        "以此时刻（RFC 3339）已入库的记录为准 [默认：现在]",
        "What was recorded up to this time (RFC 3339) [default: now]"
    ))]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

/// A moment such as `2020-07-10T09:00:00+08:00`, in UTC seconds. `None` stays `None`: now.
pub(super) fn parse_moment(text: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match text.parse::<Timestamp>() {
        Ok(moment) => Ok(Some(moment.as_second())),
        Err(error) => Err(Failure::wrong_request(
            text!("`{text}` 不是时刻：“{error}”", "`{text}` is no moment: {error}"),
            text!(
                "写明时区偏移，如 2020-07-10T09:00:00+08:00",
                "write it with its offset, such as 2020-07-10T09:00:00+08:00"
            ),
        )),
    }
}
