//! Whom to trust: the logs, the witnesses and the quorum of a policy file (C2SP tlog-policy).
//!
//! A retired key stays in the policy; its retirement is a dated entry of the log ([`Retirement`]).
//! What the key signed before still counts if a witness cosigned it before that date.

use std::collections::HashMap;

use trueline_language::{Phrase, phrase};

use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::keys::VerifierKey;
use crate::note::{Note, NoteError};

/// A policy file that cannot be used, and the line that says so, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("line {line}: {what}")]
#[zh("第 {line} 行：{what}")]
pub struct PolicyError {
    /// Where.
    pub line: usize,
    /// What is wrong there.
    pub what: Phrase,
}

/// Why a checkpoint is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum Distrust {
    /// The note does not parse, a signature does not verify, or no known key signed it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No log of the policy signed a checkpoint that bears its name.
    #[error("no log of the policy signed this checkpoint of {origin}")]
    #[zh("策略文件所列账本均未签署 {origin} 的此检查点")]
    NoLog {
        /// Whose checkpoint it says it is.
        origin: String,
    },
    /// Only retired keys signed it, and no witness cosigned before they were.
    #[error("{key} was retired, and no witness cosigned before that")]
    #[zh("{key} 已停用，而此前没有见证方联署")]
    Retired {
        /// The retired key.
        key: String,
    },
    /// Too few witnesses cosigned it.
    #[error("the quorum is missing: cosigned by {}", list(.witnesses))]
    #[zh("未达法定数：联署者为 {}")]
    NoQuorum {
        /// Those who did, by their names in the policy.
        witnesses: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// What a trusted checkpoint rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The log's keys that signed it, retired ones too if they still count.
    pub log_keys: Vec<VerifierKey>,
    /// The witnesses that cosigned it, by their names in the policy, and when, in seconds since
    /// 1970 by each one's clock.
    pub witnesses: Vec<(String, u64)>,
}

/// A key that stopped counting on a date.
///
/// It is meant to be an entry of the log itself, so that it cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// The key.
    pub key: VerifierKey,
    /// Seconds since 1970.
    pub at: u64,
}

const RETIREMENT: &str = "tlog-key-retirement/v1";

impl Retirement {
    /// The entry that says so: three lines.
    pub fn to_entry(&self) -> Vec<u8> {
        format!("{RETIREMENT}\n{}\n{}\n", self.key, self.at).into_bytes()
    }

    /// Reads such an entry; `None` if it is about something else.
    pub fn from_entry(entry: &[u8]) -> Option<Retirement> {
        let text = std::str::from_utf8(entry).ok()?.strip_suffix('\n')?;
        let mut lines = text.split('\n');
        let (title, key, at) = (lines.next()?, lines.next()?, lines.next()?);
        if title != RETIREMENT || lines.next().is_some() {
            return None;
        }
        let retirement = Retirement { key: key.parse().ok()?, at: parse_decimal(at)? };
        // One form only, so that a retirement has one hash.
        (retirement.to_entry() == entry).then_some(retirement)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Quorum {
    None,
    Witness(usize),
    Group { at_least: usize, members: Vec<Quorum> },
}

impl Quorum {
    fn is_met(&self, cosigned: &[bool]) -> bool {
        match self {
            Quorum::None => true,
            Quorum::Witness(number) => cosigned[*number],
            Quorum::Group { at_least, members } => {
                members.iter().filter(|member| member.is_met(cosigned)).count() >= *at_least
            }
        }
    }
}

/// A log or witness of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// For a witness its name in the policy, for a log its origin.
    pub name: String,
    /// Its public key.
    pub key: VerifierKey,
    /// Where to reach it, if the policy says.
    pub url: Option<String>,
}

/// A policy file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    quorum: Quorum,
}

// Enough for a national deployment, and a limit on what a hostile file can ask for.
const LINES_MAX: usize = 10_000;
// A group is nested only as deep as people can follow; it also bounds the recursion.
const DEPTH_MAX: usize = 32;

