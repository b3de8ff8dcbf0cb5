//! Huffman codes and the bits that they are made of.

/// Why a block could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// There are no more bits.
    Ended,
    /// No code is written like this.
    BadCode,
}

/// Codes up to this length are looked up at once.
const FAST: u32 = 9;

/// The codes of one table, as ITU-T T.81 derives them from the number of codes of each length.
#[derive(Clone)]
pub(super) struct Table {
    /// Length and value for every beginning of [`FAST`] bits; length 0 for longer codes.
    fast: Vec<(u8, u8)>,
    /// The last code of each length, and -1 if there is none.
    last: [i32; 17],
    /// What to add to a code of each length to find its value.
    offset: [i32; 17],
    values: Vec<u8>,
}

impl Table {
    /// From the sixteen numbers of codes and the values; nothing if there are more codes than fit.
    pub fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table =
            Self { fast: vec![(0, 0); 1 << FAST], last: [-1; 17], offset: [0; 17], values: values.to_vec() };
        let (mut code, mut place) = (0_i32, 0_i32);
        for (length, &count) in (1_u32..).zip(counts) {
            table.offset[length as usize] = place - code;
            for _ in 0..count {
                let value = *values.get(place as usize)?;
                if code >= 1 << length {
                    return None;
                }
                if length <= FAST {
                    let from = (code as usize) << (FAST - length);
                    table.fast[from..from + (1 << (FAST - length))].fill((length as u8, value));
                }
                table.last[length as usize] = code;
                (code, place) = (code + 1, place + 1);
            }
            code <<= 1;
        }
        Some(table)
    }
}

/// The bits of entropy-coded bytes between two markers, the stuffing taken out.
pub(super) struct Bits<'a> {
    file: &'a [u8],
    /// The next byte to read, and the end.
    next: usize,
    end: usize,
    /// Bits that have been read and not used, from the highest on.
    waiting: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(file: &'a [u8], from: usize, end: usize) -> Self {
        Self { file, next: from, end, waiting: 0, count: 0 }
    }

    /// The first byte of the file of which no bit has been used.
    pub fn position(&self) -> usize {
        let mut at = self.next;
        for _ in 0..self.count / 8 {
            let stuffed = at >= 2 && self.file[at - 2] == 0xFF && self.file[at - 1] == 0;
            at -= if stuffed { 2 } else { 1 };
        }
        at
    }

    pub fn code(&mut self, table: &Table) -> Result<u8, Stop> {
        self.fill(16);
        let (length, value) = table.fast[(self.waiting >> (64 - FAST)) as usize];
        if length > 0 {
            self.used(length.into())?;
            return Ok(value);
        }
        for length in FAST + 1..=16 {
            let code = (self.waiting >> (64 - length)) as i32;
            if code <= table.last[length as usize] {
                self.used(length)?;
                let place = code + table.offset[length as usize];
                return table.values.get(place as usize).copied().ok_or(Stop::BadCode);
            }
        }
        Err(if self.count < 16 { Stop::Ended } else { Stop::BadCode })
    }

    /// A number of up to 16 bits.
    pub fn number(&mut self, bits: u32) -> Result<u32, Stop> {
        if bits == 0 {
            return Ok(0);
        }
        self.fill(bits);
        let number = (self.waiting >> (64 - bits)) as u32;
        self.used(bits)?;
        Ok(number)
    }

    /// Passes over up to 64 bits.
    pub fn skip(&mut self, mut bits: u32) -> Result<(), Stop> {
        while bits > 0 {
            let some = bits.min(16);
            self.number(some)?;
            bits -= some;
        }
        Ok(())
    }

    fn used(&mut self, bits: u32) -> Result<(), Stop> {
        self.count = self.count.checked_sub(bits).ok_or(Stop::Ended)?;
        self.waiting <<= bits;
        Ok(())
    }

    fn fill(&mut self, wanted: u32) {
        if self.count >= wanted {
            return;
        }
        while self.count <= 56 && self.next < self.end {
            let byte = self.file[self.next];
            self.next += 1;
            if byte == 0xFF && self.file.get(self.next) == Some(&0) && self.next < self.end {
                self.next += 1;
            }
            self.waiting |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }
}
