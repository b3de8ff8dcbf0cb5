//! Files that are pictures or films, but of kinds that we do not read: named, so that a refusal can say what to do.

use std::fmt;

/// A kind of file that we do not read. `Display` is its common name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Heic,
    Avif,
    Jpeg2000,
    JpegXl,
    JpegXr,
    RareJpeg,
    Raw,
    Tiff,
    Bmp,
    Icon,
    Photoshop,
    Gimp,
    OpenExr,
    RadianceHdr,
    Netpbm,
    Qoi,
    Bpg,
    Flif,
    Dds,
    Pdf,
    PostScript,
    Video,
    Sound,
}

impl Kind {
    /// What somebody who has such a file can do, in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Heic => {
                "Please export the photo as JPEG and send that. An iPhone takes JPEGs after Settings, Camera, \
                 Formats, Most Compatible."
            }
            Self::Raw => "Please export the photo as JPEG from the program that develops it, and send that.",
            Self::Video => "Please choose a photo, or take a still picture from it and send that.",
            Self::Sound => "Please choose a photo.",
            Self::RareJpeg => "Please save or export the photo as an ordinary JPEG, or as PNG, and send that.",
            _ => "Please save or export the photo as JPEG, PNG, WebP or GIF and send that.",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Heic => "HEIC (iPhone)",
            Self::Avif => "AVIF",
            Self::Jpeg2000 => "JPEG 2000",
            Self::JpegXl => "JPEG XL",
            Self::JpegXr => "JPEG XR",
            Self::RareJpeg => "lossless, arithmetic-coded and 12-bit JPEG",
            Self::Raw => "raw camera",
            Self::Tiff => "TIFF and raw camera",
            Self::Bmp => "BMP",
            Self::Icon => "icon",
            Self::Photoshop => "Photoshop",
            Self::Gimp => "GIMP",
            Self::OpenExr => "OpenEXR",
            Self::RadianceHdr => "Radiance HDR",
            Self::Netpbm => "PBM, PGM and PPM",
            Self::Qoi => "QOI",
            Self::Bpg => "BPG",
            Self::Flif => "FLIF",
            Self::Dds => "DDS",
            Self::Pdf => "PDF",
            Self::PostScript => "PostScript",
            Self::Video => "video",
            Self::Sound => "sound",
        })
    }
}

/// Where a kind's first bytes are, what they are, and the kind. The first that fits counts.
const SIGNATURES: &[(usize, &[u8], Kind)] = &[
    (0, b"\0\0\0\x0CjP  \r\n\x87\n", Kind::Jpeg2000),
    (0, b"\xFF\x4F\xFF\x51", Kind::Jpeg2000),
    (0, b"\0\0\0\x0CJXL ", Kind::JpegXl),
    (0, b"\xFF\x0A", Kind::JpegXl),
    (0, b"II\xBC", Kind::JpegXr),
    // Raw files: Canon CR2 and CRW, Olympus, Panasonic, Fuji, Minolta, Sigma. Nikon, Sony, Pentax and Adobe write TIFFs.
    (8, b"CR\x02", Kind::Raw),
    (6, b"HEAPCCDR", Kind::Raw),
    (0, b"IIRO", Kind::Raw),
    (0, b"IIRS", Kind::Raw),
    (0, b"MMOR", Kind::Raw),
    (0, b"IIU\0", Kind::Raw),
    (0, b"FUJIFILMCCD-RAW", Kind::Raw),
    (0, b"\0MRM", Kind::Raw),
    (0, b"FOVb", Kind::Raw),
    (0, b"II*\0", Kind::Tiff),
    (0, b"MM\0*", Kind::Tiff),
    (0, b"II+\0", Kind::Tiff),
    (0, b"MM\0+", Kind::Tiff),
    (0, b"\0\0\x01\0", Kind::Icon),
    (0, b"\0\0\x02\0", Kind::Icon),
    (0, b"icns", Kind::Icon),
    (0, b"8BPS", Kind::Photoshop),
    (0, b"gimp xcf", Kind::Gimp),
    (0, b"\x76\x2F\x31\x01", Kind::OpenExr),
    (0, b"#?RADIANCE", Kind::RadianceHdr),
    (0, b"#?RGBE", Kind::RadianceHdr),
    (0, b"qoif", Kind::Qoi),
    (0, b"BPG\xFB", Kind::Bpg),
    (0, b"FLIF", Kind::Flif),
    (0, b"DDS ", Kind::Dds),
    (0, b"%PDF", Kind::Pdf),
    (0, b"%!PS", Kind::PostScript),
    (0, b"\xC5\xD0\xD3\xC6", Kind::PostScript),
    // Matroska and WebM, MPEG, Flash, Windows Media, AVI, and QuickTime from before it had brands.
    (0, b"\x1A\x45\xDF\xA3", Kind::Video),
    (0, b"\0\0\x01\xBA", Kind::Video),
    (0, b"\0\0\x01\xB3", Kind::Video),
    (0, b"FLV\x01", Kind::Video),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Kind::Video),
    (8, b"AVI LIST", Kind::Video),
    (4, b"moov", Kind::Video),
    (4, b"mdat", Kind::Video),
    (4, b"wide", Kind::Video),
    (4, b"pnot", Kind::Video),
    (0, b"OggS", Kind::Sound),
    (0, b"ID3", Kind::Sound),
    (0, b"fLaC", Kind::Sound),
];

