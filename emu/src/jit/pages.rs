//! Where code may be entered: by physical page, address and context, a table of the page's words, in lines that are there when they have
//! something. Knows nothing of code itself.

use rustc_hash::FxHashMap;

use super::Context;
use super::kept::Kept;
use super::pieces::Movable;
use super::region::WORDS;
use crate::mem::is_upper;

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

/// Addresses at which a page's code stays: as many processes may take turns without its going back and forth.
const COPIES: usize = 3;

/// Words of a line, which is one of the host's cache.
const LINE: usize = 16;
const LINES: usize = WORDS / LINE;

/// By word, the offset in the code memory of the code that may be entered there, or [`LATE`] and the number of an entry that is made when
/// somebody comes; zero where there is none.
type Line = [u32; LINE];

/// No offset in the code memory has this bit.
pub const LATE: u32 = 1 << 31;

/// The number of each line of a page; a new page has the first, in which nothing is ever set.
type Table = [u32; LINES];

/// The tables.
pub struct Pages {
    tables: Kept<Table>,
    lines: Kept<Line>,
    /// Tables and lines of pages that were dropped.
    free_tables: Vec<u32>,
    free_lines: Vec<u32>,
    numbers: FxHashMap<MappedPage, u32>,
    /// By number of the table.
    movable: Vec<Movable>,
    /// What the keys of `numbers` have a physical page in.
    mapped: FxHashMap<u64, Vec<MappedPage>>,
}

/// A page's entries, to be looked at.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    table: &'a Table,
    lines: &'a [Line],
}

impl Entries<'_> {
    /// What is there for a word of the page.
    #[inline]
    pub fn at(&self, word: usize) -> u32 {
        self.lines.get(self.table[word / LINE % LINES] as usize).map_or(0, |line| line[word % LINE])
    }

    /// The words that have something.
    fn words(&self) -> impl Iterator<Item = usize> {
        let used = self.table.iter().enumerate().filter(|&(_, &line)| line != 0);
        used.flat_map(|(number, _)| number * LINE..(number + 1) * LINE).filter(|&word| self.at(word) != 0)
    }
}

impl Pages {
    /// No pages.
    ///
    /// # Errors
    /// When the host refuses memory for the tables.
    pub fn new() -> std::io::Result<Pages> {
        let mut pages = Pages {
            tables: Kept::new()?,
            lines: Kept::new()?,
            free_tables: Vec::new(),
            free_lines: Vec::new(),
            numbers: FxHashMap::default(),
            movable: Vec::new(),
            mapped: FxHashMap::default(),
        };
        pages.clear();
        Ok(pages)
    }

    /// There is room for another page, with everything in it.
    pub fn has_room(&self) -> bool {
        (!self.free_tables.is_empty() || self.tables.fits(1)) && (self.free_lines.len() >= LINES || self.lines.fits(LINES))
    }

    pub fn find(&self, page: &MappedPage) -> Option<Entries<'_>> {
        let table = self.tables.get(*self.numbers.get(page)? as usize)?;
        Some(Entries { table, lines: &self.lines })
    }

    /// The same of who goes there, at the time `epoch`.
    pub fn find_to_use(&mut self, page: &MappedPage, epoch: u64) -> Option<Entries<'_>> {
        let number = *self.numbers.get(page)? as usize;
        self.movable.get_mut(number)?.used = epoch;
        Some(Entries { table: self.tables.get(number)?, lines: &self.lines })
    }

    /// The number of a page's table, which is there from now on; None when there is no room.
    pub fn number(&mut self, page: MappedPage) -> Option<u32> {
        match self.numbers.get(&page) {
            Some(&number) => Some(number),
            None => self.add(page),
        }
    }

    /// What moves with the table of a number.
    pub fn movable(&mut self, number: u32) -> &mut Movable {
        let number = number as usize;
        if number >= self.movable.len() {
            self.movable.resize_with(number + 1, Movable::default);
        }
        &mut self.movable[number]
    }

    /// Gives a table of the same physical page and context in the lower half to `to`, when there are enough of them: that which was not used
    /// for longest, and not since `epoch` began. Its address before, and its number.
    pub fn give(&mut self, to: &MappedPage, epoch: u64) -> Option<(u64, u32)> {
        let mapped = self.mapped.get_mut(&(to.physical & !0xfff))?;
        let (mut copies, mut oldest) = (0, None);
        for (place, page) in mapped.iter().enumerate() {
            if page.physical != to.physical || page.context != to.context || is_upper(page.address) {
                continue;
            }
            copies += 1;
            let number = *self.numbers.get(page)?;
            let Movable { fixed, used, .. } = self.movable.get(number as usize)?;
            if !fixed && *used != epoch && oldest.is_none_or(|(_, _, before)| *used < before) {
                oldest = Some((place, number, *used));
            }
        }
        let (place, number, _) = oldest.filter(|_| copies >= COPIES)?;
        let from = std::mem::replace(&mut mapped[place], *to);
        self.numbers.remove(&from);
        self.numbers.insert(*to, number);
        Some((from.address, number))
    }

    /// Sets entries of a page, by their words; None when there is no room.
    pub fn set(&mut self, page: MappedPage, entries: impl Iterator<Item = (usize, u32)>) -> Option<()> {
        let number = self.number(page)?;
        let table = self.tables.get_mut(number as usize)?;
        for (word, entry) in entries {
            let line = &mut table[word / LINE % LINES];
            if *line == 0 {
                *line = reuse(&mut self.lines, &mut self.free_lines, [0; LINE])?;
            }
            self.lines[*line as usize][word % LINE] = entry;
        }
        Some(())
    }

    #[cold]
    fn add(&mut self, page: MappedPage) -> Option<u32> {
        let number = reuse(&mut self.tables, &mut self.free_tables, [0; LINES])?;
        *self.movable(number) = Movable::default();
        self.numbers.insert(page, number);
        self.mapped.entry(page.physical & !0xfff).or_default().push(page);
        Some(number)
    }

    /// Forgets a physical page; what it was mapped as. `each` is told of every word with an entry.
    pub fn remove(&mut self, physical: u64, mut each: impl FnMut(&MappedPage, usize)) -> Vec<MappedPage> {
        let mapped = self.mapped.remove(&physical).unwrap_or_default();
        for page in &mapped {
            let Some(number) = self.numbers.remove(page) else { continue };
            let table = self.tables[number as usize];
            Entries { table: &table, lines: &self.lines }.words().for_each(|word| each(page, word));
            self.free_lines.extend(table.into_iter().filter(|&line| line != 0));
            self.free_tables.push(number);
        }
        mapped
    }

    /// Forgets all pages.
    pub fn clear(&mut self) {
        self.tables.truncate(0);
        self.lines.truncate(0);
        // There is room for one.
        let _ = self.lines.extend(&[[0; LINE]]);
        self.free_tables.clear();
        self.free_lines.clear();
        self.numbers.clear();
        self.movable.clear();
        self.mapped.clear();
    }
}

