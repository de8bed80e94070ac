//! One negotiation: who joins the session with what, and the plain loop that runs it.

mod correlation;
mod draw;
mod negotiator;
mod offer_changes;
mod outside;
mod panic_guard;
mod plain_loop;
mod report;
mod setting;
mod sourced_rule;
mod variation;

pub use correlation::CorrelationError;
pub use draw::PreferenceDraw;
pub use negotiator::{Negotiator, PrivateView};
pub use offer_changes::OfferChanges;
pub use panic_guard::{is_panic_caught, panic_guard};
pub use plain_loop::PlainLoop;
pub use report::{PartyReport, SessionResult};
pub use setting::{SEARCH_BYTES_MAX, Setting, SettingError};
pub use sourced_rule::{RuleKind, SourcedRule};
pub use variation::{DesignedDraws, NumberId, UncertainRedLine};
