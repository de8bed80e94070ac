//! The talk with a person who sits in the session for a party.

use std::fmt::Write as _;
use std::io::BufRead;
use std::sync::Arc;

use demarche_core::domain::{IssueId, OptionId, Outcome, PartyId, PartySet, Utility, from_units};
use demarche_core::negotiation::{PrivateView, Setting};
use demarche_core::protocol::{Action, Event, Request};

use crate::actors::{Question, QuestionReceiver};
use crate::cli::failure::Failure;
use crate::cli::interactive::line_input::{Echo, LineInput};
use crate::cli::interactive::user_command::{Command, Draft, parse};
use crate::cli::print;
use crate::cli::render::{
    BAD, FAINT, GOOD, Narrator, decimal, describe_changes, describe_text, heading, listed,
    outcome_lines, percent, styled, wrap,
};

/// Columns below which lines are kept shorter.
const NARROW: usize = 60;

/// The talk with a person who sits in the session for a party.
///
/// It knows what is public, and of preferences what questions bring: those of that party.
pub(crate) struct InteractivePlayer<R> {
    setting: Arc<Setting>,
    me: PartyId,
    input: LineInput<R>,
    width: usize,
    narrator: Narrator,
    /// Her last offer.
    mine: Option<Outcome>,
    /// What others last put on the table.
    theirs: Option<Outcome>,
    /// Who has accepted that so far, whoever put it forward included.
    content: PartySet,
}

impl<R: BufRead> InteractivePlayer<R> {
    pub(crate) fn new(
        setting: Arc<Setting>,
        me: PartyId,
        input: R,
        echo: Echo,
        width: usize,
    ) -> Self {
        Self {
            narrator: Narrator::new(&setting, width),
            setting,
            me,
            input: LineInput::new(input, echo),
            width,
            mine: None,
            theirs: None,
            content: PartySet::EMPTY,
        }
    }

    /// Interacts until the session is over; the narrator holds what remains to be printed.
    pub(crate) async fn run(mut self, mut asked: QuestionReceiver) -> Result<Narrator, Failure> {
        let mut is_first = true;
        while let Some(question) = asked.recv().await {
            if is_first {
                self.greet(&question.private_view)?;
                is_first = false;
            }
            self.hear(&question.news)?;
            let action = self.settle(&question)?;
            if let Action::Offer(offer) = action {
                self.mine = Some(offer);
            }
            question.answer(action);
        }
        Ok(self.narrator)
    }

    fn greet(&self, private_view: &PrivateView) -> Result<(), Failure> {
        let scenario = self.setting.scenario();
        let best = match private_view.best {
            Some(it) => decimal(private_view.preferences.utility(it).get(), 3),
            None => "missing, since every outcome is across one of your red lines".to_owned(),
        };
        let line = format!(
            "You negotiate for {}. Your reservation value is {}, and the utility of your best \
             outcome {best}. You see your own preferences and all public events; ? lists the \
             commands.",
            scenario.party(self.me).label,
            decimal(private_view.preferences.reservation_value().get(), 3),
        );
        print(&format!("\n{}\n", wrap(&line, self.width, 0)))
    }

    /// Observes events and narrates them.
    fn hear(&mut self, news: &[Event]) -> Result<(), Failure> {
        for event in news {
            let Some(proposer) = event.proposer().filter(|it| *it != self.me) else {
                continue;
            };
            let yes = event.answers().map_or(PartySet::EMPTY, |it| it.yes);
            self.content = yes.with(proposer);
            self.theirs = event.offer().map(|it| it.outcome).or(self.theirs);
        }
        let mut text = String::new();
        self.narrator.describe(&mut text, &self.setting, news);
        print(&text)
    }

