//! One thing changed in a document: mostly it is not valid any more.

use soapstone::name::QName;
use soapstone_schema::model::{Model, XSI};

use super::make::{Given, Item, Maker, Tree};

/// Changes one thing at one place; the kinds of change take turns.
pub(crate) fn spoil(tree: &mut Tree, kind: usize, maker: &mut Maker<'_>, model: &Model) -> bool {
    let mut places = Vec::new();
    count(tree, &mut Vec::new(), &mut places);
    // Some elements have nothing that a kind of change could change.
    for _ in 0..8 {
        let path = places[maker.seed.below(places.len())].clone();
        let mut at = &mut *tree;
        for step in path {
            let Some(Item::Element(below)) = at.items.get_mut(step) else {
                return false;
            };
            at = below;
        }
        if change(at, kind, maker, model) {
            return true;
        }
    }
    false
}

/// The places of every element that a declaration is known of.
fn count(tree: &Tree, path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    out.push(path.clone());
    for (index, item) in tree.items.iter().enumerate() {
        if let Item::Element(below) = item
            && below.element.is_some()
        {
            path.push(index);
            count(below, path, out);
            path.pop();
        }
    }
}

fn change(tree: &mut Tree, kind: usize, maker: &mut Maker<'_>, model: &Model) -> bool {
    let elements: Vec<usize> = (0..tree.items.len())
        .filter(|i| matches!(&tree.items[*i], Item::Element(e) if e.element.is_some()))
        .collect();
    let one = elements.get(maker.seed.below(elements.len())).copied();
    let values: Vec<usize> = (0..tree.items.len())
        .filter(|i| matches!(tree.items[*i], Item::Text(_, Some(_))))
        .collect();
    let xsi = |local: &str, value: &str| Given {
        name: QName::new(XSI, local),
        value: value.to_owned(),
        declared: None,
    };
    match (kind % 12, one, values.first()) {
        (0, Some(one), _) => {
            tree.items.remove(one);
        }
        (1, Some(one), _) => {
            let again = tree.items[one].clone();
            tree.items.insert(one, again);
        }
        (2, Some(one), _) if elements.len() > 1 => {
            let other = elements[maker.seed.below(elements.len())];
            tree.items.swap(one, other);
            return one != other;
        }
        (3, Some(one), _) => {
            if let Item::Element(e) = &mut tree.items[one] {
                e.name = QName::new(&*e.name.namespace, "Unknown");
            }
        }
        (4, Some(one), _) => {
            if let Item::Element(e) = &mut tree.items[one] {
                e.name = QName::new(
                    if e.name.namespace.is_empty() {
                        super::make::OTHER
                    } else {
                        ""
                    },
                    &*e.name.local,
                );
            }
        }
        (5 | 6, _, Some(&at)) => {
            if let Item::Text(text, Some(type_)) = &mut tree.items[at] {
                let Some(wrong) = maker.values.invalid(*type_) else {
                    return false;
                };
                *text = wrong;
            }
        }
        (7, _, _) => {
            let declared: Vec<usize> = (0..tree.attributes.len())
                .filter(|i| tree.attributes[*i].declared.is_some())
                .collect();
            let Some(&at) = declared.get(maker.seed.below(declared.len())) else {
                return false;
            };
            let Some(attribute) = tree.attributes[at]
                .declared
                .and_then(|id| model.attributes.get(id.index()))
            else {
                return false;
            };
            let Some(wrong) = maker.values.invalid(attribute.type_) else {
                return false;
            };
            tree.attributes[at].value = wrong;
        }
        (8, _, _) => {
            if tree.attributes.is_empty() {
                return false;
            }
            let at = maker.seed.below(tree.attributes.len());
            tree.attributes.remove(at);
        }
        (9, _, _) => {
            if tree.attributes.iter().any(|a| &*a.name.local == "unknown") {
                return false;
            }
            tree.attributes.push(Given {
                name: QName::new("", "unknown"),
                value: "1".to_owned(),
                declared: None,
            });
        }
        (10, _, _) => {
            if tree.attributes.iter().any(|a| &*a.name.local == "nil") {
                return false;
            }
            tree.attributes.push(xsi("nil", "true"));
        }
        (11, _, _) => {
            let at = maker.seed.below(tree.items.len() + 1);
            tree.items.insert(at, Item::Text("text".to_owned(), None));
        }
        _ => return false,
    }
    true
}
