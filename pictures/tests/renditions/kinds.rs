//! Pictures and films of kinds that we do not read: named, with what to do.

use super::subject::{Kind, Limits, Rejection, check};

fn kind(file: &[u8]) -> Kind {
    match check(file, &Limits::default()) {
        Err(Rejection::Unsupported(kind)) => kind,
        other => panic!("{}: {other:?}", String::from_utf8_lossy(file)),
    }
}

/// The first box of a file of the ISO family, and the next one.
fn ftyp(brands: &[&str]) -> Vec<u8> {
    let mut body = b"ftyp".to_vec();
    for (place, brand) in brands.iter().enumerate() {
        body.extend(brand.as_bytes());
        if place == 0 {
            body.extend([0; 4]);
        }
    }
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body, b"\0\0\0\x20meta"].concat()
}

#[test]
fn every_brand_of_the_iso_family_is_named_for_what_it_is() {
    let heic = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "avci", "avcs", "vvic"];
    let video = [
        "isom", "iso2", "iso6", "mp41", "mp42", "avc1", "qt  ", "M4V ", "3gp4", "3gp5", "3g2a", "MSNV", "dash", "f4v ",
        "XAVC", "zzzz",
    ];
    for (brands, wanted) in [(&heic[..], Kind::Heic), (&["avif", "avis"], Kind::Avif), (&video, Kind::Video)] {
        for brand in brands {
            assert_eq!(kind(&ftyp(&[brand])), wanted, "{brand}");
        }
    }
    for (brands, wanted) in [
        (&["mif1", "mif1", "heic", "miaf"][..], Kind::Heic),
        (&["msf1", "msf1", "hevc", "iso8"], Kind::Heic),
        (&["msf1"], Kind::Heic),
        (&["mif1"], Kind::Heic),
        (&["mif1", "avif", "mif1", "miaf"], Kind::Avif),
        (&["msf1", "avis", "iso8"], Kind::Avif),
        (&["mif1", "j2ki"], Kind::Jpeg2000),
        (&["zzzz", "heic"], Kind::Heic),
        (&["zzzz", "mp42"], Kind::Video),
        (&["crx ", "isom"], Kind::Raw),
        (&["jp2 "], Kind::Jpeg2000),
        (&["jxl "], Kind::JpegXl),
        (&["M4A ", "mp42"], Kind::Sound),
    ] {
        assert_eq!(kind(&ftyp(brands)), wanted, "{brands:?}");
    }
    assert_eq!(kind(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Kind::Heic, "cut behind its brands");
    assert_eq!(kind(b"\0\0\0\0ftyp"), Kind::Video, "cut before its brands");
}

#[test]
fn other_pictures_and_films_are_named() {
    for (file, wanted) in [
        (&b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 "[..], Kind::Jpeg2000),
        (b"\xFF\x4F\xFF\x51\0\x2F", Kind::Jpeg2000),
        (b"\0\0\0\x0CJXL \r\n\x87\n", Kind::JpegXl),
        (b"\xFF\x0A\xFA\x1F", Kind::JpegXl),
        (b"II\xBC\x01", Kind::JpegXr),
        (b"II*\0\x10\0\0\0CR\x02\0", Kind::Raw),
        (b"II\x1A\0\0\0HEAPCCDR", Kind::Raw),
        (b"FUJIFILMCCD-RAW 0201", Kind::Raw),
        (b"IIU\0\x18\0\0\0", Kind::Raw),
        (b"IIRO\x08\0\0\0", Kind::Raw),
        (b"II*\0\x08\0\0\0\x0E\0", Kind::Tiff),
        (b"MM\0*\0\0\0\x08", Kind::Tiff),
        (b"II+\0\x08\0\0\0", Kind::Tiff),
        (b"BM\x36\0\x0C\0\0\0\0\0\x36\0\0\0", Kind::Bmp),
        (b"8BPS\0\x01", Kind::Photoshop),
        (b"gimp xcf v011", Kind::Gimp),
        (b"P6\n640 480\n255\n", Kind::Netpbm),
        (b"qoif\0\0", Kind::Qoi),
        (b"%PDF-1.7", Kind::Pdf),
        (b"\x1A\x45\xDF\xA3\x01", Kind::Video),
        (b"RIFF\0\0\0\0AVI LIST", Kind::Video),
        (b"\0\0\x07\xA1mdat", Kind::Video),
        (b"ID3\x03\0", Kind::Sound),
    ] {
        assert_eq!(kind(file), wanted, "{}", String::from_utf8_lossy(file));
        let words = Rejection::Unsupported(wanted).to_string();
        assert!(words.starts_with(&format!("We cannot read {wanted} files. Please ")), "{words}");
    }
    for text in [&b"BMW drove past"[..], b"P6 is not a picture here"] {
        let _ = check(text, &Limits::default()).expect_err("a text");
    }
    assert_eq!(check(b"BMW drove past the house", &Limits::default()), Err(Rejection::NotAnImage));
}

#[test]
fn jpegs_that_no_browser_shows_are_refused_by_their_header() {
    // Arithmetic codes, lossless, twelve bits, two colours.
    let good = super::corpus::jpeg(&super::corpus::quarters(200, 160), super::corpus::Jpeg::default());
    let at = super::editing::place_of(&good, &[0xFF, 0xC0]);
    for (offset, value) in [(1, 0xC9), (1, 0xC3), (1, 0xCA), (4, 12), (9, 2)] {
        let mut file = good.clone();
        file[at + offset] = value;
        assert_eq!(kind(&file), Kind::RareJpeg, "{value:X} at {offset}");
    }
}
