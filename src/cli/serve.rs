//! `trueline serve`: the report and the pages that slice every figure.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;

use trueline_language::text;

use super::arguments::ServeArguments;
use super::indicators::open_inquiry;
use super::place::InstanceFolders;
use super::question::QuestionArguments;
use super::{Failure, Language};
use crate::program::Program;
use crate::router::{build_instance_router, build_instance_site};
use crate::systems::indicators::Inquiry;
use crate::systems::indicators::http::Console;
use crate::systems::reports::http::ReportFiles;
use crate::systems::reports::{ReportFormat, ReportInputs, holds_simulated};
use crate::web::SiteOwner;

pub(super) fn run_serve(
    asked: &ServeArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let program = place.open_instance()?;
    let Some(period) = asked.period.clone() else {
        return Err(Failure::wrong_request(
            text!("没有指明要显示的统计期", "which period is to be shown?"),
            text!(
                "请写明：`trueline serve --period 2020H1`",
                "name it: `trueline serve --period 2020H1`"
            ),
        ));
    };
    let question = QuestionArguments { pack: asked.pack.clone(), period, as_of: None };
    let inquiry = open_inquiry(&program.state, &question, &[])?;
    let listener = listen_on(&asked.listen)?;
    let mut files = BTreeMap::new();
    let now = program.state.clock.now();
    let inputs = ReportInputs::read(&program.state, &program.settings.report, &inquiry, now)?;
    for language in [Language::Chinese, Language::English] {
        let draft = inputs.draft_report(language, &[], None)?;
        for format in ReportFormat::ALL {
            files.insert(
                format!("report.{}.{}", language.code(), format.ending()),
                draft.render(format, None)?,
            );
        }
    }
    serve_instance(&program, inquiry, files, listener, language)
}

/// Takes the address first: writing the reports takes a while, and nobody should wait for them only
/// to hear that the port is in use.
pub(super) fn listen_on(address: &str) -> Result<TcpListener, Failure> {
    let refused = |error: io::Error| {
        Failure::wrong_request(
            text!("无法监听 {address}：{error}", "cannot listen on {address}: {error}"),
            text!(
                "以 --listen 另选地址，如 127.0.0.1:0 表示任一空闲端口",
                "choose another address with --listen, such as 127.0.0.1:0 for any free port"
            ),
        )
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    Ok(listener)
}

/// Serves until the program is stopped. Prints the address when it can be opened.
pub(super) fn serve_instance(
    program: &Program,
    inquiry: Inquiry,
    files: BTreeMap<String, Vec<u8>>,
    listener: TcpListener,
    language: Language,
) -> Result<(), Failure> {
    let settings = &program.settings.report;
    let english = settings.english.as_ref().and_then(|english| english.company.clone());
    let owner = SiteOwner {
        company: (settings.company.clone(), english.unwrap_or_else(|| settings.company.clone())),
        period: inquiry.question.period.name.clone(),
        simulated: settings.simulated || holds_simulated(&inquiry.lake)?,
    };
    let console = Console {
        site: build_instance_site(owner),
        period: inquiry.question.period,
        lake: inquiry.lake,
        calendars: inquiry.calendars,
        pack: inquiry.pack,
        files: files.keys().cloned().collect(),
    };
    let routes = build_instance_router(console, ReportFiles { files });
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let words = language.pick("打开", "open");
        println!("{words} http://{address}/?lang={}", language.code());
        let stop = async {
            // A signal that cannot be listened for leaves the usual way out: the process is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        axum::serve(listener, routes).with_graceful_shutdown(stop).await?;
        Ok(())
    })
}
