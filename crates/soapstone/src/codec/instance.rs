//! The attributes that a written document has to say how it stands to its schema: nil, and which type is meant.

use super::{QName, Tag, Writer};

impl Writer {
    /// Writes `xsi:nil="true"`.
    pub fn nil(&mut self) {
        self.xsi = true;
        self.raw(" xsi:nil=\"true\"");
    }

    /// Writes `xsi:type`.
    pub fn xsi_type(&mut self, tag: &'static Tag) {
        self.xsi = true;
        self.use_namespace(tag.namespace);
        self.raw(" xsi:type=\"");
        self.raw(tag.qualified());
        self.raw("\"");
    }

    /// Writes `xsi:type` for a member of a family; the declared type, which stands first, goes without.
    pub fn member_type(&mut self, always: bool, tag: &'static Tag, members: &[&'static Tag]) {
        if always || members.first().is_none_or(|first| *first != tag) {
            self.xsi_type(tag);
        }
    }

    /// Writes `xsi:type` with a name that was read.
    pub fn xsi_type_of(&mut self, name: &QName) {
        self.xsi = true;
        let name = self.prefixed(name);
        self.raw(&format!(" xsi:type=\"{name}\""));
    }

    /// Writes the attributes of a SOAP-encoded array (SOAP 1.1, 5.4.2).
    pub fn array_type(&mut self, item: &'static Tag, size: &[usize]) {
        self.use_namespace(item.namespace);
        self.xsi = true;
        let array = self.prefixed(&QName::new(super::array::SOAP_ENCODING, "Array"));
        let prefix = array.split(':').next().unwrap_or_default();
        let size: Vec<String> = size.iter().map(usize::to_string).collect();
        self.raw(&format!(
            " xsi:type=\"{array}\" {prefix}:arrayType=\"{}[{}]\"",
            item.qualified(),
            size.join(",")
        ));
    }
}