struct PolicyParser {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    // What a name stands for, and how deep it is nested; taken once it is a member of a group.
    names: HashMap<Vec<u8>, (Option<Quorum>, usize)>,
    quorum: Option<Quorum>,
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
        let mut parser = PolicyParser {
            logs: Vec::new(),
            witnesses: Vec::new(),
            names: HashMap::new(),
            quorum: None,
        };
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let mut number = 0;
        for line in text.split(|byte| *byte == b'\n') {
            number += 1;
            parser.read_line(line).map_err(|what| PolicyError { line: number, what })?;
            if number > LINES_MAX {
                return Err(PolicyError {
                    line: number,
                    what: phrase!("行数过多", "too many lines"),
                });
            }
        }
        let PolicyParser { logs, witnesses, quorum, .. } = parser;
        let quorum = quorum.ok_or(PolicyError {
            line: number,
            what: phrase!("缺少 quorum 行", "no quorum line"),
        })?;
        Ok(Policy { logs, witnesses, quorum })
    }

    /// The logs it names.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses it names.
    pub fn witnesses(&self) -> &[Party] {
        &self.witnesses
    }

    /// Checks a checkpoint: signed by a log of this policy under its own name, and cosigned by
    /// the quorum. Every signature of a key that the policy knows must verify.
    pub fn check_checkpoint(&self, note: &Note, retired: &[Retirement]) -> Result<Trust, Distrust> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let of_log = |party: &&Party| party.key.name() == checkpoint.origin();
        let logs = self.logs.iter().filter(of_log);
        let known = logs.clone().chain(&self.witnesses).map(|party| &party.key);
        let signed = note.verify_signatures(known)?;

        let until = |key: &VerifierKey| {
            let dates = retired.iter().filter(|one| one.key.has_same_secret(key)).map(|one| one.at);
            dates.min()
        };
        let mut cosigned = vec![false; self.witnesses.len()];
        let mut witnesses: Vec<(String, u64)> = Vec::new();
        for (number, witness) in self.witnesses.iter().enumerate() {
            let times = signed.iter().filter(|signed| signed.key == &witness.key);
            let times = times.filter_map(|signed| signed.time);
            let counts = times.filter(|time| until(&witness.key).is_none_or(|at| *time < at));
            // The earliest says most: the checkpoint was there by then.
            if let Some(time) = counts.min() {
                cosigned[number] = true;
                witnesses.push((witness.name.clone(), time));
            }
        }
        let seen = witnesses.iter().map(|(_, time)| *time).min();
        let mut too_late = None;
        let mut log_keys: Vec<VerifierKey> = Vec::new();
        for log in logs.filter(|log| signed.iter().any(|signed| signed.key == &log.key)) {
            match until(&log.key) {
                Some(at) if seen.is_none_or(|seen| seen >= at) => {
                    too_late = Some(log.key.to_string());
                }
                Some(_) | None => log_keys.push(log.key.clone()),
            }
        }
        if log_keys.is_empty() {
            return Err(match too_late {
                Some(key) => Distrust::Retired { key },
                None => Distrust::NoLog { origin: checkpoint.origin().to_owned() },
            });
        }
        if !self.quorum.is_met(&cosigned) {
            let witnesses = witnesses.into_iter().map(|(name, _)| name).collect();
            return Err(Distrust::NoQuorum { witnesses });
        }
        Ok(Trust { checkpoint, log_keys, witnesses })
    }
}

impl PolicyParser {
    fn read_line(&mut self, line: &[u8]) -> Result<(), Phrase> {
        if line.iter().any(|byte| *byte != b'\t' && (*byte < b' ' || *byte == 0x7f)) {
            return Err(phrase!("含控制字符", "a control character"));
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
        let words: Vec<&[u8]> = words.collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.add_log(key, None),
            [b"log", key, url] => self.add_log(key, Some(url)),
            [b"witness", name, key] => self.add_witness(name, key, None),
            [b"witness", name, key, url] => self.add_witness(name, key, Some(url)),
            [b"group", name, at_least, members @ ..] => self.add_group(name, at_least, members),
            [b"quorum", name] => self.set_quorum(name),
            _ => Err(phrase!("不是策略文件的行", "not a line of a policy")),
        }
    }

