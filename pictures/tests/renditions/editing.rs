//! Taking files apart and putting them together as other programs would.

use super::traps::chunk;

/// A PNG with more chunks between its header and its pixels.
pub fn png_with(png: &[u8], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let added: Vec<u8> = chunks.iter().flat_map(|(name, body)| chunk(name, body)).collect();
    [&png[..33], &added, &png[33..]].concat()
}

/// The same chunks, behind the pixels.
pub fn png_with_at_end(png: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let end = png.len() - 12;
    [&png[..end], &chunk(name, body), &png[end..]].concat()
}

/// Where a chunk begins.
pub fn place_of(file: &[u8], bytes: &[u8]) -> usize {
    file.windows(bytes.len()).position(|part| part == bytes).unwrap()
}

pub type WebpChunks = Vec<([u8; 4], Vec<u8>)>;

pub fn webp_chunks(file: &[u8]) -> WebpChunks {
    let mut rest = &file[12..];
    let mut chunks = vec![];
    while let Some((&name, behind)) = rest.split_first_chunk() {
        let length = u32::from_le_bytes(behind[..4].try_into().unwrap()) as usize;
        chunks.push((name, behind[4..4 + length].to_vec()));
        rest = behind.get(4 + length + length % 2..).unwrap_or_default();
    }
    chunks
}

pub fn webp_of(chunks: &WebpChunks) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend(name);
        body.extend((content.len() as u32).to_le_bytes());
        body.extend(content);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

/// Where the restart markers of a JPEG with one scan are.
pub fn restarts(jpeg: &[u8]) -> Vec<usize> {
    let scan = place_of(jpeg, &[0xFF, 0xDA]);
    (scan..jpeg.len() - 1).filter(|&at| jpeg[at] == 0xFF && (0xD0..=0xD7).contains(&jpeg[at + 1])).collect()
}
