//! A program that answers for a party and breaks its rules, in one of many ways or at random.
//!
//! `misbehaving_party list` prints how many ways there are, `misbehaving_party N` misbehaves in the way
//! of that number at every first turn, and `misbehaving_party random SEED` in any way at any time.
#![expect(clippy::print_stdout, reason = "its lines are what it says")]
#![expect(
    clippy::disallowed_methods,
    reason = "what it does wrong has to do with time"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::process::{Command, exit};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

/// Lines that are nobody's: `@` stands for the number of the session that asks.
const LINES: &[&str] = &[
    "hello",
    "{}",
    "[]",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "NaN",
    "\"accept\"",
    "{",
    "}",
    "{]",
    "[}",
    "[[[[[[[[[[[[[[[[",
    "{\"session\"}",
    "{\"session\":}",
    "{\"session\":@",
    "{\"session\":@,}",
    "{'session':@,'action':'accept'}",
    "{session:@,action:\"accept\"}",
    "{\"session\":\"@\",\"action\":\"accept\"}",
    "{\"session\":@.0,\"action\":\"accept\"}",
    "{\"session\":@.5,\"action\":\"accept\"}",
    "{\"session\":-@1,\"action\":\"accept\"}",
    "{\"session\":[@],\"action\":\"accept\"}",
    "{\"session\":{\"session\":@},\"action\":\"accept\"}",
    "{\"session\":null,\"action\":\"accept\"}",
    "{\"session\":true,\"action\":\"accept\"}",
    "{\"session\":18446744073709551616,\"action\":\"accept\"}",
    "{\"session\":0x1,\"action\":\"accept\"}",
    "{\"session\":@,\"session\":@,\"action\":\"accept\"}",
    "{\"Session\":@,\"action\":\"accept\"}",
    "{\"SESSION\":@,\"action\":\"accept\"}",
    "{\"id\":@,\"action\":\"accept\"}",
    "{\"action\":\"accept\"}",
    "{\"action\":\"end\"}",
    "{\"session\":@,\"action\":\"accept\"}{\"session\":@,\"action\":\"accept\"}",
    "{\"session\":@,\"action\":\"accept\"},",
    "{\"session\":@,\"action\":\"accept\"} // yes",
    "{\"session\":@,\"action\":\"accept\",}",
    "{\"session\":@,\"action\":accept}",
    "{\"session\":@,\"action\":\"accept}",
    "{\"session\":@,\"action\":\"acc\\ept\"}",
    "{\"session\":@,\"action\":\"\\ud800\"}",
    "{\"session\":@,\"action\":\"\\u12\"}",
    "{\"session\":@ \"action\":\"accept\"}",
    "{\"session\":@,,\"action\":\"accept\"}",
    "\u{feff}{\"session\":@,\"action\":\"accept\"}",
    "session: @",
    "session=@ action=accept",
    "<reply session=\"@\"/>",
    "@,accept",
    "HTTP/1.1 200 OK",
    "Content-Length: 100",
    "Traceback (most recent call last):",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{0}",
    "\u{1}\u{2}\u{3}",
    "\"",
    "\\",
    "\u{2028}",
    "data: {\"session\":@}",
    "```json",
    "I accept your offer.",
    "{\"session\": @, \"action\": \"offer\", \"outcome\": {\"a\": }}",
    "[{\"session\":@,\"action\":\"accept\"}]",
    "{\"reply\":{\"session\":@,\"action\":\"accept\"}}",
    "{\"session\":@,\"action\":\"end\"\u{0}}",
    "{\"session\":99999999999999999999999999999999,\"action\":\"end\"}",
];

