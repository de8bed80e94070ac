//! New scenario files: from a template, or from answers to a few questions.

mod answers;
mod interview;
mod template;

pub(crate) use interview::Interview;
pub(crate) use template::Template;
