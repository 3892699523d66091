//! The attributes that say how an element stands to its schema: nil, and which type is meant.

use super::error::ErrorKind;
use super::tag::NamedType;
use super::writer::Mode;
use super::{Bindings, Error, QName, Reader, Result, Strictness, Tag, Type, Writer};
use crate::xml;

/// The type that the text of `xsi:type` names.
pub(crate) fn type_named(xml: &xml::Reader<'_>, text: &str) -> Option<QName> {
    let text = text.trim_ascii();
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    Some(QName::new(Bindings::resolve(xml, prefix)?, local))
}

impl Reader<'_> {
    /// Takes the nil flag.
    pub(super) fn take_nil(&mut self) -> bool {
        match self.nil.take() {
            Some(nil) => {
                self.pending = self.pending.saturating_sub(1);
                nil
            }
            None => false,
        }
    }

    /// Checks that `xsi:type` names the type that is read anyway.
    #[cold]
    pub(super) fn check_type<T: Type>(&mut self) -> Result<()> {
        let Some((name, lexical)) = self.take_type()? else {
            return Ok(());
        };
        let lenient = self.strictness == Strictness::Lenient;
        if lenient || T::accepts_type(&name.namespace, &name.local, self.namespaces) {
            let told = NamedType::find(self.namespaces, &name.namespace, &name.local);
            self.told = told.filter(|_| !lenient).map(|told| told.check);
            self.told_name = T::UNION.then_some(name);
            return Ok(());
        }
        Err(self.error(ErrorKind::Type(lexical)))
    }

    /// Takes the name in `xsi:type`, if there is one.
    pub(super) fn take_type(&mut self) -> Result<Option<(QName, String)>> {
        let Some(value) = self.type_.take() else {
            return Ok(None);
        };
        match type_named(&self.xml, &value) {
            Some(name) => Ok(Some((name, value.into_owned()))),
            None => Err(self.error(ErrorKind::Type(value.into_owned()))),
        }
    }

    /// Which of several types `xsi:type` names: an index, 0 where there is none.
    ///
    /// # Errors
    /// Where it names none of them.
    pub fn family(&mut self, members: &[&'static Tag]) -> Result<usize> {
        self.member(members).map(|member| member.unwrap_or(0))
    }

    /// Which of several types `xsi:type` names, where it must be there.
    ///
    /// # Errors
    /// Where it is not, or names none of them.
    pub fn abstract_family(&mut self, members: &[&'static Tag]) -> Result<usize> {
        match self.member(members)? {
            Some(member) => Ok(member),
            None => Err(self.error(ErrorKind::AbstractType)),
        }
    }

    fn member(&mut self, members: &[&'static Tag]) -> Result<Option<usize>> {
        let Some((name, lexical)) = self.take_type()? else {
            return Ok(None);
        };
        match members
            .iter()
            .position(|m| m.is(&name.namespace, &name.local, self.namespaces))
        {
            Some(member) => Ok(Some(member)),
            None => Err(self.error(ErrorKind::Type(lexical))),
        }
    }

    /// The error where none of a family's types was found.
    #[cold]
    pub fn no_member(&self) -> Error {
        self.error(ErrorKind::AbstractType)
    }
}

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
        self.raw(" xsi:type=\"");
        let mode = std::mem::replace(&mut self.mode, Mode::Attribute);
        let name = self.prefixed(name);
        self.raw(&name);
        self.mode = mode;
        self.raw("\"");
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
