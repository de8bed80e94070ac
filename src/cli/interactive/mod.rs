//! The terminal: output, progress, interrupts, and the interactive player.

mod background;
mod browser;
mod ctrl_c;
mod interactive_player;
mod line_input;
mod parent;
mod progress;
mod reading_progress;
mod run_observer;
mod terminal;
mod user_command;

pub(crate) use background::Background;
pub(crate) use browser::open_in_browser;
pub(crate) use ctrl_c::CtrlC;
pub(crate) use interactive_player::InteractivePlayer;
pub(crate) use line_input::{Echo, LineInput};
pub(crate) use parent::end_with_parent;
pub(crate) use reading_progress::ReadingProgress;
pub(crate) use run_observer::RunObserver;
pub(crate) use terminal::{Rendered, clear_screen, message, print, print_data, without_styles};
