//! The text of a checkpoint: whose log, how many entries, which root (C2SP tlog-checkpoint).

use std::fmt;

use trueline_language::phrase;

use crate::hash::Hash;
use crate::note::NoteError;

// What other implementations can read: they count in signed 64-bit numbers.
const SIZE_MAX: u64 = i64::MAX as u64;

/// What a log says of itself at one moment. A [`crate::Note`] carries it with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of a log of this name. The name must be one line that is not empty.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Checkpoint, NoteError> {
        if origin.is_empty() || origin.contains(|c| c < ' ') {
            return Err(NoteError::Malformed(phrase!(
                "账本名称不是单行文字",
                "the origin is not one line of text"
            )));
        }
        if size > SIZE_MAX {
            return Err(NoteError::Malformed(phrase!("树过大", "the tree is too large")));
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note.
    pub fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let lines = text
            .strip_suffix('\n')
            .ok_or(NoteError::Malformed(phrase!("缺少行尾", "no end of line")))?;
        let mut lines = lines.split('\n');
        let mut next = || {
            lines.next().ok_or(NoteError::Malformed(phrase!(
                "检查点应有三行",
                "a checkpoint has three lines"
            )))
        };
        let (origin, size, root) = (next()?, next()?, next()?);
        let size = parse_decimal(size)
            .ok_or(NoteError::Malformed(phrase!("条目数不是数字", "the tree size is no number")))?;
        let root = root
            .parse()
            .map_err(|_| NoteError::Malformed(phrase!("根不是哈希", "the root is no hash")))?;
        let mut checkpoint = Checkpoint::new(origin, size, root)?;
        checkpoint.extensions = lines.map(str::to_owned).collect();
        if checkpoint.extensions.iter().any(String::is_empty) {
            return Err(NoteError::Malformed(phrase!(
                "检查点中有空行",
                "a line of the checkpoint is empty"
            )));
        }
        Ok(checkpoint)
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Entries in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// Lines after the third, which no witness vouches for. Logs written here have none.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The note text, with the line end that is signed too.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Reads a number as the specifications write it: ASCII digits, no leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_example_of_the_specification_reads_and_prints() {
        let checkpoint = Checkpoint::parse(EXAMPLE).unwrap();
        assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size(), 20_852_163);
        assert_eq!(checkpoint.to_string(), EXAMPLE);
        let extended = format!("{EXAMPLE}x 1\n");
        let checkpoint = Checkpoint::parse(&extended).unwrap();
        assert_eq!(checkpoint.extensions(), ["x 1"]);
        assert_eq!(checkpoint.to_string(), extended);
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        for (from, to) in [
            ("example.com/behind-the-sofa\n", "\n"),
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "-1"),
            ("20852163", ""),
            ("20852163", "9223372036854775808"),
            ("CsUY", "CsU"),
            ("q2I=\n", "q2I="),
            ("q2I=\n", "q2I=\n\n"),
            ("\n20852163", ""),
        ] {
            let text = EXAMPLE.replacen(from, to, 1);
            assert!(Checkpoint::parse(&text).is_err(), "{text}");
        }
    }
}
