//! A real Chromium, driven over its DevTools protocol.
//!
//! The protocol runs over two pipes (`--remote-debugging-pipe`: commands on descriptor 3, answers
//! on 4, each message ended by a zero byte), so that no driver, port or crate is needed.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::{Value, json};

/// A page that takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page, and what it has told us so far.
pub(crate) struct Browser {
    process: Child,
    commands: RefCell<ChildStdin>,
    messages: Receiver<Value>,
    unread: RefCell<VecDeque<Value>>,
    last: Cell<u64>,
    session: RefCell<Option<String>>,
    _profile: tempfile::TempDir,
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
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The sandbox needs rights that a container lacks; the pages are our own.
        let mut process = Command::new("sh")
            .args(["-c", "exec chromium \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1", "chromium"])
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-quic", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromium starts; ./test installs it");
        let commands = process.stdin.take().expect("piped");
        let mut answers = BufReader::new(process.stdout.take().expect("piped"));
        let (send, messages) = sync_channel(1024);
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let parsed = serde_json::from_slice(&message);
                message.clear();
                if parsed.map_or(true, |message| send.send(message).is_err()) {
                    return;
                }
            }
        });
        let browser = Browser {
            process,
            commands: RefCell::new(commands),
            messages,
            unread: RefCell::default(),
            last: Cell::new(0),
            session: RefCell::new(None),
            _profile: profile,
        };
        browser.attach();
        browser
    }

    fn attach(&self) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = self.call(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        *self.session.borrow_mut() = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Sends a command and waits for its result; events that come before it are kept.
    pub(crate) fn call(&self, method: &str, parameters: Value) -> Value {
        let id = self.last.get() + 1;
        self.last.set(id);
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = &*self.session.borrow() {
            message["sessionId"] = session.as_str().into();
        }
        let mut commands = self.commands.borrow_mut();
        commands.write_all(format!("{message}\0").as_bytes()).expect("chromium listens");
        commands.flush().expect("chromium listens");
        loop {
            let answer = self.receive(method);
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.unread.borrow_mut().push_back(answer);
        }
    }

    fn receive(&self, what: &str) -> Value {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(error) => panic!("chromium did not answer {what}: {error}"),
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
            let message = self.receive(method);
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
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
