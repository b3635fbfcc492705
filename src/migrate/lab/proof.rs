//! The proof of a baseline: a guest that has it moves between the members, by the rules and through file descriptors. Solves nothing.

use std::collections::BTreeMap;

use super::baseline::{Baseline, Member, Moves, Obstacle, configured};
use super::contract::judge;
use super::explain::{self, name_of};
use super::finding::{Effect, Finding};
use super::migration::{Migration, MigrationError};
use super::policy::Rules;
use super::run;

/// What no host refuses and a guest would notice, and on which moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noticed {
    pub finding: Finding,
    /// `from A to B`.
    pub moves: Vec<String>,
}

/// What the rules say of all moves.
#[derive(Debug, Default)]
pub struct Proof {
    /// How many were judged.
    pub moves: usize,
    /// What is refused.
    pub obstacles: Vec<Obstacle>,
    /// What is not, and has an effect.
    pub noticed: Vec<Noticed>,
}

/// Moves a guest with these values between the members by the rules.
pub fn prove(members: &[Member], values: &BTreeMap<u64, u64>, rules: &Rules, moves: Moves) -> Proof {
    let mut proof = Proof::default();
    let sources = if moves == Moves::All { members.len() } else { 1 };
    for (at, from) in members.iter().enumerate().take(sources) {
        let source = match configured(from, values) {
            Ok(view) => view.running(),
            Err((id, denied)) => {
                proof.obstacles.push(Obstacle {
                    subject: name_of(id),
                    fields: Vec::new(),
                    values: Vec::new(),
                    why: format!("{}: {}", from.host.title(), explain::rule(&denied)),
                });
                continue;
            }
        };
        for (_, to) in members.iter().enumerate().filter(|(other, _)| *other != at) {
            proof.moves += 1;
            for finding in judge(&source, &to.view, rules).findings {
                proof.take(from, to, finding);
            }
        }
    }
    proof
}

impl Proof {
    fn take(&mut self, from: &Member, to: &Member, finding: Finding) {
        match finding.effect {
            Effect::Nothing => {}
            Effect::Changes => notice(&mut self.noticed, from, to, finding),
            Effect::Refuses if self.obstacles.iter().any(|known| known.subject == finding.subject) => {}
            Effect::Refuses => self.obstacles.push(unproven(from, to, &finding)),
        }
    }
}

/// The same change on another move is told once.
fn notice(noticed: &mut Vec<Noticed>, from: &Member, to: &Member, finding: Finding) {
    let between = format!("from {} to {}", from.host.title(), to.host.title());
    let same = |known: &&mut Noticed| (known.finding.kind, &known.finding.subject) == (finding.kind, &finding.subject);
    match noticed.iter_mut().find(same) {
        Some(known) if known.moves.contains(&between) => {}
        Some(known) => known.moves.push(between),
        None => noticed.push(Noticed { finding, moves: vec![between] }),
    }
}

fn unproven(from: &Member, to: &Member, finding: &Finding) -> Obstacle {
    let values = vec![(from.host.title(), finding.source.clone()), (to.host.title(), finding.destination.clone())];
    Obstacle {
        subject: finding.subject.clone(),
        fields: Vec::new(),
        values,
        why: format!("from {} to {}: {}", from.host.title(), to.host.title(), finding.rule),
    }
}

impl Baseline {
    /// Restores a guest with these values on every member, through file descriptors: from each host to the next, and from the
    /// last to the first. Says how many moves that were; what the guest notices joins what the rules have found.
    ///
    /// # Errors
    /// A move that cannot be done, or one that was refused although the rules allow it.
    pub fn restore_everywhere(&mut self) -> Result<usize, MigrationError> {
        let next = self.members.iter().cycle().skip(1);
        for (from, to) in self.members.iter().zip(next) {
            let mut migration = Migration::new(from.host.clone(), to.host.clone());
            migration.rules =
                Rules { before_first_run: self.values.iter().map(|(&id, &value)| (id, value)).collect(), ..self.rules.clone() };
            for finding in run::attempt(&migration)?.findings {
                match finding.effect {
                    Effect::Nothing => {}
                    Effect::Changes => notice(&mut self.noticed, from, to, finding),
                    Effect::Refuses => {
                        let ioctl = format!("from {} to {}: {}", from.host.title(), to.host.title(), finding.rule);
                        return Err(MigrationError::Disagree { register: finding.subject, rules: "it is accepted".into(), ioctl });
                    }
                }
            }
        }
        Ok(self.members.len())
    }
}
