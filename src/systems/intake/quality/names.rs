//! What people call each kind of problem and each degree of certainty, in both languages.

use super::{Certainty, Problem};

impl Problem {
    /// The name in Chinese and in English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Problem::SwappedDayMonth => ("日与月颠倒", "day and month swapped"),
            Problem::UncertainDayOrder => ("日月不明", "day or month first"),
            Problem::ZoneShift => ("时区不一", "zones mixed"),
            Problem::StopBeforeStart => ("结束早于开始", "stop before start"),
            Problem::ImpossibleMoment => ("时间不可能", "impossible moment"),
            Problem::ImpossiblePosition => ("坐标不可能", "impossible position"),
            Problem::BulkClosing => ("批量归档", "closed in bulk"),
            Problem::AutomaticClosing => ("自动归档", "closed by a machine"),
            Problem::FlagFlips => ("标志前后不一", "flag that flips"),
            Problem::DuplicateHeader => ("列名重复", "duplicate header"),
            Problem::IdenticalRows => ("整行重复", "identical rows"),
            Problem::AllPerfect => ("全部满分", "all perfect"),
            Problem::ZeroedDuration => ("时长清零", "durations set to zero"),
            Problem::RepeatedDuration => ("时长雷同", "one duration too often"),
            Problem::PauseBeforeLimit => ("临限挂起", "paused before a limit"),
            Problem::StopBeforeLimit => ("临限竣工", "ended before a limit"),
            Problem::MidnightUnknown => ("零点代替未知", "midnight for unknown"),
            Problem::MissingCode => ("无值代码", "code for no value"),
            Problem::RoundTimes => ("时间取整", "rounded times"),
        }
    }
}

impl Certainty {
    /// The name in Chinese and in English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Certainty::Possible => ("可能", "possible"),
            Certainty::Likely => ("很可能", "likely"),
            Certainty::Certain => ("确定", "certain"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_in_both_languages() {
        let mut names: Vec<(&str, &str)> = Problem::ALL.iter().map(|kind| kind.name()).collect();
        names.extend(
            [Certainty::Possible, Certainty::Likely, Certainty::Certain].map(Certainty::name),
        );
        for (at, (chinese, english)) in names.iter().enumerate() {
            assert!(chinese.chars().all(|letter| !letter.is_ascii()), "{chinese}");
            assert!(english.is_ascii() && !english.is_empty(), "{english}");
            assert!(names[..at].iter().all(|(zh, en)| zh != chinese && en != english));
        }
    }
}
