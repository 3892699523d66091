//! The schemas and documents that are validated.

use std::fmt::Write;

pub fn order(lines: usize) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<o:order xmlns:o=\"urn:order\" id=\"ORD-2026-000123\" currency=\"EUR\">\n  \
         <o:customer>ACME</o:customer>\n  <o:date>2026-02-03</o:date>\n",
    );
    for line in 1..=lines {
        let _ = write!(
            out,
            "  <o:line number=\"{line}\">\n    <o:sku>SKU-{:06}</o:sku>\n    <o:quantity>{}</o:quantity>\n    \
             <o:price>{}.{:02}</o:price>\n    <o:taxable>{}</o:taxable>\n    <o:ships>2026-{:02}-{:02}</o:ships>\n  </o:line>\n",
            line * 7919 % 1_000_000,
            line % 99 + 1,
            line % 999,
            line % 100,
            line % 2 == 0,
            line % 12 + 1,
            line % 28 + 1,
        );
    }
    out + "</o:order>\n"
}

pub fn keys(rows: usize) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<stock>\n");
    for row in 0..rows {
        let _ = writeln!(
            out,
            "  <part code=\"P{row:07}\"><name>part {row}</name></part>"
        );
    }
    for row in 0..rows {
        let _ = writeln!(
            out,
            "  <move of=\"P{:07}\"><count>{}</count></move>",
            row * 7 % rows,
            row % 100
        );
    }
    out + "</stock>\n"
}

pub const ORDER: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:order" xmlns="urn:order"
    elementFormDefault="qualified">
  <xs:simpleType name="Sku"><xs:restriction base="xs:string"><xs:pattern value="SKU-\d{6}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Money">
    <xs:restriction base="xs:decimal"><xs:fractionDigits value="2"/><xs:minInclusive value="0"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Currency">
    <xs:restriction base="xs:string"><xs:enumeration value="EUR"/><xs:enumeration value="USD"/></xs:restriction>
  </xs:simpleType>
  <xs:complexType name="Line">
    <xs:sequence>
      <xs:element name="sku" type="Sku"/>
      <xs:element name="quantity" type="xs:positiveInteger"/>
      <xs:element name="price" type="Money"/>
      <xs:element name="taxable" type="xs:boolean" minOccurs="0"/>
      <xs:element name="note" type="xs:string" minOccurs="0"/>
      <xs:element name="ships" type="xs:date"/>
    </xs:sequence>
    <xs:attribute name="number" type="xs:int" use="required"/>
  </xs:complexType>
  <xs:element name="order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="customer" type="xs:string"/>
        <xs:element name="date" type="xs:date"/>
        <xs:element name="line" type="Line" maxOccurs="unbounded"/>
      </xs:sequence>
      <xs:attribute name="id" type="xs:string"/>
      <xs:attribute name="currency" type="Currency"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"#;

pub const KEYS: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:element name="stock">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="part" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence><xs:element name="name" type="xs:string"/></xs:sequence>
            <xs:attribute name="code" type="xs:token" use="required"/>
          </xs:complexType>
        </xs:element>
        <xs:element name="move" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence><xs:element name="count" type="xs:int"/></xs:sequence>
            <xs:attribute name="of" type="xs:token" use="required"/>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
    <xs:key name="part"><xs:selector xpath="part"/><xs:field xpath="@code"/></xs:key>
    <xs:keyref name="move" refer="part"><xs:selector xpath="move"/><xs:field xpath="@of"/></xs:keyref>
  </xs:element>
</xs:schema>
"#;
