//! The fonts a document may use: those it is given, never those of the machine.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Fonts, parsed once and shared by every document.
#[derive(Debug, Clone)]
pub struct Fonts {
    pub(crate) faces: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
}

/// A file that is not a font.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
#[error("font file number {number} cannot be read")]
#[zh("无法读取第 {number} 个字体文件")]
pub struct FontError {
    /// Its place in the list, from 1.
    pub number: usize,
}

static BUNDLED: LazyLock<Fonts> = LazyLock::new(|| {
    let files: [&'static [u8]; 2] = [
        include_bytes!("../fonts/TruelineSansSC-Regular.otf"),
        include_bytes!("../fonts/TruelineSansSC-Bold.otf"),
    ];
    Fonts::parse(files).expect("the fonts in this crate were read when it was tested")
});

impl Fonts {
    /// Reads font files; collections give all their faces.
    pub fn parse<I>(files: I) -> Result<Self, FontError>
    where
        I: IntoIterator<Item = &'static [u8]>,
    {
        let mut faces = Vec::new();
        for (index, data) in files.into_iter().enumerate() {
            let before = faces.len();
            faces.extend(Font::iter(Bytes::new(data)));
            if faces.len() == before {
                return Err(FontError { number: index + 1 });
            }
        }
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        Ok(Self { faces, book })
    }

    /// Trueline Sans SC in Regular and Bold: GB 2312, names of people and places, Latin.
    pub fn bundled_fonts() -> &'static Self {
        &BUNDLED
    }

    /// The characters of `text` that some face lacks, each once, in order of appearance.
    ///
    /// Control characters and spaces need no glyph.
    pub fn missing_characters(&self, text: &str) -> Vec<char> {
        let mut missing = Vec::new();
        for sign in text.chars() {
            let blank = sign.is_control() || sign.is_whitespace();
            let covers = |face: &Font| face.info().coverage.contains(u32::from(sign));
            let known = || self.faces.iter().all(covers);
            if !blank && !missing.contains(&sign) && !known() {
                missing.push(sign);
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use typst::layout::Abs;
    use typst::text::FontVariations;

    use super::*;

    #[test]
    fn bundled_fonts_have_what_reports_print() {
        let text = "中国联通山西省分公司 吕梁 0.84天 ≤10⁻⁴ 88.14% — “客观、真实、准确” (±) ×÷ ↑↓ ①⑩ ℃ −1.5";
        assert_eq!(Fonts::bundled_fonts().missing_characters(text), Vec::<char>::new());
    }

    #[test]
    fn a_character_that_no_face_has_is_named_once() {
        assert_eq!(Fonts::bundled_fonts().missing_characters("好😃 ok😃"), vec!['😃']);
    }

    #[test]
    fn a_file_that_is_no_font_is_refused_by_its_number() {
        let files: [&'static [u8]; 1] = [b"not a font"];
        assert_eq!(Fonts::parse(files).unwrap_err().number, 1);
    }

    #[test]
    fn digits_of_a_face_are_equally_wide() {
        for face in &Fonts::bundled_fonts().faces {
            let variant = face.info().variant;
            let set = face.clone().instantiate(variant, Abs::pt(10.0), &FontVariations::default());
            let width = |sign| set.x_advance(set.ttf().glyph_index(sign).unwrap().0);
            for digit in '1'..='9' {
                assert_eq!(width(digit), width('0'), "{digit}");
            }
        }
    }
}