    /// Talks until it is clear what she does.
    fn settle(&mut self, question: &Question) -> Result<Action, Failure> {
        let mut draft = self.first_draft(question);
        let mut text = self.question(question, Detail::News);
        text.push_str(&self.opening_draft(question, draft));
        print(&text)?;
        loop {
            self.prompt(question)?;
            let line = self.read_line()?;
            let reply = match parse(&line, self.setting.scenario()) {
                Ok(command) => self.obey(command, question, &mut draft),
                Err(message) => Err(message),
            };
            match reply {
                Ok(Reply::Done(action)) => {
                    if self.is_sure(question, action)? {
                        return Ok(action);
                    }
                }
                Ok(Reply::Text(text)) => print(&text)?,
                Err(message) => {
                    let message = wrap(&message, self.width, 0);
                    print(&format!("{}\n", styled(BAD, &message)))?;
                }
            }
        }
    }

    /// What she would put if she changed nothing; `None` where nobody asks for an offer.
    fn first_draft(&self, question: &Question) -> Option<Outcome> {
        match question.ask {
            Request::Offer | Request::AcceptOrReplace { .. } => {
                self.mine.or(question.private_view.best)
            }
            Request::Answer { .. } | Request::Vote { .. } => None,
        }
    }

    fn obey(
        &self,
        command: Command,
        question: &Question,
        draft: &mut Option<Outcome>,
    ) -> Result<Reply, String> {
        let rendered = |text: String| Ok(Reply::Text(text));
        let no_draft = || "no offer is requested now; answer yes or no".to_owned();
        match command {
            Command::Accept if matches!(question.ask, Request::Offer) => {
                Err("there is no offer to accept; make your own".to_owned())
            }
            Command::Accept => Ok(Reply::Done(Action::Accept)),
            Command::Reject => match question.ask {
                Request::Answer { .. } | Request::Vote { .. } => Ok(Reply::Done(Action::Reject)),
                Request::Offer => Err("there is no offer to reject; make your own".to_owned()),
                Request::AcceptOrReplace { .. } => {
                    Err("to reject, make an offer of your own; Enter offers your draft".to_owned())
                }
            },
            Command::Enter if draft.is_none() => Err("answer yes or no".to_owned()),
            Command::Enter | Command::Put => {
                let draft = draft.ok_or_else(no_draft)?;
                Ok(Reply::Done(Action::Offer(draft)))
            }
            Command::Draft(which) => {
                let slot = draft.as_mut().ok_or_else(no_draft)?;
                *slot = match which {
                    Draft::Best => {
                        let best = question.private_view.best;
                        best.ok_or("every outcome is across one of your red lines")?
                    }
                    Draft::Mine => self.mine.ok_or("you have made no offer yet")?,
                    Draft::Theirs => self.theirs.ok_or("nobody else has made an offer yet")?,
                };
                rendered(self.drafted(question, *slot))
            }
            Command::Change(changes) => {
                let slot = draft.as_mut().ok_or_else(no_draft)?;
                *slot = self.changed(*slot, &changes);
                rendered(self.drafted(question, *slot))
            }
            Command::Issue(issue) => rendered(self.options(&question.private_view, issue)),
            Command::Issues => {
                let issues = self.setting.scenario().space.issues();
                rendered(
                    issues
                        .map(|it| self.options(&question.private_view, it))
                        .collect(),
                )
            }
            Command::Show => {
                let draft = draft.map(|it| self.drafted(question, it));
                rendered(self.question(question, Detail::All) + &draft.unwrap_or_default())
            }
            Command::Advice => rendered(self.advice(question)),
            Command::Help => rendered(self.help(question)),
            Command::WalkOut => Ok(Reply::Done(Action::WalkOut)),
        }
    }

    fn changed(&self, draft: Outcome, changes: &[(IssueId, OptionId)]) -> Outcome {
        let space = &self.setting.scenario().space;
        let mut options: Vec<OptionId> = space.issues().map(|it| space.option(draft, it)).collect();
        for (issue, option) in changes {
            options[issue.idx()] = *option;
        }
        space.outcome(&options)
    }

