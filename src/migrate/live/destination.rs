//! The destination: makes the VM, takes pages, and either has the whole guest or nothing. It never runs a guest whose stream did
//! not come to its end.

use std::io::BufReader;

use super::Refusal;
use super::address::Connection;
use crate::machine::Machine;
use crate::migrate::restore::{Destination, OnRefused, Place, RestoreError, Target, strict};
use crate::migrate::snapshot::{Kind, Section, StreamError, StreamReader, StreamWriter, decode_pages, decode_tags};
use crate::migrate::state::{Hex, PAGE_SIZE, Snapshot, StreamHead, TAG_BYTES};

/// Why a guest was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The stream broke or is no good.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// It cannot be restored here.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

impl ReceiveError {
    fn refusal(&self) -> Refusal {
        let refused = if let ReceiveError::Restore(RestoreError::Value(refused)) = self { Some(refused) } else { None };
        let register = refused.and_then(|refused| if let Place::Register { id, .. } = refused.place { Some(Hex(id)) } else { None });
        // What is wrong with a file of this host, with a piece of it, is not the source's business.
        let private = matches!(self, ReceiveError::Restore(RestoreError::OwnHost(_)));
        let why = if private { "the host that was chosen for it there is not usable".into() } else { self.to_string() };
        Refusal { why, register, errno: refused.map(|refused| refused.errno.0) }
    }
}

/// A guest that is here, and not yet running.
pub struct Received {
    /// The machine.
    pub machine: Machine,
    /// What the source waits for.
    pub answer: Answer,
}

/// The destination's last word. Dropped without one, the guest is the source's.
pub struct Answer {
    replies: StreamWriter<Connection>,
}

impl Answer {
    /// The guest is this process's from now on: the source is told. To be called right before it runs.
    pub fn take_over(mut self) {
        // The stream was complete, and a source that has sent all never goes on without an answer: if nobody hears this, it is
        // dead, and the guest lives here.
        let _ = self.replies.section(Kind::Running, &[]).and_then(|()| self.replies.flush());
    }
}

/// Takes a guest from a connection; the source is told of every refusal.
///
/// # Errors
/// Why not.
pub fn receive(connection: Connection, destination: &Destination, policy: OnRefused<'_>) -> Result<Received, ReceiveError> {
    let mut replies = StreamWriter::new(connection.try_clone().map_err(StreamError::Io)?)?;
    match take(connection, destination, policy, &mut replies) {
        Ok(machine) => Ok(Received { machine, answer: Answer { replies } }),
        Err(error) => {
            // When it is the connection that broke, nobody hears this.
            let _ = replies.json(Kind::Refused, &error.refusal()).and_then(|()| replies.flush());
            Err(error)
        }
    }
}

fn take(
    connection: Connection,
    destination: &Destination,
    policy: OnRefused<'_>,
    replies: &mut StreamWriter<Connection>,
) -> Result<Machine, ReceiveError> {
    let mut stream = StreamReader::new(BufReader::with_capacity(1 << 18, connection))?;
    let first = stream.next_section()?;
    if first.kind != Kind::Machine {
        return Err(first.unexpected("the machine").into());
    }
    let head: StreamHead = first.json()?;
    let target = Target::new(&head.host, &head.machine, &head.features, destination)?;
    replies.section(Kind::Accepted, &[])?;
    replies.flush()?;
    let snapshot = loop {
        let section = stream.next_section()?;
        match section.kind {
            Kind::Memory => write_pages(&target, &section)?,
            Kind::Tags => write_tags(&target, &section)?,
            Kind::Round => {
                replies.section(Kind::Taken, &[])?;
                replies.flush()?;
            }
            Kind::State => break section.json::<Snapshot>()?,
            _ => return Err(section.unexpected("memory or state").into()),
        }
    };
    let last = stream.next_section()?;
    if last.kind != Kind::End {
        return Err(last.unexpected("the end").into());
    }
    if StreamHead::of(&snapshot) != head {
        return Err(first.wrong("it describes another machine than the state does").into());
    }
    Ok(target.finish(&snapshot, policy)?)
}

fn write_tags(target: &Target, section: &Section) -> Result<(), StreamError> {
    let take = |address, tags: Option<_>| {
        target.write_tags(address, &tags.unwrap_or([0; TAG_BYTES]), &mut strict).map_err(|error| error.to_string())
    };
    decode_tags(&section.plain, take).map_err(|why| section.wrong(why))
}

fn write_pages(target: &Target, section: &Section) -> Result<(), StreamError> {
    const ZEROS: [u8; PAGE_SIZE] = [0; PAGE_SIZE];
    let take =
        |address, page: Option<&[u8; PAGE_SIZE]>| target.write_page(address, page.unwrap_or(&ZEROS)).map_err(|error| error.to_string());
    decode_pages(&section.plain, take).map_err(|why| section.wrong(why))
}
