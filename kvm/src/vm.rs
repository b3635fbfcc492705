//! A VM: memory slots, vCPUs, devices, and what is frozen when the first vCPU runs. Runs nothing itself.

mod irq_line;
mod regions;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak};

use emu::cpu::Peers;
use emu::mem::PhysicalMemory;
use emu::timer::Clock;
use vm_memory::MmapRegion;

use crate::abi::cap::{CAP_COUNTER_OFFSET, CAP_POINTER_AUTH};
use crate::abi::{DeviceAttr, MAX_VCPUS, MSI_VALID_DEVID, Msi, VcpuInit, device_type};
use crate::capabilities::EnabledCaps;
use crate::device::{Device, DeviceFd, Vgic, VgicIts};
use crate::dirty_ring::DirtyRings;
use crate::errno::{E2BIG, EBUSY, EEXIST, EFAULT, EINVAL, EIO, ENODEV, ENXIO, Errno};
use crate::guest_memfd::Bindings;
use crate::host::{Host, TimeSource};
use crate::idregs::capability;
use crate::idregs::firmware::Firmware;
use crate::idregs::vcpu_init::preferred_target;
use crate::idregs::{HostIds, VgicKind, VmIds, writable_masks};
use crate::io_bus::IoBus;
use crate::irqfd::IrqFds;
use crate::mmio_bus::MmioBusSlot;
use crate::stats::Statistics;
use crate::vcpu::{CounterOffsets, EventFilter, SmcccFilter, Vcpu, VcpuFd, stop_all};

/// As many as the host has.
pub(crate) const HOST_COUNTERS: u32 = u32::MAX;
const CAP_BINARY_STATS_FD: u32 = 203;
/// Guest physical address bits without a machine type: 40.
const DEFAULT_IPA_BITS: u8 = 40;
pub(crate) const PAGE: u64 = 0x1000;
/// PPIs of the virtual, physical, hypervisor virtual and hypervisor physical timer.
const DEFAULT_TIMER_IRQS: [u32; 4] = [27, 30, 28, 26];

/// A panicking thread leaves consistent data behind every one of these locks.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// PPIs of the virtual, physical, hypervisor virtual and hypervisor physical timer.
pub(crate) type TimerIrqs = Arc<[AtomicU32; 4]>;

fn default_timer_irqs() -> TimerIrqs {
    Arc::new(DEFAULT_TIMER_IRQS.map(AtomicU32::new))
}

/// What all file descriptors of one VM share.
pub(crate) struct Vm {
    pub host: Arc<Host>,
    pub host_ids: Arc<HostIds>,
    /// The VM's ID registers, from the first KVM_ARM_VCPU_INIT on.
    pub ids: Mutex<Option<VmIds>>,
    /// Its firmware pseudo-registers, as long as its ID registers. Locked after them.
    pub firmware: Mutex<Option<Firmware>>,
    /// Features of the first vCPU that was initialised.
    pub features: Mutex<Option<u32>>,
    /// What KVM_ENABLE_CAP turned on.
    pub enabled: EnabledCaps,
    /// The timers' interrupts, where all vCPUs have the same.
    timer_irqs: Option<TimerIrqs>,
    /// Offsets of the guest's counters.
    pub counters: CounterOffsets,
    pub smccc_filter: SmcccFilter,
    /// PMCR_EL0.N as user space set it; [`HOST_COUNTERS`] until then.
    pub pmu_counters: AtomicU32,
    /// PMMIR_EL1.SLOTS of a PMU that was chosen strictly.
    pub pmu_slots: AtomicU32,
    /// This VM answers EIO alone (`kvm_vm_dead`).
    pub dead: AtomicBool,
    /// Events that PMUs may count.
    pub pmu_filter: Mutex<Option<Arc<EventFilter>>>,
    /// The PMU that KVM_ARM_VCPU_PMU_V3_SET_PMU chose, by its kind of CPU.
    pub pmu: Mutex<Option<u32>>,
    pub memory: Arc<PhysicalMemory>,
    pub peers: Arc<Peers>,
    /// vCPUs that poll before they sleep.
    pub pollers: Arc<AtomicUsize>,
    pub clock: Arc<Clock>,
    pub ipa_bits: u32,
    pub vcpus: RwLock<Vec<Arc<Vcpu>>>,
    pub vgic: OnceLock<Arc<Vgic>>,
    pub its: RwLock<Vec<Arc<VgicIts>>>,
    /// Changes of what there is of ITSs and of where their frames are.
    its_version: AtomicU64,
    /// Who else listens to MMIO writes.
    pub io_bus: IoBus,
    /// The VMM's devices that need no exit.
    pub mmio_bus: MmioBusSlot,
    /// Who wrote which page, where user space asked for rings.
    pub dirty_rings: Arc<DirtyRings>,
    /// Interrupts by eventfd.
    pub irqfds: Arc<IrqFds>,
    /// There is a VFIO device.
    pub vfio: AtomicBool,
    /// Some vCPU has finished its first-run preparation: VM-wide configuration is frozen.
    pub has_run: AtomicBool,
    /// KVM_GET_STATS_FD, once asked for.
    statistics: OnceLock<Statistics>,
    /// Memory that the VM keeps alive for its slots.
    pub owned_memory: Mutex<BTreeMap<u32, Arc<MmapRegion>>>,
    /// Slots whose memory is a guest_memfd's.
    pub guest_memory: Mutex<Bindings>,
    /// Memory-slot updates one at a time.
    pub slots: Mutex<()>,
}

