//! Typesets a folder of files: `render FOLDER MAIN OUT.pdf`, for work on a template.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use trueline_typeset::{DocumentDate, Fonts, PdfJob, render_pdf};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, main, out] = arguments.as_slice() else {
        eprintln!("render FOLDER MAIN OUT.pdf");
        return ExitCode::from(2);
    };
    match render_folder(Path::new(folder), main, Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn render_folder(folder: &Path, main: &str, out: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            let data = fs::read(&path).map_err(|error| error.to_string())?;
            files.push((name.to_owned(), data));
        }
    }
    let job = PdfJob {
        main,
        files: files.iter().map(|(name, data)| (name.as_str(), data.clone())).collect(),
        fonts: Fonts::bundled_fonts(),
        identifier: main,
        creator: "render",
        date: DocumentDate { year: 2020, month: 7, day: 10 },
    };
    let bytes = render_pdf(&job).map_err(|error| error.to_string())?;
    fs::write(out, bytes).map_err(|error| error.to_string())
}
