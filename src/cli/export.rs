//! `trueline export --for-verification`: what a regulator gets, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::arguments::Export;
use super::place::Place;
use super::{Failure, Language};
use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::systems::cases::dataset_schemas;
use crate::systems::indicators;

pub(super) fn run(asked: &Export, place: &Place, language: Language) -> Result<(), Failure> {
    let instance = place.open()?;
    let out = &asked.for_verification;
    if out.exists() && fs::read_dir(out)?.next().is_some() {
        return Err(Failure::request(
            language.pick(
                format!("{} 不是空文件夹", out.display()),
                format!("{} is not an empty folder", out.display()),
            ),
            language.pick("另选一个文件夹", "name another folder"),
        ));
    }
    // Everything that was imported is committed to before it is handed over.
    let mut ledger = Ledger::open(&instance)?;
    ledger.commit_batches(&instance.lake()?, &dataset_schemas())?;
    drop(ledger);
    fs::create_dir_all(out)?;
    for part in ["ledger", "sealed", "calendars", "published"] {
        let from = instance.folder().join(part);
        if from.is_dir() {
            copy(&from, &out.join(part), &|name| name != "journal" && name != "lock")?;
        }
    }
    export_lake(&instance, out)?;
    export_packs(&instance, out)?;
    println!(
        "{}",
        language.pick(
            format!("核验材料：{}；其中没有密钥、隔离数据和设置", out.display()),
            format!("for verification: {}; no key, quarantine or setting in it", out.display()),
        )
    );
    Ok(())
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(&name), wanted)?;
        } else if wanted(&name.to_string_lossy()) {
            fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

/// Rows, salts and what tells damage; of the manifest everything but the names of source files,
/// which may name people.
fn export_lake(instance: &Instance, out: &Path) -> Result<(), Failure> {
    let lake = instance.lake()?;
    for schema in dataset_schemas() {
        let from = lake.dataset_folder(schema.name);
        if !from.is_dir() {
            continue;
        }
        let to = out.join("lake").join(schema.name);
        copy(&from, &to, &|name| !name.ends_with(".new") && name != "batches.json")?;
        let mut manifest = serde_json::to_value(lake.manifest(schema.name)?)?;
        for batch in manifest["batches"].as_array_mut().into_iter().flatten() {
            for source in batch["sources"].as_array_mut().into_iter().flatten() {
                source["name"] = Value::from("");
            }
        }
        fs::write(to.join("batches.json"), serde_json::to_vec_pretty(&manifest)?)?;
    }
    Ok(())
}

/// The texts of the instance's pack and of all that it inherits, so that later versions of the
/// program check with the same.
fn export_packs(instance: &Instance, out: &Path) -> Result<(), Failure> {
    let folders = instance.pack_folders();
    let name = &instance.settings.instance.pack;
    let packs = out.join("packs");
    fs::create_dir_all(&packs)?;
    let pack = indicators::load(name, &folders)?;
    for one in &pack.lineage {
        fs::write(packs.join(format!("{}.toml", one.id)), &one.text)?;
    }
    fs::write(out.join("trueline.toml"), format!("[instance]\npack = {:?}\n", pack.id))?;
    Ok(())
}
