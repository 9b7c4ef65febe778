//! A real Chromium, driven over its `DevTools` protocol.
//!
//! The protocol runs over two pipes (`--remote-debugging-pipe`: commands on descriptor 3, answers
//! on 4, each message ended by a zero byte), so that no driver, port or crate is needed. All tests
//! share one process; each has a context of its own, with its own cookies and storage.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::Tethered;

/// A page that takes longer has hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// Messages that may wait for one page to be read.
const MESSAGES_MAX: usize = 1024;

static CHROMIUM: LazyLock<Chromium> = LazyLock::new(Chromium::start);

/// Where the messages of each session go.
type Routes = Arc<Mutex<HashMap<String, SyncSender<Value>>>>;

/// The process that all pages live in. It ends when the tests do, because its pipe closes then.
struct Chromium {
    commands: Mutex<ChildStdin>,
    /// Answers that belong to no session; held by whoever opens a page.
    answers: Mutex<Receiver<Value>>,
    routes: Routes,
    last: AtomicU64,
}

/// Removes what Chromium has written, when it has ended.
const SCRIPT: &str = "profile=$(mktemp -d)
    \"$@\" --user-data-dir=\"$profile\" about:blank 3<&0 4>&1 0</dev/null 1>/dev/null
    rm -rf \"$profile\"";

impl Chromium {
    fn start() -> Chromium {
        let mut command = Command::new("chromium");
        // The sandbox needs rights that a container lacks; the pages are our own.
        command
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-quic", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server"])
            // A page that is behind another one must not be slower for it.
            .args(["--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"])
            .arg("--disable-background-timer-throttling");
        let mut process = Tethered::start(SCRIPT, &command);
        let (commands, output) = (process.input(), process.output());
        let (send, answers) = sync_channel(MESSAGES_MAX);
        let routes = Routes::default();
        let known = Arc::clone(&routes);
        std::thread::spawn(move || route_messages(output, &send, &known));
        Chromium {
            commands: Mutex::new(commands),
            answers: Mutex::new(answers),
            routes,
            last: AtomicU64::new(0),
        }
    }

    /// Sends a command and returns its number.
    fn send(&self, session: Option<&str>, method: &str, parameters: &Value) -> u64 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut commands = lock(&self.commands);
        // If it has ended, the answer is missed.
        let _ = commands.write_all(format!("{message}\0").as_bytes());
        let _ = commands.flush();
        id
    }
}

/// A test that failed elsewhere is no reason to fail here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives every message to the page that it is for, and answers without a page to `others`.
fn route_messages(output: ChildStdout, others: &SyncSender<Value>, routes: &Routes) {
    let mut output = BufReader::new(output);
    let mut bytes = Vec::new();
    while output.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
        bytes.pop();
        let Ok(message) = serde_json::from_slice::<Value>(&bytes) else { break };
        bytes.clear();
        let route = match message["sessionId"].as_str() {
            Some(session) => lock(routes).get(session).cloned(),
            None => message["id"].is_u64().then(|| others.clone()),
        };
        if let Some(route) = route {
            // The test may have ended; then nobody waits for this.
            let _ = route.send(message);
        }
    }
    // Nobody will answer any more: whoever waits is told at once.
    lock(routes).clear();
}

fn receive(messages: &Receiver<Value>, what: &str) -> Value {
    match messages.recv_timeout(PATIENCE) {
        Ok(message) => message,
        Err(error) => panic!("chromium did not answer {what}: {error}; ./test installs it"),
    }
}

/// The result of an answer; a refusal fails the test.
fn result_of(method: &str, answer: &Value) -> Value {
    assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
    answer["result"].clone()
}

/// A browser with one page, and what it has told us so far.
pub(crate) struct Browser {
    context: Value,
    session: String,
    messages: Receiver<Value>,
    unread: RefCell<VecDeque<Value>>,
}

/// What a page was answered with.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    headers: Value,
}

impl Answer {
    /// A header by its name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> String {
        let headers = self.headers.as_object().expect("headers are an object");
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
    }
}

