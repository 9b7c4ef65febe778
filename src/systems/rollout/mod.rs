//! Rollout: radio sites on their way to service. So far it owns the dataset of sites.

mod model;

pub use model::SITE;
