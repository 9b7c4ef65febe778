//! Finds and reads packs by name or by path, with all that they inherit.
//!
//! A name is looked up among the user's own packs first, then among the shipped ones, so that a
//! branch can keep a corrected copy. A parent is also looked up in the folder of its child.

use std::path::{Path, PathBuf};

use trueline_expression::find_nearest_word;
use trueline_language::{phrase, text};

use super::file::PackFile;
use super::mistake::{Manuscript, PackError, PackMistake, offer_one_of};
use super::model::Pack;
use super::resolve;
use super::shipped::{self, shipped_packs};
use crate::datasets::Datasets;

/// Reads a pack by name or path, with its ancestors. `folders` hold the user's own packs.
pub(crate) fn load_pack(
    asked: &str,
    folders: &[PathBuf],
    datasets: &Datasets,
) -> Result<Pack, PackError> {
    let found = find_manuscript(asked, folders)?;
    let Some((manuscript, home)) = found else {
        return Err(PackError::Unknown {
            name: asked.to_owned(),
            instead: offer_one_of(asked, shipped_packs()),
        });
    };
    let mut folders = folders.to_vec();
    folders.extend(home);
    read_pack(&manuscript, &folders, datasets, &mut Vec::new())
}

/// Reads a pack from its text; it may inherit a shipped pack.
#[cfg(test)]
pub(crate) fn parse_pack(file: &str, text: &str, datasets: &Datasets) -> Result<Pack, PackError> {
    let manuscript = Manuscript { file: file.to_owned(), text: text.to_owned() };
    read_pack(&manuscript, &[], datasets, &mut Vec::new())
}

type FoundPack = Option<(Manuscript, Option<PathBuf>)>;

fn find_manuscript(asked: &str, folders: &[PathBuf]) -> Result<FoundPack, PackError> {
    let is_path = asked.contains(['/', '\\'])
        || Path::new(asked)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if is_path {
        let path = Path::new(asked);
        let home = path.parent().map(Path::to_path_buf);
        return Ok(Some((read_text(path)?, home)));
    }
    for folder in folders {
        let path = folder.join(format!("{asked}.toml"));
        if path.is_file() {
            return Ok(Some((read_text(&path)?, Some(folder.clone()))));
        }
    }
    Ok(shipped::shipped_pack_text(asked).map(|text| {
        let manuscript = Manuscript { file: format!("packs/{asked}.toml"), text: text.to_owned() };
        (manuscript, None)
    }))
}

fn read_text(path: &Path) -> Result<Manuscript, PackError> {
    let file = path.display().to_string();
    let unreadable = |source| PackError::Unreadable { file: file.clone(), source };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => {
            Ok(Manuscript { text: text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned(), file })
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.into_bytes()[..valid]).into_owned();
            let manuscript = Manuscript { file, text };
            let mistake = manuscript
                .mistake_at(&(valid..valid), phrase!("此处不是 UTF-8", "this is not UTF-8"))
                .or_write(phrase!("请将文件存为 UTF-8", "save the file as UTF-8"));
            Err(Box::new(mistake).into())
        }
    }
}

/// Reads a pack and its ancestors. `chain` holds the ids of the packs that led to it.
fn read_pack(
    manuscript: &Manuscript,
    folders: &[PathBuf],
    datasets: &Datasets,
    chain: &mut Vec<String>,
) -> Result<Pack, PackError> {
    let file = parse_file(manuscript)?;
    let id = file.pack.id.get_ref().clone();
    if chain.contains(&id) {
        chain.push(id);
        let circle = chain.join(" → ");
        let mistake = manuscript
            .mistake_at(
                &file.pack.id.span(),
                text!("指标包循环继承：{circle}", "packs inherit in a circle: {circle}"),
            )
            .or_write(phrase!(
                "其中最通用的一个不应继承",
                "let the most general of them inherit nothing"
            ));
        return Err(Box::new(mistake).into());
    }
    chain.push(id);
    let parent = match &file.pack.inherits {
        None => None,
        Some(name) => {
            let Some((text, home)) = find_manuscript(name.get_ref(), folders)? else {
                return Err(Box::new(refuse_parent(manuscript, name)).into());
            };
            let mut folders = folders.to_vec();
            folders.extend(home);
            Some(read_pack(&text, &folders, datasets, chain)?)
        }
    };
    Ok(resolve::resolve_pack(manuscript, file, parent, datasets)?)
}

fn refuse_parent(manuscript: &Manuscript, name: &toml::Spanned<String>) -> PackMistake {
    manuscript
        .mistake_at(
            &name.span(),
            text!("没有名为 `{}` 的指标包", "no pack is called `{}`", name.get_ref()),
        )
        .or_one_of(name.get_ref(), shipped_packs())
}

fn parse_file(manuscript: &Manuscript) -> Result<PackFile, Box<PackMistake>> {
    toml::from_str(&manuscript.text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        // serde names the wrong word first and the right ones after it, each in backticks.
        let message = error.message().to_owned();
        let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let unknown =
            message.starts_with("unknown field") || message.starts_with("unknown variant");
        let mistake = match words.split_first() {
            Some((wrong, right)) if unknown => {
                let kind = if message.starts_with("unknown field") {
                    phrase!("键", "key")
                } else {
                    phrase!("词", "word")
                };
                let problem =
                    text!("此处没有{kind} `{wrong}`", "there is no {kind} `{wrong}` here");
                let mistake = manuscript.mistake_at(&at, problem);
                match find_nearest_word(wrong, right.iter().copied()) {
                    Some(near) => {
                        mistake.or_write(text!("是否指 `{near}`？", "did you mean `{near}`?"))
                    }
                    None => {
                        mistake.or_write(text!("可写：{}", "write one of: {}", right.join(", ")))
                    }
                }
            }
            Some((missing, _)) if message.starts_with("missing field") => manuscript
                .mistake_at(&at, text!("缺少键 `{missing}`", "the key `{missing}` is missing"))
                .or_write(text!("在此处加一行 `{missing} = …`", "add a line `{missing} = …` here")),
            Some(_) | None => {
                let message = message.replace('\n', " ");
                manuscript.mistake_at(&at, text!("TOML 有误：“{message}”", "{message}"))
            }
        };
        Box::new(mistake)
    })
}
