//! From a pack as written to a pack as meant: names looked up, inheritance applied.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use trueline_language::{phrase, text};

use super::defaults::{Fallback, denominator, known_source};
use super::file::{self, PackFile, ReadText};
use super::mistake::{Manuscript, Mistake};
use super::model::{
    Ancestor, Cut, Group, Interval, LegalSource, Level, Method, NotAnswered, Pack, Read, Words,
    Zone,
};
use super::resolve_indicator;
use crate::datasets::Datasets;

pub(super) fn pack(
    manuscript: &Manuscript,
    file: PackFile,
    parent: Option<Pack>,
    datasets: &Datasets,
) -> Result<Pack, Box<Mistake>> {
    let mut pack = parent.unwrap_or_else(|| empty(datasets));
    head(manuscript, &file.pack, &mut pack)?;
    pack.interval = interval(manuscript, &file.defaults, pack.interval)?;
    for level in file.level {
        let level = self::level(manuscript, level)?;
        pack.levels.retain(|known| known.name != level.name);
        pack.levels.push(level);
    }
    pack.regions.extend(file.region);
    for (dimension, labels) in file.label {
        pack.labels.entry(dimension).or_default().extend(labels);
    }
    pack.units.extend(file.unit);
    for group in file.group {
        let group = Group { id: group.id, title: group.title };
        match pack.groups.iter_mut().find(|known| known.id == group.id) {
            Some(known) => *known = group,
            None => pack.groups.push(group),
        }
    }
    for (id, source) in file.source {
        let source = LegalSource {
            id: id.clone(),
            title: source.title,
            citation: source.citation,
            read: read(source.read),
        };
        pack.sources.insert(id, source);
    }
    let fallback = Fallback {
        subtract: file.defaults.subtract.unwrap_or_default(),
        limit_is_on_time: file.defaults.limit_is_on_time.unwrap_or(true),
        denominator: denominator(file.defaults.denominator),
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
                .mistake(&id.span(), problem)
                .or_write(phrase!("请只保留一个", "keep one of them"))
                .into());
        }
        seen.push(id.into_inner());
        resolve_indicator::add(manuscript, written, &fallback, &mut pack)?;
    }
    for entry in file.not_answered {
        let source = entry.source.map(|name| {
            known_source(manuscript, &pack, &name)?;
            Ok::<_, Box<Mistake>>(name.into_inner())
        });
        pack.not_answered.push(NotAnswered {
            id: entry.id,
            title: entry.title,
            missing: entry.missing,
            clause: entry.clause,
            source: source.transpose()?,
        });
    }
    Ok(pack)
}

fn empty(datasets: &Datasets) -> Pack {
    Pack {
        id: String::new(),
        version: String::new(),
        title: Words::default(),
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
        interval: Interval { method: Method::Wilson, level: 0.95 },
        datasets: datasets.clone(),
    }
}

/// Units that every pack knows; a pack may print them in its own words.
fn built_in_units() -> std::collections::BTreeMap<String, Words> {
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
            let words = Words { zh: zh.to_owned(), en: en.to_owned() };
            (code.to_owned(), words)
        })
        .collect()
}

fn head(manuscript: &Manuscript, head: &file::Head, pack: &mut Pack) -> Result<(), Box<Mistake>> {
    let digest = Sha256::digest(manuscript.text.as_bytes());
    pack.id.clone_from(head.id.get_ref());
    pack.version.clone_from(&head.version);
    pack.title = head.title.clone();
    pack.about.clone_from(&head.about);
    pack.lineage.push(Ancestor {
        id: pack.id.clone(),
        version: pack.version.clone(),
        title: pack.title.clone(),
        digest: hex(&digest),
        text: manuscript.text.clone(),
    });
    if let Some(zone) = &head.zone {
        pack.zone = Zone::find(zone.get_ref()).ok_or_else(|| {
            let problem =
                text!("没有名为 `{}` 的时区", "no time zone is called `{}`", zone.get_ref());
            manuscript.mistake(&zone.span(), problem).or_write(phrase!(
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

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a text takes text");
    }
    text
}

fn interval(
    manuscript: &Manuscript,
    defaults: &file::Defaults,
    inherited: Interval,
) -> Result<Interval, Box<Mistake>> {
    let level = match &defaults.confidence {
        None => inherited.level,
        Some(level) if (0.5..1.0).contains(level.get_ref()) => *level.get_ref(),
        Some(level) => {
            return Err(manuscript
                .mistake(
                    &level.span(),
                    phrase!("置信水平须在 0.5 与 1 之间", "confidence lies between 0.5 and 1"),
                )
                .or_write(phrase!("请写 0.95", "write 0.95"))
                .into());
        }
    };
    let method = match defaults.interval {
        None => inherited.method,
        Some(file::MethodText::Wilson) => Method::Wilson,
        Some(file::MethodText::ClopperPearson) => Method::ClopperPearson,
    };
    Ok(Interval { method, level })
}

fn level(manuscript: &Manuscript, level: file::LevelText) -> Result<Level, Box<Mistake>> {
    let cut = match (level.digits, level.parts) {
        (Some(length), None) => Cut::Digits { length, pad: level.pad },
        (None, Some(count)) => Cut::Parts { count, separator: level.separator.unwrap_or('/') },
        (Some(_), Some(_)) | (None, None) => {
            return Err(manuscript
                .mistake(
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

fn read(read: ReadText) -> Read {
    match read {
        ReadText::Primary => Read::Primary,
        ReadText::Secondary => Read::Secondary,
        ReadText::Memory => Read::Memory,
        ReadText::OwnDesign => Read::OwnDesign,
    }
}
