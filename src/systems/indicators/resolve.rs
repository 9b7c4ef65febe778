//! Turns a pack file into a pack: names are looked up and inheritance is applied.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::Spanned;
use trueline_language::{Text, phrase, text};

use super::defaults::{Fallback, find_source};
use super::file::{self, IndicatorText, PackFile, ReadText};
use super::mistake::{Manuscript, PackResult};
use super::model::{
    IndicatorGroup, IntervalSetting, Level, Pack, PackAncestor, ProportionInterval, Read,
    RegionCut, RuleSource, UnansweredIndicator, Zone,
};
use super::resolve_indicator;
use super::written_text::WrittenText;
use crate::datasets::Datasets;

pub(super) fn resolve_pack(
    manuscript: &Manuscript,
    file: PackFile,
    parent: Option<Pack>,
    datasets: &Datasets,
) -> PackResult<Pack> {
    let mut pack = parent.unwrap_or_else(|| make_empty_pack(datasets));
    resolve_head(manuscript, &file.pack, &mut pack)?;
    pack.interval = resolve_interval(manuscript, &file.defaults, pack.interval)?;
    for level in file.level {
        let level = resolve_level(manuscript, level)?;
        pack.levels.retain(|known| known.name != level.name);
        pack.levels.push(level);
    }
    pack.regions.extend(to_texts(file.region));
    for (dimension, labels) in file.label {
        pack.labels.entry(dimension).or_default().extend(to_texts(labels));
    }
    pack.units.extend(to_texts(file.unit));
    for group in file.group {
        add_group(group, &mut pack);
    }
    for (id, source) in file.source {
        pack.sources.insert(id.clone(), resolve_source(id, &source));
    }
    let fallback = Fallback::from_file(file.defaults);
    add_indicators(manuscript, file.indicator, &fallback, &mut pack)?;
    for entry in file.not_answered {
        let entry = resolve_unanswered(manuscript, entry, &pack)?;
        pack.not_answered.push(entry);
    }
    Ok(pack)
}

fn to_texts(written: BTreeMap<String, WrittenText>) -> impl Iterator<Item = (String, Text)> {
    written.into_iter().map(|(code, words)| (code, words.to_text()))
}

fn add_group(group: file::GroupText, pack: &mut Pack) {
    let group = IndicatorGroup { id: group.id, title: group.title.to_text() };
    match pack.groups.iter_mut().find(|known| known.id == group.id) {
        Some(known) => *known = group,
        None => pack.groups.push(group),
    }
}

fn resolve_source(id: String, source: &file::SourceText) -> RuleSource {
    RuleSource {
        id,
        title: source.title.to_text(),
        citation: source.citation.to_text(),
        read: resolve_read(source.read),
    }
}

fn add_indicators(
    manuscript: &Manuscript,
    indicators: Vec<Spanned<IndicatorText>>,
    fallback: &Fallback,
    pack: &mut Pack,
) -> PackResult<()> {
    let mut seen: Vec<String> = Vec::new();
    for written in indicators {
        let id = written.get_ref().id.clone();
        if seen.contains(id.get_ref()) {
            let problem = text!(
                "指标 `{}` 在此出现两次",
                "the indicator `{}` stands here twice",
                id.get_ref()
            );
            return Err(manuscript
                .mistake_at(&id.span(), problem)
                .or_write(phrase!("请只保留一个", "keep one of them"))
                .into());
        }
        seen.push(id.into_inner());
        resolve_indicator::add_indicator(manuscript, written, fallback, pack)?;
    }
    Ok(())
}

fn resolve_unanswered(
    manuscript: &Manuscript,
    entry: file::NotAnsweredText,
    pack: &Pack,
) -> PackResult<UnansweredIndicator> {
    if let Some(name) = &entry.source {
        find_source(manuscript, pack, name)?;
    }
    Ok(UnansweredIndicator {
        id: entry.id,
        title: entry.title.to_text(),
        missing: entry.missing.to_text(),
        clause: entry.clause,
        source: entry.source.map(Spanned::into_inner),
    })
}