/// Replies to the session that asks which say what they should not.
const REPLIES: &[&str] = &[
    "",
    ",\"action\":null",
    ",\"action\":1",
    ",\"action\":true",
    ",\"action\":[]",
    ",\"action\":{}",
    ",\"action\":[\"accept\"]",
    ",\"action\":\"\"",
    ",\"action\":\"agree\"",
    ",\"action\":\"Accept\"",
    ",\"action\":\"ACCEPT\"",
    ",\"action\":\"accept \"",
    ",\"action\":\" accept\"",
    ",\"action\":\"accept\\n\"",
    ",\"action\":\"offer;accept\"",
    ",\"action\":\"walk_out\"",
    ",\"action\":\"offer\"",
    ",\"action\":\"offer\",\"outcome\":null",
    ",\"action\":\"offer\",\"outcome\":0",
    ",\"action\":\"offer\",\"outcome\":\"best\"",
    ",\"action\":\"offer\",\"outcome\":[]",
    ",\"action\":\"offer\",\"outcome\":{}",
    ",\"action\":\"offer\",\"outcome\":{\"upkeep\":\"halves\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"perhaps\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"No\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"not bought\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"halves\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"no\",\"x\":\"no\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"Second_rope\":\"no\"}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":0}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":null}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":false}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":[\"no\"]}",
    ",\"action\":\"offer\",\"outcome\":{\"well_hours\":1,\"upkeep\":1,\"second_rope\":1}",
    ",\"action\":\"offer\",\"outcome\":[\"shared\",\"halves\",\"no\"]",
    ",\"action\":\"offer\",\"offer\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"no\"}",
    ",\"action\":\"offer\",\"outcomes\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"no\"}",
    ",\"action\":\"accept\"",
    ",\"action\":\"reject\"",
    ",\"action\":\"accept\",\"outcome\":{\"well_hours\":\"shared\",\"upkeep\":\"halves\",\"second_rope\":\"no\"}",
    ",\"action\":\"end\",\"text\":1",
    ",\"action\":\"end\",\"text\":[]",
    ",\"action\":\"end\",\"text\":{\"say\":\"bye\"}",
    ",\"action\":\"end\",\"action\":\"end\"",
    ",\"action\":\"end\",\"outcome\":1",
    ",\"action\":\"end\",\"outcome\":\"none\"",
];

/// What is done in place of a line.
#[derive(Clone, Copy)]
enum Deed {
    ExitAtStart(i32),
    ExitAtBegin(i32),
    ExitAtTurn(i32),
    Abort,
    Panic,
    Sleep,
    SleepAtStart,
    SleepAtBegin,
    AnswerLate,
    NeverAnswer,
    HalfALine,
    HalfALineAndExit,
    AnotherSession,
    ReplyToBegin,
    ReplyToEvent,
    ReplyTwice,
    FloodOfLines,
    FloodOfBlanks,
    FloodOfReplies,
    FloodOfBytes,
    LongLine,
    LongText,
    DeepLine,
    NotText,
    HalfACharacter,
    ChildWithThePipe,
    BlankOnly,
    CarriageReturns,
    KillOneself,
    WaitForAChild,
}

const DEEDS: &[Deed] = &[
    Deed::ExitAtStart(0),
    Deed::ExitAtStart(1),
    Deed::ExitAtStart(101),
    Deed::ExitAtBegin(0),
    Deed::ExitAtBegin(1),
    Deed::ExitAtTurn(0),
    Deed::ExitAtTurn(2),
    Deed::Abort,
    Deed::Panic,
    Deed::Sleep,
    Deed::SleepAtStart,
    Deed::SleepAtBegin,
    Deed::AnswerLate,
    Deed::NeverAnswer,
    Deed::HalfALine,
    Deed::HalfALineAndExit,
    Deed::AnotherSession,
    Deed::ReplyToBegin,
    Deed::ReplyToEvent,
    Deed::ReplyTwice,
    Deed::FloodOfLines,
    Deed::FloodOfBlanks,
    Deed::FloodOfReplies,
    Deed::FloodOfBytes,
    Deed::LongLine,
    Deed::LongText,
    Deed::DeepLine,
    Deed::NotText,
    Deed::HalfACharacter,
    Deed::ChildWithThePipe,
    Deed::BlankOnly,
    Deed::CarriageReturns,
    Deed::KillOneself,
    Deed::WaitForAChild,
];

