//! The typed twin: the client that the generator makes of the exported contract calls the gateway, which answers from plans made at
//! run time; both write the same bytes.

use std::sync::Arc;

use soapstone::codec::{Element, Nillable, Type, lexical, parse};
use soapstone::http::{Client, ClientOptions};
use soapstone::service::CallError;
use soapstone::xml::{Options, Reader};
use soapstone_contracts::crm::crm_port_type::{
    CrmPortTypeClient, GetCompanyFault, UpdateCompanyFault,
};
use soapstone_contracts::crm::records::{
    AnyProblem, Company, CompanyFilter, CreateCompany, CustomerBalance, GetCompany, LongCondition,
    Mode, QueryCompany, Status, UpdateCompany, element,
};
use soapstone_schema::load::load_files;
use soapstone_schema::model::{ElementId, XSI};
use soapstone_schema::validate::{Expect, Options as Judging, Validator};
use soapstone_schema::value::{Root, Values};

use crate::ground::Ground;
use crate::http::Request;
use crate::{NAMESPACE, envelope};

fn client(ground: &Ground) -> CrmPortTypeClient {
    let http = Client::new(ClientOptions::default()).unwrap();
    CrmPortTypeClient::new(http, format!("{}/soap/crm", ground.address()))
}

#[test]
fn the_typed_client_calls_what_the_catalog_offers() {
    let ground = Ground::sample();
    ground.wait(calls(client(&ground)));
}

async fn calls(crm: CrmPortTypeClient) {
    let get = |id| GetCompany {
        id,
        ..GetCompany::default()
    };
    let one = crm.get_company(&get(1)).await.unwrap().record;
    assert_eq!(lexical(one.name.as_ref().unwrap()), "Stalmet");
    assert_eq!(one.credit_limit, Some(Nillable::Nil));

    let below = LongCondition {
        le: Some(3),
        ..LongCondition::default()
    };
    let mut query = QueryCompany {
        filter: Some(CompanyFilter {
            id: Some(below),
            ..CompanyFilter::default()
        }),
        page_size: Some(2),
        ..QueryCompany::default()
    };
    let page = crm.query_company(&query).await.unwrap();
    assert_eq!(page.record.len(), 2);
    query.cursor = page.next_cursor;
    let page = crm.query_company(&query).await.unwrap();
    assert_eq!((page.record.len(), page.next_cursor), (1, None));

    let text = "Łódź < & \" ' ]]> 🚂";
    let made = Company {
        name: Some(parse("Typed").unwrap()),
        street: Some(Nillable::Value(parse(text).unwrap())),
        credit_limit: Some(Nillable::Value(parse("1234567890123456.78").unwrap())),
        ..Company::default()
    };
    let request = CreateCompany {
        record: vec![made],
        mode: None,
    };
    let made = crm.create_company(&request).await.unwrap().result;
    assert_eq!(made[0].status, Status::Created);
    let id = made[0].key.as_ref().unwrap().id;
    let read = crm.get_company(&get(id)).await.unwrap().record;
    assert_eq!(read.street, request.record[0].street);
    assert_eq!(read.credit_limit, request.record[0].credit_limit);

    // Of two records with the same version the second is stale when its turn comes.
    let change = |phone: &str| Company {
        version: read.version.clone(),
        id: Some(id),
        phone: Some(Nillable::Value(parse(phone).unwrap())),
        ..Company::default()
    };
    let mut update = UpdateCompany {
        record: vec![change("1"), change("2")],
        mode: Some(Mode::PerRecord),
    };
    let results = crm.update_company(&update).await.unwrap().result;
    assert_eq!(
        (&results[0].status, &results[1].status),
        (&Status::Updated, &Status::Conflict)
    );
    update.mode = None;
    match crm.update_company(&update).await {
        Err(CallError::Typed(
            UpdateCompanyFault::Problem(AnyProblem::CompanyProblem(problem)),
            _,
        )) => {
            let conflict = problem.conflict.as_ref().unwrap();
            assert_eq!(conflict.record.phone, update.record[0].phone);
        }
        other => panic!("{other:?}"),
    }

    let balance = crm
        .customer_balance(&CustomerBalance {
            company_id: Nillable::Value(2),
        })
        .await
        .unwrap();
    assert_eq!(balance.row.len(), 1);
    match crm.get_company(&get(99_999)).await {
        Err(CallError::Typed(GetCompanyFault::Problem(AnyProblem::Problem(problem)), _)) => {
            assert_eq!(
                (problem.code.as_str(), problem.retryable),
                ("NotFound", false)
            );
        }
        other => panic!("{other:?}"),
    }
}

