#!/usr/bin/env python3
"""The same as registers.c: lists a vCPU's registers, reads some and writes some. Standard library only."""

import ctypes
import errno
import fcntl
import os

# arm64 numbers; x86's differ in places.
CREATE_VM, CREATE_VCPU = 0xAE01, 0xAE41
PREFERRED_TARGET, VCPU_INIT = 0x8020AEAF, 0x4020AEAE
GET_ONE_REG, SET_ONE_REG, GET_REG_LIST = 0x4010AEAB, 0x4010AEAC, 0xC008AEB0
PSCI_0_2 = 1 << 2


def system_register(op0, op1, crn, crm, op2):
    return 0x6030_0000_0013_0000 | op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2


X0 = 0x6030_0000_0010_0000
MIDR = system_register(3, 0, 0, 0, 0)
ISAR0 = system_register(3, 0, 0, 6, 0)


class VcpuInit(ctypes.Structure):
    _fields_ = [("target", ctypes.c_uint32), ("features", ctypes.c_uint32 * 7)]


class OneReg(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64), ("addr", ctypes.c_uint64)]


def read(vcpu, register):
    value = (ctypes.c_uint64 * 32)()
    fcntl.ioctl(vcpu, GET_ONE_REG, OneReg(register, ctypes.addressof(value)))
    return value[0]


def write(vcpu, register, number):
    value = ctypes.c_uint64(number)
    try:
        fcntl.ioctl(vcpu, SET_ONE_REG, OneReg(register, ctypes.addressof(value)))
        return "accepted"
    except OSError as error:
        return error.strerror


def register_list(vcpu):
    head = (ctypes.c_uint64 * 1)(0)
    try:
        fcntl.ioctl(vcpu, GET_REG_LIST, head)
    except OSError as error:
        assert error.errno == errno.E2BIG
    whole = (ctypes.c_uint64 * (1 + head[0]))(head[0])
    fcntl.ioctl(vcpu, GET_REG_LIST, whole)
    return list(whole)[1:]


kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
vm = fcntl.ioctl(kvm, CREATE_VM, 0)
vcpu = fcntl.ioctl(vm, CREATE_VCPU, 0)
init = VcpuInit()
fcntl.ioctl(vm, PREFERRED_TARGET, init)
init.features[0] |= PSCI_0_2
fcntl.ioctl(vcpu, VCPU_INIT, init)

registers = register_list(vcpu)
readable = 0
for register in registers:
    read(vcpu, register)
    readable += 1
print(f"registers {len(registers)}, readable {readable}")
print(f"MIDR_EL1 {read(vcpu, MIDR):#x}")
print(f"set MIDR_EL1: {write(vcpu, MIDR, 0x410FD034)}")
print(f"set X0: {write(vcpu, X0, 0x1122334455667788)}")
print(f"X0 {read(vcpu, X0):#x}")
print(f"set ID_AA64ISAR0_EL1 without AES: {write(vcpu, ISAR0, read(vcpu, ISAR0) & ~0xF0)}")
print(f"ID_AA64ISAR0_EL1 {read(vcpu, ISAR0):#x}")