/// A way to misbehave.
#[derive(Clone, Copy)]
enum Kind {
    Line(&'static str),
    /// A right reply, and then the line.
    ReplyAndLine(&'static str),
    Reply(&'static str),
    Deed(Deed),
}

fn kinds() -> Vec<Kind> {
    let lines = LINES.iter().copied();
    let deeds = DEEDS.iter().copied().map(Kind::Deed);
    let replies = REPLIES.iter().copied().map(Kind::Reply);
    (lines.clone().map(Kind::Line))
        .chain(replies)
        .chain(lines.map(Kind::ReplyAndLine))
        .chain(deeds)
        .collect()
}

/// Long enough for any time limit of a test.
const LONG: Duration = Duration::from_secs(600);

struct Party {
    /// By session, what it wants most.
    sessions: BTreeMap<u64, Map<String, Json>>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_default();
    let mut party = Party {
        sessions: BTreeMap::new(),
    };
    match first.as_str() {
        "list" => println!("{}", kinds().len()),
        "random" => {
            let seed = arguments.next().and_then(|it| it.parse().ok());
            party.at_random(seed.unwrap_or(1));
        }
        number => {
            let number: usize = number.parse().expect("the number of a way to misbehave");
            party.misbehave(kinds()[number]);
        }
    }
}

fn say(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    // Whoever has heard enough closes the pipe.
    if stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .is_err()
    {
        exit(0);
    }
}

fn say_line(line: &str) {
    say(format!("{line}\n").as_bytes());
}

impl Party {
    fn misbehave(&mut self, kind: Kind) {
        match kind {
            Kind::Deed(Deed::ExitAtStart(code)) => exit(code),
            Kind::Deed(Deed::SleepAtStart) => sleep(LONG),
            Kind::Line(_) | Kind::ReplyAndLine(_) | Kind::Reply(_) | Kind::Deed(_) => {}
        }
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            let message: Json = serde_json::from_str(&line).expect("a line is JSON");
            let session = message["session"].as_u64().expect("a line has a session");
            match message["message"].as_str() {
                Some("begin") => {
                    self.begin(session, &message);
                    match kind {
                        Kind::Deed(Deed::ExitAtBegin(code)) => exit(code),
                        Kind::Deed(Deed::SleepAtBegin) => sleep(LONG),
                        Kind::Deed(Deed::ReplyToBegin) => say_line(&accept(session)),
                        Kind::Line(_) | Kind::ReplyAndLine(_) | Kind::Reply(_) | Kind::Deed(_) => {}
                    }
                }
                Some("event") => {
                    if let Kind::Deed(Deed::ReplyToEvent) = kind {
                        say_line(&accept(session));
                    }
                }
                Some("your_turn") => {
                    let right = self.reply(session, &message);
                    take_turn(kind, session, &right);
                }
                _ => {}
            }
        }
    }

    fn begin(&mut self, session: u64, message: &Json) {
        let utilities = message["preferences"]["utilities"].as_object();
        let best = |options: &Json| {
            let options = options.as_object().expect("options have utilities");
            let utility = |it: &Json| it.as_f64().expect("a number");
            let best = options
                .iter()
                .max_by(|a, b| utility(a.1).total_cmp(&utility(b.1)));
            Json::from(best.expect("an issue has options").0.as_str())
        };
        let utilities = utilities.expect("a party has utilities").iter();
        let outcome = utilities.map(|(issue, options)| (issue.clone(), best(options)));
        self.sessions.insert(session, outcome.collect());
    }

    /// What is allowed.
    fn reply(&self, session: u64, message: &Json) -> String {
        let is_answer = message["legal"][1] == "reject";
        if is_answer {
            return json!({ "session": session, "action": "reject" }).to_string();
        }
        let outcome = self.sessions.get(&session);
        json!({ "session": session, "action": "offer", "outcome": outcome }).to_string()
    }

    /// Right and wrong things, the same for the same seed and the same lines.
    fn at_random(&mut self, seed: u64) {
        let mut random = Random(seed);
        let kinds = kinds();
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            let message: Json = serde_json::from_str(&line).expect("a line is JSON");
            let session = message["session"].as_u64().expect("a line has a session");
            match message["message"].as_str() {
                Some("begin") => self.begin(session, &message),
                Some("your_turn") => {
                    let right = self.reply(session, &message);
                    match random.below(100) {
                        0..80 => say_line(&right),
                        80..96 => {
                            let changed = random.changed(right.as_bytes());
                            say_line(&String::from_utf8_lossy(&changed));
                        }
                        96..98 => {
                            let mut changed = random.changed(right.as_bytes());
                            changed.push(b'\n');
                            say(&changed);
                        }
                        _ => {
                            let kind = kinds[random.below(kinds.len())];
                            take_turn(kind, session, &right);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn accept(session: u64) -> String {
    json!({ "session": session, "action": "accept" }).to_string()
}

fn take_turn(kind: Kind, session: u64, right: &str) {
    match kind {
        Kind::Line(line) => say_line(&line.replace('@', &session.to_string())),
        Kind::ReplyAndLine(line) => {
            say_line(right);
            say_line(&line.replace('@', &session.to_string()));
        }
        Kind::Reply(rest) => say_line(&format!("{{\"session\":{session}{rest}}}")),
        Kind::Deed(deed) => deed.at_turn(session, right),
    }
}

impl Deed {
    fn at_turn(self, session: u64, right: &str) {
        match self {
            Self::ExitAtStart(code) | Self::ExitAtBegin(code) | Self::ExitAtTurn(code) => {
                exit(code);
            }
            Self::Abort => std::process::abort(),
            Self::Panic => {
                std::panic::set_hook(Box::new(|_| {}));
                panic!("the party is broken");
            }
            Self::Sleep | Self::SleepAtStart | Self::SleepAtBegin => sleep(LONG),
            Self::AnswerLate => {
                sleep(Duration::from_millis(450));
                say_line(right);
            }
            Self::NeverAnswer | Self::ReplyToEvent => {}
            Self::HalfALine => {
                say(&right.as_bytes()[..right.len() / 2]);
                sleep(LONG);
            }
            Self::HalfALineAndExit => {
                say(&right.as_bytes()[..right.len() / 2]);
                exit(0);
            }
            Self::AnotherSession => say_line(&accept(session + 1_000_000)),
            Self::ReplyToBegin => say_line(right),
            Self::ReplyTwice => {
                say_line(right);
                say_line(right);
            }
            Self::FloodOfLines => loop {
                say_line(&accept(session + 1_000_000));
            },
            Self::FloodOfBlanks => loop {
                say(&[b'\n'; 4096]);
            },
            Self::FloodOfReplies => loop {
                say_line(right);
            },
            Self::FloodOfBytes => loop {
                say(&[b'a'; 4096]);
            },
            Self::LongLine => say_line(&"a".repeat(1 << 20)),
            Self::LongText => {
                let text = "a".repeat(1 << 17);
                say_line(&json!({ "session": session, "action": "end", "text": text }).to_string());
            }
            Self::DeepLine => say_line(&"[".repeat(50_000)),
            Self::NotText => say(&[0xff, 0xfe, 0x00, 0x80, b'\n']),
            Self::HalfACharacter => {
                let start = format!("{{\"session\":{session},\"action\":\"end\",\"text\":\"");
                say(start.as_bytes());
                say(&[0xc3, b'"', b'}', b'\n']);
            }
            Self::ChildWithThePipe => {
                // It has the pipe too, so that this end of it does not close.
                let _ = Command::new("sleep").arg("600").spawn();
                exit(0);
            }
            Self::BlankOnly => say_line(""),
            Self::CarriageReturns => {
                say(right.as_bytes());
                say(b"\r");
            }
            Self::KillOneself => {
                let id = std::process::id().to_string();
                let _ = Command::new("kill").args(["-9", &id]).status();
                sleep(LONG);
            }
            Self::WaitForAChild => {
                let _ = Command::new("sleep").arg("600").status();
            }
        }
    }
}

/// Numbers as xorshift makes them.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        usize::try_from(self.next() % bound).expect("a number below one of its kind")
    }

    /// Some bytes of a line changed, taken away or added; none of them ends it.
    fn changed(&mut self, line: &[u8]) -> Vec<u8> {
        let mut res = line.to_vec();
        for _ in 0..=self.below(4) {
            let byte = self.next().to_le_bytes()[0];
            let byte = if byte == b'\n' { b' ' } else { byte };
            let at = self.below(res.len().max(1));
            match self.below(3) {
                0 if at < res.len() => res[at] = byte,
                1 if at < res.len() => {
                    res.remove(at);
                }
                _ => res.insert(at.min(res.len()), byte),
            }
        }
        res
    }
}
