//! The commands about the ledger and its witnesses: their arguments and help.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OutputFormat;
use super::help_text::both;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct WitnessArguments {
    #[command(subcommand)]
    pub command: Option<WitnessCommand>,
    #[arg(help = both!("监听地址", "Address to serve on"))]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8720")]
    pub listen: String,
    #[arg(help = both!(
        "见证服务自己的目录：各账本的最新检查点与证据",
        "The witness's own folder: the newest checkpoint of each log, and evidence"
    ))]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    #[arg(help = both!(
        "其私钥，首次启动时生成 [默认：DIR-keys/witness.key]",
        "Its secret key, made at the first start [default: DIR-keys/witness.key]"
    ))]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    #[arg(help = both!(
        "新密钥的名称，如 witness.example.cn/shanxi [默认：唯一的名称]",
        "What a new key is called, such as witness.example.cn/shanxi [default: a unique name]"
    ))]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(help = both!(
        "运营商访问它的地址，用于策略文件 [默认：依 --listen]",
        "The address that operators reach it at, for the policy line [default: what --listen says]"
    ))]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(help = both!("账本的公钥，每部账本一次", "A log's public key, once for each"))]
    #[arg(long, value_name = "VKEY")]
    pub log: Vec<String>,
    #[arg(help = both!(
        "公钥文件（每行一个）或策略文件",
        "A file of public keys, one a line, or a policy file"
    ))]
    #[arg(long, value_name = "FILE")]
    pub logs: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    #[command(about = both!(
        "列出已发现的分叉，并导出证据",
        "List the forks that were found, and export the evidence"
    ))]
    Forks {
        #[arg(help = both!(
            "见证服务自己的目录：各账本的最新检查点与证据",
            "The witness's own folder"
        ))]
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        #[arg(help = both!(
            "将证据写入此目录，每个分叉一个文件",
            "Write the evidence into this folder, one file a fork"
        ))]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[arg(help = both!(
            "另以此账本的文件，将存疑的请求作成证据",
            "Make evidence of kept requests too, with the tiles of this ledger"
        ))]
        #[arg(long, value_name = "DIR", requires = "out")]
        ledger: Option<PathBuf>,
        #[arg(help = both!("输出格式", "Format of the table"))]
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    #[command(about = both!(
        "核对分叉的证据；确为分叉则以 0 退出",
        "Check evidence of a fork; exit 0 if it is one"
    ))]
    CheckFork {
        #[arg(help = both!("证据", "The evidence"))]
        file: PathBuf,
        #[arg(help = both!("账本的公钥，每部账本一次", "The log's public key, once for each"))]
        #[arg(long, value_name = "VKEY")]
        log: Vec<String>,
        #[arg(help = both!(
            "公钥文件（每行一个）或策略文件",
            "A file of public keys, one a line, or a policy file"
        ))]
        #[arg(long, value_name = "FILE")]
        logs: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    #[command(about = both!(
        "账本的条目、检查点，以及由谁在何时联署",
        "What the ledger holds, and who cosigned it when"
    ))]
    Status {
        #[arg(help = both!("输出格式", "Format of the table"))]
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    #[command(about = both!(
        "打印公钥与策略文件所需的行",
        "Print the public keys and the lines for a policy"
    ))]
    Key,
    #[command(about = both!(
        "打印最新检查点，供日后核对者留存",
        "Print the newest checkpoint, to be kept by whoever wants to check later"
    ))]
    Checkpoint,
    #[command(about = both!(
        "将已导入而尚未入账本的批次记入账本",
        "Commit to what was imported and is not in the ledger yet"
    ))]
    Commit,
    #[command(about = both!(
        "重读全部条目与哈希；有一处与记录不符即以 1 退出",
        "Read every entry and every hash again; exit 1 if one is not what was recorded"
    ))]
    Fsck {
        #[arg(help = both!(
            "另处留存的检查点：账本须仍以它开头",
            "A checkpoint that was kept elsewhere: the ledger must still begin with it"
        ))]
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        #[arg(help = both!("输出格式", "Format of the table"))]
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    #[command(about = both!(
        "写出某条目在账本中的凭据（C2SP tlog-proof）",
        "Write the proof that an entry is in the ledger (C2SP tlog-proof)"
    ))]
    ProveEntry {
        #[arg(help = both!("条目编号，自 0 起", "The number of the entry, from 0"))]
        #[arg(value_name = "N")]
        number: u64,
        #[arg(help = both!(
            "凭据写入此文件，而非标准输出",
            "Write the proof here instead of to standard output"
        ))]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[arg(help = both!(
            "条目本身写入此文件：核对凭据时要用",
            "Write the entry itself here: it is what the proof is checked with"
        ))]
        #[arg(long, value_name = "FILE")]
        entry: Option<PathBuf>,
    },
    #[command(about = both!(
        "某工单是否计入报告、如何计入；不在其中则给出相邻两件",
        "Was a case counted in a report, and as what? For a case that is not there, its neighbours"
    ))]
    Prove {
        #[arg(help = both!("工单：来源/编号", "The case: SOURCE/NUMBER"))]
        #[arg(value_name = "CASE")]
        case: String,
        #[arg(help = both!(
            "报告：编号的前几位 [默认：最新]",
            "The report: the first digits of its id [default: the newest]"
        ))]
        #[arg(long, value_name = "ID")]
        report: Option<String>,
        #[arg(help = both!(
            "凭据写入此文件（C2SP tlog-proof）；其中含该工单的数据行",
            "Write the proof here (C2SP tlog-proof); it holds the case's row"
        ))]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(about = both!(
        "请策略中的见证方联署；未达法定数即以 1 退出",
        "Ask the witnesses of the policy to cosign; exit 1 if the quorum is missing"
    ))]
    Cosign {
        #[arg(help = both!("等待每个见证方的秒数", "How long to wait for each witness"))]
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        timeout: u64,
        #[arg(help = both!("输出格式", "Format of the table"))]
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    #[command(about = both!(
        "增加一把密钥：自此与现有密钥一同签署每个检查点",
        "Add a key that signs every checkpoint from now on, beside the present ones"
    ))]
    Rotate,
    #[command(about = both!(
        "增加一把 SM2 密钥，按 GB/T 32918 加签",
        "Add an SM2 key, for a second signature by GB/T 32918"
    ))]
    Sm2,
    #[command(about = both!(
        "停用一把密钥：自此不再签署，并记入账本",
        "Give a key up: from now on it signs nothing, and the ledger says so"
    ))]
    Retire {
        #[arg(help = both!(
            "公钥，或其八位十六进制编号",
            "The public key, or its eight hexadecimal digits"
        ))]
        #[arg(value_name = "KEY")]
        key: String,
    },
}
