//! The calendars that come with the program: mainland China, India, England and Wales.

use crate::calendar::Calendar;
use crate::calendar_file::CalendarError;

/// The text of each file, with the path that errors name.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((
            concat!("calendars/", $name),
            include_str!(concat!("../../../calendars/", $name)),
        )),*]
    };
}

const CN: [(&str, &str); 9] = files![
    "cn/calendar.toml",
    "cn/2019.toml",
    "cn/2020.toml",
    "cn/2021.toml",
    "cn/2022.toml",
    "cn/2023.toml",
    "cn/2024.toml",
    "cn/2025.toml",
    "cn/2026.toml",
];

const IN: [(&str, &str); 9] = files![
    "in/calendar.toml",
    "in/2019.toml",
    "in/2020.toml",
    "in/2021.toml",
    "in/2022.toml",
    "in/2023.toml",
    "in/2024.toml",
    "in/2025.toml",
    "in/2026.toml",
];

const UK: [(&str, &str); 9] = files![
    "uk/calendar.toml",
    "uk/2019.toml",
    "uk/2020.toml",
    "uk/2021.toml",
    "uk/2022.toml",
    "uk/2023.toml",
    "uk/2024.toml",
    "uk/2025.toml",
    "uk/2026.toml",
];

/// The names of the calendars that are compiled in.
pub const NAMES: [&str; 3] = ["cn", "in", "uk"];

/// Every calendar that is compiled in.
pub fn parse_calendars() -> Result<Vec<Calendar>, CalendarError> {
    [CN, IN, UK].iter().map(|files| Calendar::parse(files)).collect()
}

/// The files of a calendar that is compiled in; `None` if there is none of this name.
pub fn find_files(name: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match name {
        "cn" => Some(&CN),
        "in" => Some(&IN),
        "uk" => Some(&UK),
        _ => None,
    }
}
