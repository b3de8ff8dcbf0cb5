//! Where the owner wants the square.

use super::renditions::{self, Band};

/// Automatic, or one of three by three places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "photo_crop", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    #[default]
    Auto,
    TopLeft,
    Top,
    TopRight,
    Left,
    Middle,
    Right,
    BottomLeft,
    Bottom,
    BottomRight,
}

impl Crop {
    /// Every choice with its name in forms and its words.
    pub const ALL: [(Crop, &'static str, &'static str); 10] = [
        (Crop::Auto, "auto", "Find the animal for me"),
        (Crop::TopLeft, "top-left", "Top left"),
        (Crop::Top, "top", "Top"),
        (Crop::TopRight, "top-right", "Top right"),
        (Crop::Left, "left", "Left"),
        (Crop::Middle, "middle", "Middle"),
        (Crop::Right, "right", "Right"),
        (Crop::BottomLeft, "bottom-left", "Bottom left"),
        (Crop::Bottom, "bottom", "Bottom"),
        (Crop::BottomRight, "bottom-right", "Bottom right"),
    ];

    /// The choice with this name in forms.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(crop, _, _)| crop)
    }

    /// Its name in forms.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(crop, _, _)| *crop == self).map_or("auto", |(_, name, _)| name)
    }

    /// How it is cut.
    pub fn cut(self) -> renditions::Crop {
        self.bands().map_or(renditions::Crop::Auto, |(across, down)| renditions::Crop::At { across, down })
    }

    /// Where it lies along the long side of a photo: nothing when that is found automatically.
    pub fn along(self, width: i32, height: i32) -> Option<Band> {
        self.bands().map(|(across, down)| if width > height { across } else { down })
    }

    /// The choice for a place along the long side of a photo.
    pub fn at(band: Band, width: i32, height: i32) -> Self {
        match (band, width > height) {
            (Band::Start, true) => Crop::Left,
            (Band::End, true) => Crop::Right,
            (Band::Start, false) => Crop::Top,
            (Band::End, false) => Crop::Bottom,
            (Band::Middle, _) => Crop::Middle,
        }
    }

    fn bands(self) -> Option<(Band, Band)> {
        use Band::{End, Middle, Start};
        Some(match self {
            Crop::Auto => return None,
            Crop::TopLeft => (Start, Start),
            Crop::Top => (Middle, Start),
            Crop::TopRight => (End, Start),
            Crop::Left => (Start, Middle),
            Crop::Middle => (Middle, Middle),
            Crop::Right => (End, Middle),
            Crop::BottomLeft => (Start, End),
            Crop::Bottom => (Middle, End),
            Crop::BottomRight => (End, End),
        })
    }
}

/// The name of the preview of a place.
pub fn preview_name(band: Band) -> &'static str {
    match band {
        Band::Start => "start",
        Band::Middle => "middle",
        Band::End => "end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_as_it_is_named() {
        for (crop, name, _) in Crop::ALL {
            assert_eq!((Crop::parse(name), crop.name()), (Some(crop), name));
        }
        assert_eq!(Crop::parse("centre"), None);
    }

    #[test]
    fn only_the_long_side_matters() {
        assert_eq!(Crop::TopRight.along(300, 200), Some(Band::End));
        assert_eq!(Crop::TopRight.along(200, 300), Some(Band::Start));
        assert_eq!(Crop::Auto.along(200, 300), None);
        assert_eq!(Crop::at(Band::End, 300, 200), Crop::Right);
        assert_eq!(Crop::at(Band::End, 200, 300), Crop::Bottom);
    }
}
