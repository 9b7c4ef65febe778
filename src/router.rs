//! Every route, one list: the pages of an instance, and those of a witness.

use std::sync::Arc;

use axum::Router;

use crate::systems::indicators::http::Console;
use crate::systems::reports::http::ReportFiles;
use crate::systems::{cases, indicators, reports};
use crate::web::{PageSet, Site, SiteOwner, finish_router};
use crate::witness::{self, WitnessServer};

/// What the pages of an instance consist of, in the order of the navigation.
const INSTANCE_PAGES: [PageSet; 3] =
    [indicators::http::PAGES, cases::http::PAGES, reports::http::PAGES];

/// The site of an instance, which its systems fill.
pub(crate) fn build_instance_site(owner: SiteOwner) -> Arc<Site> {
    Arc::new(Site::new(owner, &INSTANCE_PAGES))
}

/// The pages of an instance.
pub(crate) fn build_instance_router(console: Console, files: ReportFiles) -> Router {
    let site = Arc::clone(&console.site);
    let console = Arc::new(console);
    let routes = indicators::http::routes(Arc::clone(&console))
        .merge(cases::http::routes(console))
        .merge(reports::http::routes(Arc::new(files)));
    finish_router(routes, site)
}

/// The routes of a witness.
pub(crate) fn build_witness_router(server: WitnessServer) -> Router {
    let site = Arc::new(Site::new(SiteOwner::default(), &[]));
    finish_router(witness::http::routes(Arc::new(server)), site)
}
