//! The commands about a report, from its draft to a check of it: their arguments and help.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::OutputFormat;
use super::help_text::both;
use super::question::QuestionArguments;
use super::usage_error::parse_positive;

#[derive(Debug, Args)]
pub struct ReportArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    #[arg(help = both!(
        "要写的文件；扩展名决定格式：pdf、html、xlsx、json、docx",
        "Files to write; the ending says the format: pdf, html, xlsx, json, docx"
    ))]
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub out: Vec<PathBuf>,
    #[arg(help = both!("本报告更正的已发布报告", "The published report that this one corrects"))]
    #[arg(long, value_name = "ID", requires = "reason")]
    pub restates: Option<String>,
    #[arg(help = both!("更正原因，印在封面", "Why it is corrected; printed on the cover"))]
    #[arg(long, value_name = "TEXT", requires = "restates")]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct PublishArguments {
    #[arg(help = both!(
        "草稿：`report` 给出的编号，前几位即可",
        "The draft: the first digits of the id that `report` printed"
    ))]
    pub id: String,
    #[arg(help = both!("编制人", "Who prepared the report"))]
    #[arg(long, value_name = "NAME")]
    pub prepared_by: String,
    #[arg(help = both!("审核人", "Who reviewed it"))]
    #[arg(long, value_name = "NAME")]
    pub reviewed_by: String,
    #[arg(help = both!("签发人", "Who signs it"))]
    #[arg(long, value_name = "NAME")]
    pub signed_by: String,
    #[arg(help = both!(
        "输出文件夹 [默认：DIR/published/统计期-编号]",
        "The folder to write [default: DIR/published/PERIOD-ID]"
    ))]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct VerifyArguments {
    #[arg(help = both!(
        "报告：PDF、HTML、JSON 或 XLSX；工单证明；或其网址（http://…）",
        "The report: PDF, HTML, JSON or XLSX; the proof of a case; or its address (http://…)"
    ))]
    pub file: PathBuf,
    #[arg(help = both!(
        "采信哪些签名：来自可信之处的策略文件（C2SP tlog-policy）",
        "Whose signatures to believe, from someone you trust (C2SP tlog-policy)"
    ))]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    #[arg(help = both!(
        "企业账本的副本或网址 [默认：与记录同在的账本]",
        "A copy of the operator's ledger, or its address [default: the one beside the data]"
    ))]
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
    #[arg(help = both!(
        "记录，即 `export --for-verification` 交付的文件夹",
        "The records, as `export --for-verification` hands them over"
    ))]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[arg(help = both!("您保存的账本检查点", "A checkpoint of the ledger that you kept"))]
    #[arg(long, value_name = "CHECKPOINT")]
    pub since: Option<PathBuf>,
    #[arg(help = both!(
        "从网址取回的文件放在哪里 [默认：fetched]",
        "Where to put what is fetched from an address [default: fetched]"
    ))]
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    #[arg(help = both!("结论的格式", "Format of the verdict"))]
    #[arg(long, value_enum, default_value = "text")]
    pub format: VerdictFormat,
}

#[derive(Debug, Args)]
pub struct SpotCheckArguments {
    #[arg(help = both!("报告：PDF、HTML、JSON 或 XLSX", "The report: PDF, HTML, JSON or XLSX"))]
    pub file: PathBuf,
    #[arg(help = both!(
        "记录，即 `export --for-verification` 交付的文件夹",
        "The records, as `export --for-verification` hands them over"
    ))]
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[arg(help = both!(
        "封印之时无人知晓的公开数值，如其后某日的收盘指数",
        "A public value that nobody knew when the report was sealed, such as a closing index of a \
         later day"
    ))]
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub value: String,
    #[arg(help = both!("抽取的件数", "Draw so many cases"))]
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = parse_positive)]
    pub cases: u32,
    #[arg(help = both!(
        "只抽取计入该指标的工单，如 fixed.repair.mean",
        "Only cases that count for this figure, such as fixed.repair.mean"
    ))]
    #[arg(long, value_name = "ID")]
    pub figure: Option<String>,
    #[arg(help = both!(
        "采信哪些签名（C2SP tlog-policy）",
        "Whose signatures to believe (C2SP tlog-policy)"
    ))]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    #[arg(help = both!(
        "将抽查表 sheet.csv 和各工单的证明写入该文件夹",
        "Write sheet.csv and the proof of each case into this folder"
    ))]
    #[arg(long, value_name = "DIR", conflicts_with = "answers")]
    pub out: Option<PathBuf>,
    #[arg(help = both!(
        "填好现场结果的抽查表：给出样本所能支持的差错率上限",
        "The sheet with what was found in the field: says what the sample supports"
    ))]
    #[arg(long, value_name = "SHEET")]
    pub answers: Option<PathBuf>,
    #[arg(help = both!("输出格式", "Format of the output"))]
    #[arg(long, value_enum, default_value = "table")]
    pub format: OutputFormat,
}

/// How a verdict is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerdictFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[arg(help = both!(
        "输出文件夹：账本、数据行、盐值、指标包、日历、证据；不含密钥",
        "The folder to write: ledger, rows, salts, packs, calendars, evidence; no key"
    ))]
    #[arg(long, value_name = "OUT")]
    pub for_verification: PathBuf,
}
