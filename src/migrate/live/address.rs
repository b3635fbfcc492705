//! Where the two processes meet: a Unix socket, or TCP on this machine. A stream says nothing about who sent it and hides
//! nothing, so it goes nowhere else.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

/// A meeting place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `unix:PATH`.
    Unix(PathBuf),
    /// `tcp:127.0.0.1:PORT`.
    Tcp(SocketAddr),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Address, String> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Address::Unix(path.into()));
        }
        let address = text.strip_prefix("tcp:").ok_or("an address is unix:PATH or tcp:127.0.0.1:PORT")?;
        let address: SocketAddr = address.parse().map_err(|error| format!("`{address}`: {error}"))?;
        if !address.ip().is_loopback() {
            return Err(format!("{} is not this machine: the stream is neither encrypted nor authenticated", address.ip()));
        }
        Ok(Address::Tcp(address))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
            Address::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// One end of a connection.
#[derive(Debug)]
pub enum Connection {
    /// A Unix socket.
    Unix(UnixStream),
    /// TCP.
    Tcp(TcpStream),
}

impl Connection {
    /// Connects to a destination that listens.
    ///
    /// # Errors
    /// Nobody listens, and the like.
    pub fn open(address: &Address) -> Result<Connection> {
        match address {
            Address::Unix(path) => UnixStream::connect(path).map(Connection::Unix),
            Address::Tcp(address) => TcpStream::connect(address).map(Connection::Tcp),
        }
    }

    /// Another handle to the same connection.
    ///
    /// # Errors
    /// No more file descriptors.
    pub fn try_clone(&self) -> Result<Connection> {
        match self {
            Connection::Unix(stream) => stream.try_clone().map(Connection::Unix),
            Connection::Tcp(stream) => stream.try_clone().map(Connection::Tcp),
        }
    }

    /// Waits for the first byte, which stays where it is; false when there will be none.
    fn speaks(&self) -> bool {
        let mut line = [PollFd::new(self, PollFlags::IN)];
        while let Err(rustix::io::Errno::INTR) = rustix::event::poll(&mut line, None) {}
        // There is something to read: bytes, or the end.
        rustix::io::ioctl_fionread(self).is_ok_and(|bytes| bytes > 0)
    }

    /// How long the other end may take nothing, and how long it may say nothing.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn set_patience(&self, takes: Option<Duration>, says: Option<Duration>) -> Result<()> {
        match self {
            Connection::Unix(stream) => stream.set_write_timeout(takes).and_then(|()| stream.set_read_timeout(says)),
            Connection::Tcp(stream) => stream.set_write_timeout(takes).and_then(|()| stream.set_read_timeout(says)),
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Connection::Unix(stream) => stream.as_fd(),
            Connection::Tcp(stream) => stream.as_fd(),
        }
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Connection::Unix(stream) => stream.read(buffer),
            Connection::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        match self {
            Connection::Unix(stream) => stream.write(data),
            Connection::Tcp(stream) => stream.write(data),
        }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A destination's ear. A Unix socket's file goes when it is dropped.
#[derive(Debug)]
pub enum Listener {
    /// A Unix socket.
    Unix(UnixListener, PathBuf),
    /// TCP.
    Tcp(TcpListener),
}

impl Listener {
    /// Listens; a socket that a dead process left behind is replaced, and nothing else.
    ///
    /// # Errors
    /// The address is taken, a file that is no socket is there, and the like.
    pub fn bind(address: &Address) -> Result<Listener> {
        match address {
            Address::Tcp(address) => TcpListener::bind(address).map(Listener::Tcp),
            Address::Unix(path) => {
                let bound = match UnixListener::bind(path) {
                    Err(error) if error.kind() == ErrorKind::AddrInUse => {
                        remove_abandoned(path, error)?;
                        UnixListener::bind(path)
                    }
                    other => other,
                };
                bound.map(|listener| Listener::Unix(listener, path.clone()))
            }
        }
    }

    /// Where it listens: of TCP port 0, the port that it got.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> Result<Address> {
        match self {
            Listener::Unix(_, path) => Ok(Address::Unix(path.clone())),
            Listener::Tcp(listener) => listener.local_addr().map(Address::Tcp),
        }
    }

    /// Waits for a source. Who connects and goes without a word is none: that is how others ask whether somebody listens.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn accept(&self) -> Result<Connection> {
        loop {
            let connection = match self {
                Listener::Unix(listener, _) => Connection::Unix(listener.accept()?.0),
                Listener::Tcp(listener) => Connection::Tcp(listener.accept()?.0),
            };
            if connection.speaks() {
                return Ok(connection);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = self {
            // Somebody else may have removed it, or put a file in its place.
            if is_socket(path).unwrap_or(false) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// Whether the name itself is a socket's; a link to one is none.
fn is_socket(path: &Path) -> Result<bool> {
    Ok(std::fs::symlink_metadata(path)?.file_type().is_socket())
}

/// Removes a socket to which nobody listens any more. Connecting to any other file is refused in the same way, so what it is comes
/// first.
fn remove_abandoned(path: &Path, taken: Error) -> Result<()> {
    if !is_socket(path)? {
        return Err(Error::other("it is there, and is no socket"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        _ => Err(taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("invar-address-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn only_an_abandoned_socket_is_replaced() {
        let folder = scratch("bind");
        let [file, link, socket] = ["file", "link", "socket"].map(|name| folder.join(name));
        std::fs::write(&file, "as it was").expect("written");
        drop(UnixListener::bind(&socket).expect("it listens"));
        std::os::unix::fs::symlink(&socket, &link).expect("linked");
        for path in [&file, &link] {
            let error = Listener::bind(&Address::Unix(path.clone())).expect_err("it is no socket");
            assert_eq!(error.to_string(), "it is there, and is no socket");
        }
        assert_eq!(std::fs::read(&file).expect("there"), b"as it was");
        assert_eq!(std::fs::read_link(&link).expect("there"), socket);
        drop(Listener::bind(&Address::Unix(socket.clone())).expect("nobody listens there"));
        assert!(!socket.exists());
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn who_says_nothing_is_no_source() {
        let folder = scratch("accept");
        let address = Address::Unix(folder.join("socket"));
        let listener = Listener::bind(&address).expect("it listens");
        let taken = Listener::bind(&address).expect_err("it is taken");
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        let mut source = Connection::open(&address).expect("it listens");
        source.write_all(b"word").expect("sent");
        let mut heard = [0; 4];
        listener.accept().expect("the source").read_exact(&mut heard).expect("it has spoken");
        assert_eq!(&heard, b"word");
        drop(listener);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
