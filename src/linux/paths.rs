//! File names of the program: an absolute one is looked for under the sysroot first; a few in /proc are about the program
//! itself. Opens nothing.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use kvm::errno::{EINVAL, ENOENT, Errno};

use super::host;
use super::process::Process;

/// PATH_MAX.
const LONGEST: usize = 4096;

/// What a name means.
pub enum Named {
    /// Under this name for the host.
    File(CString),
    /// /dev/kvm.
    Kvm,
    /// A file of /proc/self that tells of the program, by its name there.
    Own(&'static str),
    /// /proc/self/status under this name for the host, where only what is said of seccomp is not the program's.
    Status(CString),
}

/// Files of /proc/self that would tell of the emulator.
const OWN: [&str; 5] = ["exe", "maps", "cmdline", "auxv", STATUS];
const STATUS: &str = "status";

/// What `/proc/self/NAME` names, if it is one of those.
fn own(path: &[u8]) -> Option<&'static str> {
    let rest = path.strip_prefix(b"/proc/")?;
    let text = std::str::from_utf8(rest).ok()?;
    let (process, name) = text.split_once('/')?;
    let name = match process {
        "self" | "thread-self" => name,
        number if number.parse() == Ok(std::process::id()) => name,
        _ => return None,
    };
    OWN.into_iter().find(|&known| known == name)
}

impl Process {
    /// A name in the program's memory.
    ///
    /// # Errors
    /// EFAULT, ENAMETOOLONG.
    pub fn named_at(&self, address: u64) -> Result<Named, Errno> {
        let path = host::read_string(address, LONGEST)?;
        self.named(&path)
    }

    /// A name.
    ///
    /// # Errors
    /// EINVAL when there is a zero in it.
    pub fn named(&self, path: &[u8]) -> Result<Named, Errno> {
        if path == b"/dev/kvm" {
            return Ok(Named::Kvm);
        }
        match own(path) {
            Some(STATUS) => Ok(Named::Status(CString::new(path).map_err(|_| EINVAL)?)),
            Some(name) => Ok(Named::Own(name)),
            None => Ok(Named::File(self.host_name(path)?)),
        }
    }

    fn host_name(&self, path: &[u8]) -> Result<CString, Errno> {
        if let Some(relative) = path.strip_prefix(b"/") {
            let under = self.settings.sysroot.join(Path::new(std::ffi::OsStr::from_bytes(relative)));
            // The root itself, and folders that both have, are the host's: the program wants to see all of them.
            if std::fs::metadata(&under).is_ok_and(|facts| !facts.is_dir()) {
                return CString::new(under.as_os_str().as_bytes()).map_err(|_| EINVAL);
            }
        }
        CString::new(path).map_err(|_| EINVAL)
    }

    /// The host's name of the file that a name means, for calls that look at a name and open nothing.
    ///
    /// # Errors
    /// As [`Self::named_at`]; ENOENT for files of /proc that only the program sees.
    pub fn looked_at(&self, address: u64) -> Result<CString, Errno> {
        match self.named_at(address)? {
            Named::File(name) | Named::Status(name) => Ok(name),
            // Something that is there and is a character device.
            Named::Kvm => Ok(c"/dev/null".to_owned()),
            Named::Own("exe") => CString::new(self.executable.as_os_str().as_bytes()).map_err(|_| ENOENT),
            Named::Own(name) => CString::new(format!("/proc/self/{name}")).map_err(|_| ENOENT),
        }
    }
}

/// A C string's address, for a system call.
pub fn address(text: &CString) -> u64 {
    text.as_ptr().expose_provenance() as u64
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn files_about_the_program_itself() {
        assert_eq!(own(b"/proc/self/maps"), Some("maps"));
        assert_eq!(own(format!("/proc/{}/exe", std::process::id()).as_bytes()), Some("exe"));
        assert_eq!(own(b"/proc/1/maps"), None);
        assert_eq!((own(b"/proc/thread-self/status"), own(b"/proc/self/stat")), (Some("status"), None));
        assert_eq!(own(b"/proc/self/task/1/maps"), None);
    }
}
