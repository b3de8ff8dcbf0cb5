//! What a PNG says about its colours, in the order in which its chunks count: `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM`.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, ToneReprCurve,
    TransferCharacteristics,
};
use png::Info;

use super::colour::Colours;
use super::decode::Channels;

/// How the stored samples of a PNG become bytes, and those bytes sRGB.
pub(super) struct Tones {
    /// For samples of sixteen bits, what each becomes in red, green and blue; plain rounding when there is none.
    tables: Option<[Vec<u8>; 3]>,
    /// What is left to do for the bytes.
    pub colours: Colours,
}

impl Tones {
    /// By the chunks before the pixels.
    pub fn of(info: &Info, channels: Channels, grey: bool) -> Self {
        let deep = info.bit_depth == png::BitDepth::Sixteen;
        let plain = Self { tables: None, colours: Colours::Plain };
        if let Some(profile) = info.coding_independent_code_points.and_then(|points| coded(points.into())) {
            return Self::by(&profile, channels, grey, deep).unwrap_or(plain);
        }
        let embedded = info.icc_profile.as_deref().and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
        let embedded = embedded.map(|profile| profile.cicp.and_then(coded_bright).unwrap_or(profile));
        if let Some(tones) = embedded.and_then(|profile| Self::by(&profile, channels, grey, deep)) {
            return tones;
        }
        if info.srgb.is_some() {
            return plain;
        }
        by_gamma(info).and_then(|profile| Self::by(&profile, channels, grey, deep)).unwrap_or(plain)
    }

    fn by(profile: &ColorProfile, channels: Channels, grey: bool, deep: bool) -> Option<Self> {
        let whole = Self { tables: None, colours: Colours::by(profile, channels, grey)? };
        if !deep {
            return Some(whole);
        }
        // Linear light in eight bits has steps that show in the shadows: the curve comes before the bits go.
        Some(curves(profile, grey).and_then(|tables| Self::after(tables, profile, channels, grey)).unwrap_or(whole))
    }

    /// What is left of a profile when its curves have been replaced by sRGB's.
    fn after(tables: [Vec<u8>; 3], profile: &ColorProfile, channels: Channels, grey: bool) -> Option<Self> {
        let colours = if profile.color_space == DataColorSpace::Gray {
            Colours::Plain
        } else {
            let srgb = ColorProfile::new_srgb();
            let mut rest = profile.clone();
            rest.cicp = None;
            (rest.red_trc, rest.green_trc, rest.blue_trc) = (srgb.red_trc, srgb.green_trc, srgb.blue_trc);
            Colours::by(&rest, channels, grey)?
        };
        Some(Self { tables: Some(tables), colours })
    }

    /// A sample of sixteen bits in one of the three colours.
    pub fn byte(&self, colour: usize, sample: [u8; 2]) -> u8 {
        let sample = u16::from_be_bytes(sample);
        self.tables.as_ref().map_or_else(|| high_byte(sample), |tables| tables[colour][usize::from(sample)])
    }
}

/// Sixteen bits to eight, rounded.
pub(super) fn high_byte(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_768) >> 16) as u8
}

