//! The language of the command line, and its words in Chinese.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory as _};

use super::Arguments;
use crate::language::Language;

/// `--lang` if it is there, else what the environment asks for, else English.
///
/// It is needed before arguments are parsed, because parsing may have to print help.
pub(crate) fn language_of_environment(arguments: &[OsString]) -> Language {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang=") {
            Some(value) => Some(value.to_owned()),
            None if word == "--lang" => words.next().map(|value| value.into_owned()),
            None => None,
        };
        match value.as_deref() {
            Some("zh") => return Language::Chinese,
            Some("en") => return Language::English,
            Some(_) | None => {}
        }
    }
    let named = ["TRUELINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match named {
        Some(value) if value.starts_with("zh") => Language::Chinese,
        Some(_) | None => Language::English,
    }
}

/// The command as clap knows it, with help in a language.
pub(crate) fn localized_command(language: Language) -> Command {
    let mut command = Arguments::command();
    match language {
        Language::English => command,
        Language::Chinese => {
            // Only a built command has its `help`, which needs words too.
            command.build();
            translate_command(command, "")
        }
    }
}

/// What clap prints, with its own few words in Chinese.
const HELP: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

fn translate_command(mut command: Command, path: &str) -> Command {
    command = command.help_template(HELP).subcommand_help_heading("命令");
    if let Some(about) = find_chinese(path).or_else(|| chinese_of_help(path)) {
        command = command.about(about).long_about(None::<&str>);
    }
    let arguments: Vec<String> =
        command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    for id in arguments {
        // A flag means the same wherever it stands, unless its command says otherwise.
        let words =
            find_chinese(&format!("{path}.{id}")).or_else(|| find_chinese(&format!(".{id}")));
        command = command.mut_arg(id, |argument| argument_in_chinese(argument, words));
    }
    let children: Vec<String> =
        command.get_subcommands().map(|child| child.get_name().to_owned()).collect();
    for name in children {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |child| translate_command(child, &below));
    }
    command
}

/// The words, and after them what clap would add in English: the default and the choices.
fn argument_in_chinese(argument: Arg, words: Option<&str>) -> Arg {
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let Some(words) = words else { return argument.help_heading(heading) };
    let mut help = words.to_owned();
    let takes_value = argument.get_action().takes_values();
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if takes_value && !defaults.is_empty() {
        help.push_str(&format!(" [默认：{}]", defaults.join(", ")));
    }
    let choices: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect();
    if takes_value && !choices.is_empty() {
        help.push_str(&format!(" [可选：{}]", choices.join("、")));
    }
    argument.help(help).help_heading(heading).hide_default_value(true).hide_possible_values(true)
}

/// `help` and what stands below it (`mapping help`, `help report`), which clap makes by itself.
fn chinese_of_help(path: &str) -> Option<&'static str> {
    let mut words = path.split(' ');
    let last = words.next_back()?;
    if last == "help" {
        return Some("打印帮助，或某个命令的帮助");
    }
    words.any(|word| word == "help").then(|| find_chinese(last)).flatten()
}

/// The Chinese of a command (`report`) or of a flag (`report.out`; `.dir` in every command).
fn find_chinese(key: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(name, _)| *name == key);
    found.map(|(_, words)| *words)
}

