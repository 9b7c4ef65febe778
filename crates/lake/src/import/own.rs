//! Files in the dataset's own layout: Arrow columns taken over as they are.
//!
//! They pass the same checks and comparisons as rows that came through a mapping; only the reading
//! of text falls away.

use std::sync::Mutex;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;
use trueline_language::{Text, phrase, text};

use super::cells::Thread;
use super::column::{
    Data, NULL_BOOLEAN, NULL_INTEGER, NULL_LABEL, NULL_NUMBER_BITS, Records, Texts,
};
use super::error::ImportError;
use super::fragment::Fragment;
use super::labels::{Joined, Labels};
use super::options::{Options, Progress};
use super::plan::Plan;
use super::pseudonym::Pseudonyms;
use super::reason::Reason;
use super::refused::Refused;
use super::rows::Rows;
use crate::mapping::{BOOKKEEPING, Bound};
use crate::schema::{Column, Kind, Schema};
use crate::source::{PARQUET_ROWS, ReadError, Source, broken_table};

/// Reads a file whole; its fragments have the size of the source's chunks.
pub(crate) fn read<'a>(
    source: &Source,
    schema: &'a Schema,
    options: &Options<'_>,
) -> Result<(Plan<'a>, Rows), ImportError> {
    let name = source.file();
    let failed = |error: &dyn std::fmt::Display| broken_table(name, &error.to_string());
    let Some(held) = source.held() else {
        return Err(failed(&"no Parquet").into());
    };
    let metadata =
        ArrowReaderMetadata::load(held, ArrowReaderOptions::new()).map_err(|e| failed(&e))?;
    let columns = columns(schema, &metadata, name)?;
    let headers = columns.iter().map(|(name, _, _)| name.clone()).collect();
    let plan = Plan::new(schema, Bound::own(columns), name.to_owned(), headers);
    let mut starts = Vec::new();
    let mut total = 0;
    for group in metadata.metadata().row_groups() {
        starts.push(total);
        total += group.num_rows() as u64;
    }
    let done = Mutex::new(0);
    let groups: Vec<(Vec<Fragment>, Thread)> = starts
        .par_iter()
        .enumerate()
        .map(|(group, start)| {
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(held.clone(), metadata.clone());
            let reader = builder.with_row_groups(vec![group]).with_batch_size(PARQUET_ROWS * 16);
            let reader = reader.build().map_err(|e| failed(&e))?;
            let mut thread = Thread::new(&plan.bound, plan.slots, Pseudonyms::new(&[]));
            let mut fragments = Vec::new();
            let mut row = *start;
            for batch in reader {
                let batch = batch.map_err(|e| failed(&e))?;
                fragments.push(fragment(&plan, &batch, &mut thread, (group, row)));
                row += batch.num_rows() as u64;
                progress(&done, batch.num_rows() as u64, name, options);
            }
            Ok((fragments, thread))
        })
        .collect::<Result<_, ReadError>>()?;
    let rows = rows(&plan, groups, total);
    Ok((plan, rows))
}

fn unusable(file: &str, problem: Text, remedy: impl Into<Text>) -> ReadError {
    ReadError::Unusable { file: file.to_owned(), problem, remedy: remedy.into() }
}

fn progress(done: &Mutex<u64>, rows: u64, file: &str, options: &Options<'_>) {
    let Some(told) = options.progress else { return };
    if let Ok(mut done) = done.lock() {
        *done += rows;
        told(Progress { file, rows: *done });
    }
}

/// The columns of the file that the dataset has, and its extras.
fn columns(
    schema: &Schema,
    metadata: &ArrowReaderMetadata,
    file: &str,
) -> Result<Vec<(String, Kind, bool)>, ReadError> {
    let mut columns = Vec::new();
    for column in &schema.columns {
        let found = metadata.schema().field_with_name(column.name).ok();
        match found {
            Some(field) if !fits(column.kind, field.data_type()) => {
                let problem = text!(
                    "列 `{}` 的类型是 {}",
                    "its column `{}` is {}",
                    column.name,
                    field.data_type()
                );
                let remedy = text!("请改为 {}", "make it {}", column.kind.data_type());
                return Err(unusable(file, problem, remedy));
            }
            Some(_) => columns.push((column.name.to_owned(), column.kind, column.required)),
            None if column.required => {
                let problem = text!("缺少列 `{}`", "it lacks the column `{}`", column.name);
                return Err(unusable(
                    file,
                    problem,
                    phrase!("请指定映射", "name a mapping for it"),
                ));
            }
            None => {}
        }
    }
    for field in metadata.schema().fields() {
        let name = field.name();
        let kind = kind_of(field.data_type());
        let known = schema.columns.iter().any(|column| column.name == name)
            || schema.lists.iter().any(|list| list.name == name)
            || BOOKKEEPING.contains(&name.as_str());
        match kind {
            _ if known => {}
            Some(kind) if name == "revised" || name.starts_with("x_") => {
                columns.push((name.clone(), kind, false));
            }
            Some(_) | None => {
                let problem =
                    text!("列 `{name}` 不属于该数据集", "its column `{name}` is not the dataset's");
                let remedy = text!(
                    "请删去，或改名为 `x_{name}` 并用数据集的类型",
                    "drop it, or name it `x_{name}` with a type of the dataset"
                );
                return Err(unusable(file, problem, remedy));
            }
        }
    }
    Ok(columns)
}

