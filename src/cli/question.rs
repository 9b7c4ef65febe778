//! What most commands ask for in the same words: up to when records are read.

use jiff::Timestamp;
use trueline_language::text;

use super::Failure;

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
