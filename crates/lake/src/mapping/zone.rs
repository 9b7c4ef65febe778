//! Time zones, as mappings name them.

use jiff::tz::TimeZone;
use trueline_language::phrase;

use super::error::MappingError;
use super::table::MappingTable;
use crate::dates::DateOrder;

pub(super) fn parse_zone(
    table: &MappingTable<'_>,
    key: &str,
) -> Result<Option<TimeZone>, MappingError> {
    let Some(name) = table.read_text(key)? else {
        return Ok(None);
    };
    let found = TimeZone::get(&name).ok();
    let fixed = || {
        let text = name.strip_prefix("UTC").unwrap_or(&name);
        let stamp = format!("2000-01-01T00:00:00{text}");
        let local = crate::dates::read_any(stamp.as_bytes(), DateOrder::Unknown)?;
        Some(TimeZone::fixed(jiff::tz::Offset::from_seconds(local.offset?).ok()?))
    };
    match found.or_else(fixed) {
        Some(zone) => Ok(Some(zone)),
        None => Err(table.not_understood(
            key,
            phrase!(
                "请写时区名称，如 `Asia/Shanghai`，或 `+08:00`",
                "write a name such as `Asia/Shanghai`, or `+08:00`"
            ),
        )),
    }
}
