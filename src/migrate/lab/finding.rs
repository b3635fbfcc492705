//! What is found about a move, in a form that text, JSON and HTML share. Finds nothing.

use kvm::errno::Errno;
use serde_json::{Value, json};

use crate::report::Severity;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The destination cannot make such a vCPU.
    Setup,
    /// The destination lacks a register.
    Missing,
    /// The destination has a register that the source lacks.
    Extra,
    /// The destination refuses a value.
    Refused,
    /// The value was refused with errno 96, and the destination's own was kept.
    Replaced,
    /// The destination's own value was kept, as `-cpu host` was taken to mean.
    Kept,
    /// A difference that a rule lets pass.
    Tolerated,
    /// The guest reads another value than before.
    ReadsDifferently,
    /// An instruction that the guest used before is UNDEFINED.
    Undefined,
    /// What was announced to the guest does not exist on the new CPU.
    FeatureGone,
    /// A pointer signed before does not authenticate.
    PointerAuth,
    /// The guest's counter jumped.
    Clock,
    /// A work-around that the new CPU needs was never enabled.
    Erratum,
    /// A mitigation of speculation, or the use of what a CPU does not do well, was chosen for another CPU.
    Mitigation,
    /// The guest ended otherwise than it should.
    Guest,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Setup => "setup",
            Kind::Missing => "missing",
            Kind::Extra => "extra",
            Kind::Refused => "refused",
            Kind::Replaced => "replaced",
            Kind::Kept => "kept",
            Kind::Tolerated => "tolerated",
            Kind::ReadsDifferently => "reads-differently",
            Kind::Undefined => "undefined",
            Kind::FeatureGone => "feature-gone",
            Kind::PointerAuth => "pointer-authentication",
            Kind::Clock => "clock",
            Kind::Erratum => "erratum",
            Kind::Mitigation => "mitigation",
            Kind::Guest => "guest",
        }
    }
}

/// What a finding does to the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    Nothing,
    /// The guest goes on and notices.
    Changes,
    /// The guest does not arrive.
    Refuses,
}

/// One field with both values in words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldPair {
    pub name: String,
    pub source: String,
    pub destination: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    pub kind: Kind,
    pub effect: Effect,
    /// What it is about: a register, a feature, an erratum.
    pub subject: String,
    /// KVM's register id.
    pub id: Option<u64>,
    pub source: String,
    pub destination: String,
    pub fields: Vec<FieldPair>,
    /// As KVM returned it.
    pub errno: Option<Errno>,
    /// The rule that refused it, or let it pass.
    pub rule: String,
    /// Since or until which kernel.
    pub kernels: String,
    /// How often the guest read the register before the move, where that is known.
    pub reads: Option<u64>,
    /// What the guest would notice.
    pub notices: String,
    pub severity: Severity,
    /// Work-arounds that hang on it.
    pub errata: Vec<String>,
}

impl Finding {
    pub fn new(kind: Kind, effect: Effect, subject: impl Into<String>) -> Finding {
        Finding {
            kind,
            effect,
            subject: subject.into(),
            id: None,
            source: String::new(),
            destination: String::new(),
            fields: Vec::new(),
            errno: None,
            rule: String::new(),
            kernels: String::new(),
            reads: None,
            notices: String::new(),
            severity: Severity::Harmless,
            errata: Vec::new(),
        }
    }

    /// Kind and subject, as expectations name it.
    pub fn label(&self) -> String {
        format!("{} {}", self.kind.name(), self.subject)
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let field = |pair: &FieldPair| json!({ "field": pair.name, "source": pair.source, "destination": pair.destination });
        json!({
            "kind": self.kind.name(),
            "effect": self.effect.name(),
            "subject": self.subject,
            "id": self.id.map(|id| format!("{id:#018x}")),
            "source": self.source,
            "destination": self.destination,
            "fields": self.fields.iter().map(field).collect::<Vec<_>>(),
            "errno": self.errno.map(|errno| errno.0),
            "errno_name": self.errno.map(|errno| errno.to_string()),
            "rule": self.rule,
            "kernels": self.kernels,
            "guest_reads": self.reads,
            "guest_notices": self.notices,
            "severity": self.severity.name(),
            "errata": self.errata,
        })
    }
}

impl Effect {
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Nothing => "nothing",
            Effect::Changes => "changes",
            Effect::Refuses => "refuses",
        }
    }
}

/// How a move ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Migrates,
    /// It migrates, but the guest's behaviour changes.
    Changes,
    Refused,
}

impl Verdict {
    /// Of these findings.
    pub fn of(findings: &[Finding]) -> Verdict {
        match findings.iter().map(|finding| finding.effect).max() {
            Some(Effect::Refuses) => Verdict::Refused,
            Some(Effect::Changes) => Verdict::Changes,
            Some(Effect::Nothing) | None => Verdict::Migrates,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Migrates => "migrates",
            Verdict::Changes => "changes",
            Verdict::Refused => "refused",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Verdict::Migrates => "MIGRATES: nothing is refused and the guest notices nothing",
            Verdict::Changes => "MIGRATES, BUT THE GUEST CHANGES: nothing is refused, and the guest finds another CPU than it booted on",
            Verdict::Refused => "REFUSED: the guest does not arrive",
        }
    }

    /// The exit status of the command.
    pub const fn status(self) -> i32 {
        match self {
            Verdict::Migrates => 0,
            Verdict::Refused => 1,
            Verdict::Changes => 3,
        }
    }

    /// A sign that reads without colour.
    pub const fn sign(self) -> char {
        match self {
            Verdict::Migrates => '=',
            Verdict::Changes => '~',
            Verdict::Refused => 'X',
        }
    }
}