/// The number of an element that nobody uses, with a new value; None when there is no room.
fn reuse<T: Copy>(elements: &mut Kept<T>, free: &mut Vec<u32>, value: T) -> Option<u32> {
    if let Some(number) = free.pop() {
        *elements.get_mut(number as usize)? = value;
        return Some(number);
    }
    elements.extend(&[value])?;
    Some(elements.len() as u32 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_was_not_used_for_longest_moves() {
        let mut pages = Pages::new().expect("memory");
        let page = |pc: u64| MappedPage::of(0x8000_0000, pc, Context::default());
        let add = |pages: &mut Pages, pc: u64, epoch: u64| {
            pages.set(page(pc), [(3, pc as u32 >> 8)].into_iter()).expect("room");
            pages.find_to_use(&page(pc), epoch).expect("set just now");
        };
        add(&mut pages, 0x7000_0000_1000, 4);
        add(&mut pages, 0xffff_8000_0000_1000, 1);
        add(&mut pages, 0x7000_0000_2000, 2);
        assert_eq!(pages.give(&page(0x7000_0000_5000), 9), None, "there are few, without the upper half's");
        add(&mut pages, 0x7000_0000_3000, 3);
        let moved = pages.give(&page(0x7000_0000_5000), 9).expect("enough");
        assert_eq!(moved.0, 0x7000_0000_2000);
        assert!(pages.find(&page(0x7000_0000_2000)).is_none());
        assert_eq!(pages.find(&page(0x7000_0000_5000)).expect("moved").at(3), 0x20);
        pages.find_to_use(&page(0x7000_0000_5000), 5).expect("moved");
        pages.movable(pages.numbers[&page(0x7000_0000_3000)]).fixed = true;
        assert_eq!(pages.give(&page(0x7000_0000_6000), 4).map(|(from, _)| from), Some(0x7000_0000_5000), "one is fixed, one in use");
        assert_eq!(pages.remove(0x8000_0000, |_, _| {}).len(), 4);
    }

    #[test]
    fn entries_are_found_until_their_page_goes() {
        let mut pages = Pages::new().expect("memory");
        let page = |pc: u64| MappedPage::of(0x8000_0001, pc, Context::default());
        let (first, second) = (page(0x1000), page(0x5000));
        assert!(pages.find(&first).is_none());
        pages.set(first, [(0, 16), (15, 32), (WORDS - 1, LATE)].into_iter()).expect("room");
        pages.set(second, [(3, 48)].into_iter()).expect("room");
        pages.set(first, [(WORDS - 1, 64)].into_iter()).expect("room");
        let of = |pages: &Pages, page, words: &[usize]| {
            pages.find(page).map(|entries| words.iter().map(|&word| entries.at(word)).collect::<Vec<u32>>())
        };
        assert_eq!(of(&pages, &first, &[0, 1, 3, 15, 16, WORDS - 1]), Some(vec![16, 0, 0, 32, 0, 64]));
        assert_eq!(of(&pages, &second, &[0, 3]), Some(vec![0, 48]));
        let mut words = Vec::new();
        assert_eq!(pages.remove(0x8000_0000, |page, word| words.push((page.address, word))).len(), 2);
        assert_eq!(words, [(0x1000, 0), (0x1000, 15), (0x1000, WORDS - 1), (0x5000, 3)]);
        assert!(pages.find(&first).is_none() && pages.find(&second).is_none());
        // Lines that were used before are empty again.
        let (tables, lines) = (pages.tables.len(), pages.lines.len());
        pages.set(second, [(1, 8), (WORDS - 2, 8)].into_iter()).expect("room");
        assert_eq!(of(&pages, &second, &[0, 1, 3, 15, WORDS - 2, WORDS - 1]), Some(vec![0, 8, 0, 0, 8, 0]));
        assert_eq!((pages.tables.len(), pages.lines.len()), (tables, lines));
    }
}
