//! What a user of the generator can choose, each choice seen in a program that uses it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use soapstone_codegen::{File, Options, generate_files, write_crate};

/// The program around the generated code; `Sku` and `Text` are its own.
const MAIN: &str = r#"
use std::borrow::Cow;
use std::collections::HashSet;
use soapstone::codec::{Bindings, Invalid, Root, Simple, Writer};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sku { letter: char, number: u32 }

impl Simple for Sku {
    fn from_text(text: Cow<'_, str>, _: &dyn Bindings) -> Result<Sku, Invalid> {
        let (letter, number) = text.split_once('-').ok_or(Invalid::Lexical("Sku"))?;
        Ok(Sku { letter: letter.parse().unwrap(), number: number.parse().unwrap() })
    }
    fn to_text(&self, writer: &mut Writer) {
        writer.raw(&format!("{}-{}", self.letter, self.number));
    }
}
soapstone::__simple_element!(Sku);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

impl Simple for Text {
    fn from_text(text: Cow<'_, str>, _: &dyn Bindings) -> Result<Text, Invalid> {
        Ok(Text(text.into()))
    }
    fn to_text(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
}
soapstone::__simple_element!(Text);

mod made;
use made::shop::{Order, Place, Status};

fn main() {
    let text = "<s:place xmlns:s=\"urn:shop\"><s:order status=\"open\"><s:sku>A-7</s:sku><s:quantity>2</s:quantity><s:comment>a &amp; b</s:comment></s:order></s:place>";
    let place = Place::from_xml(text).unwrap();
    assert_eq!(place.order.sku, Sku { letter: 'A', number: 7 });
    assert_eq!(place.order.comment, Some(Text("a & b".into())));
    assert_eq!(place.to_xml().unwrap(), text);
    // `Eq` of all types, `Hash` of one by its path.
    let orders: HashSet<Order> = [place.order.clone(), place.order.clone()].into();
    assert_eq!(orders.len(), 1);
    // A value that the contract does not list.
    let other = Place::from_xml(&text.replace("open", "lost")).unwrap();
    assert_eq!(other.order.status, Status::Other("lost".to_owned()));
    assert_eq!(Place::from_xml(&other.to_xml().unwrap()), Ok(other));
}
"#;

fn contract() -> Vec<PathBuf> {
    vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/options/shop.wsdl")]
}

#[test]
fn a_program_chooses_names_derives_attributes_and_types() {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let options = Options {
        operations: vec!["Shop.place".to_owned()],
        modules: vec![pair("urn:shop", "shop")],
        // What is derived anyway is not derived twice.
        derives: ["Eq", "Clone", "PartialEq", "Default"]
            .map(str::to_owned)
            .to_vec(),
        attributes: vec![
            pair("shop::Order", "#[derive(Hash)]"),
            pair("Order.comment", "#[cfg(all())]"),
            pair("{urn:shop}Status", "#[non_exhaustive]"),
        ],
        open_enumerations: true,
        replacements: vec![
            pair("Sku", "crate::Sku"),
            pair("{http://www.w3.org/2001/XMLSchema}string", "crate::Text"),
        ],
        no_clients: true,
        no_servers: true,
        ..Options::default()
    };
    let (files, report) = generate_files(&contract(), &options).unwrap();
    assert!(report.is_valid(), "{report}");
    let shop = files.iter().find(|file| file.path == "shop.rs").unwrap();
    assert!(shop.text.contains("    #[cfg(all())]\n    pub comment:"));
    for left in ["Forget", "FORGET", "UNUSED", "struct Sku"] {
        assert!(!shop.text.contains(left), "{left} is made");
    }
    run("options-check", files, MAIN);
}

fn run(name: &str, files: Vec<File>, main: &str) {
    let mut all: Vec<File> = files
        .into_iter()
        .map(|file| File {
            path: format!("made/{}", file.path),
            text: file.text,
        })
        .collect();
    all.push(File {
        path: "main.rs".to_owned(),
        text: main.to_owned(),
    });
    cargo(&["run", "--quiet", "--offline"], name, &all);
}

/// Writes a crate and lets cargo do something with it, which must succeed without a warning.
fn cargo(arguments: &[&str], name: &str, files: &[File]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let out = root.join("target").join(name);
    let runtime = root.join("crates/soapstone").canonicalize().unwrap();
    write_crate(files, &out, name, &runtime.display().to_string()).unwrap();
    std::fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let ran = Command::new(cargo)
        .args(arguments)
        .current_dir(&out)
        .env("CARGO_TARGET_DIR", root.join("target/corpus"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    let output = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.is_empty(), "{said}{output}");
}

/// As `soapstone generate --crate` makes it: types, client, server and JSON, with no line of one's own, and formatted.
#[test]
fn a_crate_builds_by_itself() {
    let options = Options {
        json: true,
        ..Options::default()
    };
    let (files, _) = generate_files(&contract(), &options).unwrap();
    cargo(&["check", "--quiet", "--offline"], "crate-check", &files);
    // Whoever commits it formats it with the rest.
    cargo(&["fmt", "--check"], "crate-check", &files);
}

/// A program that keeps parts of a message.
const SHARED: &str = r#"
mod made;
use made::shop::{Place, element};
use soapstone::codec::ByteString;

fn main() {
    let document = ByteString::from("<s:place xmlns:s=\"urn:shop\"><s:order status=\"open\"><s:sku>A-7</s:sku><s:quantity>2</s:quantity><s:comment>plain</s:comment></s:order></s:place>");
    let bytes = document.as_bytes().as_ptr_range();
    let place: Place = element::PLACE.read_shared(&document).unwrap();
    for text in [place.order.sku.get(), place.order.comment.as_ref().unwrap()] {
        assert!(bytes.contains(&text.as_ptr()), "{text} is a copy");
    }
    assert_eq!(element::PLACE.write(&place).unwrap(), *document);
    // What does not stand in the message as it is becomes a text of its own.
    let escaped = ByteString::from(document.replace("plain", "a &amp; b"));
    let read = element::PLACE.read_shared(&escaped).unwrap();
    assert_eq!(read.order.comment.as_deref(), Some("a & b"));
    assert_eq!(element::PLACE.read(&document), Ok(place.clone()));
    let json = soapstone::json::to_value(&place).unwrap();
    assert_eq!(soapstone::json::from_value::<Place>(&json).unwrap(), place);
    element::PLACE.read_shared(&ByteString::from(document.replace("A-7", "7"))).unwrap_err();
}
"#;

#[test]
fn texts_share_the_message_where_that_is_asked() {
    let options = Options {
        shared_strings: true,
        json: true,
        ..Options::default()
    };
    let (files, report) = generate_files(&contract(), &options).unwrap();
    assert!(report.is_valid(), "{report}");
    run("shared-check", files, SHARED);
}

#[test]
fn an_operation_that_is_not_there_is_an_error() {
    let options = Options {
        operations: vec!["Shop.place".to_owned(), "sell".to_owned()],
        ..Options::default()
    };
    let error = generate_files(&contract(), &options)
        .unwrap_err()
        .to_string();
    assert!(error.contains("sell"), "{error}");
}

/// A program in which what can have a `Default` has one, however that was asked for.
const DEFAULTS: &str = r#"
mod made;
use made::shapes::{Colour, Pen, Shape, Way};

fn main() {
    assert_eq!(Pen::default().width, 0);
    assert_eq!(Shape::default().colour, None);
    assert_eq!(std::collections::HashSet::from([Pen::default(), Pen::default()]).len(), 1);
    let _ = (Colour::Red, Way::Left(1), made::NAMESPACES);
}
"#;

#[test]
fn default_is_derived_where_it_is_true() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shapes.xsd");
    let schema = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:shapes" targetNamespace="urn:shapes">
  <xs:simpleType name="Name"><xs:restriction base="xs:string"/></xs:simpleType>
  <xs:simpleType name="Colour"><xs:restriction base="xs:string"><xs:enumeration value="red"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Size"><xs:restriction base="xs:int"><xs:minInclusive value="1"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Either"><xs:union memberTypes="xs:int Colour"/></xs:simpleType>
  <xs:complexType name="Way"><xs:choice><xs:element name="left" type="xs:int"/><xs:element name="right" type="xs:int"/></xs:choice></xs:complexType>
  <xs:complexType name="Pen"><xs:sequence><xs:element name="width" type="xs:int"/></xs:sequence></xs:complexType>
  <xs:complexType name="Shape"><xs:sequence><xs:element name="colour" type="Colour" minOccurs="0"/></xs:sequence></xs:complexType>
  <xs:complexType name="Round"><xs:complexContent><xs:extension base="Shape"><xs:sequence><xs:element name="way" type="Way"/><xs:element name="at" type="xs:date"/>
    <xs:element name="name" type="Name"/><xs:element name="size" type="Size"/><xs:element name="either" type="Either"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
</xs:schema>"#;
    std::fs::write(&path, schema).unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let options = Options {
        derives: vec!["Default".to_owned()],
        modules: vec![pair("urn:shapes", "shapes")],
        attributes: vec![
            pair("Pen", "#[derive(Hash, std::default::Default, Eq, Clone)]"),
            pair("Colour", "#[derive(Default)]"),
            pair("Round", "#[derive( Default )]"),
            pair("Name", "#[derive(Hash)]"),
        ],
        ..Options::default()
    };
    let (files, report) = generate_files(&[path], &options).unwrap();
    let told: Vec<&str> = report
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let expected = [
        "derives: Default is derived anyway, where it is true",
        "attributes: Colour has no Default that the schema allows; it is left out",
        "attributes: Round has no Default that the schema allows; it is left out",
        "attributes: Name is made as another name of a type, which has none",
    ];
    assert_eq!(told, expected);
    run("defaults-check", files, DEFAULTS);
}

/// Only where it helps: neither an operation nor a file comes to be by it.
#[test]
fn tolerance_is_named_where_it_helps() {
    let [shop] = contract().try_into().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mistaken = folder.join("tolerable.wsdl");
    let text = std::fs::read_to_string(&shop).unwrap();
    std::fs::write(&mistaken, text.replace("type=\"Sku\"", "type=\"Skus\"")).unwrap();
    let other = folder.join("other.xsd");
    std::fs::write(&other, "<other/>").unwrap();
    let gone = folder.join("gone.wsdl");
    let cases = [
        (vec![mistaken.clone()], "", "Skus", true),
        (vec![shop.clone()], "sell", "sell", false),
        (vec![mistaken], "sell", "sell", false),
        (vec![gone.clone()], "", "gone.wsdl", false),
        (vec![shop.clone(), gone], "", "gone.wsdl", false),
        (vec![other.clone()], "", "other.xsd", false),
        (vec![shop, other], "", "other.xsd", true),
    ];
    for (paths, operation, part, helps) in cases {
        let made = |tolerant| {
            let operations = vec![operation.to_owned()];
            let options = Options {
                operations: operations.into_iter().filter(|o| !o.is_empty()).collect(),
                tolerant,
                ..Options::default()
            };
            generate_files(&paths, &options)
        };
        let error = made(false).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert_eq!(error.contains("tolerant"), helps, "{error}");
        assert_eq!(made(true).is_ok(), helps, "{paths:?}");
    }
}

#[test]
fn a_choice_that_meets_nothing_is_told() {
    let pair = |key: &str| (key.to_owned(), "shop".to_owned());
    let options = Options {
        modules: vec![pair("urn:shop"), pair("urn:shopp")],
        replacements: vec![pair("Sku"), pair("{urn:shop}Skew")],
        attributes: vec![
            pair("Order"),
            pair("shop::Order"),
            pair("Order.comment"),
            pair("Ordre"),
            pair("Order.coment"),
            pair("Remark"),
        ],
        derives: vec!["std::default::Default".to_owned()],
        ..Options::default()
    };
    let (_, report) = generate_files(&contract(), &options).unwrap();
    let told: Vec<&str> = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.rule == "options")
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let expected = [
        "derives: std::default::Default is derived anyway, where it is true",
        "modules: the contract has no namespace urn:shopp",
        "replacements: the contract has no type {urn:shop}Skew",
        "attributes: nothing that is made is called Ordre",
        "attributes: nothing that is made is called Order.coment",
        "attributes: Remark is made as another name of a type, which has none",
    ];
    assert_eq!(told, expected);
}

