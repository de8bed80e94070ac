//! The session tables of a run read back, session by session, in little memory.

use std::io::Read;

use demarche_core::domain::OptionId;
use demarche_core::protocol::Ending;
use demarche_core::solution::Zone;

use crate::experiment::{CellId, ComparedDeal, ComparedSession};
use crate::run::record::run_record::{Named, RunSchema};
use crate::run::record::table_reader::{TableError, TableReader};
use crate::tables::swept_paths;

/// The columns of `sessions.csv` that are read.
struct SessionColumns {
    cell: usize,
    replication: usize,
    ending: usize,
    round: usize,
    /// `None` of versions that did not measure it.
    zone: Option<usize>,
    offers: usize,
    utilitarian_welfare: usize,
    egalitarian_welfare: usize,
    nash_product: usize,
    agreed: Vec<usize>,
}

/// The columns of `parties.csv` that are read.
struct PartyColumns {
    cell: usize,
    replication: usize,
    party: usize,
    utility: usize,
}

/// The sessions of one cell of a run, by replication from 0 without a gap.
pub struct RecordedSessions<R> {
    sessions: TableReader<R>,
    parties: TableReader<R>,
    session_columns: SessionColumns,
    party_columns: PartyColumns,
    run_schema: RunSchema,
    cell: CellId,
    next: u64,
}

