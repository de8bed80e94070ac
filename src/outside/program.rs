//! A party whose answers a program gives: many sessions over one process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use demarche_core::negotiation::Setting;
use demarche_core::protocol::ProtocolViolation;

use crate::actors::{MessageKind, OutsideMessage, OutsideParty, OutsideReply};
use crate::outside::command::PartyCommand;
use crate::outside::lines::push_line;
use crate::outside::process::{Deadline, Groups, Heard, Process};
use crate::outside::replies::read_reply;

/// Lines that answer nothing, from which a process floods.
const UNASKED_MAX: u32 = 1_000;

/// How often a thread starts the program of a party, at most.
const STARTS_MAX: u32 = 100;

/// Time limits in a row without a word, after which a process is given up.
const SILENCES_MAX: u32 = 2;

/// What a program is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProgramLimits {
    /// How long an answer may take, from the question or from the answer before, whichever is later.
    pub answer: Duration,
}

impl Default for ProgramLimits {
    /// Ten seconds.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
        }
    }
}

/// A program that answers for a party, of which each thread gets a process of its own.
pub struct PartyProgram {
    command: PartyCommand,
    limits: ProgramLimits,
    groups: Groups,
    /// The process that showed that the program can be started, until a thread needs one.
    first: Mutex<Option<Process>>,
}

impl PartyProgram {
    /// Starts the program.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn start(command: PartyCommand, limits: ProgramLimits) -> io::Result<Arc<Self>> {
        let groups = Groups::default();
        let first = Process::start(&command.words, &groups)?;
        Ok(Arc::new(Self {
            command,
            limits,
            groups,
            first: Mutex::new(Some(first)),
        }))
    }

    /// Who answers for the party on one thread.
    pub fn party(self: &Arc<Self>) -> Box<dyn OutsideParty> {
        Box::new(ProgramParty {
            program: Arc::clone(self),
            process: None,
            n_started: 0,
            sessions: BTreeMap::new(),
            late: BTreeSet::new(),
            n_unasked: 0,
            n_silences: 0,
        })
    }

    /// Ends all its processes at once, with whatever they have started.
    pub fn end(&self) {
        self.groups.end_all();
    }

    fn process(&self) -> io::Result<Process> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        match first.take() {
            Some(it) => Ok(it),
            None => Process::start(&self.command.words, &self.groups),
        }
    }
}

impl fmt::Debug for PartyProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartyProgram")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// Answers for a party on one thread.
struct ProgramParty {
    program: Arc<PartyProgram>,
    /// `None` before the first session, and after it has failed.
    process: Option<Process>,
    n_started: u32,
    /// The sessions under way.
    sessions: BTreeMap<u64, UnderWay>,
    /// Sessions to which an answer may still come that is too late.
    late: BTreeSet<u64>,
    n_unasked: u32,
    n_silences: u32,
}

/// A session under way.
struct UnderWay {
    setting: Arc<Setting>,
    /// What the party has done for which it forfeits at its next turn. The process hears no more of
    /// the session.
    failed: Option<ProtocolViolation>,
}

/// The turns of one time: the replies so far, and which sessions have yet to reply to which.
#[derive(Default)]
struct Turns {
    replies: Vec<Option<OutsideReply>>,
    waiting: BTreeMap<u64, usize>,
}

impl OutsideParty for ProgramParty {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let mut lines = Vec::new();
        let mut turns = Turns::default();
        // What it has said in the meantime answers nothing of what it hears now.
        self.listen(&mut turns);
        for message in messages {
            self.tell(message, &mut lines, &mut turns);
        }
        self.exchange(lines, &mut turns);
        let missing = || ProtocolViolation::NoAnswer.into();
        let replies = turns.replies.into_iter();
        replies.map(|it| it.unwrap_or_else(missing)).collect()
    }
}

impl ProgramParty {
    /// Adds the line of a message, if there is a process that knows of the session.
    fn tell(&mut self, message: &OutsideMessage<'_>, lines: &mut Vec<u8>, turns: &mut Turns) {
        let session = message.session;
        if let MessageKind::Begin(begin) = message.kind {
            if self.sessions.contains_key(&session) {
                // A fresh actor begins sessions again that are under way.
                return;
            }
            let has_process = self.has_process();
            let failed = (!has_process).then_some(ProtocolViolation::NoAnswer);
            let setting = Arc::clone(begin.setting);
            self.sessions.insert(session, UnderWay { setting, failed });
        }
        let Some(it) = self.sessions.get(&session) else {
            return;
        };
        if message.is_turn() {
            if it.failed.is_none() {
                turns.waiting.insert(session, turns.replies.len());
            }
            turns.replies.push(it.failed.clone().map(Into::into));
        }
        if it.failed.is_none() {
            push_line(lines, it.setting.scenario(), message);
        }
        if let MessageKind::End(_) = message.kind {
            self.sessions.remove(&session);
        }
    }

