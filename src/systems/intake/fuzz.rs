//! Entry points for fuzzing: each takes any bytes at all and must return.
//!
//! They check what must hold for every input, not only that nothing breaks.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampSecondArray,
};
use trueline_lake::{DatasetSchema, Mapping};
use trueline_language::Language;

use super::quality::{self, FinderOptions, SourceProfile};
use super::suggest;

/// Takes a source file: it is refused, or the draft for it is a mapping to `schema` in both
/// languages.
pub(crate) fn check_source_file(bytes: &[u8], schema: &DatasetSchema) {
    let Some(path) = write_temporary_file(bytes) else { return };
    let suggestion = suggest::suggest_mapping(&path, schema);
    // A file that cannot be removed is small, and lies in the folder for temporary files.
    let _ = fs::remove_file(&path);
    let Ok(suggestion) = suggestion else { return };
    for language in Language::BOTH {
        let draft = suggestion.draft.render_toml(language);
        if let Err(error) = Mapping::parse("draft.toml", &draft, schema) {
            panic!("{error}\n{draft}");
        }
    }
}

/// Writes a file that nobody else uses, under a name that does not exist yet.
fn write_temporary_file(bytes: &[u8]) -> Option<PathBuf> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("trueline-fuzz-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut file = fs::File::options().write(true).create_new(true).open(&path).ok()?;
    file.write_all(bytes).ok()?;
    Some(path)
}

/// Takes the rows of a source as text (one line per row, cells between tabs, the first line is the
/// header): no finding counts more rows than there are.
pub(crate) fn check_source_rows(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let headers: Vec<String> =
        lines.next().unwrap_or_default().split('\t').map(str::to_owned).collect();
    let mut profile = SourceProfile::new(&headers, Some(0));
    let mut rows = 0;
    for (line, at) in lines.zip(2..) {
        profile.observe_row(at, &line.split('\t').collect::<Vec<_>>());
        rows += 1;
    }
    for finding in profile.list_findings() {
        assert!(finding.rows <= rows, "{finding:?} of {rows} rows");
        for language in Language::BOTH {
            assert!(!finding.remedy.as_str(language).is_empty());
        }
    }
}

/// Takes rows of the dataset `case`, 16 bytes per row: moments that are near each other, far away
/// or absent, and labels from a few bytes. The finder returns, and finds the same in the same rows.
pub(crate) fn check_case_rows(bytes: &[u8]) {
    let rows: Vec<&[u8; 16]> = bytes.as_chunks::<16>().0.iter().collect();
    if rows.is_empty() {
        return;
    }
    let moment = |which: usize| -> ArrayRef {
        let at = |row: &&[u8; 16]| match row[which] {
            0..16 => None,
            16 => Some(i64::MIN),
            17 => Some(i64::MAX),
            18 => Some(-2_208_988_800),
            byte => Some(1_580_000_000 + (i64::from(byte) - 128) * (i64::from(row[15]) * 977 + 1)),
        };
        let values: TimestampSecondArray = rows.iter().map(at).collect();
        Arc::new(values.with_timezone("UTC"))
    };
    let label = |which: usize, words: [&'static str; 4]| -> ArrayRef {
        let word = |row: &&[u8; 16]| words.get(usize::from(row[which]) % 5).copied();
        Arc::new(rows.iter().map(word).collect::<StringArray>())
    };
    let text = |which: usize| -> ArrayRef {
        let value = |row: &&[u8; 16]| Some(String::from_utf8_lossy(&row[which..]).into_owned());
        Arc::new(rows.iter().map(value).collect::<StringArray>())
    };
    let number = |row: &&[u8; 16]| row.first_chunk().map(|eight| f64::from_le_bytes(*eight));
    let whole = |row: &&[u8; 16]| row.first_chunk().map(|eight| i64::from_le_bytes(*eight));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("source", label(12, ["a", "b", "", "d"])),
        ("source_key", text(0)),
        ("kind", label(13, ["repair", "install", "complaint", "NA"])),
        ("region", label(14, ["141100", "", "?", "省"])),
        ("cause", text(14)),
        ("accepted", moment(0)),
        ("first_contact", moment(1)),
        ("appointment", moment(2)),
        ("arrived", moment(3)),
        ("resolved", moment(4)),
        ("confirmed", moment(5)),
        ("closed", moment(6)),
        ("satisfaction", label(7, ["satisfied", "neutral", "dissatisfied", ""])),
        ("precision", label(8, ["sssssssss", "ddddddddd", "m", ""])),
        ("source_line", Arc::new(rows.iter().map(whole).collect::<Int64Array>())),
        ("x_score", Arc::new(rows.iter().map(whole).collect::<Int64Array>())),
        ("x_latitude", Arc::new(rows.iter().map(number).collect::<Float64Array>())),
        ("x_on_time", Arc::new(rows.iter().map(|row| Some(row[9] > 9)).collect::<BooleanArray>())),
    ];
    // One input in four lacks some columns, as an old batch may.
    let kept =
        columns.into_iter().filter(|(name, _)| !bytes[0].is_multiple_of(4) || name.len() % 3 > 0);
    let Ok(batch) = RecordBatch::try_from_iter_with_nullable(kept.map(|(n, a)| (n, a, true)))
    else {
        return;
    };
    let limits = [("repair".to_owned(), vec![172_800, 0])].into_iter().collect();
    let options = FinderOptions { zone: "Asia/Shanghai".to_owned(), as_of: 1_590_000_000, limits };
    let look = || quality::find_problems(&options, || [batch.clone()].into_iter()).ok();
    let found = look();
    assert_eq!(found, look());
    for finding in found.into_iter().flatten() {
        assert!(finding.rows > 0 && finding.rows <= rows.len() as u64, "{finding:?}");
    }
}

#[cfg(test)]
mod tests {
    use trueline_lake::fuzz::run_mutations;

    use super::*;
    use crate::systems::cases::CASE;

    const FILE: &[u8] = "工单编号,业务类型,受理时间,完成时间,NULL,联系电话,lat\n\
        G1,障碍,2020-01-31 10:20:30,3/4/2020 11:00 PM,未知,13800138000,-1\n\
        G2,新装,2020/2/1,31/4/2020,NA,13800138001,36.1\n\
        G2,\"移\"\"机\",20200131102030,1-Feb-20,?,,-99\n"
        .as_bytes();
    const JSON: &[u8] = br#"{"number":"A","what":{"size":"a"},"at":["2020-01-31T10:20:30+08:00"]}"#;

    #[test]
    fn drafts_withstand_mutated_files() {
        let target = |bytes: &[u8]| check_source_file(bytes, &CASE.schema());
        run_mutations(FILE, 1_500, target);
        run_mutations(&[FILE, FILE].concat(), 300, target);
        run_mutations(JSON, 700, target);
    }

    #[test]
    fn source_profiles_withstand_mutated_rows() {
        let tabs: Vec<u8> =
            FILE.iter().map(|byte| if *byte == b',' { b'\t' } else { *byte }).collect();
        run_mutations(&tabs, 5_000, check_source_rows);
    }

    #[test]
    fn the_finder_withstands_mutated_rows() {
        let rows: Vec<u8> = (0..16 * 120_u32).map(|at| ((at * 7919) >> 3) as u8).collect();
        run_mutations(&rows, 300, check_case_rows);
        let same: Vec<u8> = b"\x80\x80\x80\x80\x81\x81\x8111abcdefg"[..16].repeat(80);
        run_mutations(&same, 300, check_case_rows);
    }
}
