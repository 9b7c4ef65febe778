//! A report as a file of each format.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;
use trueline_verify::{cut_into_cells, empty_place, packed_cells, row_marks, workbook_digest};

pub(crate) fn sealed_json(report: &Value, evidence: &str) -> Vec<u8> {
    let text = report.to_string();
    let text = text.strip_suffix('}').unwrap();
    format!("{text},\"evidence\":{evidence},\"seal\":\"{}\"}}\n", empty_place()).into_bytes()
}

pub(crate) fn page(report: &Value, evidence: &str, company: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(evidence.as_bytes()).unwrap();
    let packed = STANDARD.encode(packed.finish().unwrap());
    let row = |id: &str, value: &str, unit: &str, longest: &str, previous: &str, change: &str| {
        format!(
            "<tr data-figure=\"{id}\"><th scope=\"row\">{id}</th><td class=\"split\">urban</td>\
             <td class=\"number value\">{value}</td><td class=\"split\">{unit}</td>\
             <td class=\"number\">5</td><td class=\"number\">1</td>\
             <td class=\"number\">{longest}</td><td></td><td class=\"number\">{previous}</td>\
             <td class=\"number none\">{change}</td></tr>\n"
        )
    };
    let rows = row("fixed.repair.mean", "3.00", "hours", "5.56", "4.00", "−1.00")
        + &row("fixed.repair.on_time", "80.00", "%", "", "—", "—");
    format!(
        "<!DOCTYPE html>\n<title>{company}</title><p class=\"tile-value\">3.00 \
         <span>hours</span></p><p>Repairs took <data class=\"figure\" \
         value=\"fixed.repair.mean[area=urban]\" title=\"x\">3.00 hours</data></p>\n<table>{rows}\
         </table><script type=\"application/json\" id=\"report\">\n{report}</script>\n\
         <script type=\"application/gzip\" id=\"trueline-evidence\">\n{packed}</script>\n\
         <script type=\"text/plain\" id=\"trueline-seal\">\n{}</script>\n",
        empty_place()
    )
    .into_bytes()
}

pub(crate) fn attachment(number: usize, bytes: &[u8], packed: bool) -> Vec<u8> {
    let (filter, data) = if packed {
        let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
        out.write_all(bytes).unwrap();
        ("/Filter /FlateDecode ", out.finish().unwrap())
    } else {
        ("", bytes.to_vec())
    };
    let head = format!(
        "{number} 0 obj\n<< /Type /EmbeddedFile {filter}/Length {} >>\nstream\n",
        data.len()
    );
    [head.as_bytes(), &data, b"\nendstream\nendobj\n"].concat()
}

pub(crate) fn pdf(report: &Value, evidence: &str) -> Vec<u8> {
    let page = b"%PDF-1.7\n1 0 obj\n<< /Length 9 >>\nstream\n(3.00) Tj\nendstream\nendobj\n";
    [
        page.as_slice(),
        &attachment(2, report.to_string().as_bytes(), false),
        &attachment(3, evidence.as_bytes(), true),
        &attachment(4, empty_place().as_bytes(), false),
        b"%%EOF\n",
    ]
    .concat()
}

pub(crate) fn workbook(
    evidence: &str,
    seal: &str,
    another: bool,
    change: &dyn Fn(&mut Worksheet),
) -> Vec<u8> {
    let written = |marks: &str, change: &dyn Fn(&mut Worksheet)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("Figures").unwrap();
        if another {
            sheet.set_column_width(0, 40).unwrap();
        }
        let rows = [("fixed.repair.mean", 3.0), ("fixed.repair.on_time", 0.8)];
        for (column, head) in ["Figure", "Value", "Notes"].iter().enumerate() {
            sheet.write_string(0, column as u16, *head).unwrap();
        }
        for (row, (figure, value)) in (1..).zip(rows) {
            sheet.write_string(row, 0, figure).unwrap();
            sheet.write_number(row, 1, value).unwrap();
            sheet.write_string(row, 2, "a\tnote\nof two lines").unwrap();
        }
        sheet.write_boolean(4, 0, true).unwrap();
        sheet.write_number(4, 1, 1.0 / 3.0).unwrap();
        change(sheet);
        let sheet = book.add_worksheet().set_name("Seal").unwrap();
        let parts = [
            ("EVIDENCE", packed_cells(evidence).unwrap()),
            ("ROWS", packed_cells(marks).unwrap()),
            ("SEAL", cut_into_cells(seal)),
        ];
        let cells = parts
            .into_iter()
            .flat_map(|(head, cells)| std::iter::once(head.to_owned()).chain(cells));
        for (row, cell) in (0..).zip(cells) {
            sheet.write_string(row, 0, cell).unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    let marks = row_marks(&workbook_digest(&written("", &|_| {})).unwrap().1);
    written(&marks, change)
}
