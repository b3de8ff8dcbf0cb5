//! What a JPEG's frame, scan and table segments say, as far as reading its blocks needs it.

use super::huffman::Table;
use crate::renditions::Rejection;
use crate::renditions::kinds::Kind;

/// One colour of a picture: its blocks of 8 x 8 samples.
pub(super) struct Component {
    id: u8,
    /// Blocks in an MCU (a minimum coded unit: a tile that holds all colours), across and down.
    pub across: usize,
    pub down: usize,
    /// Blocks that the picture needs, when a scan has this colour alone.
    pub wide: usize,
    pub high: usize,
    /// Blocks in a row of MCUs.
    pub stride: usize,
    /// A bit for every coefficient that is not 0 so far, by block, of a progressive picture.
    pub set: Vec<u64>,
    /// A bit for every coefficient whose last bit has come.
    pub finished: u64,
}

pub(super) struct Frame {
    pub progressive: bool,
    pub components: Vec<Component>,
    /// MCUs across and down.
    pub mcus: (usize, usize),
}

fn damaged(reason: &str) -> Rejection {
    Rejection::Damaged(format!("JPEG with {reason}"))
}

impl Frame {
    /// From the content of the segment of a frame of this marker.
    pub fn parse(marker: u8, body: &[u8]) -> Result<Self, Rejection> {
        let [precision, height @ .., count] = body.first_chunk::<6>().ok_or_else(|| damaged("a short frame"))?;
        // Sequential, extended and progressive pictures of eight bits in Huffman codes; no decoder at hand reads others.
        if !matches!(marker, 0xC0..=0xC2) || *precision != 8 || !matches!(count, 1 | 3 | 4) {
            return Err(Rejection::Unsupported(Kind::RareJpeg));
        }
        let number = |at: usize| usize::from(u16::from_be_bytes([height[at], height[at + 1]]));
        let (height, width) = (number(0), number(2));
        let parts: Vec<[u8; 3]> = body[6..].chunks_exact(3).map(|part| [part[0], part[1], part[2]]).collect();
        if parts.len() != usize::from(*count) || width == 0 || height == 0 {
            return Err(damaged("a frame of another length"));
        }
        let factors = |part: &[u8; 3]| (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        if parts.iter().map(factors).any(|(across, down)| !(1..=4).contains(&across) || !(1..=4).contains(&down)) {
            return Err(damaged("odd sampling"));
        }
        let most = |axis: fn((usize, usize)) -> usize| parts.iter().map(|part| axis(factors(part))).max().unwrap_or(1);
        let most = (most(|factors| factors.0), most(|factors| factors.1));
        let mcus = (width.div_ceil(8 * most.0), height.div_ceil(8 * most.1));
        let progressive = marker == 0xC2;
        let component = |part: &[u8; 3]| {
            let (across, down) = factors(part);
            let (stride, rows) = (mcus.0 * across, mcus.1 * down);
            Component {
                id: part[0],
                across,
                down,
                wide: (width * across).div_ceil(most.0).div_ceil(8),
                high: (height * down).div_ceil(most.1).div_ceil(8),
                stride,
                set: if progressive { vec![0; stride * rows] } else { vec![] },
                finished: 0,
            }
        };
        Ok(Self { progressive, components: parts.iter().map(component).collect(), mcus })
    }
}

/// Which colours a scan has, and which bits of which coefficients.
pub(super) struct Scan {
    /// Places of components in the frame, with the places of their tables.
    pub parts: Vec<(usize, usize, usize)>,
    /// First and last coefficient in zigzag order.
    pub first: u32,
    pub last: u32,
    /// The lowest bit of a coefficient that came before (0 for none), and comes now.
    pub high: u32,
    pub low: u32,
}

impl Scan {
    pub fn parse(body: &[u8], frame: &Frame) -> Result<Self, Rejection> {
        let short = || damaged("a short scan header");
        let (&count, rest) = body.split_first().ok_or_else(short)?;
        let mut parts = vec![];
        for part in rest.chunks_exact(2).take(count.into()) {
            let place = frame.components.iter().position(|component| component.id == part[0]);
            let place = place.ok_or_else(|| damaged("a scan of an unknown colour"))?;
            parts.push((place, usize::from(part[1] >> 4) & 3, usize::from(part[1] & 3)));
        }
        if parts.is_empty() || parts.len() != usize::from(count) {
            return Err(short());
        }
        // What no decoder takes: colours twice or in another order, and more than ten blocks in an MCU.
        let blocks =
            |&(place, ..): &(usize, usize, usize)| frame.components[place].across * frame.components[place].down;
        let too_many = parts.len() > 1 && parts.iter().map(blocks).sum::<usize>() > 10;
        if too_many || !parts.is_sorted_by(|one, other| one.0 < other.0) || rest.len() != 2 * parts.len() + 3 {
            return Err(damaged("an impossible scan"));
        }
        let &[first, last, bits] = rest.get(2 * parts.len()..).and_then(<[u8]>::first_chunk).ok_or_else(short)?;
        if !frame.progressive {
            // Some encoders of sequential files leave here what libjpeg ignores.
            return Ok(Self { parts, first: 0, last: 63, high: 0, low: 0 });
        }
        if first > last || last > 63 || (first == 0) != (last == 0) || (first > 0 && parts.len() > 1) {
            return Err(damaged("an impossible scan"));
        }
        Ok(Self { parts, first: first.into(), last: last.into(), high: (bits >> 4).into(), low: (bits & 15).into() })
    }
}

/// Huffman tables by place, for the first coefficients of blocks and for the others.
#[derive(Default)]
pub(super) struct Tables {
    pub first: [Option<Table>; 4],
    pub others: [Option<Table>; 4],
}

impl Tables {
    /// Adds the tables of a segment to those before. True if there are more than two of a kind now.
    pub fn parse(&mut self, mut body: &[u8]) -> Result<bool, Rejection> {
        let bad = || damaged("a bad Huffman table");
        while let Some((&[place, ref counts @ ..], rest)) = body.split_first_chunk::<17>() {
            let length = counts.iter().map(|&count| usize::from(count)).sum();
            let (values, rest) =
                rest.split_at_checked(length).filter(|(values, _)| !values.is_empty()).ok_or_else(bad)?;
            let class = if place >> 4 == 0 { &mut self.first } else { &mut self.others };
            class[usize::from(place & 3)] = Some(Table::new(counts, values).ok_or_else(bad)?);
            body = rest;
        }
        Ok([&self.first, &self.others].iter().any(|kind| kind[2..].iter().any(Option::is_some)))
    }
}
