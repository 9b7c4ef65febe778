//! What every system of a running program is given: the instance, its lake and ledger, the registry
//! of datasets, and the clock. The database will stand here, too.

use trueline_clock::Calendar;
use trueline_lake::{Lake, LakeError};
use trueline_ledger::{Distrust, Policy};

use crate::clock::Clock;
use crate::datasets::Datasets;
use crate::instance::{Instance, InstanceError};
use crate::ledger::{
    CommittedBatch, Ledger, LedgerError, LedgerSettings, PolicyError, ask_witnesses, read_policy,
};

/// An opened instance with what the program brings along.
#[derive(Debug)]
pub struct State {
    pub instance: Instance,
    /// The pack that defines the figures, by name or path.
    pub pack: String,
    pub ledger: LedgerSettings,
    pub datasets: Datasets,
    pub clock: Clock,
}

impl State {
    pub fn open_lake(&self) -> Result<Lake, LakeError> {
        self.instance.open_lake()
    }

    pub fn read_calendars(&self) -> Result<Vec<Calendar>, InstanceError> {
        self.instance.read_calendars()
    }

    /// Opens the ledger for writing; begins it where there is none.
    pub fn open_ledger(&self) -> Result<Ledger, LedgerError> {
        Ledger::open(&self.instance, &self.ledger)
    }

    /// The policy that the settings name; `None` if they name none.
    pub fn read_policy(&self) -> Result<Option<Policy>, PolicyError> {
        read_policy(&self.instance, &self.ledger)
    }

    /// Shows the newest checkpoint to the witnesses of the policy, if the settings name one.
    /// Returns what is missing for its quorum.
    pub fn ask_witnesses(&self, ledger: &mut Ledger) -> Result<Option<Distrust>, PolicyError> {
        let Some(policy) = self.read_policy()? else { return Ok(None) };
        Ok(ask_witnesses(ledger, &policy)?)
    }

    /// Commits to every batch of the lake that the ledger does not commit to yet.
    pub fn commit_batches(&self, ledger: &mut Ledger) -> Result<Vec<CommittedBatch>, LedgerError> {
        ledger.commit_batches(&self.open_lake()?, &self.datasets.schemas())
    }
}
