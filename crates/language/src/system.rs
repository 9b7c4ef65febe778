//! What the operating system refuses, in Chinese.

use std::io::{self, ErrorKind};

/// The kind, and with it what identifies the case: the number of the system, or a library's words.
pub(crate) fn describe_io_error(error: &io::Error) -> String {
    match (name_kind(error.kind()), error.raw_os_error(), error.get_ref()) {
        (Some(kind), Some(code), _) => format!("{kind}（系统错误 {code}）"),
        (Some(kind), None, Some(inner)) => format!("{kind}（“{inner}”）"),
        (Some(kind), None, None) => kind.to_owned(),
        (None, Some(code), _) => format!("系统错误 {code}（“{error}”）"),
        (None, None, _) => format!("“{error}”"),
    }
}

fn name_kind(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "没有该文件或目录",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::AlreadyExists => "已经存在",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::QuotaExceeded => "超出磁盘配额",
        ErrorKind::FileTooLarge => "文件过大",
        ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        ErrorKind::NotADirectory => "不是目录",
        ErrorKind::IsADirectory => "是目录，不是文件",
        ErrorKind::DirectoryNotEmpty => "目录不为空",
        ErrorKind::InvalidFilename => "文件名无效",
        ErrorKind::CrossesDevices => "不在同一文件系统",
        ErrorKind::StaleNetworkFileHandle => "网络文件已失效",
        ErrorKind::NotSeekable => "不能定位读写",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "正被占用",
        ErrorKind::InvalidInput => "参数无效",
        ErrorKind::InvalidData => "内容无效",
        ErrorKind::UnexpectedEof => "内容不完整",
        ErrorKind::WriteZero => "无法继续写入",
        ErrorKind::TimedOut => "超时",
        ErrorKind::Interrupted => "被中断",
        ErrorKind::WouldBlock => "暂时不可用",
        ErrorKind::BrokenPipe => "对方已关闭",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::ConnectionRefused => "连接被拒绝",
        ErrorKind::ConnectionReset => "连接被重置",
        ErrorKind::ConnectionAborted => "连接中断",
        ErrorKind::NotConnected => "没有连接",
        ErrorKind::HostUnreachable => "无法到达该主机",
        ErrorKind::NetworkUnreachable => "无法到达该网络",
        ErrorKind::NetworkDown => "网络不可用",
        ErrorKind::AddrInUse => "地址已被占用",
        ErrorKind::AddrNotAvailable => "本机没有该地址",
        ErrorKind::Unsupported => "系统不支持",
        // The rest happens to no program that only reads and writes files, or has no name.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_named_by_its_kind_and_by_what_identifies_it() {
        for (error, expected) in [
            (io::Error::from_raw_os_error(28), "磁盘已满（系统错误 28）"),
            (ErrorKind::NotFound.into(), "没有该文件或目录"),
            (io::Error::new(ErrorKind::InvalidData, "bad row"), "内容无效（“bad row”）"),
            (io::Error::other("no words"), "“no words”"),
        ] {
            assert_eq!(describe_io_error(&error), expected);
        }
    }
}