/// What a part would hold that is not declared is not guessed.
#[test]
fn an_operation_with_an_undeclared_element_is_left_out() {
    let [shop] = contract().try_into().unwrap();
    let text = std::fs::read_to_string(shop).unwrap();
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("undeclared.wsdl");
    std::fs::write(
        &broken,
        text.replace("element=\"forget\"", "element=\"gone\""),
    )
    .unwrap();
    let (files, report) = generate_files(&[broken], &Options::default()).unwrap();
    let report = report.to_string();
    assert!(
        report.contains("operation forget is left out: part parameters of message forgetIn"),
        "{report}"
    );
    let has = |name: &str| files.iter().any(|file| file.text.contains(name));
    assert!(has("fn place") && !has("fn forget"));
}

#[test]
fn more_than_operations_reach_is_made_on_request() {
    let made = |options: &Options| {
        let (files, _) = generate_files(&contract(), options).unwrap();
        let texts: Vec<String> = files.into_iter().map(|file| file.text).collect();
        texts.concat()
    };
    let place = Options {
        operations: vec!["place".to_owned()],
        ..Options::default()
    };
    assert!(!made(&place).contains("UNUSED"));
    let elements = Options {
        all_elements: true,
        ..place.clone()
    };
    assert!(made(&elements).contains("pub const UNUSED: codec::Element<String>"));
    assert!(!made(&elements).contains("enum Spare"));
    let types = Options {
        all_types: true,
        ..elements
    };
    assert!(made(&types).contains("enum Spare"));
    let types = Options {
        all_types: true,
        ..place.clone()
    };
    assert!(made(&types).contains("enum Spare") && !made(&types).contains("UNUSED"));
    let bare = Options {
        no_clients: true,
        ..place
    };
    let text = made(&bare);
    assert!(text.contains("trait Shop") && !text.contains("struct ShopClient"));
}

