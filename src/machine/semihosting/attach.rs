//! Semihosting on the board: the calling vCPU's memory, the console, the VM's clock. Knows no operation.

use kvm::{VcpuFd, core_regs};
use rustix::io::Errno;

use super::{Guest, Host, Reply, Stream};
use crate::machine::board::{Board, lock};
use crate::machine::config::Outcome;

impl Guest for VcpuFd {
    fn read(&self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        self.read_virtual(address, out).map_err(|_| Errno::FAULT)
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), Errno> {
        self.write_virtual(address, data).map_err(|_| Errno::FAULT)
    }
}

impl Host for Board {
    /// C programs expect what a terminal's line discipline gives them: newlines, and an echo.
    fn take_input(&self, max: usize) -> Vec<u8> {
        let mut input = self.take_console_input(max);
        if self.console().is_raw_terminal() {
            input.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
            // A terminal that does not take the echo takes no output either, and that is reported there.
            let _ = self.console().write(&input);
        }
        input
    }

    fn input_ended(&self) -> bool {
        Board::input_ended(self)
    }

    fn put(&self, stream: Stream, bytes: &[u8]) -> std::io::Result<()> {
        match stream {
            Stream::Output => self.console().write(bytes),
            Stream::Error => self.console().write_error(bytes),
        }
    }

    fn elapsed(&self) -> u64 {
        self.vm.clock().nanoseconds()
    }

    fn now(&self) -> u64 {
        Board::now(self)
    }
}

impl Board {
    /// Answers a semihosting exit of `vcpu`. A call that waits for input does so here, without a lock, until the run ends.
    ///
    /// # Errors
    /// What cannot be carried out, in words.
    pub(in crate::machine) fn serve_semihosting(&self, vcpu: &VcpuFd) -> Result<(), String> {
        let semihosting = self.semihosting().ok_or("a semihosting call, but the machine was made without semihosting")?;
        let register = |number| vcpu.get_reg_u64(core_regs::x(number)).map_err(|errno| format!("X{number} cannot be read: {errno}"));
        let (operation, parameter) = (register(0)? as u32, register(1)?);
        while !self.over() {
            match lock(semihosting).call(operation, parameter, vcpu, self)? {
                Reply::Result(value) => {
                    vcpu.finish_semihosting(value);
                    return Ok(());
                }
                Reply::Exit(status) => {
                    self.end(Outcome::Exit(status));
                    return Ok(());
                }
                Reply::Wait => {}
            }
            // The end of input is the next call's answer.
            self.await_input();
            if self.pause_due() {
                break;
            }
        }
        Ok(())
    }
}
