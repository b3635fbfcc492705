//! Which filters each thread of the process has. Judges no call.
//!
//! A thread's filters are a chain from the newest to the oldest, whose older part threads and children share. All changes are made with
//! the list of threads locked, as the kernel makes them with siglock.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kvm::errno::{EINVAL, ENOMEM, Errno};
use libc::{SECCOMP_MODE_DISABLED, SECCOMP_MODE_FILTER, SECCOMP_MODE_STRICT};

use super::bpf::{Data, Instruction, Program};

/// MAX_INSNS_PER_PATH: instructions of all filters of a thread, of which each but the newest counts as so many more.
const LONGEST_PATH: usize = (1 << 18) / Instruction::SIZE;
const PENALTY: usize = 4;

/// A filter, and those that were installed before it.
#[derive(Debug)]
pub struct Filter {
    pub program: Program,
    /// SECCOMP_FILTER_FLAG_LOG.
    pub log: bool,
    before: Option<Arc<Filter>>,
}

impl Filter {
    /// From the newest to the oldest.
    pub fn chain(&self) -> impl Iterator<Item = &Filter> {
        std::iter::successors(Some(self), |filter| filter.before.as_deref())
    }

    /// `seccomp_run_filters`: the most restrictive answer, the newest filter's among equals, and whether it is to be logged.
    pub fn run(&self, data: &Data) -> (u32, bool) {
        let action = |answer: u32| (answer & libc::SECCOMP_RET_ACTION_FULL) as i32;
        self.chain().fold((libc::SECCOMP_RET_ALLOW, false), |found, filter| {
            let answer = filter.program.run(data);
            if action(answer) < action(found.0) { (answer, filter.log) } else { found }
        })
    }
}

/// What a thread has installed.
#[derive(Debug, Default)]
pub struct Installed {
    mode: AtomicU32,
    newest: Mutex<Option<Arc<Filter>>>,
    /// Another thread's filters came with its no_new_privs, which the thread itself must set.
    owes_privileges: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Installed {
    /// SECCOMP_MODE_*.
    pub fn mode(&self) -> u32 {
        self.mode.load(Ordering::Acquire)
    }

    /// Whether calls are judged at all.
    pub fn is_on(&self) -> bool {
        self.mode() != SECCOMP_MODE_DISABLED
    }

    pub fn newest(&self) -> Option<Arc<Filter>> {
        lock(&self.newest).clone()
    }

    /// How many filters there are.
    pub fn count(&self) -> usize {
        self.newest().iter().flat_map(|newest| newest.chain()).count()
    }

    /// Whether the thread has to set no_new_privs; it has when this is asked again.
    pub fn take_privileges(&self) -> bool {
        self.owes_privileges.load(Ordering::Relaxed) && self.owes_privileges.swap(false, Ordering::Relaxed)
    }

    /// Of `seccomp_set_mode_strict`.
    ///
    /// # Errors
    /// EINVAL when there are filters.
    pub fn set_strict(&self) -> Result<(), Errno> {
        // Nobody else changes a thread that has no mode but by filters.
        match self.mode.compare_exchange(SECCOMP_MODE_DISABLED, SECCOMP_MODE_STRICT, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) | Err(SECCOMP_MODE_STRICT) => Ok(()),
            Err(_) => Err(EINVAL),
        }
    }

    fn set(&self, newest: Option<Arc<Filter>>, mode: u32) {
        *lock(&self.newest) = newest;
        self.mode.store(mode, Ordering::Release);
    }

    /// One more filter, without asking whether it may be; for those of the program before.
    pub fn add(&self, program: Program, log: bool) {
        self.set(Some(Arc::new(Filter { program, log, before: self.newest() })), SECCOMP_MODE_FILTER);
    }

    /// Whether `self`'s filters are the older part of `other`'s, or there are none.
    fn is_older_part_of(&self, other: &Installed) -> bool {
        let (Some(own), Some(others)) = (self.newest(), other.newest()) else { return self.newest().is_none() };
        others.chain().any(|filter| std::ptr::eq(filter, &raw const *own))
    }
}

/// A thread that has not ended.
#[derive(Debug)]
pub struct Member {
    id: u64,
    installed: Arc<Installed>,
}

/// All threads of the process.
#[derive(Debug, Default)]
pub struct Members(Mutex<Vec<Member>>);

/// How a filter comes to all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// SECCOMP_FILTER_FLAG_TSYNC_ESRCH: the thread that cannot have it is not told.
    pub without_id: bool,
    /// Whoever installs it has no_new_privs.
    pub no_new_privileges: bool,
}

impl Members {
    /// Nothing changes while this is held; fork(2) holds it, because the child needs it.
    pub fn lock(&self) -> MutexGuard<'_, Vec<Member>> {
        lock(&self.0)
    }

    /// A thread is there, with what its parent has at that moment.
    pub fn join(&self, id: u64, installed: &Arc<Installed>, parent: Option<&Installed>) {
        let mut members = self.lock();
        if let Some(parent) = parent {
            installed.set(parent.newest(), parent.mode());
        }
        members.push(Member { id, installed: installed.clone() });
    }

    /// A thread ends.
    pub fn leave(&self, installed: &Arc<Installed>) {
        self.lock().retain(|member| !Arc::ptr_eq(&member.installed, installed));
    }

    /// In the child of fork(2).
    pub fn after_fork(&self, id: u64, installed: &Arc<Installed>) {
        *self.lock() = vec![Member { id, installed: installed.clone() }];
    }

    /// `seccomp_attach_filter`: 0, or the thread that cannot have it.
    ///
    /// # Errors
    /// EINVAL in strict mode, ENOMEM for too many instructions, ESRCH.
    pub fn install(&self, own: &Arc<Installed>, program: Program, log: bool, sync: Option<Sync>) -> Result<u64, Errno> {
        let members = self.lock();
        if own.mode() == SECCOMP_MODE_STRICT {
            return Err(EINVAL);
        }
        let before = own.newest();
        let older = before.iter().flat_map(|newest| newest.chain()).map(|filter| filter.program.cost() + PENALTY);
        if program.cost() + older.sum::<usize>() > LONGEST_PATH {
            return Err(ENOMEM);
        }
        let others = || members.iter().filter(|member| !Arc::ptr_eq(&member.installed, own));
        if let Some(sync) = sync {
            let may_follow = |other: &Installed| other.mode() != SECCOMP_MODE_STRICT && other.is_older_part_of(own);
            if let Some(refused) = others().find(|member| !may_follow(&member.installed)) {
                return if sync.without_id { Err(Errno(libc::ESRCH)) } else { Ok(refused.id) };
            }
        }
        let newest = Some(Arc::new(Filter { program, log, before }));
        own.set(newest.clone(), SECCOMP_MODE_FILTER);
        for member in others().filter(|_| sync.is_some()) {
            if sync.is_some_and(|sync| sync.no_new_privileges) {
                member.installed.owes_privileges.store(true, Ordering::Relaxed);
            }
            member.installed.set(newest.clone(), SECCOMP_MODE_FILTER);
        }
        Ok(0)
    }
}
