//! `trueline mapping`: the mappings that come with the program, and drafts of new ones.

use std::fs;
use std::path::Path;

use super::arguments::MappingCommand;
use super::{Failure, Language};
use crate::systems::cases::{shipped_mapping_text, shipped_mappings};

pub(super) fn run(command: &MappingCommand, language: Language) -> Result<(), Failure> {
    match command {
        MappingCommand::Suggest { file, out } => suggest(file, out.as_deref(), language),
        MappingCommand::List => {
            for (name, title) in shipped_mappings() {
                println!("{name:<28}{title}");
            }
            Ok(())
        }
        MappingCommand::Show { name } => match shipped_mapping_text(name) {
            Some(text) => {
                print!("{text}");
                Ok(())
            }
            None => Err(Failure::request(
                format!("no mapping called `{name}` comes with the program"),
                "`trueline mapping list` names them",
            )),
        },
    }
}
