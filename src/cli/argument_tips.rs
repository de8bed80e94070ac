//! What to write instead of arguments that are wrong.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// An error in the arguments of a program with a tip that helps.
pub(crate) fn with_tips(mut error: clap::Error, program: &clap::Command) -> clap::Error {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let argument = argument.unwrap_or_default();
    let tip = if error.kind() == ErrorKind::TooManyValues && argument == "--excel" {
        Some("`--excel` alone writes tables.xlsx, which needs no delimiter".to_owned())
    } else if error.kind() == ErrorKind::UnknownArgument {
        let suggested = error.get(ContextKind::Suggested).map(ToString::to_string);
        // No verb takes such words as values, so that it is no help to know how they are passed.
        if suggested.is_some_and(|it| it.contains("as a value")) {
            error.remove(ContextKind::Suggested);
        }
        let tips = [ContextKind::Suggested, ContextKind::SuggestedArg];
        let has_tip = tips.iter().any(|it| error.get(*it).is_some());
        (!has_tip).then(|| verbs_with(program, &argument)).flatten()
    } else {
        None
    };
    if let Some(tip) = tip {
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

/// Which verbs know an option; `None` if none does.
fn verbs_with(program: &clap::Command, option: &str) -> Option<String> {
    let name = option.strip_prefix("--")?;
    let verbs = program.get_subcommands().filter(|verb| {
        let mut options = verb.get_opts();
        options.any(|it| it.get_long() == Some(name))
    });
    let verbs: Vec<String> = verbs
        .map(|it| format!("`demarche {}`", it.get_name()))
        .collect();
    match &verbs[..] {
        [] => None,
        [only] => Some(format!("{option} is an option of {only}")),
        [others @ .., last] => Some(format!(
            "{option} is an option of {} and {last}",
            others.join(", ")
        )),
    }
}
