//! `trueline init`: an instance of one's own, with settings and a narrative to edit.

use super::arguments::InitArguments;
use super::new_settings::{SettingsCompany, write_settings_text};
use super::place::InstanceFolders;
use super::{Failure, Language};
use crate::program::datasets;
use crate::systems::{indicators, reports};

pub(super) fn run_init(
    asked: &InitArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let pack = indicators::load_pack(&asked.pack, &[], &datasets())?;
    let own =
        InstanceFolders { dir: asked.path.clone(), keys: place.keys.clone(), clock: place.clock };
    let narratives = reports::make_narratives(&pack);
    let narratives = narratives.each_ref().map(|(name, text)| (*name, text.as_str()));
    own.create_instance(&write_settings_text(&asked.pack, &SettingsCompany::UNKNOWN), &narratives)?;
    let folder = asked.path.display();
    let title = pack.title.as_str(language);
    match language {
        Language::Chinese => {
            println!("已建立实例 {folder}，指标包 {}（{title}）", pack.id);
            println!("1. 编辑 {folder}/trueline.toml：公司、编制人、审核人、签发人、报送对象");
            println!(
                "2. trueline --dir {folder} mapping suggest 文件 --out {folder}/mappings/own.toml"
            );
            println!("3. trueline --dir {folder} import case 文件 --mapping own");
            println!("4. trueline --dir {folder} report --period 2020H1 --out report.pdf");
        }
        Language::English => {
            println!("made the instance {folder} with the pack {} ({title})", pack.id);
            println!(
                "1. edit {folder}/trueline.toml: company, preparer, reviewer, signer, addressee"
            );
            println!(
                "2. trueline --dir {folder} mapping suggest FILE --out {folder}/mappings/own.toml"
            );
            println!("3. trueline --dir {folder} import case FILE --mapping own");
            println!("4. trueline --dir {folder} report --period 2020H1 --out report.pdf");
        }
    }
    Ok(())
}