#[test]
fn a_contract_with_mistakes_is_used_as_far_as_it_goes_on_request() {
    let [shop] = contract().try_into().unwrap();
    let text = std::fs::read_to_string(shop).unwrap();
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistaken.wsdl");
    let text = text.replace(
        "name=\"order\" type=\"Order\"",
        "name=\"order\" type=\"Ordre\"",
    );
    let number = r#"<xs:element name="number"><xs:simpleType><xs:restriction base="xs:int"><xs:pattern value="[1"/><xs:maxInclusive value="7"/></xs:restriction></xs:simpleType></xs:element><xs:element name="left"><xs:simpleType><xs:restriction base="xs:nonNegativeInteger"><xs:minInclusive value="-5"/><xs:maxInclusive value="99999999999999999999"/></xs:restriction></xs:simpleType></xs:element>"#;
    let text = text.replace(r#"<xs:element name="number" type="xs:int"/>"#, number);
    std::fs::write(&broken, text.replace("type=\"Sku\"", "type=\"Skus\"")).unwrap();
    let generate = |tolerant| {
        let options = Options {
            tolerant,
            ..Options::default()
        };
        generate_files(std::slice::from_ref(&broken), &options)
    };
    let error = generate(false).unwrap_err().to_string();
    for (line, help) in [(9, "Order?"), (7, "Sku?")] {
        assert!(error.contains(&format!("mistaken.wsdl:{line}:")), "{error}");
        assert!(error.contains(help), "{error}");
    }
    let (files, _) = generate(true).unwrap();
    let has = |text: &str| files.iter().any(|file| file.text.contains(text));
    assert!(has("pub order: codec::AnyType"));
    // Code that was made checks every pattern that it has.
    assert!(has("max_inclusive(\"7\")") && !has("pattern("));
    assert!(has("min_inclusive(\"0\")") && !has("(\"-5\")"));
}

#[test]
fn a_listed_value_that_its_type_refuses_is_told_and_only_read_where_any_other_is() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused.xsd");
    let schema = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="Kind"><xs:restriction base="xs:NMTOKEN">
    <xs:enumeration value="one"/>
    <xs:enumeration value="not one"/>
  </xs:restriction></xs:simpleType>
  <xs:simpleType name="Code"><xs:restriction base="xs:string"><xs:maxLength value="2"/>
    <xs:enumeration value="ab"/>
    <xs:enumeration value="abc"/>
  </xs:restriction></xs:simpleType>
</xs:schema>"#;
    std::fs::write(&path, schema).unwrap();
    for open_enumerations in [false, true] {
        let options = Options {
            open_enumerations,
            ..Options::default()
        };
        let (files, report) = generate_files(std::slice::from_ref(&path), &options).unwrap();
        let said: Vec<String> = report.diagnostics.iter().map(|d| report.line(d)).collect();
        let named = [("4:", "Kind", "not one"), ("8:", "Code", "abc")];
        for (line, (place, type_, value)) in said.iter().zip(named) {
            for part in [&format!("refused.xsd:{place}"), "warning", type_, value] {
                assert!(line.contains(part), "{part} in {line}");
            }
        }
        assert_eq!(said.len(), named.len(), "{said:#?}");
        let text: String = files.iter().map(|file| file.text.as_str()).collect();
        let has = |value: &str| text.contains(&format!("= {value:?}"));
        assert!(has("one") && has("ab"), "{text}");
        assert!(!has("not one") && !has("abc"), "{text}");
        assert_eq!(text.contains("..Other"), open_enumerations, "{text}");
    }
}

