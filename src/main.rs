//! The `soapstone` command.

fn main() -> std::process::ExitCode {
    soapstone_gateway::command::main()
}
