//! The measuring stick: what a predictive scan can reach at most. It reads the elements of one valid order into owned values
//! and knows no limit, no attribute, no comment, no character check and no facet; nobody should use it for anything else.

/// A decimal of up to 18 digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub i64, pub u8);

/// A date and time of fixed width.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct Moment {
    pub year: u16,
    pub rest: [u8; 5],
    pub nanos: u32,
    pub utc: bool,
}

/// `SubmitOrder`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Order {
    pub order_id: String,
    pub customer: String,
    pub order_date: Moment,
    pub currency: u8,
    pub priority: i32,
    pub express: bool,
    pub discount: Number,
    pub note: Option<String>,
    pub line: Vec<Line>,
}

/// `OrderLine`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Line {
    pub line_no: i32,
    pub sku: String,
    pub description: String,
    pub quantity: i32,
    pub unit_price: Number,
    pub taxable: bool,
    pub ship_date: Moment,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    prefix: &'a [u8],
}

/// Reads an order whose root binds one prefix, or the default namespace, to the contract's namespace.
pub fn read(text: &str) -> Option<Order> {
    let end = text.find('>')?;
    let name = text.get(1..end)?.split(' ').next()?;
    let prefix = name.strip_suffix("SubmitOrder")?;
    let mut scan = Scan {
        text,
        at: end + 1,
        prefix: prefix.as_bytes(),
    };
    let s = &mut scan;
    let mut order = Order {
        order_id: s.string(b"orderId")?,
        customer: s.string(b"customer")?,
        order_date: moment(s.leaf(b"orderDate")?)?,
        currency: [b"EUR", b"USD", b"GBP", b"CHF"]
            .iter()
            .position(|c| Some(&c[..]) == s.peeked(b"currency"))
            .map(|at| at as u8)?,
        priority: {
            s.leaf(b"currency")?;
            int(s.leaf(b"priority")?)?
        },
        express: boolean(s.leaf(b"express")?)?,
        discount: number(s.leaf(b"discount")?)?,
        note: if s.starts(b"note") {
            Some(s.string(b"note")?)
        } else {
            None
        },
        line: Vec::new(),
    };
    while s.starts(b"line") {
        s.open(b"line");
        order.line.push(Line {
            line_no: int(s.leaf(b"lineNo")?)?,
            sku: s.string(b"sku")?,
            description: s.string(b"description")?,
            quantity: int(s.leaf(b"quantity")?)?,
            unit_price: number(s.leaf(b"unitPrice")?)?,
            taxable: boolean(s.leaf(b"taxable")?)?,
            ship_date: moment(s.leaf(b"shipDate")?)?,
        });
        s.close(b"line")?;
    }
    s.close(b"SubmitOrder")?;
    Some(order)
}

impl<'a> Scan<'a> {
    #[inline(always)]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline(always)]
    fn space(&mut self) {
        while self.bytes().first().is_some_and(|byte| *byte <= b' ') {
            self.at += 1;
        }
    }

    #[inline(always)]
    fn starts(&mut self, name: &[u8]) -> bool {
        self.space();
        let rest = self
            .bytes()
            .strip_prefix(b"<")
            .and_then(|rest| rest.strip_prefix(self.prefix));
        rest.and_then(|rest| rest.strip_prefix(name))
            .and_then(|rest| rest.first())
            == Some(&b'>')
    }

    #[inline(always)]
    fn open(&mut self, name: &[u8]) {
        self.at += self.prefix.len() + name.len() + 2;
    }

    #[inline(always)]
    fn close(&mut self, name: &[u8]) -> Option<()> {
        self.space();
        let rest = self
            .bytes()
            .strip_prefix(b"</")?
            .strip_prefix(self.prefix)?
            .strip_prefix(name)?;
        self.at += self.prefix.len() + name.len() + 3;
        (rest.first() == Some(&b'>')).then_some(())
    }

    #[inline(always)]
    fn raw(&mut self, name: &[u8]) -> Option<&'a str> {
        if !self.starts(name) {
            return None;
        }
        self.open(name);
        let length = memchr::memchr(b'<', self.bytes())?;
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length;
        self.close(name)?;
        Some(text)
    }

    #[inline(always)]
    fn leaf(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        self.raw(name).map(str::as_bytes)
    }

    fn peeked(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        let at = self.at;
        let leaf = self.leaf(name);
        self.at = at;
        leaf
    }

    #[inline(always)]
    fn string(&mut self, name: &[u8]) -> Option<String> {
        let text = self.raw(name)?;
        if memchr::memchr(b'&', text.as_bytes()).is_some() {
            return unescape(text);
        }
        Some(text.to_owned())
    }
}

#[inline(never)]
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, behind) = after.split_once(';')?;
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            _ => return None,
        });
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

#[inline(always)]
fn int(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0i32, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i32::from(byte - b'0'))
    })
}

#[inline(always)]
fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

#[inline(always)]
fn number(text: &[u8]) -> Option<Number> {
    let (mut sum, mut scale, mut point) = (0i64, 0, false);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                sum = sum * 10 + i64::from(byte - b'0');
                scale += u8::from(point);
            }
            b'.' => point = true,
            _ => return None,
        }
    }
    Some(Number(sum, scale))
}

#[inline(always)]
fn moment(text: &[u8]) -> Option<Moment> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let pair = |tens: &u8, ones: &u8| (tens - b'0') * 10 + (ones - b'0');
    let (mut nanos, mut unit, mut utc) = (0, 100_000_000, false);
    for byte in rest {
        match byte {
            b'.' => {}
            b'0'..=b'9' => {
                nanos += u32::from(byte - b'0') * unit;
                unit /= 10;
            }
            _ => utc = true,
        }
    }
    Some(Moment {
        year: u16::from(pair(y1, y2)) * 100 + u16::from(pair(y3, y4)),
        rest: [
            pair(m1, m2),
            pair(d1, d2),
            pair(h1, h2),
            pair(n1, n2),
            pair(s1, s2),
        ],
        nanos,
        utc,
    })
}
