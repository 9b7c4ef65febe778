//! A question together with the pack, the records and the calendars that answer it.

use trueline_clock::Calendar;
use trueline_figures::{Period, PeriodError};
use trueline_lake::{Lake, LakeError};

use super::compute::FigureQuestion;
use super::dimensions::{DimensionError, Filter};
use super::load::load_pack;
use super::mistake::PackError;
use super::model::Pack;
use super::records::LakeRecords;
use crate::instance::InstanceError;
use crate::state::State;

/// What is asked, as a person writes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct InquiryRequest<'a> {
    /// A name or a path; `None` is the instance's own pack.
    pub pack: Option<&'a str>,
    /// `2020H1`, `2020-05` …
    pub period: &'a str,
    /// `prefecture=141100,month=2020-05`
    pub filter: &'a str,
    /// Only what was recorded up to this second; `None` is everything.
    pub as_of: Option<i64>,
}

/// A question with its pack and with what answers it.
#[derive(Debug)]
pub struct Inquiry {
    pub pack: Pack,
    pub question: FigureQuestion,
    pub lake: Lake,
    pub calendars: Vec<Calendar>,
    pub as_of: Option<i64>,
}

/// Why a question cannot be asked.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum InquiryError {
    #[error(transparent)]
    Pack(#[from] PackError),
    // The error says what to write instead.
    #[error(transparent)]
    Period(#[from] PeriodError),
    #[error(transparent)]
    Filter(#[from] DimensionError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Lake(#[from] LakeError),
}

impl Inquiry {
    /// Reads the pack, and the question in the words of the pack.
    pub fn open(state: &State, request: &InquiryRequest<'_>) -> Result<Inquiry, InquiryError> {
        let name = request.pack.unwrap_or(&state.pack);
        let pack = load_pack(name, &state.instance.pack_folders(), &state.datasets)?;
        let period = Period::parse(request.period, pack.zone.rules())?;
        let filter = Filter::parse(&pack, request.filter)?;
        Ok(Inquiry {
            question: FigureQuestion { filter, ..FigureQuestion::about_period(period) },
            pack,
            lake: state.open_lake()?,
            calendars: state.read_calendars()?,
            as_of: request.as_of,
        })
    }

    /// The records as of the second that is asked for.
    pub fn lake_records(&self) -> LakeRecords<'_> {
        match self.as_of {
            Some(second) => LakeRecords::as_of(&self.lake, &self.calendars, second),
            None => LakeRecords::newest(&self.lake, &self.calendars),
        }
    }
}