fn kind_of(data_type: &DataType) -> Option<Kind> {
    let kinds = [Kind::Label, Kind::Text, Kind::Integer, Kind::Number, Kind::Boolean, Kind::Moment];
    kinds.into_iter().find(|kind| kind.data_type() == *data_type)
}

fn fits(kind: Kind, data_type: &DataType) -> bool {
    match (kind, data_type) {
        (Kind::Label | Kind::Text, DataType::Utf8) => true,
        (kind, data_type) => kind.data_type() == *data_type,
    }
}

fn rows(plan: &Plan<'_>, groups: Vec<(Vec<Fragment>, Thread)>, total: u64) -> Rows {
    let mut fragments = Vec::new();
    let mut threads = Vec::new();
    for (own, thread) in groups {
        fragments.extend(own);
        threads.push(thread.labels);
    }
    for (number, fragment) in fragments.iter_mut().enumerate() {
        fragment.number = number;
    }
    let joined = |slot: usize| {
        let texts: Vec<&[String]> = threads.iter().map(|l| l[slot].texts.as_slice()).collect();
        Joined::new(&texts)
    };
    let labels = (0..plan.slots).map(joined).collect();
    Rows::new(plan, fragments, labels, threads.len(), total)
}

fn fragment(
    plan: &Plan<'_>,
    batch: &RecordBatch,
    thread: &mut Thread,
    (id, first): (usize, u64),
) -> Fragment {
    let rows = batch.num_rows();
    let schema = plan.schema;
    let mut refused: Vec<Refused> = Vec::new();
    let mut columns = Vec::new();
    for (slot, bound) in plan.bound.targets.iter().enumerate() {
        let name = bound.target.name.as_str();
        let data = match batch.column_by_name(name) {
            Some(array) => data(array, bound.target.kind, &mut thread.labels[slot]),
            None => nulls(bound.target.kind, rows),
        };
        if let Some(column) = schema.columns.iter().find(|column| column.name == name) {
            check(column, &data, &thread.labels[slot], first, &mut refused);
        }
        columns.push(data);
    }
    let lists = (0..schema.lists.len()).map(|list| records(plan, list, batch, thread));
    let lists = lists.collect();
    let slot = plan.precision_slot();
    let precision = match batch.column_by_name("precision") {
        Some(array) => data(array, Kind::Label, &mut thread.labels[slot]),
        None => seconds(plan, &columns, rows, &mut thread.labels[slot]),
    };
    refused.sort_by_key(|refused| refused.row);
    Fragment {
        file: 0,
        thread: id,
        number: 0,
        rows,
        columns,
        lists,
        precision,
        lines: (1..=rows as i64).map(|row| first as i64 + row).collect(),
        notes: Vec::new(),
        unread: Vec::new(),
        refused,
        sheet: None,
        event: None,
    }
}

fn check(column: &Column, data: &Data, labels: &Labels, first: u64, refused: &mut Vec<Refused>) {
    let allowed: Vec<bool> =
        labels.texts.iter().map(|text| column.allowed.contains(&text.as_str())).collect();
    for row in 0..data.len() {
        let null = data.is_null(row);
        let listed = match data {
            Data::Label(codes) if !column.allowed.is_empty() && !null => {
                allowed[codes[row] as usize]
            }
            _ => true,
        };
        let reason = match (null && column.required, listed) {
            (true, _) => Reason::Missing,
            (false, false) => Reason::NotListed,
            (false, true) => continue,
        };
        let problem = (column.name.to_owned(), String::new(), reason);
        match refused.iter_mut().find(|known| known.row == row as u32) {
            Some(known) => known.problems.push(problem),
            None => refused.push(Refused {
                row: row as u32,
                line: first + row as u64 + 1,
                record: Box::default(),
                sheet: None,
                problems: vec![problem],
            }),
        }
    }
}

