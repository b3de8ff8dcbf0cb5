//! Files that lie, made to exhaust whoever believes them.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

use super::corpus::{Jpeg, jpeg, quarters};

/// Only a PNG's first chunks, with whatever size is claimed, around a given zlib stream.
pub fn png_claiming(width: u32, height: u32, zlib: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    for (name, body) in [(b"IHDR", header.as_slice()), (b"IDAT", zlib), (b"IEND", &[])] {
        file.extend(chunk(name, body));
    }
    file
}

/// A PNG's chunk.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(body);
    [&(body.len() as u32).to_be_bytes(), &name[..], body, &crc.sum().to_be_bytes()].concat()
}

/// A zlib stream of a few hundred kilobytes that inflates to `megabytes` of zeros.
pub fn zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..megabytes {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A JPEG of 64 x 64 pixels whose frame header claims another size.
pub fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut file = jpeg(&quarters(64, 64), Jpeg::default());
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

/// A valid progressive JPEG followed by thousands of empty scans, which each cost a full pass.
pub fn jpeg_of_many_scans(scans: usize) -> Vec<u8> {
    let how = Jpeg { progressive: true, ..Jpeg::default() };
    let mut file = jpeg(&quarters(256, 256), how);
    let end = file.len() - 2;
    let last = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scan = file[last..end].to_vec();
    let tail = file.split_off(end);
    for _ in 0..scans {
        file.extend(&scan);
    }
    file.extend(tail);
    file
}