    /// Makes sure of a process for a session that begins; whether there is one.
    fn has_process(&mut self) -> bool {
        if self.process.is_none() && self.n_started < STARTS_MAX {
            self.n_started += 1;
            self.process = self.program.process().ok();
            self.late.clear();
            self.n_unasked = 0;
            self.n_silences = 0;
        }
        self.process.is_some()
    }

    /// Writes lines, and takes lines until all sessions that have a turn have replied.
    fn exchange(&mut self, lines: Vec<u8>, turns: &mut Turns) {
        let Some(process) = &self.process else {
            return;
        };
        if !process.write(lines) {
            self.give_up(&ProtocolViolation::Late, turns);
        }
        let limit = self.program.limits.answer;
        let mut n_waiting = turns.waiting.len();
        let mut by = Deadline::after(limit);
        while n_waiting > 0
            && let Some(process) = &mut self.process
        {
            let heard = process.next_line(by);
            self.take(heard, turns);
            // What answers nothing gains no time.
            if turns.waiting.len() < n_waiting {
                n_waiting = turns.waiting.len();
                by = Deadline::after(limit);
            }
        }
    }

    /// Takes the lines that are there.
    fn listen(&mut self, turns: &mut Turns) {
        while let Some(process) = &mut self.process {
            match process.line_there() {
                Heard::Nothing => return,
                heard @ (Heard::Line(_) | Heard::Gone | Heard::TooLong) => self.take(heard, turns),
            }
        }
    }

    /// Takes in what was heard of the process.
    fn take(&mut self, heard: Heard, turns: &mut Turns) {
        match heard {
            Heard::Line(line) => self.take_line(&line, turns),
            Heard::Nothing => self.be_silent(turns),
            Heard::Gone => self.give_up(&ProtocolViolation::NoAnswer, turns),
            Heard::TooLong => self.give_up(&ProtocolViolation::Unreadable, turns),
        }
    }

    fn take_line(&mut self, line: &[u8], turns: &mut Turns) {
        let is_blank = line.trim_ascii().is_empty();
        let Some(read) = read_reply(line) else {
            if is_blank {
                self.count_unasked(turns);
            } else {
                self.give_up(&ProtocolViolation::Unreadable, turns);
            }
            return;
        };
        self.n_silences = 0;
        let session = self.sessions.get_mut(&read.session);
        if let Some(place) = turns.waiting.remove(&read.session) {
            let setting = session.map(|it| &it.setting);
            let reply = setting.map(|it| read.reply(it.scenario()));
            turns.replies[place] = reply;
        } else if !self.late.remove(&read.session) {
            if let Some(it) = session {
                it.failed.get_or_insert(ProtocolViolation::NotAsked);
            }
            self.count_unasked(turns);
        }
    }

    /// Counts a line that answers nothing.
    fn count_unasked(&mut self, turns: &mut Turns) {
        self.n_unasked += 1;
        if self.n_unasked > UNASKED_MAX {
            self.give_up(&ProtocolViolation::Flooding, turns);
        }
    }

    /// Counts a time limit that has passed: all that have not replied are late.
    fn be_silent(&mut self, turns: &mut Turns) {
        self.n_silences += 1;
        if self.n_silences == SILENCES_MAX {
            self.give_up(&ProtocolViolation::Late, turns);
            return;
        }
        while let Some((session, place)) = turns.waiting.pop_first() {
            turns.replies[place] = Some(ProtocolViolation::Late.into());
            self.late.insert(session);
            if let Some(it) = self.sessions.get_mut(&session) {
                it.failed.get_or_insert(ProtocolViolation::Late);
            }
        }
    }

    /// Ends the process: the party forfeits every session that is under way over it.
    fn give_up(&mut self, violation: &ProtocolViolation, turns: &mut Turns) {
        if let Some(process) = self.process.take() {
            process.end_at_once();
        }
        for it in self.sessions.values_mut() {
            it.failed.get_or_insert_with(|| violation.clone());
        }
        while let Some((_, place)) = turns.waiting.pop_first() {
            turns.replies[place] = Some(violation.clone().into());
        }
    }
}
