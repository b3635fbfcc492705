#![expect(unsafe_code)]
//! The functions that ours stand in front of: the next definition of each name, which is the C library's or another
//! preloaded library's. Changes no argument.
//!
//! Obligation: the type of each row is that of the C function. Whoever calls one has the obligations of the C function.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{off_t, sigaction as SigAction, size_t};

/// The address of the next definition, looked up once.
fn address(cell: &AtomicPtr<c_void>, name: &CStr) -> *mut c_void {
    let known = cell.load(Ordering::Relaxed);
    if !known.is_null() {
        return known;
    }
    // SAFETY: `name` is a C string, and RTLD_NEXT needs nothing.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    cell.store(found, Ordering::Relaxed);
    found
}

macro_rules! functions {
    ($($symbol:literal $name:ident: $kind:ty;)*) => {
        $(
            #[doc = concat!("The next `", $symbol, "`.")]
            pub fn $name() -> Option<$kind> {
                static CELL: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
                let name = CStr::from_bytes_with_nul(concat!($symbol, "\0").as_bytes()).ok()?;
                // SAFETY: a pointer to a function of this type, or null, which is None.
                unsafe { std::mem::transmute::<*mut c_void, Option<$kind>>(address(&CELL, name)) }
            }
        )*
    };
}

functions! {
    "open64" open: unsafe extern "C" fn(*const c_char, c_int, ...) -> c_int;
    "openat64" openat: unsafe extern "C" fn(c_int, *const c_char, c_int, ...) -> c_int;
    "access" access: unsafe extern "C" fn(*const c_char, c_int) -> c_int;
    "ioctl" ioctl: unsafe extern "C" fn(c_int, c_ulong, ...) -> c_int;
    "mmap64" mmap: unsafe extern "C" fn(*mut c_void, size_t, c_int, c_int, c_int, off_t) -> *mut c_void;
    "munmap" munmap: unsafe extern "C" fn(*mut c_void, size_t) -> c_int;
    "mprotect" mprotect: unsafe extern "C" fn(*mut c_void, size_t, c_int) -> c_int;
    "mremap" mremap: unsafe extern "C" fn(*mut c_void, size_t, size_t, c_int, ...) -> *mut c_void;
    "lseek64" lseek: unsafe extern "C" fn(c_int, off_t, c_int) -> off_t;
    "close" close: unsafe extern "C" fn(c_int) -> c_int;
    "close_range" close_range: unsafe extern "C" fn(c_uint, c_uint, c_int) -> c_int;
    "dup" dup: unsafe extern "C" fn(c_int) -> c_int;
    "dup2" dup2: unsafe extern "C" fn(c_int, c_int) -> c_int;
    "dup3" dup3: unsafe extern "C" fn(c_int, c_int, c_int) -> c_int;
    "fcntl64" fcntl: unsafe extern "C" fn(c_int, c_int, ...) -> c_int;
    "fallocate64" fallocate: unsafe extern "C" fn(c_int, c_int, off_t, off_t) -> c_int;
    "fstat64" fstat: unsafe extern "C" fn(c_int, *mut c_void) -> c_int;
    "sigaction" sigaction: unsafe extern "C" fn(c_int, *const SigAction, *mut SigAction) -> c_int;
}
