//! `invar kvm probe`: asks a host's KVM everything that can be asked, by ioctls and by small guests, and prints the answers as rows of
//! tab-separated columns. The rows are those of the recordings of real KVM (`tests/data/README.md`), in their order, so that
//! the two can be compared line by line. Judges no answer.

mod base;
mod calls;
mod code;
mod configurations;
mod exits;
mod machine;
mod misuse;
mod nibbles;
mod postrun;
mod program;
mod request;
mod sweep;

use std::str::FromStr;

use kvm::{Host, TimeSource};

use machine::Probe;

/// A part of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// META, PREF, CAP
    Base,
    /// INIT, REGLIST, REG
    Configs,
    /// WMASKRC, WMASK
    Wmask,
    /// NIB, WHOLE, NIBGET
    Nib,
    /// ERR, ENCAP, VGICD, VGICR, VGICC, VGICL, ITS
    Misuse,
    /// POSTRUN, and ERR of what came too late
    Postrun,
    /// CALL, CALL2
    Hyp,
    /// EXIT
    Gmisc,
    /// GST, GSTW, GCCSIDR, GSTSUM
    Guest,
    /// GST0, GSTW0: the guest section from EL0. Only when asked for: no recording has it.
    User,
}

impl Section {
    /// Every section of a recording, in order.
    pub const ALL: [Section; 9] = [
        Section::Base,
        Section::Configs,
        Section::Wmask,
        Section::Nib,
        Section::Misuse,
        Section::Postrun,
        Section::Hyp,
        Section::Gmisc,
        Section::Guest,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Section::Base => "base",
            Section::Configs => "configs",
            Section::Wmask => "wmask",
            Section::Nib => "nib",
            Section::Misuse => "misuse",
            Section::Postrun => "postrun",
            Section::Hyp => "hyp",
            Section::Gmisc => "gmisc",
            Section::Guest => "guest",
            Section::User => "user",
        }
    }
}

/// No such section.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no section `{0}`; the sections are base, configs, wmask, nib, misuse, postrun, hyp, gmisc, guest, user")]
pub struct UnknownSection(String);

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(name: &str) -> Result<Section, UnknownSection> {
        Section::ALL.into_iter().chain([Section::User]).find(|section| section.name() == name).ok_or_else(|| UnknownSection(name.into()))
    }
}

/// The rows of these sections; of all, when none is given.
pub fn rows(host: &Host, sections: &[Section]) -> Vec<String> {
    // Virtual time makes the answers the same every time.
    let host = Host { time: TimeSource::Virtual, ..host.clone() };
    let mut probe = Probe::new(&host);
    for &section in if sections.is_empty() { &Section::ALL[..] } else { sections } {
        probe.section(section);
        probe.row(format_args!("META\tend\t{}", section.name()));
    }
    probe.rows
}

impl Probe {
    fn section(&mut self, section: Section) {
        match section {
            Section::Base => self.base(),
            Section::Configs => self.configurations(),
            Section::Wmask => self.writable_masks(),
            Section::Nib => self.nibbles(),
            Section::Misuse => self.misuse(),
            Section::Postrun => self.after_the_first_run(),
            Section::Hyp => self.calls(),
            Section::Gmisc => self.exits(),
            Section::Guest => self.sweeps(),
            Section::User => self.user_sweeps(),
        }
    }
}
