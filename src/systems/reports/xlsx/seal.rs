//! The last sheet of a sealed workbook: what a verifier reads.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use trueline_verify::{SHEET_PARTS, cut_into_cells, packed_cells};

use super::cell::MUTED;
use super::context::WorkbookContext;

/// What stands on the last sheet.
#[derive(Debug, Clone, Copy)]
pub struct SealedSheet<'a> {
    /// The evidence in canonical JSON.
    pub evidence: &'a str,
    /// One line per row of the other sheets; empty while they are not known.
    pub rows: &'a str,
    /// Statement and receipt in Base64; empty while there are none.
    pub seal: &'a str,
}

pub(super) fn write_seal(
    context: &WorkbookContext<'_>,
    sealed: SealedSheet<'_>,
    workbook: &mut Workbook,
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(context.pick_text("封印", "Seal"))?;
    sheet.set_column_width(0, 100)?;
    let quiet = Format::new().set_font_color(MUTED);
    let says = context.pick_text(
        "本表供核验程序读取（trueline verify 文件），请勿改动。其余各表另存后仍可核验。",
        "This sheet is for the verifier (trueline verify FILE); leave it as it is. The other sheets \
         may be saved again and still be verified.",
    );
    sheet.write_string_with_format(0, 0, says, &quiet)?;
    let mut row = 2;
    let [evidence, rows, seal] = SHEET_PARTS;
    let parts = [
        (evidence, packed_cells(sealed.evidence)?),
        (rows, packed_cells(sealed.rows)?),
        (seal, cut_into_cells(sealed.seal)),
    ];
    for (name, cells) in parts {
        sheet.write_string(row, 0, name)?;
        row += 1;
        for cell in cells {
            sheet.write_string(row, 0, cell)?;
            row += 1;
        }
    }
    Ok(())
}
