//! Reads a JPEG to its end without keeping pixels: whether it is whole, and what to change in it where it is not, so
//! that it is shown as libjpeg shows it.
//!
//! libjpeg goes on where our decoder gives up: at restart markers of another number, at bytes too many before a marker,
//! at a code that is none (which spoils a photo only up to the next restart marker), without an end marker, and without
//! the tables that the frames of films leave out.

use std::ops::Range;

use super::blocks::Stretch;
use super::edits::Edit;
use super::frame::{Frame, Scan, Tables};
use super::huffman::{Bits, Stop};
use super::{EOI, SOS};
use crate::renditions::Rejection;

/// Of so many MCUs of a scan one may be lost: fewer are a scratch that hardly anybody sees.
const SCRATCH: usize = 50;

/// Most restart markers of a scan, and most edits of a file. Only files that were made to exhaust us have more.
const MANY: usize = 1 << 18;

/// What has been read so far.
pub(super) struct Walk<'a> {
    file: &'a [u8],
    at: usize,
    frame: Option<Frame>,
    tables: Tables,
    /// MCUs between restart markers, 0 for no such markers.
    interval: usize,
    edits: Vec<Edit>,
    /// Where the marker of a baseline frame has its number.
    baseline: Option<usize>,
}

/// A restart interval: its bytes, and the number of the marker behind it.
struct Piece {
    from: usize,
    end: usize,
    /// Behind the marker that ends it.
    next: usize,
    /// Of a restart marker; nothing at the end of the scan.
    number: Option<u8>,
}

/// Reads all of a file.
///
/// # Errors
/// `Truncated` when it ends before the photo does, `Damaged` when more is lost than a scratch, `Unsupported` for kinds
/// that no decoder at hand reads.
pub(super) fn walk(file: &[u8]) -> Result<Vec<Edit>, Rejection> {
    let mut walk =
        Walk { file, at: 2, frame: None, tables: Tables::default(), interval: 0, edits: vec![], baseline: None };
    loop {
        let Some(marker) = walk.next_marker() else {
            walk.end_without_marker()?;
            break;
        };
        match marker {
            EOI => break,
            // Outside of a scan they say nothing.
            0x01 | 0xD0..=0xD7 => walk.edit(walk.at - 2..walk.at, vec![]),
            _ => {
                let body = walk.segment()?;
                walk.take(marker, body)?;
            }
        }
    }
    if walk.edits.len() >= MANY {
        return Err(Rejection::Damaged("JPEG that is damaged in too many places".into()));
    }
    walk.edits.sort_by_key(|edit| (edit.gone.start, edit.gone.end));
    Ok(walk.edits)
}

impl<'a> Walk<'a> {
    fn edit(&mut self, gone: Range<usize>, new: Vec<u8>) {
        if self.edits.len() < MANY {
            self.edits.push(Edit { gone, new });
        }
    }

