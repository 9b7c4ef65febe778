//! From a pack as written to a pack as meant: names looked up, inheritance applied.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use trueline_language::{phrase, text};

use super::defaults::{Fallback, known_source, resolve_denominator};
use super::file::{self, PackFile, ReadText};
use super::mistake::{Manuscript, PackMistake};
use super::model::{
    BilingualText, IndicatorGroup, IntervalSetting, Level, Pack, PackAncestor, ProportionInterval,
    Read, RegionCut, RuleSource, UnansweredIndicator, Zone,
};
use super::resolve_indicator;
use crate::datasets::Datasets;

pub(super) fn resolve_pack(
    manuscript: &Manuscript,
    file: PackFile,
    parent: Option<Pack>,
    datasets: &Datasets,
) -> Result<Pack, Box<PackMistake>> {
    let mut pack = parent.unwrap_or_else(|| empty_pack(datasets));
    resolve_head(manuscript, &file.pack, &mut pack)?;
    pack.interval = resolve_interval(manuscript, &file.defaults, pack.interval)?;
    for level in file.level {
        let level = self::resolve_level(manuscript, level)?;
        pack.levels.retain(|known| known.name != level.name);
        pack.levels.push(level);
    }
    pack.regions.extend(file.region);
    for (dimension, labels) in file.label {
        pack.labels.entry(dimension).or_default().extend(labels);
    }
    pack.units.extend(file.unit);
    for group in file.group {
        let group = IndicatorGroup { id: group.id, title: group.title };
        match pack.groups.iter_mut().find(|known| known.id == group.id) {
            Some(known) => *known = group,
            None => pack.groups.push(group),
        }
    }
    for (id, source) in file.source {
        let source = RuleSource {
            id: id.clone(),
            title: source.title,
            citation: source.citation,
            read: resolve_read(source.read),
        };
        pack.sources.insert(id, source);
    }
    let fallback = Fallback {
        subtract: file.defaults.subtract.unwrap_or_default(),
        limit_is_on_time: file.defaults.limit_is_on_time.unwrap_or(true),
        denominator: resolve_denominator(file.defaults.denominator),
        exclude: file.defaults.exclude,
    };
    let mut seen: Vec<String> = Vec::new();
    for written in file.indicator {
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
        resolve_indicator::add_indicator(manuscript, written, &fallback, &mut pack)?;
    }
    for entry in file.not_answered {
        let source = entry.source.map(|name| {
            known_source(manuscript, &pack, &name)?;
            Ok::<_, Box<PackMistake>>(name.into_inner())
        });
        pack.not_answered.push(UnansweredIndicator {
            id: entry.id,
            title: entry.title,
            missing: entry.missing,
            clause: entry.clause,
            source: source.transpose()?,
        });
    }
    Ok(pack)
}

fn empty_pack(datasets: &Datasets) -> Pack {
    Pack {
        id: String::new(),
        version: String::new(),
        title: BilingualText::default(),
        about: None,
        lineage: Vec::new(),
        zone: Zone::find("Asia/Shanghai").expect("its rules are bundled"),
        calendar: None,
        levels: Vec::new(),
        regions: std::collections::BTreeMap::new(),
        labels: std::collections::BTreeMap::new(),
        units: built_in_units(),
        groups: Vec::new(),
        sources: std::collections::BTreeMap::new(),
        indicators: Vec::new(),
        not_answered: Vec::new(),
        interval: IntervalSetting { method: ProportionInterval::Wilson, level: 0.95 },
        datasets: datasets.clone(),
    }
}

/// Units that every pack knows; a pack may print them in its own words.
fn built_in_units() -> std::collections::BTreeMap<String, BilingualText> {
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
    units
        .into_iter()
        .map(|(code, zh, en)| {
            let words = BilingualText { zh: zh.to_owned(), en: en.to_owned() };
            (code.to_owned(), words)
        })
        .collect()
}

fn resolve_head(
    manuscript: &Manuscript,
    head: &file::Head,
    pack: &mut Pack,
) -> Result<(), Box<PackMistake>> {
    let digest = Sha256::digest(manuscript.text.as_bytes());
    pack.id.clone_from(head.id.get_ref());
    pack.version.clone_from(&head.version);
    pack.title = head.title.clone();
    pack.about.clone_from(&head.about);
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
) -> Result<IntervalSetting, Box<PackMistake>> {
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

fn resolve_level(
    manuscript: &Manuscript,
    level: file::LevelText,
) -> Result<Level, Box<PackMistake>> {
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
    Ok(Level { name: level.name.into_inner(), title: level.title, cut })
}

fn resolve_read(read: ReadText) -> Read {
    match read {
        ReadText::Primary => Read::Primary,
        ReadText::Secondary => Read::Secondary,
        ReadText::Memory => Read::Memory,
        ReadText::OwnDesign => Read::OwnDesign,
    }
}
