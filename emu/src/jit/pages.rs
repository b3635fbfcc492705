//! Where code may be entered: by physical page, address and context, a table of the page's words. Knows nothing of code itself.

use rustc_hash::FxHashMap;

use super::Context;
use super::kept::Kept;
use super::region::WORDS;

/// A page as code sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MappedPage {
    /// Bit 0 is set in a guarded page.
    physical: u64,
    pub address: u64,
    pub context: Context,
}

impl MappedPage {
    /// The page of pc, where bit 0 of the physical address is set in a guarded page.
    pub fn of(physical: u64, pc: u64, context: Context) -> MappedPage {
        MappedPage { physical: physical & !0xffe, address: pc & !0xfff, context }
    }
}

/// By word of a page, the offset in the code memory of the code that may be entered there, or [`LATE`] and the number of an entry that is
/// made when somebody comes; zero where there is none.
pub type Entries = [u32; WORDS];

/// No offset in the code memory has this bit.
pub const LATE: u32 = 1 << 31;

/// The tables.
pub struct Pages {
    tables: Kept<Entries>,
    /// Tables of pages that were dropped.
    free: Vec<u32>,
    numbers: FxHashMap<MappedPage, u32>,
    /// What the keys of `numbers` have a physical page in.
    mapped: FxHashMap<u64, Vec<MappedPage>>,
}

impl Pages {
    /// No pages.
    ///
    /// # Errors
    /// When the host refuses memory for the tables.
    pub fn new() -> std::io::Result<Pages> {
        Ok(Pages { tables: Kept::new()?, free: Vec::new(), numbers: FxHashMap::default(), mapped: FxHashMap::default() })
    }

    /// There is room for the table of another page.
    pub fn has_room(&self) -> bool {
        !self.free.is_empty() || self.tables.fits(1)
    }

    pub fn find(&self, page: &MappedPage) -> Option<&Entries> {
        self.tables.get(*self.numbers.get(page)? as usize)
    }

    pub fn find_mut(&mut self, page: &MappedPage) -> Option<&mut Entries> {
        self.tables.get_mut(*self.numbers.get(page)? as usize)
    }

    /// A page's table, which it gets when it has none; None when there is no room.
    pub fn find_or_add(&mut self, page: MappedPage) -> Option<&mut Entries> {
        let number = match self.numbers.get(&page) {
            Some(&number) => number,
            None => self.add(page)?,
        };
        self.tables.get_mut(number as usize)
    }

    #[cold]
    fn add(&mut self, page: MappedPage) -> Option<u32> {
        let number = match self.free.pop() {
            Some(number) => {
                self.tables.get_mut(number as usize)?.fill(0);
                number
            }
            None => {
                self.tables.extend(&[[0; WORDS]])?;
                self.tables.len() as u32 - 1
            }
        };
        self.numbers.insert(page, number);
        self.mapped.entry(page.physical & !0xfff).or_default().push(page);
        Some(number)
    }

    /// Forgets a physical page; what it was mapped as, for `each` with the table.
    pub fn remove(&mut self, physical: u64, mut each: impl FnMut(&MappedPage, &Entries)) -> Vec<MappedPage> {
        let mapped = self.mapped.remove(&physical).unwrap_or_default();
        for page in &mapped {
            if let Some(number) = self.numbers.remove(page)
                && let Some(table) = self.tables.get(number as usize)
            {
                each(page, table);
                self.free.push(number);
            }
        }
        mapped
    }

    /// Forgets all pages.
    pub fn clear(&mut self) {
        self.tables.truncate(0);
        self.free.clear();
        self.numbers.clear();
        self.mapped.clear();
    }
}