impl Vm {
    /// EIO once a first run has failed at the GIC, where kernels are that strict.
    pub fn alive(&self) -> Result<(), Errno> {
        if self.dead.load(Ordering::SeqCst) { Err(EIO) } else { Ok(()) }
    }

    /// Guest physical address bits that the host can translate (`get_kvm_ipa_limit`), as KVM_CAP_ARM_VM_IPA_SIZE tells them.
    pub fn ipa_limit(&self) -> u32 {
        // A VM of a host that does not know them was not created.
        capability::ipa_bits(self.host.personality, &self.host_ids).map_or(48, u32::from)
    }

    /// The timers' interrupts of a new vCPU.
    pub fn timer_irqs(&self) -> TimerIrqs {
        self.timer_irqs.clone().unwrap_or_else(default_timer_irqs)
    }

    /// A snapshot of the ITSs.
    pub fn its(&self) -> Vec<Arc<VgicIts>> {
        self.its.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ITS whose frame a guest physical address lies in, and the offset.
    pub fn its_at(&self, address: u64) -> Option<(Arc<VgicIts>, u64)> {
        if self.its_version() == 0 {
            return None;
        }
        let all = self.its.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find_map(|its| Some((its.clone(), its.locate(address)?)))
    }

    /// What stays the same while the ITSs and their frames do; 0 when there is none.
    #[inline]
    pub fn its_version(&self) -> u64 {
        self.its_version.load(Ordering::Acquire)
    }

    /// There is another ITS, or one has got its address. Not to be called by a running vCPU, which remembers what is where.
    pub fn its_changed(&self) {
        self.its_version.fetch_add(1, Ordering::Release);
        self.peers.flush_and_wait();
    }

    /// A snapshot of the vCPUs in creation order.
    pub fn vcpus(&self) -> Vec<Arc<Vcpu>> {
        self.vcpus.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A VM file descriptor, or a way to a VM that is none.
#[derive(Clone)]
pub struct VmFd {
    pub(crate) vm: Arc<Vm>,
    /// What all duplicates of the descriptor share.
    _file: Option<Arc<VmFile>>,
}

/// The open file behind descriptors of a VM. Those of its vCPUs and devices keep the VM, and not this.
struct VmFile {
    vm: Arc<Vm>,
    process: u32,
}

impl VmFile {
    fn open(vm: &Arc<Vm>) -> Arc<VmFile> {
        Arc::new(VmFile { vm: vm.clone(), process: std::process::id() })
    }
}

impl Drop for VmFile {
    /// `kvm_vm_release`. A child of fork(2) closes its copy of the descriptor, and may find anything locked by threads that it lacks.
    fn drop(&mut self) {
        if self.process == std::process::id() {
            self.vm.irqfds.release();
        }
    }
}

/// A VM that may be gone: whoever has it does not keep it alive.
#[derive(Clone)]
pub struct WeakVm(Weak<Vm>);

impl WeakVm {
    /// Whether it still exists.
    pub fn is_alive(&self) -> bool {
        self.0.strong_count() != 0
    }

    /// The VM, if some file, or a vCPU that runs, keeps it alive.
    pub fn upgrade(&self) -> Option<VmFd> {
        self.0.upgrade().map(VmFd::without_file)
    }
}

impl VmFd {
    /// The VM without keeping it alive.
    pub fn downgrade(&self) -> WeakVm {
        WeakVm(Arc::downgrade(&self.vm))
    }

    pub(crate) fn without_file(vm: Arc<Vm>) -> VmFd {
        VmFd { vm, _file: None }
    }

    pub(crate) fn new(host: Arc<Host>, host_ids: Arc<HostIds>, machine_type: u64) -> Result<VmFd, Errno> {
        let ipa_bits = ipa_bits(&host, &host_ids, machine_type)?;
        let frequency = host.frequency();
        let clock = match host.time {
            TimeSource::Host => Clock::host(frequency),
            TimeSource::Virtual => Clock::virtual_time(frequency),
        };
        let timer_irqs = host.personality.traits().timer_irqs_of_vm.then(default_timer_irqs);
        let vm = Vm {
            host,
            host_ids,
            ids: Mutex::new(None),
            firmware: Mutex::new(None),
            smccc_filter: SmcccFilter::default(),
            features: Mutex::new(None),
            enabled: EnabledCaps::default(),
            timer_irqs,
            counters: CounterOffsets::default(),
            memory: Arc::default(),
            pollers: Arc::default(),
            peers: Arc::default(),
            clock: Arc::new(clock),
            ipa_bits,
            vcpus: RwLock::default(),
            vgic: OnceLock::new(),
            its: RwLock::default(),
            its_version: AtomicU64::new(0),
            io_bus: IoBus::default(),
            mmio_bus: MmioBusSlot::default(),
            dirty_rings: Arc::default(),
            irqfds: Arc::default(),
            pmu_filter: Mutex::default(),
            pmu: Mutex::default(),
            vfio: AtomicBool::new(false),
            has_run: AtomicBool::new(false),
            statistics: OnceLock::new(),
            pmu_counters: AtomicU32::new(HOST_COUNTERS),
            pmu_slots: AtomicU32::new(0),
            dead: AtomicBool::new(false),
            owned_memory: Mutex::default(),
            guest_memory: Mutex::default(),
            slots: Mutex::new(()),
        };
        let vm = Arc::new(vm);
        let file = VmFile::open(&vm);
        Ok(VmFd { vm, _file: Some(file) })
    }

    /// KVM_CREATE_VCPU.
    ///
    /// # Errors
    /// EINVAL for an id out of range and for a redistributor that does not fit, EEXIST for a duplicate, EBUSY once the GIC is
    /// initialised.
    pub fn create_vcpu(&self, id: u64) -> Result<VcpuFd, Errno> {
        let id = if self.vm.host.personality.traits().vcpu_id_truncated { id & 0xffff_ffff } else { id };
        let limit = self.vm.vgic.get().map_or(MAX_VCPUS, |vgic| vgic.vcpu_limit());
        let mut vcpus = self.vm.vcpus.write().unwrap_or_else(PoisonError::into_inner);
        if id >= MAX_VCPUS || vcpus.len() as u64 >= limit {
            return Err(EINVAL);
        }
        // `kvm_arch_vcpu_precreate`
        if self.vm.vgic.get().is_some_and(|vgic| vgic.initialised()) {
            return Err(EBUSY);
        }
        if id >= limit {
            return Err(EINVAL);
        }
        if vcpus.iter().any(|vcpu| vcpu.id == id) {
            return Err(EEXIST);
        }
        let vcpu = Arc::new(Vcpu::new(&self.vm, id, vcpus.len())?);
        if let Some(vgic) = self.vm.vgic.get() {
            vgic.add_vcpu()?;
        }
        self.vm.peers.add(vcpu.signal.clone());
        self.vm.its().iter().for_each(|its| its.add_vcpu(&self.vm, &vcpu));
        vcpus.push(vcpu.clone());
        Ok(VcpuFd::new(self.vm.clone(), vcpu))
    }

    /// KVM_ARM_PREFERRED_TARGET.
    pub fn get_preferred_target(&self) -> VcpuInit {
        VcpuInit { target: preferred_target(self.vm.host.personality, &self.vm.host_ids), features: [0; 7] }
    }

    /// KVM_CREATE_DEVICE.
    ///
    /// # Errors
    /// ENODEV for a type that this host does not offer; EEXIST when there is a GIC; EBUSY when a vCPU has run or runs, E2BIG
    /// when there are more vCPUs than a GICv2 serves.
    pub fn create_device(&self, kind: u32) -> Result<DeviceFd, Errno> {
        self.test_device(kind)?;
        let device = match kind {
            // One for a VM (`kvm_vfio_create`).
            device_type::VFIO if self.vm.vfio.swap(true, Ordering::SeqCst) => return Err(EBUSY),
            device_type::VFIO => Device::Vfio,
            device_type::VGIC_ITS => Device::Its(self.create_its()),
            _ => Device::Vgic(self.create_vgic(kind == device_type::VGIC_V2)?),
        };
        Ok(DeviceFd { vm: self.vm.clone(), device })
    }

    /// KVM_CREATE_IRQCHIP: a GICv2 without a file descriptor, for KVM_ARM_SET_DEVICE_ADDR.
    ///
    /// # Errors
    /// As [`Self::create_device`].
    pub fn create_irq_chip(&self) -> Result<(), Errno> {
        self.test_device(device_type::VGIC_V2)?;
        self.create_vgic(true).map(|_| ())
    }

    /// `vgic_its_create`
    fn create_its(&self) -> Arc<VgicIts> {
        let its = Arc::new(VgicIts::new(&self.vm));
        // No vCPU comes between those that it knows and those that it is told of.
        let vcpus = self.vm.vcpus.read().unwrap_or_else(PoisonError::into_inner);
        vcpus.iter().for_each(|vcpu| its.add_vcpu(&self.vm, vcpu));
        self.vm.its.write().unwrap_or_else(PoisonError::into_inner).push(its.clone());
        drop(vcpus);
        self.vm.its_changed();
        if let Some(vgic) = self.vm.vgic.get() {
            vgic.connect_its(&its);
        }
        its
    }

    /// KVM_SIGNAL_MSI: true when it was delivered, false when the guest has not mapped the event.
    ///
    /// # Errors
    /// EINVAL without a GIC, for other flags, and with no ITS at the address; ENODEV without any ITS; EBUSY for an ITS or
    /// redistributor that is off.
    pub fn signal_msi(&self, msi: &Msi) -> Result<bool, Errno> {
        if self.vm.vgic.get().is_none() || msi.flags & !MSI_VALID_DEVID != 0 {
            return Err(EINVAL);
        }
        let all = self.vm.its();
        if all.is_empty() {
            return Err(ENODEV);
        }
        if msi.flags & MSI_VALID_DEVID == 0 {
            return Err(EINVAL);
        }
        let its = all.iter().find(|its| its.locate(msi.address).is_some()).ok_or(EINVAL)?;
        its.signal(msi.devid, msi.data)
    }

    /// `kvm_vgic_create`
    fn create_vgic(&self, v2: bool) -> Result<Arc<Vgic>, Errno> {
        let vcpus = self.vm.vcpus();
        let _stopped = stop_all(&vcpus)?;
        if self.vm.vgic.get().is_some() {
            return Err(EEXIST);
        }
        if self.vm.has_run.load(Ordering::SeqCst) {
            return Err(EBUSY);
        }
        let vgic = Arc::new(Vgic::new(&self.vm, v2)?);
        if vcpus.len() as u64 > vgic.vcpu_limit() {
            return Err(E2BIG);
        }
        self.vm.vgic.set(vgic.clone()).map_err(|_| EEXIST)?;
        if let Some(ids) = &mut *lock(&self.vm.ids) {
            ids.vgic_created(vgic.kind());
        }
        Ok(vgic)
    }

    /// KVM_CAP_BINARY_STATS_FD.
    pub(crate) fn has_statistics(&self) -> bool {
        self.vm.host.personality.capability(CAP_BINARY_STATS_FD).is_some()
    }

    /// KVM_GET_STATS_FD.
    pub(crate) fn statistics_file(&self) -> Result<Arc<std::fs::File>, Errno> {
        if self.vm.statistics.get().is_none() {
            // Who comes second throws his away.
            let _ = self.vm.statistics.set(Statistics::of_vm()?);
        }
        self.vm.statistics.get().ok_or(EFAULT)?.open()
    }

    /// KVM_ARM_SET_COUNTER_OFFSET.
    ///
    /// # Errors
    /// EINVAL on kernels before 6.4 and with anything in `reserved`; EBUSY while a vCPU runs.
    pub fn set_counter_offset(&self, offset: u64, reserved: u64) -> Result<(), Errno> {
        if reserved != 0 || self.check_extension(CAP_COUNTER_OFFSET)? == 0 {
            return Err(EINVAL);
        }
        let vcpus = self.vm.vcpus();
        let _stopped = stop_all(&vcpus)?;
        self.vm.counters.fix(offset);
        Ok(())
    }

    /// KVM_HAS_DEVICE_ATTR on a VM: the SMCCC filter, on kernels that have it.
    ///
    /// # Errors
    /// ENXIO for other attributes, EINVAL on kernels where a VM has none.
    pub fn has_device_attr(&self, attr: &DeviceAttr) -> Result<(), Errno> {
        if self.check_extension(CAP_COUNTER_OFFSET)? == 0 {
            return Err(EINVAL);
        }
        if (attr.group, attr.attr) == (0, 0) { Ok(()) } else { Err(ENXIO) }
    }

    /// KVM_CREATE_DEVICE with KVM_CREATE_DEVICE_TEST.
    ///
    /// # Errors
    /// ENODEV for a type that this host does not offer.
    pub fn test_device(&self, kind: u32) -> Result<(), Errno> {
        match kind {
            device_type::VGIC_V2 if self.vm.host.gicv2_compatible => Ok(()),
            device_type::VFIO | device_type::VGIC_V3 | device_type::VGIC_ITS => Ok(()),
            _ => Err(ENODEV),
        }
    }

    /// KVM_ARM_SET_DEVICE_ADDR: places a frame of a GICv2 the old way.
    ///
    /// # Errors
    /// ENODEV for another device, ENXIO without a GIC, and what the attribute refuses.
    pub fn set_device_address(&self, id: u64, address: u64) -> Result<(), Errno> {
        // KVM_ARM_DEVICE_ID_MASK
        if id >> 16 & 0xffff != 0 {
            return Err(ENODEV);
        }
        // `vgic_check_type`
        let vgic = self.vm.vgic.get().filter(|vgic| vgic.kind() == VgicKind::V2).ok_or(ENODEV)?;
        vgic.set_address(id & 0xffff, address)
    }

    /// KVM_ARM_GET_REG_WRITABLE_MASKS of range 0.
    ///
    /// # Errors
    /// EINVAL on kernels that do not have it.
    pub fn get_reg_writable_masks(&self) -> Result<[u64; 192], Errno> {
        writable_masks(self.vm.host.personality, &self.vm.host_ids)
    }

    /// True when vCPUs may have the PTRAUTH features (KVM_CAP_ARM_PTRAUTH_ADDRESS and _GENERIC).
    pub fn supports_pointer_authentication(&self) -> bool {
        self.check_extension(CAP_POINTER_AUTH) == Ok(1)
    }

    /// The clock that the VM's counters follow.
    pub fn clock(&self) -> Arc<Clock> {
        self.vm.clock.clone()
    }

    /// The host range is about to lose its memory, or access to it (`kvm_mmu_notifier_invalidate_range_start`): running vCPUs
    /// let go of it. For owners of memory who set a probe ([`PhysicalMemory::set_probe`]).
    pub fn host_range_changes(&self, address: u64, size: u64) {
        if self.vm.memory.host_range_changes(address, size) {
            self.vm.peers.flush_and_wait();
        }
    }

    /// The same, and other memory may come: it will have no Allocation Tags.
    pub fn host_memory_goes(&self, address: u64, size: u64) {
        self.host_range_changes(address, size);
        self.vm.memory.forget_tags(address, size);
    }

    /// The host memory of a range, of which vCPUs have let go, is elsewhere now.
    pub fn host_memory_moved(&self, from: u64, to: u64, size: u64) {
        self.vm.memory.move_tags(from, to, size);
    }

    /// Guest physical memory, for a VMM that wants to look at what its slots hold.
    pub fn memory(&self) -> Arc<PhysicalMemory> {
        self.vm.memory.clone()
    }
}

/// KVM_CREATE_VM's type: IPA bits in 7:0 (0 is 40), nothing else on hosts without protected KVM.
fn ipa_bits(host: &Host, ids: &HostIds, machine_type: u64) -> Result<u32, Errno> {
    let bits = u8::try_from(machine_type).map_err(|_| EINVAL)?;
    let limit = capability::ipa_bits(host.personality, ids).map_err(|_| EINVAL)?;
    let bits = if bits == 0 { DEFAULT_IPA_BITS } else { bits };
    if (32..=limit).contains(&bits) { Ok(bits.into()) } else { Err(EINVAL) }
}
