//! Running the program and outside tools, as a person would.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::LazyLock;

/// A process that ends when this is dropped, and at the latest with the tests: nobody drops what a
/// static holds, but its pipe closes, and the shell at the other end sees to the rest.
pub(crate) struct Tethered {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Tethered {
    /// Runs a shell script that is given a command as `"$@"`. It must end soon after its input
    /// does.
    pub(crate) fn start(script: &str, command: &Command) -> Tethered {
        let mut shell = Command::new("sh");
        // An interrupt reaches the tests, too; then there is still something to do here.
        shell.args(["-c", &format!("trap '' INT; {script}"), "sh"]);
        shell.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = shell.spawn().expect("a shell");
        let pipe = shell.stdin.take();
        Tethered { shell, pipe }
    }

    /// What it prints.
    pub(crate) fn output(&mut self) -> ChildStdout {
        self.shell.stdout.take().expect("asked for once")
    }

    /// What it reads. Whoever takes it ends the process by closing it.
    pub(crate) fn input(&mut self) -> ChildStdin {
        self.pipe.take().expect("asked for once")
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        if self.pipe.take().is_some() {
            // If the shell has ended already, there is nothing to wait for.
            let _ = self.shell.wait();
        }
    }
}

/// Holds all folders of a run, also those that a static keeps, and is removed when the tests end.
struct Workshop {
    folder: PathBuf,
    _remover: Tethered,
}

static WORKSHOP: LazyLock<Workshop> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let remover = Tethered::start("cat; \"$@\"", Command::new("rm").arg("-rf").arg(&folder));
    Workshop { folder, _remover: remover }
});

/// A folder that is removed when this is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir_in(&WORKSHOP.folder).expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").to_owned()
    }
}

/// The time for the program: years after the periods that the tests report on.
pub(crate) const NOW: &str = "2022-07-15T02:00:00Z";

/// A later time, for what happens after something else.
pub(crate) const LATER: &str = "2022-07-15T02:00:05Z";

/// The program with its first arguments, in English, wherever and whenever the tests run.
pub(crate) fn trueline(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trueline"));
    command.env("TRUELINE_LANG", "en").env_remove("LC_ALL").env("TRUELINE_CLOCK", NOW);
    command.args(arguments);
    Run(command)
}

pub(crate) struct Run(Command);

impl Run {
    pub(crate) fn args<S: AsRef<OsStr>>(
        &mut self,
        arguments: impl IntoIterator<Item = S>,
    ) -> &mut Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.0.env(name, value);
        self
    }

    /// Runs it at another time than all the others.
    pub(crate) fn at(&mut self, time: &str) -> &mut Self {
        self.env("TRUELINE_CLOCK", time)
    }

    /// What it printed; it must end with 0.
    pub(crate) fn done(&mut self) -> String {
        let output = self.output();
        assert!(
            output.status.success(),
            "{:?} ended with {}\n{}{}",
            self.0,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What it said on standard error; it must end with this code.
    pub(crate) fn fails(&mut self, code: i32) -> String {
        let output = self.output();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{:?}\n{said}", self.0);
        said
    }

    pub(crate) fn output(&mut self) -> Output {
        self.0.output().expect("the program starts")
    }

    /// Starts it, to serve until what this returns is dropped.
    pub(crate) fn tethered(&self) -> Tethered {
        Tethered::start("\"$@\" & cat; kill $!", &self.0)
    }

    pub(crate) fn command(&mut self) -> &mut Command {
        &mut self.0
    }
}

/// An outside tool; `./test` installs those that the tests name.
pub(crate) fn tool(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}; ./test installs it"));
    assert!(output.status.success(), "{name} {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The folder of real data, or `None` after saying that the test is skipped.
pub(crate) fn real_data(set: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRUELINE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root.join(set));
    }
    println!("skipped: no TRUELINE_DATA");
    None
}