    /// Asks once more before a step that she may not mean: leaving, and what is worse than that.
    fn is_sure(&mut self, question: &Question, action: Action) -> Result<bool, Failure> {
        let preferences = &question.private_view.preferences;
        let no_deal = decimal(preferences.reservation_value().get(), 3);
        let is_worse = |it: Outcome| !preferences.is_acceptable(it);
        let (text, keys) = match (action, question.ask) {
            (Action::WalkOut, _) => (
                format!("If you leave, there is no deal; your utility is then {no_deal}."),
                "leave? y or n>",
            ),
            (
                Action::Accept,
                Request::Answer { offer: it, .. }
                | Request::AcceptOrReplace { offer: it, .. }
                | Request::Vote {
                    text: it,
                    standing: None,
                },
            )
            | (Action::Offer(it), _)
                if is_worse(it) =>
            {
                (
                    "That is below your reservation value.".to_owned(),
                    "do it? y or n>",
                )
            }
            (Action::Accept | Action::Reject | Action::Offer(_), _) => return Ok(true),
        };
        let text = wrap(&text, self.width, 0);
        print(&format!("{text}\n{} ", heading(keys)))?;
        let line = self.read_line()?;
        Ok(parse(&line, self.setting.scenario()) == Ok(Command::Accept))
    }

    /// What is asked, and what it is worth to her.
    fn question(&self, question: &Question, detail: Detail) -> String {
        let (scenario, width) = (self.setting.scenario(), self.width);
        let mut res = String::new();
        let rounds = self.setting.rules().deadline_rounds;
        let mut head = format!("You are asked in round {} of {rounds}", question.round);
        if question.private_view.kept < Utility::ONE {
            let kept = percent(question.private_view.kept.get());
            let _ = write!(head, "; utilities are now discounted to {kept}");
        }
        let _ = writeln!(res, "\n{}", heading(&wrap(&head, width, 0)));
        match question.ask {
            Request::Offer => {}
            Request::Answer { offer, proposer } | Request::AcceptOrReplace { offer, proposer } => {
                let whose = &scenario.party(proposer).label;
                let _ = writeln!(res, "{}", wrap(&format!("The offer of {whose}"), width, 0));
                if detail == Detail::All || self.narrator.shown_in_full() != Some(offer) {
                    self.push_options(&mut res, offer);
                }
                self.push_worth(&mut res, question, offer);
            }
            Request::Vote { text, standing } => {
                if let Some(standing) = standing {
                    let _ = writeln!(res, "The text as it stands");
                    outcome_lines(&mut res, scenario, standing, 2, width);
                    let worth = self.worth(&question.private_view, standing);
                    let _ = writeln!(res, "  {worth}");
                }
                describe_text(&mut res, scenario, text, standing, width);
                if standing.is_none() {
                    outcome_lines(&mut res, scenario, text, 2, width);
                }
                let worth = self.worth(&question.private_view, text);
                let _ = writeln!(res, "  {worth}");
            }
        }
        res
    }

    /// The draft that a question begins with, in full only if she does not know it.
    fn opening_draft(&self, question: &Question, draft: Option<Outcome>) -> String {
        match draft {
            None => String::new(),
            Some(draft) if self.mine == Some(draft) => {
                let worth = decimal(question.private_view.preferences.utility(draft).get(), 3);
                let line = format!("Your draft is your last offer, with utility {worth}");
                format!("{}\n", wrap(&line, self.width, 0))
            }
            Some(draft) => self.drafted(question, draft),
        }
    }

