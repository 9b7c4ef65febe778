//! What people call each kind of problem and each degree of certainty, in both languages.

use super::finding::{Certainty, ProblemKind};

impl ProblemKind {
    /// The name in Chinese and in English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            ProblemKind::SwappedDayMonth => ("日与月颠倒", "day and month swapped"),
            ProblemKind::UncertainDayOrder => ("日月不明", "day or month first"),
            ProblemKind::ZoneShift => ("时区不一", "zones mixed"),
            ProblemKind::StopBeforeStart => ("结束早于开始", "stop before start"),
            ProblemKind::ImpossibleMoment => ("时间不可能", "impossible moment"),
            ProblemKind::ImpossiblePosition => ("坐标不可能", "impossible position"),
            ProblemKind::BulkClosing => ("批量归档", "closed in bulk"),
            ProblemKind::AutomaticClosing => ("自动归档", "closed by a machine"),
            ProblemKind::FlagFlips => ("标志前后不一", "flag that flips"),
            ProblemKind::DuplicateHeader => ("列名重复", "duplicate header"),
            ProblemKind::IdenticalRows => ("整行重复", "identical rows"),
            ProblemKind::AllPerfect => ("全部满分", "all perfect"),
            ProblemKind::ZeroedDuration => ("时长清零", "durations set to zero"),
            ProblemKind::RepeatedDuration => ("时长雷同", "one duration too often"),
            ProblemKind::PauseBeforeLimit => ("临限挂起", "paused before a limit"),
            ProblemKind::StopBeforeLimit => ("临限竣工", "ended before a limit"),
            ProblemKind::MidnightUnknown => ("零点代替未知", "midnight for unknown"),
            ProblemKind::MissingCode => ("无值代码", "code for no value"),
            ProblemKind::RoundTimes => ("时间取整", "rounded times"),
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
        let mut names: Vec<(&str, &str)> =
            ProblemKind::ALL.iter().map(|kind| kind.name()).collect();
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
