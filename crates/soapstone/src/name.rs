//! Expanded names (Namespaces in XML 1.0, 2.1): a namespace and a local part. A prefix is never part of a name.

use std::fmt;
use std::sync::Arc;

/// The namespace of `xsi:type`, `xsi:nil` and the location hints.
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Names an element, attribute, type or other component; cheap to clone.
///
/// The empty `namespace` means "in no namespace".
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// The namespace name; empty for none.
    pub namespace: Arc<str>,
    /// The local part, an NCName.
    pub local: Arc<str>,
}

impl QName {
    /// Makes a name from a namespace (empty for none) and a local part.
    pub fn new(namespace: impl Into<Arc<str>>, local: impl Into<Arc<str>>) -> QName {
        QName {
            namespace: namespace.into(),
            local: local.into(),
        }
    }

    /// Tells whether this is the name with that namespace and local part.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.namespace == namespace && &*self.local == local
    }
}

impl fmt::Display for QName {
    /// Writes `{namespace}local`, or just `local` where there is no namespace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            f.write_str(&self.local)
        } else {
            write!(f, "{{{}}}{}", self.namespace, self.local)
        }
    }
}

impl fmt::Debug for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
