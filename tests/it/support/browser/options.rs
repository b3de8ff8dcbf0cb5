//! Who visits, with what.

/// A visitor's settings; by default a desktop with everything on and no wishes.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether pages may run scripts. The test's own expressions work either way.
    pub script: bool,
    /// URL patterns (<https://urlpattern.spec.whatwg.org>) of what never arrives: `"*://*:*/*htmx*"`.
    pub block: &'static [&'static str],
    pub viewport: Viewport,
    pub dark: bool,
    pub forced_colors: bool,
    pub reduced_motion: bool,
    /// Whether cookies are accepted.
    pub cookies: bool,
    /// How much faster than for people CSS animations run, among them the wait before a new card's buttons can be pressed.
    pub haste: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            script: true,
            block: &[],
            viewport: Viewport::Desktop,
            dark: false,
            forced_colors: false,
            reduced_motion: false,
            cookies: true,
            haste: 20.0,
        }
    }
}

/// CSS pixels, one device pixel each unless said otherwise.
#[derive(Debug, Clone, Copy)]
pub enum Viewport {
    /// 1280 x 800.
    Desktop,
    /// 360 x 640, touch: a small phone.
    Phone,
    /// 320 x 256: a desktop window at 400 % zoom (WCAG 1.4.10).
    Zoomed,
    Custom {
        width: u32,
        height: u32,
        pixel_ratio: f64,
    },
}

impl Options {
    /// Scripts off, as the visitors we build for first have it.
    pub fn without_script() -> Self {
        Self { script: false, ..Self::default() }
    }
}