    /// The draft, with what it is worth and whose yes it needs.
    fn drafted(&self, question: &Question, draft: Outcome) -> String {
        let mut res = String::new();
        let whose = if self.mine == Some(draft) {
            "Your draft, which is your last offer"
        } else if question.private_view.best == Some(draft) {
            "Your draft, which is your best outcome"
        } else if self.theirs == Some(draft) {
            "Your draft, which is their last offer"
        } else {
            "Your draft"
        };
        let _ = writeln!(res, "{whose}");
        if let Some(mine) = self.mine.filter(|it| *it != draft) {
            let _ = writeln!(res, "  against your last offer");
            describe_changes(&mut res, self.setting.scenario(), mine, draft, self.width);
        } else {
            self.push_options(&mut res, draft);
        }
        self.push_worth(&mut res, question, draft);
        res
    }

    /// An outcome, numbered by issue.
    fn push_options(&self, res: &mut String, outcome: Outcome) {
        let scenario = self.setting.scenario();
        for issue in scenario.space.issues() {
            let line = format!(
                "{}: {}",
                scenario.issue(issue).label,
                scenario.option_label(outcome, issue)
            );
            let number = issue.idx() + 1;
            let _ = writeln!(res, "  {number:>2} {}", wrap(&line, self.width, 5));
        }
    }

    /// What an outcome is worth to her, and whose yes it needs beside hers.
    fn push_worth(&self, res: &mut String, question: &Question, outcome: Outcome) {
        let worth = self.worth(&question.private_view, outcome);
        let _ = writeln!(res, "  {worth}");
        let is_asked = question.about() == Some(outcome);
        let content = if is_asked {
            self.content
        } else {
            PartySet::EMPTY
        };
        let needs = format!(
            "It requires {}.",
            self.consent(outcome, content.with(self.me))
        );
        let _ = writeln!(res, "  {}", wrap(&needs, self.width, 2));
    }

    /// What an outcome is worth to her, in a line.
    fn worth(&self, private_view: &PrivateView, outcome: Outcome) -> String {
        let preferences = &private_view.preferences;
        let surplus = preferences.surplus(outcome);
        let word = if surplus < 0.0 { "below" } else { "above" };
        let mut line = format!(
            "Utility {}, {} {word} your reservation value",
            decimal(preferences.utility(outcome).get(), 3),
            decimal(surplus.abs(), 3),
        );
        if let Some(best) = private_view.best {
            let best = decimal(preferences.utility(best).get(), 3);
            let _ = write!(line, "; your best is {best}");
        }
        if !preferences.allows(outcome) {
            line.push_str("; it is across one of your red lines");
        }
        let style = if preferences.is_acceptable(outcome) {
            GOOD
        } else {
            BAD
        };
        styled(style, &wrap(&line, self.width, 2))
    }

    /// Whose yes an outcome needs beyond those who have given it.
    fn consent(&self, outcome: Outcome, given: PartySet) -> String {
        let (scenario, rules) = (self.setting.scenario(), self.setting.rules());
        let labels = |parties: PartySet| {
            let labels = parties.iter().map(|it| scenario.party(it).label.as_str());
            listed(&labels.collect::<Vec<_>>())
        };
        let needed = rules.consent.needed(&rules.space, outcome);
        let open: PartySet = needed.iter().filter(|it| !given.contains(*it)).collect();
        let mut needs = Vec::new();
        if !open.is_empty() {
            needs.push(format!("the acceptance of {}", labels(open)));
        }
        for quota in rules.consent.quotas() {
            needs.push(format!(
                "{} acceptances among {}",
                quota.at_least,
                labels(quota.of)
            ));
        }
        if needs.is_empty() {
            "no acceptance but yours".to_owned()
        } else {
            needs.join(" and ")
        }
    }

    /// An issue's options, with what each adds to an outcome's worth.
    fn options(&self, private_view: &PrivateView, issue: IssueId) -> String {
        let scenario = self.setting.scenario();
        let named_issue = scenario.issue(issue);
        let head = format!(
            "{} {} ({})",
            issue.idx() + 1,
            named_issue.label,
            named_issue.name
        );
        let mut res = format!("{}\n", wrap(&head, self.width, 2));
        for (option, named) in scenario.space.options(issue).zip(&named_issue.options) {
            let adds = decimal(
                from_units(private_view.preferences.contribution(issue, option)),
                3,
            );
            let line = format!("{} ({})", named.label, named.name);
            let lead = format!("  {:>3}  {adds}  ", option.idx() + 1);
            let indent = lead.chars().count();
            let _ = writeln!(res, "{lead}{}", wrap(&line, self.width, indent));
        }
        res
    }

