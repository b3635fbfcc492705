//! What Arm's PrimeCell peripherals share: eight identification registers at the end of their page. It does not know the
//! device behind them.

/// First identification register (PeriphID0); the last is at 0xffc.
const ID_BASE: u64 = 0xfe0;

/// The identification register at `offset`, or `None` if there is none.
pub(super) fn id_register(ids: &[u8; 8], offset: u64) -> Option<u32> {
    let index = usize::try_from(offset.checked_sub(ID_BASE)? / 4).ok()?;
    ids.get(index).map(|id| u32::from(*id))
}