fn seconds(plan: &Plan<'_>, columns: &[Data], rows: usize, labels: &mut Labels) -> Data {
    let code = |row: usize| {
        let mut word = vec![b'-'; plan.moments()];
        for (slot, data) in columns.iter().enumerate() {
            if let Some(moment) = plan.letter(slot)
                && !data.is_null(row)
            {
                word[moment] = b's';
            }
        }
        labels.code(std::str::from_utf8(&word).unwrap_or_default())
    };
    Data::Label((0..rows).map(code).collect())
}

fn nulls(kind: Kind, rows: usize) -> Data {
    let mut data = Data::new(kind, rows);
    (0..rows).for_each(|_| data.push_null());
    data
}

fn records(plan: &Plan<'_>, list: usize, batch: &RecordBatch, thread: &mut Thread) -> Records {
    let columns = &plan.schema.lists[list].columns;
    let array = batch.column_by_name(plan.schema.lists[list].name);
    let Some(array) = array.and_then(|array| array.as_list_opt::<i32>()) else {
        return Records {
            ends: vec![0; batch.num_rows()],
            columns: columns.iter().map(|column| Data::new(column.kind, 0)).collect(),
        };
    };
    let offsets = array.offsets();
    let start = offsets[0];
    let length = (offsets[batch.num_rows()] - start) as usize;
    let inner = array.values().slice(start as usize, length);
    let inner = inner.as_struct();
    let column = |(at, column): (usize, &Column)| match inner.column_by_name(column.name) {
        Some(array) => data(array, column.kind, &mut thread.labels[plan.list_slot(list, at)]),
        None => nulls(column.kind, length),
    };
    Records {
        ends: offsets[1..].iter().map(|end| (end - start) as u32).collect(),
        columns: columns.iter().enumerate().map(column).collect(),
    }
}

fn data(array: &ArrayRef, kind: Kind, labels: &mut Labels) -> Data {
    let rows = array.len();
    match kind {
        Kind::Label => Data::Label(codes(array, labels)),
        Kind::Text => {
            let mut texts = Texts::with_capacity(rows);
            match array.as_string_opt::<i32>() {
                Some(array) => array.iter().for_each(|text| match text {
                    Some(text) => texts.push(text),
                    None => texts.push_null(),
                }),
                None => (0..rows).for_each(|_| texts.push_null()),
            }
            Data::Text(texts)
        }
        Kind::Integer => Data::Integer(match array.as_primitive_opt::<Int64Type>() {
            Some(array) => array.iter().map(|value| value.unwrap_or(NULL_INTEGER)).collect(),
            None => vec![NULL_INTEGER; rows],
        }),
        Kind::Moment => Data::Integer(match array.as_primitive_opt::<TimestampSecondType>() {
            Some(array) => array.iter().map(|value| value.unwrap_or(NULL_INTEGER)).collect(),
            None => vec![NULL_INTEGER; rows],
        }),
        Kind::Number => Data::Number(match array.as_primitive_opt::<Float64Type>() {
            Some(array) => {
                let bits = |value: Option<f64>| value.map_or(NULL_NUMBER_BITS, f64::to_bits);
                array.iter().map(bits).collect()
            }
            None => vec![NULL_NUMBER_BITS; rows],
        }),
        Kind::Boolean => Data::Boolean(match array.as_boolean_opt() {
            Some(array) => array.iter().map(|v| v.map_or(NULL_BOOLEAN, u8::from)).collect(),
            None => vec![NULL_BOOLEAN; rows],
        }),
    }
}

fn codes(array: &ArrayRef, labels: &mut Labels) -> Vec<i32> {
    if let Some(array) = array.as_dictionary_opt::<Int32Type>()
        && let Some(values) = array.values().as_string_opt::<i32>()
    {
        // Only labels that a row uses: a dictionary may hold more.
        let mut own: Vec<Option<i32>> = vec![None; values.len()];
        let code = |key: Option<i32>| match key {
            None => NULL_LABEL,
            Some(key) => {
                let known = &mut own[key as usize];
                *known.get_or_insert_with(|| labels.code(values.value(key as usize)))
            }
        };
        return array.keys().iter().map(code).collect();
    }
    match array.as_string_opt::<i32>() {
        Some(array) => {
            array.iter().map(|text| text.map_or(NULL_LABEL, |text| labels.code(text))).collect()
        }
        None => vec![NULL_LABEL; array.len()],
    }
}