    fn advice(&self, question: &Question) -> String {
        let mut res = String::new();
        let line = match &question.advice {
            Ok(Action::Accept) => "Your strategy would accept.",
            Ok(Action::Reject) => "Your strategy would reject.",
            Ok(Action::WalkOut) => "Your strategy would leave.",
            Ok(Action::Offer(_)) => "Your strategy would offer",
            Err(_) => "Your strategy has failed and advises nothing.",
        };
        let _ = writeln!(res, "{line}");
        if let Ok(Action::Offer(offer)) = question.advice {
            self.push_options(&mut res, offer);
            self.push_worth(&mut res, question, offer);
        }
        res
    }

    fn help(&self, question: &Question) -> String {
        let mut lines: Vec<(&str, &str)> = Vec::new();
        let drafts = [
            ("2=3", "in your draft, settle issue 2 with its option 3"),
            (
                "upkeep=halves",
                "the same by name or prefix; several at once",
            ),
            (
                "best, mine, theirs",
                "draft your best outcome, your last offer, their last offer",
            ),
            ("put, or Enter", "put your draft forward"),
        ];
        let answers = [("y, n", "accept, reject")];
        let yes = [("y", "accept their offer")];
        match question.ask {
            Request::Offer => lines.extend(drafts),
            Request::AcceptOrReplace { .. } => {
                lines.extend(yes);
                lines.extend(drafts);
            }
            Request::Answer { .. } | Request::Vote { .. } => lines.extend(answers),
        }
        lines.extend([
            ("2", "the options of issue 2, with your utility of each"),
            ("issues", "the options of all issues"),
            ("show", "show the question again"),
            ("advice", "what your strategy would do"),
            ("walk", "walk out"),
        ]);
        let mut res = String::new();
        for (words, meaning) in lines {
            let lead = if self.is_narrow() {
                format!("  {words}\n      ")
            } else {
                format!("  {words:<18}  ")
            };
            let indent = lead.len() - lead.find('\n').map_or(0, |it| it + 1);
            let _ = writeln!(res, "{lead}{}", wrap(meaning, self.width, indent));
        }
        res
    }

    /// Whether two things have no room side by side.
    fn is_narrow(&self) -> bool {
        self.width < NARROW
    }

    fn prompt(&self, question: &Question) -> Result<(), Failure> {
        let (keys, hint) = match question.ask {
            Request::Offer => ("offer>", "Enter offers it, ? for help"),
            Request::AcceptOrReplace { .. } => {
                ("y or offer>", "Enter offers your draft, ? for help")
            }
            Request::Answer { .. } => ("y or n>", "accept it? ? for help"),
            Request::Vote {
                standing: Some(_), ..
            } => ("y or n>", "change the text? ? for help"),
            Request::Vote { standing: None, .. } => ("y or n>", "sign the text? ? for help"),
        };
        let hint = if self.is_narrow() { "? helps" } else { hint };
        let hint = styled(FAINT, &format!("({hint})"));
        print(&format!("{hint} {} ", heading(keys)))
    }

    /// The next line; a session whose person has no more to say is not finished.
    fn read_line(&mut self) -> Result<String, Failure> {
        let line = self.input.line()?;
        line.ok_or_else(|| Failure::CouldNotFinish("input ended before the session".to_owned()))
    }
}

/// How much of a question is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Detail {
    /// What she has not just read.
    News,
    /// All of it.
    All,
}

/// What comes of a command that makes sense.
enum Reply {
    /// What she does.
    Done(Action),
    /// Something to read.
    Text(String),
}
