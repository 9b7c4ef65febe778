//! `trueline mapping`: the mappings that come with the program, and drafts of new ones.

use std::fs;
use std::path::Path;

use trueline_language::text;

use super::arguments::MappingCommand;
use super::{Failure, Language, quality};
use crate::systems::cases::CASE;
use crate::systems::intake::{self, find_shipped_mapping, list_shipped_mappings};

pub(super) fn run_mapping(command: &MappingCommand, language: Language) -> Result<(), Failure> {
    match command {
        MappingCommand::Suggest { file, out } => write_suggestion(file, out.as_deref(), language),
        MappingCommand::List => {
            for (name, title) in list_shipped_mappings() {
                println!("{name:<28}{title}");
            }
            Ok(())
        }
        MappingCommand::Show { name } => match find_shipped_mapping(name) {
            Some(text) => {
                print!("{text}");
                Ok(())
            }
            None => Err(Failure::wrong_request(
                text!(
                    "程序没有提供名为 `{name}` 的映射",
                    "no mapping called `{name}` comes with the program"
                ),
                text!(
                    "`trueline mapping list` 列出所提供的映射",
                    "`trueline mapping list` names them"
                ),
            )),
        },
    }
}

fn write_suggestion(file: &Path, out: Option<&Path>, language: Language) -> Result<(), Failure> {
    let suggestion = intake::suggest::suggest_mapping(file, &CASE.schema())?;
    let text = suggestion.draft.render_toml(language);
    match out {
        None => print!("{text}"),
        Some(path) if path.exists() => {
            return Err(Failure::wrong_request(
                text!("{} 已经存在", "{} is there already", path.display()),
                text!("另写文件名，或将其移走", "name another file, or remove it"),
            ));
        }
        Some(path) => {
            fs::write(path, &text)?;
            let drafted = language
                .pick("已写入映射草稿，请逐行核对：", "wrote a draft, to be read line by line:");
            println!("{drafted} {}", path.display());
        }
    }
    for finding in &suggestion.findings {
        let (says, does) = quality::describe_finding(finding, language);
        let kind = quality::name_kind(finding, language);
        eprintln!("{kind} ({}): {says}\n  → {does}", finding.column);
    }
    Ok(())
}
