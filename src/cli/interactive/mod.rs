//! The terminal: output, progress, interrupts, and the interactive player.

mod background;
mod ctrl_c;
mod interactive_player;
mod progress;
mod terminal;
mod user_command;

pub(crate) use background::Background;
pub(crate) use ctrl_c::{Asked, CtrlC};
pub(crate) use interactive_player::{Echo, InteractivePlayer};
pub(crate) use progress::{Progress, Work, cells_so_far, deals_so_far};
pub(crate) use terminal::{Rendered, message, print, print_data};