/// From sixteen bits to sRGB's eight for each colour; nothing for a profile that is more than curves and a matrix.
fn curves(profile: &ColorProfile, grey: bool) -> Option<[Vec<u8>; 3]> {
    let tabled = [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
    if tabled.iter().any(|table| table.is_some()) {
        return None;
    }
    if profile.color_space == DataColorSpace::Gray {
        // With Lab behind it the curve means lightness.
        let curve = profile.gray_trc.as_ref().filter(|_| grey && profile.pcs == DataColorSpace::Xyz)?;
        let table = encoded(curve)?;
        return Some([table.clone(), table.clone(), table]);
    }
    let curve = |curve: &Option<ToneReprCurve>| curve.as_ref().and_then(encoded);
    Some([curve(&profile.red_trc)?, curve(&profile.green_trc)?, curve(&profile.blue_trc)?])
}

fn encoded(curve: &ToneReprCurve) -> Option<Vec<u8>> {
    let linear = curve.make_linear_evaluator().ok()?;
    let value = |sample: u16| {
        let light = f64::from(linear.evaluate_value(f32::from(sample) / f32::from(u16::MAX)));
        (TransferCharacteristics::Srgb.gamma(light.clamp(0.0, 1.0)) * 255.0).round() as u8
    };
    Some((0..=u16::MAX).map(value).collect())
}

/// Primaries and transfer function as numbers of ITU-T H.273.
struct Coded {
    primaries: u8,
    transfer: u8,
}

impl From<png::CodingIndependentCodePoints> for Coded {
    fn from(points: png::CodingIndependentCodePoints) -> Self {
        Self { primaries: points.color_primaries, transfer: points.transfer_function }
    }
}

/// Light that is shown as white, in cd/m2 (ITU-R BT.2408); what is brighter in a picture of high dynamic range is cut off.
const WHITE: f64 = 203.0;

/// The profile of coded colours; nothing if the codes are reserved or left open.
fn coded(coded: Coded) -> Option<ColorProfile> {
    use TransferCharacteristics as Transfer;
    let primaries = CicpColorPrimaries::try_from(coded.primaries).ok()?;
    let transfer = Transfer::try_from(coded.transfer).ok()?;
    let white = white_of(primaries)?;
    if matches!(transfer, Transfer::Reserved | Transfer::Unspecified) {
        return None;
    }
    let brightness = match transfer {
        Transfer::Smpte2084 => 10_000.0 / WHITE,
        Transfer::Hlg => 1_000.0 / WHITE,
        _ => 1.0,
    };
    let light = |value: f64| (transfer.linearize(value) * brightness).clamp(0.0, 1.0);
    let curve = (0..=4095_u16).map(|at| (light(f64::from(at) / 4095.0) * 65535.0).round() as u16).collect();
    Some(profile(ToneReprCurve::Lut(curve), white, primaries.try_into().ok()?))
}

/// The same for an ICC profile that says by code that it is of high dynamic range.
fn coded_bright(cicp: CicpProfile) -> Option<ColorProfile> {
    use TransferCharacteristics as Transfer;
    let bright = matches!(cicp.transfer_characteristics, Transfer::Smpte2084 | Transfer::Hlg);
    let codes = Coded { primaries: cicp.color_primaries as u8, transfer: cicp.transfer_characteristics as u8 };
    bright.then(|| coded(codes)).flatten()
}

fn white_of(primaries: CicpColorPrimaries) -> Option<Chromaticity> {
    use CicpColorPrimaries as Primaries;
    match primaries {
        Primaries::Reserved | Primaries::Unspecified => None,
        Primaries::Bt470M | Primaries::GenericFilm => Some(Chromaticity::new(0.310, 0.316)),
        Primaries::Xyz => Some(Chromaticity::new(1.0 / 3.0, 1.0 / 3.0)),
        Primaries::Smpte431 => Some(Chromaticity::new(0.314, 0.351)),
        _ => Some(Chromaticity::D65),
    }
}

/// A gamma so near sRGB's that libpng and browsers convert nothing.
const GAMMA_TOLERANCE: f32 = 0.05;

/// A `cHRM` value so near sRGB's that it means sRGB's, which some programs round.
const CHROMATICITY_TOLERANCE: f32 = 0.003;

/// By `gAMA`, and `cHRM` if it is there: as browsers do, `cHRM` alone is not believed.
fn by_gamma(info: &Info) -> Option<ColorProfile> {
    let gamma = info.gama_chunk?.into_value();
    if !(0.05..=20.0).contains(&gamma) {
        return None;
    }
    let pair = |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
    let stated = info.chrm_chunk.map(|c| [pair(c.white), pair(c.red), pair(c.green), pair(c.blue)]);
    let standard = ColorPrimaries::BT_709;
    let srgb = [Chromaticity::D65, standard.red, standard.green, standard.blue];
    let [white, red, green, blue] = stated.filter(sensible).unwrap_or(srgb);
    let near = |(a, b): (&Chromaticity, &Chromaticity)| {
        (a.x - b.x).abs() < CHROMATICITY_TOLERANCE && (a.y - b.y).abs() < CHROMATICITY_TOLERANCE
    };
    if (gamma * 2.2 - 1.0).abs() < GAMMA_TOLERANCE && [white, red, green, blue].iter().zip(&srgb).all(near) {
        return None;
    }
    Some(profile(ToneReprCurve::Parametric(vec![1.0 / gamma]), white, ColorPrimaries { red, green, blue }))
}

/// Whether three primaries span a triangle, and white has a place: anything can stand in a file.
fn sensible([white, red, green, blue]: &[Chromaticity; 4]) -> bool {
    let area = (green.x - red.x) * (blue.y - red.y) - (blue.x - red.x) * (green.y - red.y);
    let inside = [white, red, green, blue].iter().all(|c| (0.0..=1.0).contains(&c.x) && (0.0..=1.0).contains(&c.y));
    inside && area.abs() > 0.01 && white.y > 0.1
}

fn profile(curve: ToneReprCurve, white: Chromaticity, primaries: ColorPrimaries) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(white.to_xyyb(), primaries);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile
}
