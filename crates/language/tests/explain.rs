//! Errors as other crates declare them, in both languages.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use trueline_language::{
    AnyError, Explain, Language, Phrase, Text, explain_chain, explain_foreign, phrase, text,
};

#[derive(Debug, thiserror::Error, Explain)]
#[error("not a key")]
#[zh("不是密钥")]
struct NotAKey;

#[derive(Debug, thiserror::Error, Explain)]
enum Problem {
    #[error("no such weekday: {0}")]
    #[zh("没有此星期名：{0}")]
    Weekday(String),
}

#[derive(Debug, thiserror::Error, Explain)]
enum Trouble {
    #[error("{file}:{line}: {problem}")]
    #[zh("{file}:{line}：{problem}")]
    At { file: String, line: usize, problem: Problem },
    #[error("{key} holds no key (mode {mode:o})")]
    #[zh("{key} 中没有密钥（权限 {mode:o}）")]
    Key { key: PathBuf, mode: u32, source: NotAKey },
    #[error("cosigned by {}", .0.join(", "))]
    #[zh("联署者：{}", .0.join("、"))]
    Names(Vec<String>),
    #[error("line {}: {hint}", .offset.saturating_add(1))]
    #[zh("第 {} 行：{hint}")]
    Hint { offset: usize, hint: Text },
    #[error("the batch was not recorded")]
    #[zh("批次未入账")]
    Shared(#[source] Arc<Trouble>),
    #[error("cannot write {{}}: {0}")]
    #[zh("无法写入 {{}}：{0}")]
    Write(#[from] io::Error),
    #[error(transparent)]
    Inner(#[from] NotAKey),
    #[error(transparent)]
    Number(#[from] std::num::ParseIntError),
    #[error("a source cannot be read")]
    #[zh("无法读取数据")]
    Source(#[source] Box<dyn Error + Send + Sync>),
    #[error("no end")]
    #[zh("没有结尾")]
    Maybe { source: Option<AnyError> },
}

fn no_number() -> std::num::ParseIntError {
    "x".parse::<u8>().expect_err("no number")
}

fn check(error: &dyn Explain, chinese: &str, english: &str) {
    assert_eq!(explain_chain(error, Language::Chinese), chinese);
    assert_eq!(explain_chain(error, Language::English), english);
}

#[test]
fn fields_and_causes_are_given_in_the_language_of_the_sentence() {
    let problem = Problem::Weekday("mon".into());
    check(
        &Trouble::At { file: "a.toml".into(), line: 3, problem },
        "a.toml:3：没有此星期名：mon",
        "a.toml:3: no such weekday: mon",
    );
    check(
        &Trouble::Key { key: "a.key".into(), mode: 0o644, source: NotAKey },
        "a.key 中没有密钥（权限 644）：不是密钥",
        "a.key holds no key (mode 644): not a key",
    );
    check(&Trouble::Names(vec!["a".into(), "b".into()]), "联署者：a、b", "cosigned by a, b");
    let count = 1_u8;
    let hint = text!("请写 {}", "write {}", count + 1);
    check(&Trouble::Hint { offset: 6, hint }, "第 7 行：请写 2", "line 7: write 2");
    check(
        &Trouble::Shared(Arc::new(Trouble::Names(Vec::new()))),
        "批次未入账：联署者：",
        "the batch was not recorded: cosigned by ",
    );
    check(&Trouble::Inner(NotAKey), "不是密钥", "not a key");
    check(&Trouble::Maybe { source: None }, "没有结尾", "no end");
}

#[test]
fn an_error_of_the_system_is_known_by_its_kind_and_said_once() {
    let full = || io::Error::from_raw_os_error(28);
    check(
        &Trouble::Write(full()),
        "无法写入 {}：磁盘已满（系统错误 28）",
        &format!("cannot write {{}}: {}", full()),
    );
    check(
        &Trouble::Source(Box::new(full())),
        "无法读取数据：磁盘已满（系统错误 28）",
        &format!("a source cannot be read: {}", full()),
    );
    assert_eq!(explain_foreign(&full(), Language::Chinese), "磁盘已满（系统错误 28）");
}

#[test]
fn an_error_of_a_library_keeps_its_english_words() {
    let number = no_number();
    check(&Trouble::Number(no_number()), &format!("“{number}”"), &number.to_string());
    check(
        &Trouble::Source(Box::new(no_number())),
        &format!("无法读取数据：“{number}”"),
        &format!("a source cannot be read: {number}"),
    );
}

#[test]
fn any_error_keeps_its_words_its_causes_and_what_it_is() {
    let key = Trouble::Key { key: "a".into(), mode: 0, source: NotAKey };
    let error = Trouble::Maybe { source: Some(AnyError::new(key)) };
    check(
        &error,
        "没有结尾：a 中没有密钥（权限 0）：不是密钥",
        "no end: a holds no key (mode 0): not a key",
    );
    let error = AnyError::of_foreign(no_number());
    assert!(error.as_error().is::<std::num::ParseIntError>());
    check(&error, &format!("“{}”", no_number()), &no_number().to_string());
}

const LONG: Phrase = phrase!("过长", "too long");

#[test]
fn a_text_says_its_parts_in_its_own_language() {
    let name = "x";
    let problem = Problem::Weekday(name.into());
    let text = text!("文件 {name}：{problem}", "file {name}: {problem}");
    assert_eq!(text.as_str(Language::Chinese), "文件 x：没有此星期名：x");
    assert_eq!(text.to_string(), "file x: no such weekday: x");
    let text = text!("拒绝：{LONG}", "refused: {LONG}");
    assert_eq!(text.as_str(Language::Chinese), "拒绝：过长");
    assert_eq!(Text::from(LONG).to_string(), "too long");
    assert_eq!(Text::of_error(&NotAKey), text!("不是密钥", "not a key"));
}
