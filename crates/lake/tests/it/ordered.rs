//! Rows in key order, in blocks, over several batches and revisions.

use arrow_array::cast::AsArray;
use trueline_lake::{BlockPart, OrderedRows};

use crate::dataset::{MAPPING, Place};

/// Imports numbers, each with a note, as one batch.
fn import_notes(place: &Place, rows: &[(&str, &str)], recorded: i64) {
    let line = |(number, note): &(&str, &str)| format!("{number},小,1,2020-01-01,{note}\n");
    let lines: String = rows.iter().map(line).collect();
    let text = format!("number,size,grams,posted,note\n{lines}");
    let file = place.file(&format!("{recorded}.csv"), text);
    place.import_at(MAPPING, &file, recorded).expect("an import");
}

/// Three batches: the second revises one row of the first and stands between its others.
fn made() -> Place {
    let place = Place::new();
    import_notes(&place, &[("B", "1"), ("D", "1"), ("F", "1")], 100);
    import_notes(&place, &[("C", "2"), ("D", "2"), ("G", "2")], 200);
    import_notes(&place, &[("A", "3"), ("E", "3")], 300);
    place
}

fn shown(part: &BlockPart) -> Vec<String> {
    let mut out = Vec::new();
    for rows in &part.rows {
        let [numbers, notes] = [0, 1].map(|at| rows.column(at).as_string::<i32>());
        out.extend(numbers.iter().zip(notes).map(|(n, t)| [n, t].map(Option::unwrap).concat()));
    }
    out
}

/// Every block of a walk, its rows sorted, because those of one batch come together.
fn blocks(ordered: &OrderedRows, from: usize, to: usize) -> Vec<Vec<String>> {
    let walk = ordered.walk_blocks(from..to, &["number", "note"]).expect("a walk");
    let block = |parts: Vec<BlockPart>| {
        let mut rows: Vec<String> = parts.iter().flat_map(shown).collect();
        for part in &parts {
            let places: u64 = part.places.iter().map(|range| range.end - range.start).sum();
            assert_eq!(places, part.rows.iter().map(|rows| rows.num_rows() as u64).sum::<u64>());
        }
        rows.sort();
        rows
    };
    walk.map(|parts| block(parts.expect("rows"))).collect()
}

#[test]
fn blocks_follow_the_key_over_all_batches() {
    let place = made();
    let expected = ["A3", "B1", "C2", "D2", "E3", "F1", "G2"];
    for size in 1..9 {
        let ordered = place.lake.order_rows(&place.schema, None, |_| size).expect("rows");
        assert_eq!(ordered.row_count(), 7);
        let count = ordered.blocks().len();
        assert_eq!(count as u64, 7_u64.div_ceil(size));
        let sizes: Vec<u64> =
            ordered.blocks().iter().map(trueline_lake::OrderedBlock::row_count).collect();
        assert!(sizes[..count - 1].iter().all(|rows| *rows == size), "{sizes:?}");
        let found = blocks(&ordered, 0, count);
        assert_eq!(found.concat(), expected, "blocks of {size}");
        // A walk may begin and end at any block.
        for from in 0..count {
            assert_eq!(blocks(&ordered, from, count), found[from..]);
            assert_eq!(blocks(&ordered, 0, from + 1), found[..=from]);
        }
    }
}

#[test]
fn a_cut_leaves_out_later_batches_and_their_revisions() {
    let place = made();
    let at = |cut| {
        let ordered = place.lake.order_rows(&place.schema, Some(cut), |rows| rows).expect("rows");
        let found = blocks(&ordered, 0, ordered.blocks().len());
        assert_eq!(place.rows(&["number"], Some(cut)).len(), found.concat().len());
        found.concat()
    };
    assert!(at(99).is_empty());
    assert_eq!(at(100), ["B1", "D1", "F1"]);
    assert_eq!(at(199), ["B1", "D1", "F1"]);
    assert_eq!(at(200), ["B1", "C2", "D2", "F1", "G2"]);
}

#[test]
fn superseded_rows_are_found_with_their_batch() {
    let place = made();
    let ordered = place.lake.order_rows(&place.schema, None, |rows| rows).expect("rows");
    let ids: Vec<&str> = ordered.batches().map(|batch| batch.id.as_str()).collect();
    assert_eq!(ids, ["000001", "000002", "000003"]);
    let mut found = Vec::new();
    for (batch, task) in ordered.superseded_tasks(&["number", "note"]).expect("tasks") {
        for rows in task.read_batches() {
            let part = BlockPart { batch, places: Vec::new(), rows: vec![rows.expect("rows")] };
            found.extend(shown(&part).into_iter().map(|row| (batch, row)));
        }
    }
    assert_eq!(found, [(0, "D1".to_owned())]);
    assert!(ordered.superseded_tasks(&["nothing"]).is_err());
}
