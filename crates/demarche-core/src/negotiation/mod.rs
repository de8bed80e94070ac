//! One negotiation: who joins the session with what, and the plain loop that runs it.

mod copula;
mod correlated_draws;
mod draw;
mod negotiator;
mod number_address;
mod offer_changes;
mod panic_guard;
mod plain_loop;
mod rank_matrix;
mod report;
mod setting;
mod sourced_rule;
mod strategy_choices;
mod variation;

pub use copula::CorrelationError;
pub use draw::PreferenceDraw;
pub use negotiator::{Negotiator, PrivateView};
pub use offer_changes::OfferChanges;
pub use panic_guard::{is_panic_caught, panic_guard};
pub use plain_loop::PlainLoop;
pub use report::{PartyReport, SessionResult};
pub use setting::{SEARCH_BYTES_MAX, Setting, SettingError};
pub use sourced_rule::{RuleKind, SourcedRule};
pub use variation::{DesignedDraws, NumberId, UncertainRedLine};
