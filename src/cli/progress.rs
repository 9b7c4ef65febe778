//! Progress of long work: a bar on a terminal, a line per step elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// One piece of long work. Dropping it without [`ProgressStep::finish_step`] leaves the last line
/// as it is.
#[derive(Debug)]
pub(crate) struct ProgressStep {
    bar: Option<ProgressBar>,
}

impl ProgressStep {
    /// Starts a step. `total` 0 means that the amount is not known.
    pub(crate) fn start_step(step: &str, total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            eprintln!("{step} …");
            return ProgressStep { bar: None };
        }
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template = if total == 0 {
            "{spinner} {msg} {human_pos} {elapsed}"
        } else {
            "{msg} {bar:30.cyan/white} {human_pos}/{human_len} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(step.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        ProgressStep { bar: Some(bar) }
    }

    /// Moves the bar.
    pub(crate) fn move_to(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }

    /// Ends the step with one line that says what came of it.
    pub(crate) fn finish_step(self, result: &str) {
        match self.bar {
            Some(bar) => {
                bar.finish_and_clear();
                eprintln!("✓ {result}");
            }
            None => eprintln!("{result}"),
        }
    }
}