    /// The next marker, whatever stands before it; nothing at the end of the file.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            self.at += self.file.get(self.at..)?.iter().position(|&byte| byte == 0xFF)? + 1;
            match *self.file.get(self.at)? {
                0xFF => {}
                0 => self.at += 1,
                marker => {
                    self.at += 1;
                    return Some(marker);
                }
            }
        }
    }

    /// The content of a segment, behind its marker.
    fn segment(&mut self) -> Result<&'a [u8], Rejection> {
        let length = self.file.get(self.at..self.at + 2).ok_or(Rejection::Truncated)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let body = self.file.get(self.at..self.at + length).ok_or(Rejection::Truncated)?;
        self.at += length;
        body.get(2..).ok_or_else(|| Rejection::Damaged("JPEG segment without length".into()))
    }

    fn take(&mut self, marker: u8, body: &[u8]) -> Result<(), Rejection> {
        let segment = self.at - body.len() - 4..self.at;
        match marker {
            0xC4 => {
                let many = self.tables.parse(body)?;
                self.extend(many);
            }
            // A number of lines that the frame has told, and what only arithmetic codes need: libjpeg passes over both.
            0xDC | 0xCC => self.edit(segment, vec![]),
            0xC0..=0xCF if marker != 0xC8 && self.frame.is_none() => {
                self.frame = Some(Frame::parse(marker, body)?);
                self.baseline = (marker == 0xC0).then_some(segment.start + 1);
            }
            0xDD => self.interval = body.first_chunk().map_or(0, |&interval| u16::from_be_bytes(interval).into()),
            // Adobe's segment names a transform of colours. libjpeg takes an unknown one for the usual.
            0xEE if body.starts_with(b"Adobe\0") && body.len() >= 12 && body[11] > 2 => {
                let at = segment.start + 4 + 11;
                self.edit(at..at + 1, vec![1]);
            }
            SOS => self.scan(body)?,
            0xDB | 0xE0..=0xEF | 0xFE => {}
            _ => return Err(Rejection::Damaged(format!("JPEG with a marker {marker:X}"))),
        }
        Ok(())
    }

    /// With more than two tables of a kind a picture is no baseline one, whatever it says. libjpeg does not mind.
    fn extend(&mut self, many_tables: bool) {
        if let Some(at) = self.baseline.take_if(|_| many_tables) {
            self.edit(at..at + 1, vec![0xC1]);
        }
    }

    /// Without an end marker a file is whole if nothing of the picture is missing.
    fn end_without_marker(&mut self) -> Result<(), Rejection> {
        let frame = self.frame.as_ref().ok_or(Rejection::Truncated)?;
        if frame.components.iter().any(|component| component.finished != !0) {
            return Err(Rejection::Truncated);
        }
        let end = self.file.len();
        self.edit(end..end, vec![0xFF, EOI]);
        Ok(())
    }

    fn scan(&mut self, body: &[u8]) -> Result<(), Rejection> {
        let Some(mut frame) = self.frame.take() else {
            return Err(Rejection::Damaged("JPEG scan before its frame".into()));
        };
        let scan = Scan::parse(body, &frame)?;
        self.extend(scan.parts.iter().any(|&(_, first, others)| first > 1 || others > 1));
        let untold = |&(_, first, others): &(usize, usize, usize)| {
            !frame.progressive && (self.tables.first[first].is_none() || self.tables.others[others].is_none())
        };
        if scan.parts.iter().any(untold) {
            // Our decoder knows the usual tables, and uses them for frames of films, which this segment announces.
            let at = self.at - body.len() - 4;
            self.edit(at..at, b"\xFF\xE0\0\x07AVI1\0".to_vec());
            self.pieces()?;
        } else {
            self.read_scan(&mut frame, &scan)?;
        }
        if scan.low == 0 {
            for &(place, ..) in &scan.parts {
                let component = &mut frame.components[place];
                component.finished |= (scan.first..=scan.last).fold(0, |bits, at| bits | 1 << at);
            }
        }
        self.frame = Some(frame);
        Ok(())
    }

    fn read_scan(&mut self, frame: &mut Frame, scan: &Scan) -> Result<(), Rejection> {
        let mcus = match scan.parts[..] {
            [(place, ..)] => frame.components[place].wide * frame.components[place].high,
            _ => frame.mcus.0 * frame.mcus.1,
        };
        let interval = if self.interval == 0 { mcus } else { self.interval };
        let pieces = self.pieces()?;
        let pieces = self.in_order(pieces, mcus.div_ceil(interval))?;
        let mut lost = 0;
        for (place, piece) in pieces.iter().enumerate() {
            let range = place * interval..mcus.min((place + 1) * interval);
            let Some(piece) = piece else {
                lost += range.len();
                continue;
            };
            let mut stretch = Stretch::new(Bits::new(self.file, piece.from, piece.end));
            let mut position = piece.from;
            for mcu in range.clone() {
                if let Err(stop) = stretch.mcu(frame, scan, &self.tables, mcu) {
                    // It has no end: the file is cut, or was closed after a cut.
                    if stop == Stop::Ended && place + 1 == pieces.len() {
                        return Err(Rejection::Truncated);
                    }
                    lost += range.end - mcu;
                    break;
                }
                position = stretch.bits.position();
            }
            // What is left over up to the marker. The decoder puts nothing in the place of what is missing.
            if position < piece.end {
                self.edit(position..piece.end, vec![]);
            }
        }
        if lost * SCRATCH > mcus {
            return Err(Rejection::Damaged(format!("JPEG with {lost} of {mcus} blocks lost")));
        }
        Ok(())
    }

    /// Cuts the data of a scan at its restart markers. Afterwards `at` is where the marker behind the scan begins.
    fn pieces(&mut self) -> Result<Vec<Piece>, Rejection> {
        let mut pieces = vec![];
        let mut from = self.at;
        loop {
            let before = self.at;
            let marker = self.next_marker();
            let behind = if marker.is_some() { self.at } else { self.file.len() };
            let mut end = marker.map_or(behind, |_| behind - 2);
            // Bytes of 0xFF before a marker belong to it.
            while marker.is_some() && end > before && self.file[end - 1] == 0xFF {
                end -= 1;
            }
            let number = marker.filter(|marker| (0xD0..=0xD7).contains(marker)).map(|marker| marker & 7);
            pieces.push(Piece { from, end: end.max(from), next: behind, number });
            if number.is_none() {
                self.at = end;
                return Ok(pieces);
            }
            if pieces.len() >= MANY {
                return Err(Rejection::Damaged("JPEG with too many restart markers".into()));
            }
            from = behind;
        }
    }

    /// The pieces by their place in the scan, of which there are so many; nothing for those that are lost.
    fn in_order(&mut self, pieces: Vec<Piece>, count: usize) -> Result<Vec<Option<Piece>>, Rejection> {
        // None is missing, and at most there is a marker behind the last: whatever the numbers are, they mean the order.
        let empty = pieces.last().is_some_and(|last| last.from == last.end);
        let complete = pieces.len() - usize::from(empty && pieces.len() > 1) == count || pieces.len() == count;
        let mut ordered: Vec<Option<Piece>> = vec![];
        let mut stale = None;
        for piece in pieces {
            let Piece { end, next, number, .. } = piece;
            match stale.take() {
                // It belongs to a marker from before, and goes with it.
                Some(from) => self.edit(from..end, vec![]),
                None => ordered.push(Some(piece)),
            }
            let Some(number) = number.filter(|_| ordered.len() < count) else { break };
            let wanted = restart_number(&ordered);
            match (number + 8 - wanted) % 8 {
                0 => {}
                lost @ 1..=2 if !complete => self.lose(&mut ordered, end, lost.into(), count),
                6..=7 if !complete => stale = Some(end),
                _ => self.edit(next - 1..next, vec![0xD0 + wanted]),
            }
        }
        let missing = count - ordered.len();
        if missing > 0 && self.at >= self.file.len() {
            return Err(Rejection::Truncated);
        }
        self.lose(&mut ordered, self.at, missing, count);
        Ok(ordered)
    }

    /// Puts restart markers before a place in the file for pieces that are lost: the decoder makes them plain.
    fn lose(&mut self, ordered: &mut Vec<Option<Piece>>, before: usize, lost: usize, count: usize) {
        let mut new = vec![];
        for _ in 0..lost.min(count - ordered.len()) {
            new.extend([0xFF, 0xD0 + restart_number(ordered)]);
            ordered.push(None);
        }
        if !new.is_empty() {
            self.edit(before..before, new);
        }
    }
}

/// The number of the marker behind the last piece.
fn restart_number(pieces: &[Option<Piece>]) -> u8 {
    (pieces.len().saturating_sub(1) % 8) as u8
}