impl Browser {
    pub(crate) fn start() -> Browser {
        let answers = lock(&CHROMIUM.answers);
        let call = |method: &str, parameters: Value| {
            let id = CHROMIUM.send(None, method, &parameters);
            loop {
                let answer = receive(&answers, method);
                if answer["id"] == id {
                    return result_of(method, &answer);
                }
            }
        };
        let context = call("Target.createBrowserContext", json!({}))["browserContextId"].clone();
        let target = call(
            "Target.createTarget",
            json!({ "url": "about:blank", "browserContextId": context }),
        );
        let attached = call(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        let session = attached["sessionId"].as_str().expect("a session").to_owned();
        let (send, messages) = sync_channel(MESSAGES_MAX);
        lock(&CHROMIUM.routes).insert(session.clone(), send);
        drop(answers);
        let browser = Browser { context, session, messages, unread: RefCell::default() };
        for domain in ["Page", "Network", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        // Of several pages each behaves as if it were the one in front.
        browser.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        browser
    }

    /// Sends a command and waits for its result; events that come before it are kept.
    #[expect(clippy::needless_pass_by_value, reason = "callers write `json!` in place")]
    pub(crate) fn call(&self, method: &str, parameters: Value) -> Value {
        let id = CHROMIUM.send(Some(&self.session), method, &parameters);
        loop {
            let answer = receive(&self.messages, method);
            if answer["id"] == id {
                return result_of(method, &answer);
            }
            self.unread.borrow_mut().push_back(answer);
        }
    }

    /// Waits for an event that fits.
    fn event(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let is_it = |message: &Value| message["method"] == method && fits(&message["params"]);
        let kept = self.unread.borrow().iter().position(is_it);
        if let Some(at) = kept {
            let message = self.unread.borrow_mut().remove(at).expect("it is there");
            return message["params"].clone();
        }
        loop {
            let message = receive(&self.messages, method);
            if is_it(&message) {
                return message["params"].clone();
            }
            self.unread.borrow_mut().push_back(message);
        }
    }

    /// Opens an address and waits until the page has loaded.
    pub(crate) fn open(&self, address: &str) -> Answer {
        self.loading(|| {
            let gone = self.call("Page.navigate", json!({ "url": address }));
            assert!(gone["errorText"].is_null(), "{address}: {gone}");
        })
    }

    /// Clicks what a CSS selector finds and waits for the page that comes.
    pub(crate) fn follow(&self, selector: &str) -> Answer {
        self.loading(|| self.click(selector))
    }

    /// Does something that loads a page.
    pub(crate) fn loading(&self, act: impl FnOnce()) -> Answer {
        self.unread.borrow_mut().retain(|message| {
            message["method"] != "Network.responseReceived"
                && message["method"] != "Page.loadEventFired"
        });
        act();
        let answer = self.event("Network.responseReceived", |event| event["type"] == "Document");
        self.event("Page.loadEventFired", |_| true);
        let response = &answer["response"];
        Answer {
            status: response["status"].as_u64().expect("a status"),
            headers: response["headers"].clone(),
        }
    }

    /// Presses the mouse where the element is, as a person does.
    pub(crate) fn click(&self, selector: &str) {
        let place = self.js(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); if (!it) return null;
               it.scrollIntoView({{block: 'center', inline: 'center'}});
               const box = it.getClientRects()[0];
               return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        assert!(place.is_array(), "nothing is {selector} on {}", self.address());
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left",
                        "clickCount": 1 }),
            );
        }
    }

    /// Presses a key by its name in the DOM.
    pub(crate) fn press(&self, key: &str) {
        let code = if key == "Tab" { 9 } else { 13 };
        for kind in ["rawKeyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code }),
            );
        }
    }

    /// The value of an expression on the page. The inspector may run scripts where pages may not.
    pub(crate) fn js(&self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }),
        );
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// The text that an expression gives.
    pub(crate) fn text(&self, expression: &str) -> String {
        self.js(expression).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn address(&self) -> String {
        self.text("location.href")
    }

    /// What a person reads of the page.
    pub(crate) fn words(&self) -> String {
        self.text("document.body.innerText")
    }

    /// Sets the width of the window.
    pub(crate) fn width(&self, pixels: u64) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    /// Forbids scripts to the pages, as some offices do.
    pub(crate) fn without_scripts(&self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Everything that the browser complained about since it was last asked, without the lines
    /// that only repeat an answer's status.
    pub(crate) fn complaints(&self) -> Vec<String> {
        // A round trip, so that what was on its way has come.
        self.js("1");
        let mut found = Vec::new();
        self.unread.borrow_mut().retain(|message| {
            let parameters = &message["params"];
            let text = match message["method"].as_str() {
                Some("Log.entryAdded") => &parameters["entry"]["text"],
                Some("Runtime.exceptionThrown") => &parameters["exceptionDetails"]["text"],
                Some("Runtime.consoleAPICalled") => &parameters["args"],
                _ => return true,
            };
            let text = text.to_string();
            if !text.contains("the server responded with a status of") {
                found.push(text);
            }
            false
        });
        found
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        lock(&CHROMIUM.routes).remove(&self.session);
        let context = json!({ "browserContextId": self.context });
        CHROMIUM.send(None, "Target.disposeBrowserContext", &context);
    }
}
