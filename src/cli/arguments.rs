//! The commands and their arguments, each with its help in both languages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::help_text::both;
use super::ledger_arguments::{LedgerCommand, WitnessArguments};
use super::question::QuestionArguments;
use super::report_arguments::{
    ExportArguments, PublishArguments, ReportArguments, SpotCheckArguments, VerifyArguments,
};
use super::{Language, OutputFormat};

#[derive(Debug, Parser)]
#[command(name = "trueline", version, arg_required_else_help = true)]
#[command(about = both!(
    "准绳：从工单记录到人人可核验的服务质量状况报告",
    "Trueline (准绳): service quality from records to a report anyone can check"
))]
pub struct Arguments {
    #[arg(help = both!(
        "实例目录：设置、报告文字、数据湖与隔离区 [默认：trueline-data；demo 为 trueline-demo]",
        "The instance: settings, narrative, lake, quarantine [default: trueline-data; demo: \
         trueline-demo]"
    ))]
    #[arg(long, global = true, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    #[arg(help = both!(
        "私钥目录，位于实例之外 [默认：DIR-keys]",
        "Where private keys live, outside the instance [default: DIR-keys]"
    ))]
    #[arg(long, global = true, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    #[arg(help = both!(
        "提示与报告的语言 [默认：依环境而定]",
        "Language of messages and reports [default: from the environment]"
    ))]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Language>,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(about = both!(
        "生成模拟省份及其各种格式的报告，并打开网页",
        "Make a simulated province, its report in every format, and serve it"
    ))]
    Demo(DemoArguments),
    #[command(about = both!(
        "建立自己的实例：设置与待编辑的报告文字",
        "Make an instance of one's own: settings and a narrative to edit"
    ))]
    Init(InitArguments),
    #[command(about = both!(
        "提供报告网页与可任意切分指标的页面",
        "Serve the report and a page that slices every figure"
    ))]
    Serve(ServeArguments),
    #[command(about = both!(
        "生成模拟省份的半年数据（Parquet）",
        "Make the half year of a simulated province, as Parquet"
    ))]
    Simulate(SimulateArguments),
    #[command(about = both!(
        "将文件导入数据湖；每一行要么接受，要么隔离",
        "Take files into the lake; every row is accepted or quarantined"
    ))]
    Import(ImportArguments),
    #[command(about = both!("映射", "Work with mappings"))]
    Mapping {
        #[command(subcommand)]
        command: MappingCommand,
    },
    #[command(about = both!("指标包", "Work with indicator packs"))]
    Pack {
        #[command(subcommand)]
        command: PackCommand,
    },
    #[command(about = both!("打印指标", "Print figures"))]
    Indicators(IndicatorsArguments),
    #[command(about = both!(
        "打印指标背后的工单及其时钟",
        "Print the cases behind a figure, with the clock of each"
    ))]
    Cases(CasesArguments),
    #[command(about = both!(
        "查找已导入数据的质量问题",
        "Look for data-quality problems in what was imported"
    ))]
    Quality(QualityArguments),
    #[command(about = both!("生成报告", "Write the report"))]
    Report(ReportArguments),
    #[command(about = both!(
        "以编制、审核、签发人的名义发布已封印的草稿",
        "Publish a sealed draft in the names of those who answer for it"
    ))]
    Publish(PublishArguments),
    #[command(about = both!(
        "核验已封印的报告：文件、账本、记录",
        "Check a sealed report: the file, its ledger, its records"
    ))]
    Verify(VerifyArguments),
    #[command(about = both!(
        "抽查：抽取企业无法事先选定的工单，供现场核对",
        "Draw cases that the operator could not choose, to look at in the field"
    ))]
    SpotCheck(SpotCheckArguments),
    #[command(about = both!(
        "交付监管部门核验报告所需的材料",
        "Hand over what a regulator checks a report with"
    ))]
    Export(ExportArguments),
    #[command(about = both!(
        "账本：记录可以证明，改动无法隐藏",
        "Work with the ledger: what was recorded can be proved, and not changed unseen"
    ))]
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    #[command(about = both!(
        "见证服务：证明账本对所有人出示的是同一部历史",
        "Serve a witness, which vouches that a ledger tells everybody one history"
    ))]
    Witness(WitnessArguments),
    #[command(about = both!("打印命令行补全脚本", "Print a completion script for a shell"))]
    Completions {
        #[arg(help = both!("命令行环境", "The shell"))]
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub struct DemoArguments {
    #[arg(help = both!("半年内的工单数", "Cases in the half year"))]
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub cases: u64,
    #[arg(help = both!("写完报告即停止", "Stop after writing the reports"))]
    #[arg(long)]
    pub no_serve: bool,
    #[arg(help = both!("监听地址", "Address to serve on"))]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8710")]
    pub listen: String,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    #[arg(help = both!("要建立的目录", "The folder to make"))]
    pub path: PathBuf,
    #[arg(help = both!(
        "定义指标的指标包：名称或路径",
        "The pack that defines the figures: a name or a path"
    ))]
    #[arg(long, value_name = "PACK", default_value = "cn-miit")]
    pub pack: String,
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    #[arg(help = both!("监听地址", "Address to serve on"))]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8710")]
    pub listen: String,
    #[arg(help = both!("要展示的统计期", "The period to show"))]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    #[arg(help = both!(
        "指标包：名称或路径 [默认：实例所用]",
        "The pack [default: the instance's own]"
    ))]
    #[arg(long, value_name = "PACK")]
    pub pack: Option<String>,
}

