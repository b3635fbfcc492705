//! Where the two processes meet: a Unix socket, or TCP on this machine. A stream says nothing about who sent it and hides
//! nothing, so it goes nowhere else.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

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
    /// Listens; a socket that a dead process left behind is replaced.
    ///
    /// # Errors
    /// The address is taken, and the like.
    pub fn bind(address: &Address) -> Result<Listener> {
        match address {
            Address::Tcp(address) => TcpListener::bind(address).map(Listener::Tcp),
            Address::Unix(path) => {
                let bound = match UnixListener::bind(path) {
                    Err(error) if error.kind() == ErrorKind::AddrInUse && abandoned(path) => {
                        std::fs::remove_file(path)?;
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

    /// Waits for a source.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn accept(&self) -> Result<Connection> {
        match self {
            Listener::Unix(listener, _) => listener.accept().map(|(stream, _)| Connection::Unix(stream)),
            Listener::Tcp(listener) => listener.accept().map(|(stream, _)| Connection::Tcp(stream)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = self {
            // Somebody else may have removed it.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn abandoned(path: &std::path::Path) -> bool {
    matches!(UnixStream::connect(path), Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}