impl<R> std::fmt::Debug for RecordedSessions<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedSessions")
            .field("file", &self.sessions.file())
            .field("cell", &self.cell)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl<R: Read> RecordedSessions<R> {
    /// Begins to read the sessions of a cell from both tables, each with the name that errors call
    /// it by.
    ///
    /// # Errors
    ///
    /// If a column is missing.
    pub fn open(
        (sessions_name, sessions): (String, R),
        (parties_name, parties): (String, R),
        run_schema: &RunSchema,
        cell: CellId,
    ) -> Result<Self, TableError> {
        let mut sessions = TableReader::new(sessions_name, sessions);
        let mut parties = TableReader::new(parties_name, parties);
        let agreed = (run_schema.issues.iter())
            .map(|it| sessions.column(&format!("agreed_{}", it.name.id)))
            .collect::<Result<_, _>>()?;
        let session_columns = SessionColumns {
            cell: sessions.column("cell")?,
            replication: sessions.column("replication")?,
            ending: sessions.column("ending")?,
            round: sessions.column("round")?,
            zone: sessions.header()?.iter().position(|it| it == "zone"),
            offers: sessions.column("offers")?,
            utilitarian_welfare: sessions.column("utilitarian_welfare")?,
            egalitarian_welfare: sessions.column("egalitarian_welfare")?,
            nash_product: sessions.column("nash_product")?,
            agreed,
        };
        let party_columns = PartyColumns {
            cell: parties.column("cell")?,
            replication: parties.column("replication")?,
            party: parties.column("party")?,
            utility: parties.column("utility")?,
        };
        Ok(Self {
            sessions,
            parties,
            session_columns,
            party_columns,
            run_schema: run_schema.clone(),
            cell,
            next: 0,
        })
    }

    /// The next session; `None` after the last.
    ///
    /// # Errors
    ///
    /// If a row is not as a run writes it.
    pub fn advance(&mut self) -> Result<Option<ComparedSession>, TableError> {
        while self.sessions.advance()? {
            let cell: u32 = self.sessions.whole(self.session_columns.cell, "cell")?;
            if cell != self.cell.0 {
                continue;
            }
            let columns = &self.session_columns;
            let replication: u64 = self.sessions.whole(columns.replication, "replication")?;
            if replication != self.next {
                return Err(self.sessions.wrong(format!(
                    "replication {replication} appears where {} was expected",
                    self.next
                )));
            }
            let (deal, zone) = (self.deal()?, self.zone()?);
            let utilities = self.utilities()?;
            self.next += 1;
            return Ok(Some(ComparedSession {
                deal,
                zone,
                utilities,
            }));
        }
        if self.next_of_cell()? {
            return Err((self.parties).wrong("the session of this row is not in the other table"));
        }
        Ok(None)
    }

    /// How many rows of `sessions.csv` there were so far, of all cells.
    pub fn n_rows(&self) -> u64 {
        self.sessions.n_rows()
    }

    /// How many sessions of the cell there were so far.
    pub fn n_sessions(&self) -> u64 {
        self.next
    }

    fn zone(&self) -> Result<Option<Zone>, TableError> {
        let (table, column) = (&self.sessions, self.session_columns.zone);
        let named = column.map(|it| {
            let word = table.text(it);
            let zone = Zone::ALL.into_iter().find(|it| it.name() == word);
            zone.ok_or_else(|| table.wrong(format!("`{word}` is not a value of `zone`")))
        });
        named.transpose()
    }

    fn deal(&self) -> Result<Option<ComparedDeal>, TableError> {
        let (table, columns) = (&self.sessions, &self.session_columns);
        let ending = table.text(columns.ending);
        if !Ending::NAMES.contains(&ending) {
            return Err(table.wrong(format!("`{ending}` is not a value of `ending`")));
        }
        if ending != "agreement" {
            return Ok(None);
        }
        let issues = self.run_schema.issues.iter().zip(&columns.agreed);
        let options = issues.map(|(issue, &column)| {
            let agreed = table.text(column);
            let place = issue.options.iter().position(|it| it.id == agreed);
            place.map(OptionId::new).ok_or_else(|| {
                table.wrong(format!(
                    "`{agreed}` is not an option of `{}`",
                    issue.name.id
                ))
            })
        });
        #[expect(clippy::cast_precision_loss, reason = "parties are few")]
        let n_parties = self.run_schema.parties.len() as f64;
        Ok(Some(ComparedDeal {
            round: table.whole(columns.round, "round")?,
            offers: table.whole(columns.offers, "offers")?,
            utilitarian_welfare: table.number(
                columns.utilitarian_welfare,
                "utilitarian_welfare",
                n_parties,
            )?,
            egalitarian_welfare: table.number(
                columns.egalitarian_welfare,
                "egalitarian_welfare",
                1.0,
            )?,
            nash_product: table.number(columns.nash_product, "nash_product", 1.0)?,
            options: options.collect::<Result<_, _>>()?,
        }))
    }

    /// What the parties ended the next session with.
    fn utilities(&mut self) -> Result<Vec<f64>, TableError> {
        let mut res = Vec::new();
        for idx in 0..self.run_schema.parties.len() {
            let Named { id, .. } = &self.run_schema.parties[idx];
            let missing = format!("the row of `{id}` in replication {} is missing", self.next);
            if !self.next_of_cell()? {
                return Err(self.parties.error(None, missing));
            }
            let (table, columns) = (&self.parties, &self.party_columns);
            let replication: u64 = table.whole(columns.replication, "replication")?;
            if replication != self.next
                || table.text(columns.party) != self.run_schema.parties[idx].id
            {
                return Err(table.wrong(missing));
            }
            res.push(table.number(columns.utility, "utility", 1.0)?);
        }
        Ok(res)
    }

    /// Goes on to the cell's next row in `parties.csv`; whether there is one.
    fn next_of_cell(&mut self) -> Result<bool, TableError> {
        while self.parties.advance()? {
            let cell: u32 = self.parties.whole(self.party_columns.cell, "cell")?;
            if cell == self.cell.0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// How a session ended, as `sessions.csv` has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordedEnding {
    /// Which session.
    pub replication: u64,
    /// One of [`Ending::NAMES`].
    pub ending: String,
    /// In which round, from 1.
    pub round: u32,
}

impl RecordedEnding {
    /// Whether there is a deal.
    pub fn is_agreement(&self) -> bool {
        self.ending == "agreement"
    }

    /// Reads how the sessions of a cell ended, from `sessions.csv` with the name that errors call
    /// it by.
    ///
    /// # Errors
    ///
    /// At once if a column is missing, and later for a row that is not as a run writes it.
    pub fn read<R: Read>(
        (name, input): (String, R),
        cell: CellId,
    ) -> Result<impl Iterator<Item = Result<Self, TableError>>, TableError> {
        let mut table = TableReader::new(name, input);
        let of_cell = table.column("cell")?;
        let replication = table.column("replication")?;
        let ending = table.column("ending")?;
        let round = table.column("round")?;
        let mut next = move || {
            while table.advance()? {
                if table.whole::<u32>(of_cell, "cell")? != cell.0 {
                    continue;
                }
                let word = table.text(ending);
                if !Ending::NAMES.contains(&word) {
                    return Err(table.wrong(format!("`{word}` is not a value of `ending`")));
                }
                return Ok(Some(Self {
                    replication: table.whole(replication, "replication")?,
                    ending: word.to_owned(),
                    round: table.whole(round, "round")?,
                }));
            }
            Ok(None)
        };
        Ok(std::iter::from_fn(move || next().transpose()))
    }
}

/// What `cells.csv` says of one cell: the swept paths and their values as written.
///
/// # Errors
///
/// If the table is damaged, or has no such cell.
pub fn swept_values<R: Read>(
    (name, input): (String, R),
    cell: CellId,
) -> Result<Vec<(String, String)>, TableError> {
    let mut table = TableReader::new(name, input);
    let place = table.column("cell")?;
    table.column("n_sessions")?;
    let paths: Vec<(String, usize)> = swept_paths(table.header()?.iter())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
        .map(|path| table.column(&path).map(|column| (path, column)))
        .collect::<Result<_, _>>()?;
    while table.advance()? {
        if table.whole::<u32>(place, "cell")? == cell.0 {
            let swept = paths
                .iter()
                .map(|(path, column)| (path.clone(), table.text(*column).to_owned()));
            return Ok(swept.collect());
        }
    }
    Err(table.error(None, format!("there is no cell {}", cell.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::run_record::NamedIssue;

    const SESSIONS: &str = "cell,replication,ending,round,offers,utilitarian_welfare,egalitarian_welfare,nash_product,agreed_water\n\
        0,0,agreement,3,5,0.75,0.75,0.25,much\n\
        1,0,deadline,9,9,,,,\n\
        0,1,deadline,9,9,,,,\n";
    const PARTIES: &str = "cell,replication,party,utility\n\
        0,0,hill,0.75\n\
        1,0,hill,0.5\n\
        0,1,hill,0.5\n";

    fn named(id: &str) -> Named {
        Named {
            id: id.to_owned(),
            label: id.to_owned(),
        }
    }

    fn read(sessions: &str, parties: &str) -> Result<Vec<ComparedSession>, TableError> {
        let run_schema = RunSchema {
            parties: vec![named("hill")],
            issues: vec![NamedIssue {
                name: named("water"),
                options: vec![named("little"), named("much")],
            }],
        };
        let mut it = RecordedSessions::open(
            ("sessions.csv".to_owned(), sessions.as_bytes()),
            ("parties.csv".to_owned(), parties.as_bytes()),
            &run_schema,
            CellId(0),
        )?;
        let mut res = Vec::new();
        while let Some(session) = it.advance()? {
            res.push(session);
        }
        Ok(res)
    }

    #[track_caller]
    fn check_damaged(from: &str, to: &str, expected: &str) {
        assert!(SESSIONS.contains(from) || PARTIES.contains(from));
        let damaged = |it: &str| it.replacen(from, to, 1);
        let error = read(&damaged(SESSIONS), &damaged(PARTIES)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn sessions_of_one_cell_are_read_back() {
        let sessions = read(SESSIONS, PARTIES).unwrap();
        let options = |it: &ComparedSession| it.deal.as_ref().map(|it| it.options.clone());
        assert_eq!(options(&sessions[0]), Some(vec![OptionId::new(1)]));
        assert_eq!((options(&sessions[1]), sessions.len()), (None, 2));
        assert_eq!(sessions[1].utilities, [0.5]);
        assert_eq!(
            sessions[0].zone, None,
            "of a version that did not measure it"
        );
    }

    #[test]
    fn zones_are_read_back() {
        let measured = |zone: &str| {
            let mut lines = SESSIONS.lines();
            let header = format!("{},zone\n", lines.next().unwrap());
            let rows = lines.map(|it| format!("{it},{zone}\n"));
            read(&(header + &rows.collect::<String>()), PARTIES)
        };
        for zone in Zone::ALL {
            assert_eq!(measured(zone.name()).unwrap()[1].zone, Some(zone));
        }
        let error = measured("perhaps").unwrap_err();
        let expected = "sessions.csv, line 2: `perhaps` is not a value of `zone`";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn damage_is_reported_with_file_and_line() {
        check_damaged(
            ",nash_product",
            ",product",
            "sessions.csv, line 1: there is no column `nash_product`",
        );
        check_damaged(
            "0.75,0.25,much",
            "0.75,0.25,most",
            "sessions.csv, line 2: `most` is not an option of `water`",
        );
        check_damaged(
            "0,0,agreement,3",
            "0,0,agreement,three",
            "sessions.csv, line 2: `three` is not a whole number for `round`",
        );
        check_damaged(
            "3,5,0.75",
            "3,5,NaN",
            "sessions.csv, line 2: `NaN` is not a number from 0 to 1 for `utilitarian_welfare`",
        );
        check_damaged(
            "0,0,agreement",
            "0,0,peace",
            "sessions.csv, line 2: `peace` is not a value of `ending`",
        );
        check_damaged(
            "0,1,deadline,9,9,,,,",
            "0,1,dead",
            "sessions.csv, line 4: the row has 3 fields, and the header 9",
        );
        check_damaged(
            "0,1,deadline",
            "0,2,deadline",
            "sessions.csv, line 4: replication 2 appears where 1 was expected",
        );
        check_damaged(
            "0,1,deadline,9,9,,,,\n",
            "",
            "parties.csv, line 4: the session of this row is not in the other table",
        );
        check_damaged(
            "0,1,hill,0.5\n",
            "",
            "parties.csv: the row of `hill` in replication 1 is missing",
        );
        check_damaged(
            "0,0,hill",
            "0,0,dale",
            "parties.csv, line 2: the row of `hill` in replication 0 is missing",
        );
    }
}
