//! Where code is put together: a fixed buffer, because a vector asks for every instruction whether it has to grow. What does not fit
//! is noticed at the end.

use std::ops::Range;

/// Bytes of code that there is room for, a power of two.
pub const ROOM: usize = 512 << 10;

/// Bytes that are written at a time at most, of which some may be no instruction's.
pub const PIECE: usize = 64;

pub struct Room {
    bytes: Box<[u8; ROOM + PIECE]>,
    /// May be beyond the room: then what was written is worth nothing.
    length: usize,
}

impl Room {
    pub fn new() -> Room {
        let bytes = vec![0; ROOM + PIECE].into_boxed_slice();
        Room { bytes: bytes.try_into().unwrap_or_else(|_| Box::new([0; ROOM + PIECE])), length: 0 }
    }

    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Everything has fitted.
    pub fn is_complete(&self) -> bool {
        self.length <= ROOM
    }

    /// What has been written.
    pub fn code(&self) -> &[u8] {
        &self.bytes[..self.length.min(ROOM)]
    }

    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Writes bytes of which `count` stay.
    #[inline(always)]
    pub fn put<const COUNT: usize>(&mut self, bytes: [u8; COUNT], count: usize) {
        const { assert!(COUNT <= PIECE) };
        let at = self.length % ROOM;
        self.bytes[at..at + COUNT].copy_from_slice(&bytes);
        self.length += count;
    }

    #[inline(always)]
    pub fn push<const COUNT: usize>(&mut self, bytes: [u8; COUNT]) {
        const { assert!(COUNT <= PIECE) };
        let at = self.length % ROOM;
        self.bytes[at..at + COUNT].copy_from_slice(&bytes);
        self.length += COUNT;
    }

    /// What is in a place already, once more.
    pub fn repeat(&mut self, place: Range<usize>) {
        // A number of bytes that the compiler knows, whether they are there or not: pieces are short.
        for start in place.clone().step_by(PIECE) {
            let (from, to) = (start % ROOM, (self.length + start - place.start) % ROOM);
            let mut piece = [0; PIECE];
            piece.copy_from_slice(&self.bytes[from..from + PIECE]);
            self.bytes[to..to + PIECE].copy_from_slice(&piece);
        }
        self.length += place.len();
    }

    /// Writes over what is there.
    pub fn set<const COUNT: usize>(&mut self, at: usize, bytes: [u8; COUNT]) {
        if let Some(place) = self.bytes.get_mut(at..at + COUNT) {
            place.copy_from_slice(&bytes);
        }
    }

    /// What is there, to be written over.
    pub fn part(&mut self, place: Range<usize>) -> &mut [u8] {
        self.bytes.get_mut(place).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_noticed() {
        let mut room = Room::new();
        room.put([7; 16], 3);
        room.push([1, 2]);
        room.repeat(1..4);
        room.set(0, [9]);
        assert_eq!(room.code(), [9, 7, 7, 1, 2, 7, 7, 1]);
        (0..ROOM / 16).for_each(|_| room.put([3; 16], 16));
        assert!(!room.is_complete() && room.code().len() == ROOM);
        room.repeat(0..ROOM);
        room.clear();
        assert!(room.is_complete() && room.code().is_empty());
    }
}