/// What stands in the body of an answer.
fn payload(answer: &str) -> &str {
    let (_, rest) = answer.split_once("Body>").unwrap();
    rest.rsplit_once("</soap:Body>").unwrap().0
}

/// Bytes as they are but for what says the same: the prefix of the records' namespace, where `xsi` is declared, and whether an empty
/// element is one tag or two.
fn levelled(bytes: &str) -> String {
    let (start, _) = bytes.split_once('>').unwrap();
    let named = start
        .trim_start_matches('<')
        .split([' ', '/'])
        .next()
        .unwrap();
    let mut bytes = bytes.replace(&format!(" xmlns:xsi=\"{XSI}\""), "");
    if let Some((prefix, _)) = named.split_once(':') {
        bytes = bytes
            .replace(&format!("<{prefix}:"), "<")
            .replace(&format!("</{prefix}:"), "</")
            .replace(&format!(" xmlns:{prefix}=\""), " xmlns=\"");
    }
    while let Some((before, after)) = bytes.split_once("/>") {
        let (_, tag) = before.rsplit_once('<').unwrap();
        let name = tag.split(' ').next().unwrap();
        bytes = format!("{before}></{name}>{after}");
    }
    bytes
}

/// The typed client reads these bytes, and writes the same again.
fn same<T: Type>(element: Element<T>, bytes: &str) {
    let value = element
        .read(bytes)
        .unwrap_or_else(|error| panic!("{error}\n{bytes}"));
    assert_eq!(levelled(&element.write(&value).unwrap()), levelled(bytes));
}

#[test]
fn the_typed_client_and_the_plans_write_the_same_bytes() {
    let ground = Ground::sample();
    let loaded =
        load_files(&[std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("wsdl/crm.wsdl")]);
    let values = Values::new(Arc::new(Validator::new(Arc::new(loaded.contract))));
    let send = |operation: &str, content: &str| {
        let body = format!("<{operation} xmlns=\"{NAMESPACE}\">{content}</{operation}>");
        // As a client without types writes it, from the contract alone.
        let mut reader = Reader::new(&body, &Options::message());
        let Ok(soapstone::xml::Event::Start(tag)) = reader.next() else {
            panic!("{body}");
        };
        let name = values
            .model()
            .elements
            .iter()
            .position(|one| *one.name.local == *operation);
        let root = name.map(|index| Root::Element(ElementId(index as u32)));
        let read = values
            .read_element(&mut reader, tag, Expect::Declared, &Judging::collect())
            .unwrap();
        let request = values.write(&read, &root.unwrap()).unwrap();
        let answer = Request::post("/soap/crm", envelope(&request).as_bytes()).send(&ground);
        (request, payload(&answer.body).to_owned())
    };
    let nil = format!("xsi:nil=\"true\" xmlns:xsi=\"{XSI}\"");
    let (request, answer) = send(
        "GetCompany",
        "<id>2</id><expand>contact</expand><expand>owner</expand>",
    );
    same(element::GET_COMPANY, &request);
    same(element::GET_COMPANY_RESPONSE, &answer);
    let (request, answer) = send(
        "QueryCompany",
        "<filter><id><le>4</le></id><anyOf><name><contains>&lt;]]&gt; 🚂</contains></name></anyOf></filter>\
         <orderBy><field>name</field><descending>true</descending></orderBy><field>name</field><pageSize>2</pageSize>",
    );
    same(element::QUERY_COMPANY, &request);
    same(element::QUERY_COMPANY_RESPONSE, &answer);
    let record = format!(
        "<record><name>Ż &amp; Ó</name><street {nil}/><city></city><credit_limit>0.10</credit_limit></record>"
    );
    let (request, answer) = send("CreateCompany", &record);
    same(element::CREATE_COMPANY, &request);
    same(element::CREATE_COMPANY_RESPONSE, &answer);
    let record =
        "<record version=\"stale\"><id>1</id><phone>1</phone></record><mode>perRecord</mode>";
    let (request, answer) = send("UpdateCompany", record);
    same(element::UPDATE_COMPANY, &request);
    same(element::UPDATE_COMPANY_RESPONSE, &answer);
    let (request, answer) = send("CustomerBalance", "<company_id>2</company_id>");
    same(element::CUSTOMER_BALANCE, &request);
    same(element::CUSTOMER_BALANCE_RESPONSE, &answer);
    let (_, fault) = send("GetCompany", "<id>99999</id>");
    let (_, rest) = fault.split_once("<detail>").unwrap();
    same(element::PROBLEM, rest.split_once("</detail>").unwrap().0);
}