fn make_empty_pack(datasets: &Datasets) -> Pack {
    Pack {
        id: String::new(),
        version: String::new(),
        title: Text::new("", ""),
        about: None,
        lineage: Vec::new(),
        zone: Zone::find("Asia/Shanghai").expect("its rules are bundled"),
        calendar: None,
        levels: Vec::new(),
        regions: BTreeMap::new(),
        labels: BTreeMap::new(),
        units: list_built_in_units(),
        groups: Vec::new(),
        sources: BTreeMap::new(),
        indicators: Vec::new(),
        not_answered: Vec::new(),
        interval: IntervalSetting { method: ProportionInterval::Wilson, level: 0.95 },
        datasets: datasets.clone(),
    }
}

/// Lists the units that every pack knows; a pack may name them in its own words.
fn list_built_in_units() -> BTreeMap<String, Text> {
    let units = [
        ("s", "秒", "s"),
        ("min", "分钟", "min"),
        ("h", "小时", "h"),
        ("d", "天", "d"),
        ("wh", "工作小时", "wh"),
        ("wd", "工作日", "wd"),
        ("%", "%", "%"),
        ("1", "", ""),
    ];
    units.into_iter().map(|(code, zh, en)| (code.to_owned(), Text::new(zh, en))).collect()
}

fn resolve_head(manuscript: &Manuscript, head: &file::Head, pack: &mut Pack) -> PackResult<()> {
    let digest = Sha256::digest(manuscript.text.as_bytes());
    pack.id.clone_from(head.id.get_ref());
    pack.version.clone_from(&head.version);
    pack.title = head.title.to_text();
    pack.about = head.about.as_ref().map(WrittenText::to_text);
    pack.lineage.push(PackAncestor {
        id: pack.id.clone(),
        version: pack.version.clone(),
        title: pack.title.clone(),
        digest: to_hex(&digest),
        text: manuscript.text.clone(),
    });
    if let Some(zone) = &head.zone {
        pack.zone = Zone::find(zone.get_ref()).ok_or_else(|| {
            let problem =
                text!("没有名为 `{}` 的时区", "no time zone is called `{}`", zone.get_ref());
            manuscript.mistake_at(&zone.span(), problem).or_write(phrase!(
                "请写 IANA 名称，如 Asia/Shanghai 或 Europe/London",
                "write an IANA name such as Asia/Shanghai or Europe/London"
            ))
        })?;
    }
    if let Some(calendar) = &head.calendar {
        pack.calendar = Some(calendar.clone());
    }
    Ok(())
}

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a text takes text");
    }
    text
}

fn resolve_interval(
    manuscript: &Manuscript,
    defaults: &file::Defaults,
    inherited: IntervalSetting,
) -> PackResult<IntervalSetting> {
    let level = match &defaults.confidence {
        None => inherited.level,
        Some(level) if (0.5..1.0).contains(level.get_ref()) => *level.get_ref(),
        Some(level) => {
            return Err(manuscript
                .mistake_at(
                    &level.span(),
                    phrase!("置信水平须在 0.5 与 1 之间", "confidence lies between 0.5 and 1"),
                )
                .or_write(phrase!("请写 0.95", "write 0.95"))
                .into());
        }
    };
    let method = match defaults.interval {
        None => inherited.method,
        Some(file::MethodText::Wilson) => ProportionInterval::Wilson,
        Some(file::MethodText::ClopperPearson) => ProportionInterval::ClopperPearson,
    };
    Ok(IntervalSetting { method, level })
}

fn resolve_level(manuscript: &Manuscript, level: file::LevelText) -> PackResult<Level> {
    let cut = match (level.digits, level.parts) {
        (Some(length), None) => RegionCut::Digits { length, pad: level.pad },
        (None, Some(count)) => {
            RegionCut::Parts { count, separator: level.separator.unwrap_or('/') }
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(manuscript
                .mistake_at(
                    &level.name.span(),
                    phrase!("区划级别按位数或按段截取", "a level is cut by digits or by parts"),
                )
                .or_write(phrase!(
                    "`digits = 4` 与 `parts = 1` 二者写其一",
                    "give it `digits = 4` or `parts = 1`, one of the two"
                ))
                .into());
        }
    };
    Ok(Level { name: level.name.into_inner(), title: level.title.to_text(), cut })
}

fn resolve_read(read: ReadText) -> Read {
    match read {
        ReadText::Primary => Read::Primary,
        ReadText::Secondary => Read::Secondary,
        ReadText::Memory => Read::Memory,
        ReadText::OwnDesign => Read::OwnDesign,
    }
}
