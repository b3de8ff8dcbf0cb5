//! Reading the blocks of a scan for their length alone: which codes there are, not what they stand for.

use super::frame::{Component, Frame, Scan, Tables};
use super::huffman::{Bits, Stop, Table};

/// One stretch of a scan between restart markers.
pub(super) struct Stretch<'a> {
    pub bits: Bits<'a>,
    /// Blocks to come that have nothing more, in a progressive scan.
    empty: u32,
}

impl<'a> Stretch<'a> {
    pub fn new(bits: Bits<'a>) -> Self {
        Self { bits, empty: 0 }
    }

    /// Reads an MCU, which is a single block when a scan has one colour only.
    pub fn mcu(&mut self, frame: &mut Frame, scan: &Scan, tables: &Tables, mcu: usize) -> Result<(), Stop> {
        let (across, progressive) = (frame.mcus.0, frame.progressive);
        if let [(place, first, others)] = scan.parts[..] {
            let component = &mut frame.components[place];
            let at = mcu / component.wide * component.stride + mcu % component.wide;
            let tables = (tables.first[first].as_ref(), tables.others[others].as_ref());
            return self.block(scan, tables, progressive.then(|| &mut component.set[at]));
        }
        for &(place, first, others) in &scan.parts {
            let component = &mut frame.components[place];
            let tables = (tables.first[first].as_ref(), tables.others[others].as_ref());
            for (down, right) in (0..component.down).flat_map(|down| (0..component.across).map(move |r| (down, r))) {
                let at = block_of(component, mcu / across, mcu % across, down, right);
                self.block(scan, tables, progressive.then(|| &mut component.set[at]))?;
            }
        }
        Ok(())
    }

    fn block(
        &mut self,
        scan: &Scan,
        (first, others): (Option<&Table>, Option<&Table>),
        set: Option<&mut u64>,
    ) -> Result<(), Stop> {
        let Some(set) = set else {
            self.difference(first)?;
            return self.sequential(others);
        };
        match (scan.first, scan.high) {
            (0, 0) => self.difference(first),
            (0, _) => self.bits.skip(1),
            (_, 0) => self.coefficients(scan, others, set),
            _ => self.refinements(scan, others, set),
        }
    }

    /// The first coefficient, as the difference to that of the block before.
    fn difference(&mut self, table: Option<&Table>) -> Result<(), Stop> {
        let length = self.bits.code(table.ok_or(Stop::BadCode)?)?;
        if length > 11 { Err(Stop::BadCode) } else { self.bits.skip(length.into()) }
    }

    /// The 63 other coefficients of a block.
    fn sequential(&mut self, table: Option<&Table>) -> Result<(), Stop> {
        let table = table.ok_or(Stop::BadCode)?;
        let mut at = 1;
        while at < 64 {
            let code = self.bits.code(table)?;
            let (zeros, length) = (u32::from(code >> 4), u32::from(code & 15));
            match (zeros, length) {
                (15, 0) => at += 16,
                (_, 0) => break,
                _ => {
                    at += zeros + 1;
                    self.bits.skip(length)?;
                }
            }
        }
        Ok(())
    }

    /// The first bits of some coefficients.
    fn coefficients(&mut self, scan: &Scan, table: Option<&Table>, set: &mut u64) -> Result<(), Stop> {
        if self.empty > 0 {
            self.empty -= 1;
            return Ok(());
        }
        let table = table.ok_or(Stop::BadCode)?;
        let mut at = scan.first;
        while at <= scan.last {
            let code = self.bits.code(table)?;
            let (zeros, length) = (u32::from(code >> 4), u32::from(code & 15));
            match (zeros, length) {
                (15, 0) => at += 16,
                (_, 0) => {
                    self.empty = (1 << zeros) - 1 + self.bits.number(zeros)?;
                    break;
                }
                _ => {
                    at += zeros;
                    self.bits.skip(length)?;
                    if at <= scan.last {
                        *set |= 1 << at;
                    }
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// One more bit of some coefficients: of each that is not 0 so far, and which others no longer are.
    fn refinements(&mut self, scan: &Scan, table: Option<&Table>, set: &mut u64) -> Result<(), Stop> {
        let mut at = scan.first;
        if self.empty > 0 {
            self.empty -= 1;
            return self.bits.skip(known(*set, at, scan.last));
        }
        let table = table.ok_or(Stop::BadCode)?;
        while at <= scan.last {
            let code = self.bits.code(table)?;
            let (mut zeros, length) = (u32::from(code >> 4), u32::from(code & 15));
            if length == 0 && zeros < 15 {
                self.empty = (1 << zeros) - 1 + self.bits.number(zeros)?;
                return self.bits.skip(known(*set, at, scan.last));
            }
            // The sign of the coefficient that is new.
            self.bits.skip(length.min(1))?;
            while at <= scan.last {
                if *set >> at & 1 == 1 {
                    self.bits.skip(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if length > 0 && at <= scan.last {
                *set |= 1 << at;
            }
            at += 1;
        }
        Ok(())
    }
}

fn block_of(component: &Component, row: usize, column: usize, down: usize, right: usize) -> usize {
    (row * component.down + down) * component.stride + column * component.across + right
}

/// How many coefficients from one to another are not 0 so far.
fn known(set: u64, first: u32, last: u32) -> u32 {
    (set >> first << first << (63 - last)).count_ones()
}
