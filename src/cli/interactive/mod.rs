//! The terminal: output, progress, interrupts, and the interactive player.

mod background;
mod ctrl_c;
mod interactive_player;
mod parent;
mod progress;
mod reading_progress;
mod run_observer;
mod terminal;
mod user_command;

pub(crate) use background::Background;
pub(crate) use ctrl_c::CtrlC;
pub(crate) use interactive_player::{Echo, InteractivePlayer};
pub(crate) use parent::end_with_parent;
pub(crate) use reading_progress::ReadingProgress;
pub(crate) use run_observer::RunObserver;
pub(crate) use terminal::{Rendered, message, print, print_data};
