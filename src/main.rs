//! The `invar` command. No logic here: see `cli`.

fn main() -> std::process::ExitCode {
    invar::cli::main()
}