/// A program in which a name has two types in one type.
const UNTOLD: &str = r#"
mod made;
use made::twice::{Beside, Open, Plain, Shares, Turns, element};

fn main() {
    let x = |text: &str| format!("<t:x xmlns:t=\"urn:twice\">{text}</t:x>");
    let text = format!("<t:beside xmlns:t=\"urn:twice\">{}<t:y>4</t:y>{}</t:beside>", x("7"), x("007"));
    let value: Beside = element::BESIDE.read(&text).unwrap();
    let json = soapstone::json::to_value(&value).unwrap().to_string();
    assert!(json.contains("\"y\":4") && json.contains(">7<") && json.contains(">007<"), "{json}");
    assert_eq!(soapstone::json::from_value::<Beside>(&serde(&json)).unwrap(), value);

    let text = format!("<t:turns xmlns:t=\"urn:twice\">{}<t:k/>{}</t:turns>", x("<t:u>1</t:u>"), x("1.50"));
    let value: Turns = element::TURNS.read(&text).unwrap();
    let json = soapstone::json::to_value(&value).unwrap().to_string();
    assert_eq!(soapstone::json::from_value::<Turns>(&serde(&json)).unwrap(), value, "{json}");

    // What one type does not tell of a group that it shares, another does.
    let group = format!("<t:g>a</t:g>{}", x("8"));
    let text = format!("<t:shares xmlns:t=\"urn:twice\">{group}{}{group}</t:shares>", x("<t:u>1</t:u>"));
    let value: Shares = element::SHARES.read(&text).unwrap();
    let json = soapstone::json::to_value(&value).unwrap().to_string();
    assert!(json.contains(">8<") && !json.contains("\"x\":8"), "{json}");
    assert_eq!(soapstone::json::from_value::<Shares>(&serde(&json)).unwrap(), value, "{json}");
    let value: Plain = element::PLAIN.read(&format!("<t:plain xmlns:t=\"urn:twice\">{group}{group}</t:plain>")).unwrap();
    let json = soapstone::json::to_value(&value).unwrap().to_string();
    assert!(json.contains("\"x\":8") && !json.contains(">8<"), "{json}");
    assert_eq!(soapstone::json::from_value::<Plain>(&serde(&json)).unwrap(), value, "{json}");

    // What a wildcard took is not what is declared beside it.
    for (text, says) in [(x("seven"), ">seven<"), (x("seven") + &x("8"), "\"x\":8")] {
        let text = format!("<t:open xmlns:t=\"urn:twice\">{text}</t:open>");
        let value: Open = element::OPEN.read(&text).unwrap();
        let json = soapstone::json::to_value(&value).unwrap().to_string();
        assert!(json.contains("\"$any\":[\"<") && json.contains(says), "{json}");
        assert_eq!(soapstone::json::from_value::<Open>(&serde(&json)).unwrap(), value, "{json}");
    }
}

