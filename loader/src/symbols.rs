//! Names for addresses, for traces. It knows no debug information: only the ELF symbol table.

use std::collections::BTreeMap;

/// A named address range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub address: u64,
    /// Zero when the assembler gave none; the symbol then reaches to the next one.
    pub size: u64,
    pub name: String,
}

/// Symbols sorted by address, one name for each address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    sorted: Vec<Symbol>,
}

impl Symbols {
    /// Sorts; where two symbols share an address, the one with a size wins, then the first in the file.
    #[must_use]
    pub fn new(symbols: impl IntoIterator<Item = Symbol>) -> Self {
        let mut by_address: BTreeMap<u64, Symbol> = BTreeMap::new();
        for symbol in symbols {
            match by_address.get(&symbol.address) {
                Some(known) if known.size != 0 || symbol.size == 0 => {}
                _ => {
                    by_address.insert(symbol.address, symbol);
                }
            }
        }
        Self { sorted: by_address.into_values().collect() }
    }

    /// The symbol that covers `address`, and the distance from its start.
    #[must_use]
    pub fn lookup(&self, address: u64) -> Option<(&str, u64)> {
        let after = self.sorted.partition_point(|s| s.address <= address);
        let symbol = self.sorted.get(after.checked_sub(1)?)?;
        let offset = address - symbol.address;
        (symbol.size == 0 || offset < symbol.size).then_some((symbol.name.as_str(), offset))
    }

    /// The address of a name; linear, for command lines.
    #[must_use]
    pub fn address_of(&self, name: &str) -> Option<u64> {
        self.sorted.iter().find(|s| s.name == name).map(|s| s.address)
    }

    /// All symbols, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Symbol> {
        self.sorted.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(address: u64, size: u64, name: &str) -> Symbol {
        Symbol { address, size, name: name.to_owned() }
    }

    #[test]
    fn lookup_honours_sizes() {
        let symbols = Symbols::new([
            symbol(0x2000, 0x10, "main"),
            symbol(0x1000, 0, "_start"),
            symbol(0x2000, 0, "alias"),
            symbol(0x3000, 0, "tail"),
        ]);
        let cases: &[(u64, Option<(&str, u64)>)] = &[
            (0x0fff, None),
            (0x1000, Some(("_start", 0))),
            (0x1ffc, Some(("_start", 0xffc))),
            (0x2000, Some(("main", 0))),
            (0x200c, Some(("main", 0xc))),
            (0x2010, None),
            (0x3004, Some(("tail", 4))),
        ];
        for (address, expected) in cases {
            assert_eq!(symbols.lookup(*address), *expected, "{address:#x}");
        }
        assert_eq!(symbols.address_of("main"), Some(0x2000));
        assert_eq!(symbols.address_of("alias"), None);
        assert_eq!(symbols.len(), 3);
    }
}
