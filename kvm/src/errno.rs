//! Errors as an ioctl returns them. Only this crate knows errno values; nothing here explains a refusal.

/// A Linux error number, positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(pub i32);

macro_rules! errnos {
    ($($name:ident $value:literal $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: Errno = Errno($value);)*

        impl Errno {
            /// The symbolic name, if it is one that KVM uses.
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $($name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

errnos! {
    EPERM 1 "Operation not permitted";
    ENOENT 2 "No such register, feature or entry";
    EINTR 4 "Interrupted";
    EIO 5 "The VM is dead, or belongs to another process";
    ENXIO 6 "No such device attribute or address";
    E2BIG 7 "List or range too long";
    ENOEXEC 8 "The vCPU is not initialised";
    EBADF 9 "Bad file descriptor";
    EAGAIN 11 "Try again";
    ENOMEM 12 "Out of memory";
    EFAULT 14 "Bad address";
    EBUSY 16 "Frozen, or in use";
    EEXIST 17 "Already exists, or overlaps";
    ENODEV 19 "No such device";
    EINVAL 22 "Invalid argument";
    EMFILE 24 "Too many open files";
    ENOTTY 25 "Not an ioctl of this device";
    EFBIG 27 "Beyond what a file can have";
    ENOSPC 28 "No space";
    ENOSYS 38 "Not implemented";
    EOPNOTSUPP 95 "Not supported";
    EINVARIANT 96 "The 2018 proposal's KVM_EINVARIANT (its number is EPFNOSUPPORT everywhere else)";
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl std::fmt::Debug for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Errno {}