fn serde<T: std::str::FromStr<Err: std::fmt::Debug>>(json: &str) -> T {
    json.parse().unwrap()
}
"#;

#[test]
fn json_keeps_elements_of_one_name_and_two_types() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("twice.xsd");
    let schema = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:twice" targetNamespace="urn:twice" elementFormDefault="qualified">
  <xs:complexType name="P"><xs:sequence><xs:element name="u" type="xs:int"/></xs:sequence></xs:complexType>
  <xs:element name="beside"><xs:complexType><xs:sequence><xs:element name="x" type="xs:int"/>
    <xs:element name="y" type="xs:int"/><xs:element name="x" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="open"><xs:complexType><xs:sequence><xs:any processContents="skip"/><xs:element name="x" type="xs:int" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
  <xs:group name="G"><xs:sequence><xs:element name="g" type="xs:string"/><xs:element name="x" type="xs:int"/></xs:sequence></xs:group>
  <xs:element name="plain"><xs:complexType><xs:sequence><xs:group ref="G" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="shares"><xs:complexType><xs:sequence><xs:group ref="G"/><xs:element name="x" type="P"/><xs:group ref="G" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="turns"><xs:complexType><xs:choice maxOccurs="3">
    <xs:sequence><xs:element name="k" type="xs:string"/><xs:element name="x" type="xs:decimal"/></xs:sequence>
    <xs:sequence><xs:element name="x" type="P"/><xs:element name="l" type="xs:token" minOccurs="0"/></xs:sequence>
  </xs:choice></xs:complexType></xs:element>
</xs:schema>"#;
    std::fs::write(&path, schema).unwrap();
    let options = Options {
        json: true,
        all_elements: true,
        ..Options::default()
    };
    let (files, report) = generate_files(&[path], &options).unwrap();
    assert!(report.is_valid(), "{report}");
    run("untold-check", files, UNTOLD);
}