/// The kind of a file that is none of our formats; nothing for what is no picture at all.
pub(super) fn of(file: &[u8]) -> Option<Kind> {
    let starts = |at: usize, magic: &[u8]| file.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if starts(4, b"ftyp") {
        return Some(iso(file));
    }
    let listed = SIGNATURES.iter().find(|(at, magic, _)| starts(*at, magic)).map(|&(_, _, kind)| kind);
    listed.or_else(|| short_signature(file))
}

/// Two letters alone are too little to go by: texts begin with them, too.
fn short_signature(file: &[u8]) -> Option<Kind> {
    match file {
        // The four bytes behind the length are reserved in a BMP.
        [b'B', b'M', _, _, _, _, reserved @ ..] if reserved.iter().take(4).all(|&byte| byte == 0) => Some(Kind::Bmp),
        [b'P', b'1'..=b'7', b'\n' | b' ' | b'\r', ..] => Some(Kind::Netpbm),
        _ => None,
    }
}

/// Most brands that are looked at; no program writes a dozen.
const BRANDS: usize = 64;

/// A file of the ISO base media family, by its brands: its own first, then those that it says it is compatible with.
fn iso(file: &[u8]) -> Kind {
    let length = file.first_chunk().map_or(0, |&length| u32::from_be_bytes(length) as usize);
    let body = file.get(8..length.clamp(8, file.len())).unwrap_or_default();
    let mut brands = body.chunks_exact(4).enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand).take(BRANDS);
    let own = brands.next().or(file.get(8..12)).unwrap_or_default();
    brand(own).unwrap_or_else(|| {
        let compatible: Vec<Kind> = brands.filter_map(brand).collect();
        // What only says "a picture in HEIF" is decided by the others: AVIF is the one that says so.
        let image = [Kind::Avif, Kind::Jpeg2000, Kind::Heic].into_iter().find(|kind| compatible.contains(kind));
        match own {
            b"mif1" | b"mif2" | b"mif3" | b"msf1" | b"miaf" | b"mihb" => image.unwrap_or(Kind::Heic),
            _ => image.or_else(|| compatible.first().copied()).unwrap_or(Kind::Video),
        }
    })
}

/// What one brand says for itself.
fn brand(brand: &[u8]) -> Option<Kind> {
    Some(match brand {
        b"avif" | b"avis" | b"avio" => Kind::Avif,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"heif" => Kind::Heic,
        // HEIF around other codecs: H.264, VVC, EVC.
        b"avci" | b"avcs" | b"vvic" | b"vvis" | b"evbi" | b"evbs" | b"evmi" | b"evms" => Kind::Heic,
        b"j2ki" | b"j2is" | b"jp2 " | b"jpx " | b"jpm " | b"jph " | b"mjp2" => Kind::Jpeg2000,
        b"jxl " => Kind::JpegXl,
        b"crx " => Kind::Raw,
        b"M4A " | b"M4B " | b"M4P " => Kind::Sound,
        b"qt  " | b"isom" | b"avc1" | b"mp41" | b"mp42" | b"mp71" | b"M4V " | b"M4VH" | b"M4VP" | b"MSNV" | b"XAVC" => {
            Kind::Video
        }
        _ if [&b"iso"[..], b"3g", b"f4", b"das", b"cmf"].iter().any(|start| brand.starts_with(start)) => Kind::Video,
        _ => return None,
    })
}
