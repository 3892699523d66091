//! A request that names itself by WS-Addressing, and the header blocks that answer it.

use soapstone::soap::{Addressing, Envelope, Fault};
use soapstone::xml::Options;

use super::outline::Outline;
use crate::contract::{Contract, Operation, Service};
use crate::fault::Problem;

/// The addressing properties of a request, and the service that it was posted to, whose WSDL tells the actions of the answers.
pub(super) struct Addressed {
    asked: Addressing,
    service: Service,
}

impl Addressed {
    /// Reads the addressing header blocks of a request; nothing where there are none.
    pub(super) fn read(
        envelope: &Envelope<'_>,
        options: &Options,
        service: Service,
    ) -> Result<Option<Addressed>, Problem> {
        let asked = Addressing::read(envelope, options);
        let asked = asked.map_err(|error| Problem::of_envelope(&error))?;
        Ok(asked.map(|asked| Addressed { asked, service }))
    }

    /// Checks that the answer may go back on the connection of the request.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let checked = self.asked.check_answer();
        checked.map_err(|fault: Box<Fault>| Problem::of_addressing(*fault))
    }
}

impl Outline<'_> {
    /// The header blocks of an operation's answer.
    pub(super) fn answer_blocks(&self, contract: &Contract, operation: &Operation) -> String {
        let mut blocks = String::new();
        if let Some(Addressed { asked, service }) = &self.addressed {
            let action = contract.answer_action(*service, operation);
            asked.write_answer(&action, &name(), &mut blocks);
        }
        blocks
    }

    /// The header blocks of the fault that tells a problem: one of addressing, of the operation, or of SOAP itself.
    pub(super) fn fault_blocks(&self, contract: &Contract, problem: &Problem) -> String {
        let mut blocks = String::new();
        if let Some(Addressed { asked, service }) = &self.addressed {
            let action = match self.operation {
                _ if problem.is_of_addressing() => Some(Addressing::FAULT.to_owned()),
                Some(operation) => Some(contract.fault_action(*service, operation)),
                None => None,
            };
            asked.write_fault(action.as_deref(), &name(), &mut blocks);
        }
        blocks
    }
}

fn name() -> String {
    uuid::Uuid::now_v7().urn().to_string()
}
