//! Values that no document says: calls and answers tell, and nothing of them goes out.
#![cfg(feature = "client")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use soapstone::codec::{Element, List, Namespace, Tag};
use soapstone::http::{Client, ClientOptions};
use soapstone::service::{
    CallError, Caller, Failure, Faults, NoFaults, Operation, Version, no_answer,
};

soapstone::union! { enum Mark { Number(i32), Word(String) } }

const NONE: &[Namespace] = &[Namespace {
    uri: "",
    prefix: "",
    types: &[],
}];
const MARKS: Element<List<Mark>> = Element::new(&Tag::new(0, "marks", "<marks>", "</marks>"), NONE);
const MARK: Operation = Operation {
    name: "Mark",
    action: "",
    actions: ["", ""],
    element: None,
    one_way: false,
    encoded: false,
};
const SAID: &str = r#"marks: "5" would be read as another member of its union"#;

fn five() -> List<Mark> {
    List(vec![Mark::Word("5".to_owned())])
}

#[derive(Debug)]
struct Refused;

impl Faults for Refused {
    fn read(_detail: &soapstone::service::Detail) -> Option<Refused> {
        None
    }

    fn write(
        &self,
        detail: &mut String,
        _header: &mut String,
    ) -> Result<&'static str, soapstone::codec::WriteError> {
        MARKS.write_to(&five(), detail)?;
        Ok("Refused")
    }
}

#[tokio::test]
async fn a_call_tells_what_it_cannot_send_and_sends_nothing() {
    let http = Client::new(ClientOptions::default()).unwrap();
    // Nobody listens there: what is sent ends in another error.
    let caller = Caller::new(http, "http://127.0.0.1:1/", Version::Soap11);
    let good = List(vec![Mark::Number(5)]);
    let with_header = caller.clone().with_header(MARKS, &five());
    for (caller, value) in [(&caller, five()), (&with_header, good.clone())] {
        let called = caller.call::<_, _, NoFaults>(&MARK, Some((MARKS, &value)), MARKS);
        match called.await {
            Err(CallError::Write(error)) => assert_eq!(error.to_string(), SAID),
            other => panic!("{other:?}"),
        }
    }
    let called = caller.call::<_, _, NoFaults>(&MARK, Some((MARKS, &good)), MARKS);
    assert!(matches!(called.await, Err(CallError::Send(_))));
}

#[test]
fn a_fault_that_cannot_be_written_is_one_that_tells() {
    let fault = no_answer(Err(Failure::from(Refused))).unwrap_err();
    assert_eq!(
        fault.reason,
        format!("the answer cannot be written: {SAID}")
    );
    assert!(fault.detail.is_none());
}