#[derive(Debug, Args)]
pub struct SimulateArguments {
    #[arg(help = both!(
        "输出目录，每个数据集一个子目录",
        "The folder to write, one sub-folder a dataset"
    ))]
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(help = both!("统计期，如 2020H1", "The period, such as 2020H1"))]
    #[arg(long, value_name = "PERIOD", default_value = "2020H1")]
    pub period: String,
    #[arg(help = both!("统计期内的工单数", "Cases in the period"))]
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub cases: u64,
    #[arg(help = both!(
        "种子：同一种子产生相同字节",
        "The seed: the same seed gives the same bytes"
    ))]
    #[arg(long, value_name = "S", default_value_t = crate::simulation::DEFAULT_SEED)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    #[arg(help = both!(
        "数据集：case、count、billing_test、site",
        "The dataset: case, count, billing_test, site"
    ))]
    #[arg(value_name = "DATASET", required_unless_present = "from")]
    pub dataset: Option<String>,
    #[arg(help = both!(
        "文件：CSV、XLSX、Parquet、JSON、JSON 行，亦可为 gzip 压缩",
        "Files: CSV, XLSX, Parquet, JSON or JSON lines, also gzipped"
    ))]
    #[arg(value_name = "FILE", required_unless_present = "from")]
    pub files: Vec<PathBuf>,
    #[arg(help = both!(
        "源列与数据集列的对应：映射名称或路径",
        "How source columns become columns of the dataset: a name or a path"
    ))]
    #[arg(long, value_name = "MAPPING")]
    pub mapping: Option<String>,
    #[arg(help = both!(
        "导入一个目录，其中每个数据集一个子目录",
        "Take a folder with one sub-folder per dataset"
    ))]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["dataset", "files"])]
    pub from: Option<PathBuf>,
    #[arg(help = both!(
        "文件为该来源的全量：报告缺失的工单",
        "The files hold every case of their source: report the cases that are missing"
    ))]
    #[arg(long)]
    pub full: bool,
    #[arg(help = both!("有行被隔离时以 1 退出", "Exit 1 if a row was quarantined"))]
    #[arg(long)]
    pub strict: bool,
    #[arg(help = both!("输出格式", "Format of the summary"))]
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    #[command(about = both!(
        "依文件的表头与取值起草映射",
        "Draft a mapping from the headers and values of a file"
    ))]
    Suggest {
        #[arg(help = both!("文件", "The file"))]
        file: PathBuf,
        #[arg(help = both!(
            "写入此文件，而非标准输出",
            "Write the draft here instead of to standard output"
        ))]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(about = both!(
        "列出随程序提供的映射",
        "List the mappings that come with the program"
    ))]
    List,
    #[command(about = both!("打印一个映射", "Print a mapping"))]
    Show {
        #[arg(help = both!("映射名称", "Its name"))]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum PackCommand {
    #[command(about = both!("列出随程序提供的指标包", "List the packs that come with the program"))]
    List,
    #[command(about = both!("打印一个指标包", "Print a pack"))]
    Show {
        #[arg(help = both!("指标包名称", "Its name"))]
        name: String,
    },
    #[command(about = both!("检查指标包并列出其定义", "Check a pack and print what it defines"))]
    Check {
        #[arg(help = both!("名称或路径", "A name or a path"))]
        pack: String,
    },
}

#[derive(Debug, Args)]
pub struct IndicatorsArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    #[arg(help = both!(
        "按 prefecture、month、area、channel、kind、service、x_… 切分",
        "Slice by prefecture, month, area, channel, kind, service, x_…"
    ))]
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',')]
    pub by: Vec<String>,
    #[arg(help = both!("只看这些指标", "Only these indicators"))]
    #[arg(long, value_name = "INDICATOR", value_delimiter = ',')]
    pub indicator: Vec<String>,
    #[arg(help = both!(
        "只看此切片，如 prefecture=141100,month=2020-05",
        "Only this slice, such as prefecture=141100,month=2020-05"
    ))]
    #[arg(long = "where", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub filter: Vec<String>,
    #[arg(help = both!(
        "打印可在另一引擎中算出同一指标的查询",
        "Print the query that computes the figures in another engine"
    ))]
    #[arg(long, value_name = "ENGINE")]
    pub explain: Option<Engine>,
    #[arg(help = both!("输出格式", "Format of the table"))]
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

/// An engine that can check our figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// DuckDB SQL over the Parquet files of the lake
    Sql,
}

#[derive(Debug, Args)]
pub struct CasesArguments {
    #[command(flatten)]
    pub question: QuestionArguments,
    #[arg(help = both!("指标", "The indicator"))]
    #[arg(long, value_name = "INDICATOR")]
    pub indicator: String,
    #[arg(help = both!(
        "只看此切片，如 prefecture=141100,month=2020-05",
        "Only this slice, such as prefecture=141100,month=2020-05"
    ))]
    #[arg(long = "where", value_name = "NAME=VALUE", value_delimiter = ',')]
    pub filter: Vec<String>,
    #[arg(help = both!("只看超时工单", "Only cases past their limit"))]
    #[arg(long)]
    pub late: bool,
    #[arg(help = both!("最多行数；0 表示全部", "At most so many rows; 0 for all"))]
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[arg(help = both!("输出格式", "Format of the table"))]
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Debug, Args)]
pub struct QualityArguments {
    #[arg(help = both!(
        "以此时刻（RFC 3339）已入库的记录为准 [默认：现在]",
        "What was recorded up to this time (RFC 3339) [default: now]"
    ))]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    #[arg(help = both!("输出格式", "Format of the table"))]
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}
