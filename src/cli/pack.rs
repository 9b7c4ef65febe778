//! `trueline pack`: the packs that come with the program, and whether one's own is right.

use trueline_language::text;

use super::arguments::PackCommand;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::program::datasets;
use crate::systems::indicators::{self, shipped_pack_text, shipped_packs};

pub(super) fn run_pack(command: &PackCommand, language: Language) -> Result<(), Failure> {
    match command {
        PackCommand::List => list_packs(language),
        PackCommand::Show { name } => show_pack(name),
        PackCommand::Check { pack } => check_pack(pack, language),
    }
}

fn list_packs(language: Language) -> Result<(), Failure> {
    let mut table = TextTable::new(&[
        (language.pick("名称", "name"), Align::Left),
        (language.pick("版本", "version"), Align::Left),
        (language.pick("指标", "indicators"), Align::Right),
        (language.pick("说明", "title"), Align::Left),
    ]);
    for name in shipped_packs() {
        let pack = indicators::load_pack(name, &[], &datasets())?;
        let title = pack.title.as_str(language).to_owned();
        let count = pack.indicators.len().to_string();
        table.add_row(vec![name.to_owned(), pack.version.clone(), count, title]);
    }
    Ok(table.print_as(OutputFormat::Table, &serde_json::Value::Null)?)
}

fn show_pack(name: &str) -> Result<(), Failure> {
    match shipped_pack_text(name) {
        Some(text) => {
            print!("{text}");
            Ok(())
        }
        None => Err(Failure::wrong_request(
            text!(
                "程序没有提供名为 `{name}` 的指标包",
                "no pack called `{name}` comes with the program"
            ),
            text!("`trueline pack list` 列出所提供的指标包", "`trueline pack list` names them"),
        )),
    }
}

fn check_pack(name: &str, language: Language) -> Result<(), Failure> {
    let pack = indicators::load_pack(name, &[], &datasets())?;
    let mut table = TextTable::new(&[
        (language.pick("指标", "indicator"), Align::Left),
        (language.pick("名称", "title"), Align::Left),
        (language.pick("统计量", "statistics"), Align::Left),
        (language.pick("限值", "limits"), Align::Right),
    ]);
    for indicator in &pack.indicators {
        let title = indicator.title.as_str(language).to_owned();
        let statistics: Vec<&str> =
            indicator.publish.iter().map(|statistic| statistic.id.as_str()).collect();
        let limits = indicator.limits.len().to_string();
        table.add_row(vec![indicator.id.clone(), title, statistics.join(", "), limits]);
    }
    table.print_as(OutputFormat::Table, &serde_json::Value::Null)?;
    for missing in &pack.not_answered {
        let (title, input) = (missing.title.as_str(language), missing.missing.as_str(language));
        println!("— {title}: {input}");
    }
    Ok(())
}
