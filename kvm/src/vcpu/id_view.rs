//! The ID registers as this vCPU's guest reads them, flattened for the trap path. Policy is `idregs`'; here is only a table.

use sysregs::{Encoding, IdValues, SysReg};

use crate::idregs::{GuestRead, VcpuIds, VmIds};

/// Number of encodings of 3,0,0,c0–c7,0–7.
const SPACE: usize = 64;
/// Cache selectors that CSSELR_EL1 can hold.
const CACHES: usize = 16;

/// Registers outside the ID space that are identification too.
const OTHERS: [SysReg; 3] = [SysReg::CTR_EL0, SysReg::CLIDR_EL1, SysReg::AIDR_EL1];

/// A guest's view.
#[derive(Clone, Debug)]
pub(crate) struct IdView {
    /// 3,0,0,CRm,op2.
    space: [GuestRead; SPACE],
    others: [GuestRead; OTHERS.len()],
    caches: [Option<u64>; CACHES],
}

impl Default for IdView {
    fn default() -> Self {
        IdView { space: [GuestRead::Elsewhere; SPACE], others: [GuestRead::Elsewhere; OTHERS.len()], caches: [None; CACHES] }
    }
}

impl IdView {
    /// The view that the registers of VM and vCPU give now.
    pub fn derive(vm: &VmIds, vcpu: &VcpuIds) -> IdView {
        let space = std::array::from_fn(|index| {
            let encoding = Encoding::new(3, 0, 0, (index >> 3) as u8, (index & 7) as u8);
            vcpu.guest_read(vm, encoding)
        });
        let others = OTHERS.map(|register| vcpu.guest_read(vm, register.encoding()));
        let caches = std::array::from_fn(|selector| vcpu.guest_ccsidr(vm, selector as u64));
        IdView { space, others, caches }
    }

    /// MPIDR_EL1 for VMPIDR_EL2.
    pub fn mpidr(&self) -> u64 {
        match self.space[5] {
            GuestRead::Value(value) => value,
            GuestRead::Hardware | GuestRead::Elsewhere => 0,
        }
    }

    /// MIDR_EL1 for VPIDR_EL2.
    pub fn midr(&self, hardware: &IdValues) -> u64 {
        match self.space[0] {
            GuestRead::Value(value) => value,
            GuestRead::Hardware | GuestRead::Elsewhere => hardware.get(SysReg::MIDR_EL1).unwrap_or_default(),
        }
    }

    /// The VM's CPU has FEAT_IDST.
    pub fn has_idst(&self) -> bool {
        use sysregs::fields::aarch64::ID_AA64MMFR2_EL1;
        let place = SysReg::ID_AA64MMFR2_EL1.encoding();
        let read = self.space[usize::from(place.crm()) << 3 | usize::from(place.op2())];
        matches!(read, GuestRead::Value(value) if ID_AA64MMFR2_EL1::IDS.bits(value) != 0)
    }

    /// What a trapped read gives; None when the register is not one of identification, or the host model does not know the
    /// value that the hardware would give.
    #[inline]
    pub fn read(&self, encoding: Encoding, hardware: &IdValues) -> Option<u64> {
        let in_space = encoding.op0() == 3 && encoding.op1() == 0 && encoding.crn() == 0 && encoding.crm() < 8;
        let read = if in_space {
            self.space[usize::from(encoding.crm()) << 3 | usize::from(encoding.op2())]
        } else {
            let index = OTHERS.iter().position(|register| register.encoding() == encoding)?;
            self.others[index]
        };
        match read {
            GuestRead::Value(value) => Some(value),
            GuestRead::Hardware => SysReg::from_encoding(encoding).and_then(|register| hardware.get(register)),
            GuestRead::Elsewhere => None,
        }
    }

    /// What trapped reads of 3,0,0,CRm,op2 give, by CRm and op2.
    pub fn space(&self, hardware: &IdValues) -> [Option<u64>; SPACE] {
        std::array::from_fn(|index| self.read(Encoding::new(3, 0, 0, (index >> 3) as u8, (index & 7) as u8), hardware))
    }

    /// CCSIDR_EL1 for a CSSELR_EL1 value; None leaves the result register alone.
    pub fn ccsidr(&self, selector: u64) -> Option<u64> {
        self.caches[(selector & 15) as usize]
    }
}
