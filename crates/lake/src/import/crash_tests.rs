//! Tests: an import that stops at any step of its writing leaves either the old state or the new
//! one.

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::disk::WriteStep;
use crate::schema::{DatasetColumn, DatasetSchema, ValueKind};
use crate::{ImportError, ImportOptions, ImportSummary, Lake, Mapping, import_through_mapping};

const MAPPING: &str = "[mapping]\ndataset = \"note\"\n[columns.number]\nfrom = \"number\"\n\
    [columns.text]\nfrom = \"text\"\n";

fn note_schema() -> DatasetSchema {
    let column = |name, required| DatasetColumn {
        name,
        kind: ValueKind::Text,
        required,
        allowed: &[],
        doc: "",
    };
    DatasetSchema {
        name: "note",
        key: &["number"],
        columns: vec![column("number", true), column("text", false)],
        blank: &[],
        lists: Vec::new(),
        doc: "",
    }
}

fn import_text(
    lake: &Lake,
    folder: &Path,
    text: &str,
    at: i64,
) -> Result<ImportSummary, ImportError> {
    let file = folder.join(format!("{at}.csv"));
    std::fs::write(&file, text).expect("a file");
    let mapping = Mapping::parse("test", MAPPING, &note_schema()).expect("a mapping");
    import_through_mapping(
        lake,
        &note_schema(),
        &[file],
        &mapping,
        &ImportOptions::new(at, folder.join("quarantine")),
    )
}

const OLD: &str = "number,text\n1,a\n2,b\n";
const NEW: &str = "number,text\n2,c\n3,d\n";

/// How many rows there are, and how many batches.
fn count_rows(folder: &Path) -> (u64, usize) {
    let lake = Lake::open(&folder.join("lake")).expect("a lake");
    let tasks = lake.scan_rows(&note_schema(), &["number", "text"], None).expect("a scan");
    let mut rows = 0;
    for task in tasks {
        for batch in task.read_batches() {
            rows += batch.expect("a whole batch").num_rows() as u64;
        }
    }
    (rows, lake.read_manifest("note").expect("a manifest").batches.len())
}

const BEFORE: (u64, usize) = (2, 1);
const AFTER: (u64, usize) = (3, 2);

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(u32::MAX) };
}

fn fail_when_used_up(step: WriteStep) -> io::Result<()> {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    if left == 0 {
        return Err(io::Error::new(io::ErrorKind::StorageFull, format!("full at {step:?}")));
    }
    Ok(())
}

#[test]
fn a_full_disk_at_any_step_leaves_the_lake_whole() {
    let mut stopped = 0;
    for step in 0..u32::MAX {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lake = Lake::create(&folder.path().join("lake")).expect("a lake");
        import_text(&lake, folder.path(), OLD, 1).expect("an import");
        lake.disk.check = fail_when_used_up;
        LEFT.set(step);
        let done = import_text(&lake, folder.path(), NEW, 2);
        LEFT.set(u32::MAX);
        let found = count_rows(folder.path());
        let Err(error) = done else {
            assert_eq!(found, AFTER);
            break;
        };
        stopped += 1;
        assert!(error.to_string().contains("write"), "{error}");
        assert!(found == BEFORE || found == AFTER, "step {step}: {found:?}");
        lake.disk.check = |_| Ok(());
        import_text(&lake, folder.path(), NEW, 2).expect("it goes on once there is room");
        assert_eq!(count_rows(folder.path()), AFTER);
    }
    assert!(stopped > 8, "only {stopped} steps were tried");
}

#[expect(clippy::unnecessary_wraps, reason = "the disk asks for a result")]
fn die_when_used_up(_: WriteStep) -> io::Result<()> {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    if left == 0 {
        std::process::abort();
    }
    Ok(())
}

/// Runs only as the child of the next test, which says where and when it must die.
#[test]
fn a_child_that_dies() {
    let (Ok(folder), Ok(step)) =
        (std::env::var("LAKE_TEST_FOLDER"), std::env::var("LAKE_TEST_STEP"))
    else {
        return;
    };
    let folder = Path::new(&folder);
    let mut lake = Lake::open(&folder.join("lake")).expect("a lake");
    lake.disk.check = die_when_used_up;
    LEFT.set(step.parse().expect("a number"));
    import_text(&lake, folder, NEW, 2).expect("an import");
}

#[test]
fn a_kill_at_any_step_leaves_the_lake_whole() {
    let mut killed = 0;
    for step in 0..u32::MAX {
        let folder = tempfile::tempdir().expect("a folder");
        let lake = Lake::create(&folder.path().join("lake")).expect("a lake");
        import_text(&lake, folder.path(), OLD, 1).expect("an import");
        let status = Command::new(std::env::current_exe().expect("this program"))
            .args(["import::crash_tests::a_child_that_dies", "--exact"])
            .env("LAKE_TEST_FOLDER", folder.path())
            .env("LAKE_TEST_STEP", step.to_string())
            .output()
            .expect("a child")
            .status;
        let found = count_rows(folder.path());
        if status.success() {
            assert_eq!(found, AFTER);
            break;
        }
        killed += 1;
        assert!(found == BEFORE || found == AFTER, "step {step}: {found:?}");
        import_text(&lake, folder.path(), NEW, 2).expect("an import after the crash");
        assert_eq!(count_rows(folder.path()), AFTER);
        let names = std::fs::read_dir(lake.dataset_folder("note")).expect("a folder");
        assert_eq!(names.count(), 4, "leftovers were not swept");
    }
    assert!(killed > 8, "only {killed} steps were tried");
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::create(&folder.path().join("lake")).expect("a lake");
    let held = lake.lock_for_writing().expect("the lock");
    let error = import_text(&lake, folder.path(), OLD, 1).expect_err("a refusal");
    assert!(error.to_string().contains("another import"), "{error}");
    drop(held);
    import_text(&lake, folder.path(), OLD, 1).expect("an import");
}