    fn add_log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), Phrase> {
        let key = parse_key(key)?;
        if key.is_cosigner() {
            return Err(phrase!(
                "此处应为账本的密钥，却是见证方的",
                "a witness's key where a log's belongs"
            ));
        }
        let name = key.name().to_owned();
        add_party(&mut self.logs, Party { name, key, url: url.map(decode_text) })
    }

    fn add_witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), Phrase> {
        let key = parse_key(key)?;
        if !key.is_cosigner() {
            return Err(phrase!(
                "此处应为见证方的密钥，却是账本的",
                "a log's key where a witness's belongs"
            ));
        }
        self.define_name(name, Quorum::Witness(self.witnesses.len()), 0)?;
        add_party(
            &mut self.witnesses,
            Party { name: decode_text(name), key, url: url.map(decode_text) },
        )
    }

    fn define_name(&mut self, name: &[u8], what: Quorum, depth: usize) -> Result<(), Phrase> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(phrase!("名称已被使用", "the name is taken"));
        }
        if depth > DEPTH_MAX {
            return Err(phrase!("分组嵌套过深", "groups are nested too deep"));
        }
        self.names.insert(name.to_vec(), (Some(what), depth));
        Ok(())
    }

    fn add_group(&mut self, name: &[u8], at_least: &[u8], members: &[&[u8]]) -> Result<(), Phrase> {
        let at_least = match at_least {
            b"any" => 1,
            b"all" => members.len(),
            number => {
                let number = std::str::from_utf8(number).ok().and_then(parse_decimal);
                number.ok_or(phrase!(
                    "分组须写 `all`、`any` 或数字",
                    "a group needs `all`, `any` or a number"
                ))? as usize
            }
        };
        if at_least < 1 || at_least > members.len() {
            return Err(phrase!(
                "分组所需个数须在 1 与成员数之间",
                "a group needs from one to all of its members"
            ));
        }
        let mut depth = 0;
        let mut found = Vec::new();
        for member in members {
            let (what, nested) = self
                .names
                .get_mut(*member)
                .ok_or(phrase!("成员未在上文定义", "a member that no line above defines"))?;
            depth = depth.max(*nested + 1);
            found.push(
                what.take().ok_or(phrase!("同一成员属于两个分组", "a member of two groups"))?,
            );
        }
        self.define_name(name, Quorum::Group { at_least, members: found }, depth)
    }

    fn set_quorum(&mut self, name: &[u8]) -> Result<(), Phrase> {
        if self.quorum.is_some() {
            return Err(phrase!("有两行 quorum", "a second quorum line"));
        }
        let quorum = if name == b"none" {
            Quorum::None
        } else {
            let (what, _) = self
                .names
                .get(name)
                .ok_or(phrase!("quorum 所指未在上文定义", "a quorum that no line above defines"))?;
            what.clone().ok_or(phrase!(
                "quorum 所指已是某分组的成员",
                "the quorum is a member of a group"
            ))?
        };
        self.quorum = Some(quorum);
        Ok(())
    }
}

fn add_party(parties: &mut Vec<Party>, party: Party) -> Result<(), Phrase> {
    if parties.iter().any(|other| other.key.has_same_secret(&party.key)) {
        return Err(phrase!("同一密钥出现两次", "the same key twice"));
    }
    parties.push(party);
    Ok(())
}

fn parse_key(key: &[u8]) -> Result<VerifierKey, Phrase> {
    let key = std::str::from_utf8(key).map_err(|_| phrase!("不是密钥", "not a key"))?;
    key.parse().map_err(|_| phrase!("不是可用于此处的密钥", "not a key that is known here"))
}

fn decode_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