const WORDS: &[(&str, &str)] = &[
    ("", "准绳：从工单记录到人人可核验的服务质量状况报告"),
    (
        ".dir",
        "实例目录：设置、报告文字、数据湖与隔离区 [默认：trueline-data；demo 为 trueline-demo]",
    ),
    (".keys", "私钥目录，位于实例之外 [默认：DIR-keys]"),
    (".lang", "提示与报告的语言 [默认：依环境而定]"),
    (".format", "输出格式"),
    (".pack", "指标包：名称或路径 [默认：实例所用]"),
    (".period", "统计期：2020H1、2020Q2、2020-05、2020 或 2020-05-01..2020-05-17"),
    (".as_of", "以此时刻（RFC 3339）已入库的记录为准 [默认：现在]"),
    (".filter", "只看此切片，如 prefecture=141100,month=2020-05"),
    (".listen", "监听地址"),
    ("demo", "生成模拟省份及其各种格式的报告，并打开网页"),
    ("demo.cases", "半年内的工单数"),
    ("demo.no_serve", "写完报告即停止"),
    ("init", "建立自己的实例：设置与待编辑的报告文字"),
    ("init.path", "要建立的目录"),
    ("init.pack", "定义指标的指标包：名称或路径"),
    ("serve", "提供报告网页与可任意切分指标的页面"),
    ("serve.period", "要展示的统计期"),
    ("simulate", "生成模拟省份的半年数据（Parquet）"),
    ("simulate.out", "输出目录，每个数据集一个子目录"),
    ("simulate.period", "统计期，如 2020H1"),
    ("simulate.cases", "统计期内的工单数"),
    ("simulate.seed", "种子：同一种子产生相同字节"),
    ("import", "将文件导入数据湖；每一行要么接受，要么隔离"),
    ("import.dataset", "数据集：case、count、billing_test、site"),
    ("import.files", "文件：CSV、XLSX、Parquet、JSON、JSON 行，亦可为 gzip 压缩"),
    ("import.mapping", "源列与数据集列的对应：映射名称或路径"),
    ("import.from", "导入一个目录，其中每个数据集一个子目录"),
    ("import.full", "文件为该来源的全量：报告缺失的工单"),
    ("import.strict", "有行被隔离时以 1 退出"),
    ("mapping", "映射"),
    ("mapping suggest", "依文件的表头与取值起草映射"),
    ("mapping suggest.file", "文件"),
    ("mapping suggest.out", "写入此文件，而非标准输出"),
    ("mapping list", "列出随程序提供的映射"),
    ("mapping show", "打印一个映射"),
    ("mapping show.name", "映射名称"),
    ("pack", "指标包"),
    ("pack list", "列出随程序提供的指标包"),
    ("pack show", "打印一个指标包"),
    ("pack show.name", "指标包名称"),
    ("pack check", "检查指标包并列出其定义"),
    ("pack check.pack", "名称或路径"),
    ("indicators", "打印指标"),
    ("indicators.by", "按 prefecture、month、area、channel、kind、service、x_… 切分"),
    ("indicators.indicator", "只看这些指标"),
    ("indicators.explain", "打印可在另一引擎中算出同一指标的查询"),
    ("cases", "打印指标背后的工单及其时钟"),
    ("cases.indicator", "指标"),
    ("cases.late", "只看超时工单"),
    ("cases.limit", "最多行数；0 表示全部"),
    ("quality", "查找已导入数据的质量问题"),
    ("report", "生成报告"),
    ("report.out", "要写的文件；扩展名决定格式：pdf、html、xlsx、json、docx"),
    ("report.restates", "本报告更正的已发布报告"),
    ("report.reason", "更正原因，印在封面"),
    ("publish", "以编制、审核、签发人的名义发布已封印的草稿"),
    ("publish.id", "草稿：`report` 给出的编号，前几位即可"),
    ("publish.prepared_by", "编制人"),
    ("publish.reviewed_by", "审核人"),
    ("publish.signed_by", "签发人"),
    ("publish.out", "输出文件夹 [默认：DIR/published/统计期-编号]"),
    ("spot-check", "抽查：抽取企业无法事先选定的工单，供现场核对"),
    ("spot-check.file", "报告：PDF、HTML、JSON 或 XLSX"),
    ("spot-check.data", "记录，即 `export --for-verification` 交付的文件夹"),
    ("spot-check.value", "封印之时无人知晓的公开数值，如其后某日的收盘指数"),
    ("spot-check.cases", "抽取的件数"),
    ("spot-check.figure", "只抽取计入该指标的工单，如 fixed.repair.mean"),
    ("spot-check.policy", "采信哪些签名（C2SP tlog-policy）"),
    ("spot-check.out", "将抽查表 sheet.csv 和各工单的证明写入该文件夹"),
    ("spot-check.answers", "填好现场结果的抽查表：给出样本所能支持的差错率上限"),
    ("spot-check.format", "输出格式"),
    ("verify", "核验已封印的报告：文件、账本、记录"),
    ("verify.file", "报告：PDF、HTML、JSON 或 XLSX；工单证明；或其网址（http://…）"),
    ("verify.policy", "采信哪些签名：来自可信之处的策略文件（C2SP tlog-policy）"),
    ("verify.ledger", "企业账本的副本或网址 [默认：与记录同在的账本]"),
    ("verify.into", "从网址取回的文件放在哪里 [默认：fetched]"),
    ("verify.data", "记录，即 `export --for-verification` 交付的文件夹"),
    ("verify.since", "您保存的账本检查点"),
    ("verify.format", "结论的格式"),
    ("export", "交付监管部门核验报告所需的材料"),
    ("export.for_verification", "输出文件夹：账本、数据行、盐值、指标包、日历、证据；不含密钥"),
    ("ledger", "账本：记录可以证明，改动无法隐藏"),
    ("ledger status", "账本的条目、检查点，以及由谁在何时联署"),
    ("ledger key", "打印公钥与策略文件所需的行"),
    ("ledger checkpoint", "打印最新检查点，供日后核对者留存"),
    ("ledger commit", "将已导入而尚未入账本的批次记入账本"),
    ("ledger fsck", "重读全部条目与哈希；有一处与记录不符即以 1 退出"),
    ("ledger fsck.since", "另处留存的检查点：账本须仍以它开头"),
    ("ledger prove-entry", "写出某条目在账本中的凭据（C2SP tlog-proof）"),
    ("ledger prove-entry.number", "条目编号，自 0 起"),
    ("ledger prove-entry.out", "凭据写入此文件，而非标准输出"),
    ("ledger prove-entry.entry", "条目本身写入此文件：核对凭据时要用"),
    ("ledger prove", "某工单是否计入报告、如何计入；不在其中则给出相邻两件"),
    ("ledger prove.case", "工单：来源/编号"),
    ("ledger prove.report", "报告：编号的前几位 [默认：最新]"),
    ("ledger prove.out", "凭据写入此文件（C2SP tlog-proof）；其中含该工单的数据行"),
    ("ledger cosign", "请策略中的见证方联署；未达法定数即以 1 退出"),
    ("ledger cosign.timeout", "等待每个见证方的秒数"),
    ("ledger rotate", "增加一把密钥：自此与现有密钥一同签署每个检查点"),
    ("ledger sm2", "增加一把 SM2 密钥，按 GB/T 32918 加签"),
    ("ledger retire", "停用一把密钥：自此不再签署，并记入账本"),
    ("ledger retire.key", "公钥，或其八位十六进制编号"),
    ("witness", "见证服务：证明账本对所有人出示的是同一部历史"),
    (".state", "见证服务自己的目录：各账本的最新检查点与证据"),
    ("witness.key", "其私钥，首次启动时生成 [默认：DIR-keys/witness.key]"),
    ("witness.name", "新密钥的名称，如 witness.example.cn/shanxi [默认：唯一的名称]"),
    ("witness.url", "运营商访问它的地址，用于策略文件 [默认：依 --listen]"),
    (".log", "账本的公钥，每部账本一次"),
    (".logs", "公钥文件（每行一个）或策略文件"),
    ("witness forks", "列出已发现的分叉，并导出证据"),
    ("witness forks.out", "将证据写入此目录，每个分叉一个文件"),
    ("witness forks.ledger", "另以此账本的文件，将存疑的请求作成证据"),
    ("witness check-fork", "核对分叉的证据；确为分叉则以 0 退出"),
    ("witness check-fork.file", "证据"),
    ("completions", "打印命令行补全脚本"),
    ("completions.shell", "命令行环境"),
    (".help", "打印帮助"),
    ("help.subcommand", "要看其帮助的命令"),
    (".version", "打印版本"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command and flag with English help.
    fn keys(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        found.push((path.to_owned(), path.to_owned()));
        for argument in command.get_arguments() {
            let id = argument.get_id();
            found.push((format!("{path}.{id}"), format!(".{id}")));
        }
        for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
            let name = child.get_name();
            let below = if path.is_empty() { name.into() } else { format!("{path} {name}") };
            keys(child, &below, found);
        }
    }

    #[test]
    fn every_command_and_flag_has_chinese_help() {
        let mut found = Vec::new();
        keys(&Arguments::command(), "", &mut found);
        let missing: Vec<_> = found
            .iter()
            .filter(|(own, shared)| find_chinese(own).or_else(|| find_chinese(shared)).is_none())
            .collect();
        assert!(missing.is_empty(), "no Chinese for {missing:?}");
    }

    #[test]
    fn no_english_word_is_left_in_chinese_help() {
        let mut command = localized_command(Language::Chinese);
        let mut texts = vec![command.render_help().to_string()];
        for child in command.get_subcommands_mut() {
            texts.push(child.render_help().to_string());
        }
        for text in texts {
            for word in
                ["Usage", "Commands", "Options", "Arguments", "Print", "default", "possible"]
            {
                let found = text.lines().any(|line| {
                    line.trim_start().starts_with(word) || line.contains(&format!("[{word}"))
                });
                assert!(!found, "`{word}` is in\n{text}");
            }
            assert!(!text.contains("Print"), "{text}");
        }
    }

    #[test]
    fn no_chinese_help_is_left_over() {
        let mut found = Vec::new();
        keys(&Arguments::command(), "", &mut found);
        let known = |key: &str| found.iter().any(|(own, shared)| own == key || shared == key);
        let implicit = [".help", ".version", "help.subcommand"];
        let stale: Vec<_> = WORDS
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| !known(key) && !implicit.contains(key))
            .collect();
        assert!(stale.is_empty(), "nothing is called {stale:?}");
    }
}
