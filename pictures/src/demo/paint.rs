//! A canvas with transforms, outlines and clipping, on which everything is drawn.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Shader, SpreadMode, Stroke, Transform,
};

use super::colour::{Colour, Ink, OUTLINE};
use super::shape::{At, Shape, circle};

/// A picture under the brush. Coordinates are those of the innermost `moved`, `turned` or `mirrored`.
pub struct Canvas {
    pixmap: Pixmap,
    view: Transform,
    clip: Option<Mask>,
    /// Width of outlines, in units of the innermost transform.
    pen: f32,
    /// When drawing a cut-out's edge instead of its parts: width and colour.
    edge: Option<(f32, Colour)>,
}

impl Canvas {
    /// A transparent canvas, in pixels.
    #[expect(
        clippy::expect_used,
        reason = "only a side of zero or of 2^29 pixels fails, and ours are between 1 and a few thousand"
    )]
    pub fn new(width: u32, height: u32) -> Self {
        let pixmap = Pixmap::new(width.max(1), height.max(1)).expect("a drawable size");
        Self { pixmap, view: Transform::identity(), clip: None, pen: 7.0, edge: None }
    }

    pub fn finish(self) -> Pixmap {
        self.pixmap
    }

    /// Fills a shape without an outline.
    pub fn fill(&mut self, shape: &Shape, ink: impl Into<Ink>) {
        if let Some(path) = shape {
            if let Some((width, colour)) = self.edge {
                return self.stroke(path, width * 2.0, colour.into());
            }
            let paint = paint(ink.into());
            self.pixmap.fill_path(path, &paint, FillRule::Winding, self.view, self.clip.as_ref());
        }
    }

    /// Fills and outlines a shape with a hole in it.
    pub fn draw_holed(&mut self, shape: &Shape, hole: &Shape, ink: impl Into<Ink>) {
        let (Some(shape), Some(hole), None) = (shape, hole, self.edge) else {
            return self.line(shape, self.pen, OUTLINE);
        };
        let mut both = PathBuilder::new();
        both.push_path(shape);
        both.push_path(hole);
        let Some(path) = both.finish() else { return };
        self.pixmap.fill_path(&path, &paint(ink.into()), FillRule::EvenOdd, self.view, self.clip.as_ref());
        self.line(&Some(path), self.pen, OUTLINE);
    }

    /// Draws along a curve with a round brush.
    pub fn line(&mut self, shape: &Shape, width: f32, ink: impl Into<Ink>) {
        match (shape, self.edge) {
            (Some(path), Some((edge, colour))) => self.stroke(path, width + edge * 2.0, colour.into()),
            (Some(path), None) => self.stroke(path, width, ink.into()),
            (None, _) => {}
        }
    }

    /// Fills a shape and outlines it with the pen.
    pub fn draw(&mut self, shape: &Shape, ink: impl Into<Ink>) {
        self.union(&[shape], ink);
    }

    /// Draws several shapes as one, with an outline around all of them together.
    pub fn union(&mut self, shapes: &[&Shape], ink: impl Into<Ink>) {
        for shape in shapes {
            self.line(shape, self.pen * 2.0, OUTLINE);
        }
        let ink = ink.into();
        for shape in shapes {
            self.fill(shape, ink);
        }
    }

    /// A patch of colour or shade with soft edges.
    pub fn soft(&mut self, (x, y): At, rx: f32, ry: f32, colour: Colour) {
        if self.edge.is_some() {
            return;
        }
        let clear = colour.alpha(0);
        let ink = Ink::Radial((0.0, 0.0, 1.0), [colour, colour.mix(clear, 45), clear]);
        self.within(Transform::from_row(rx, 0.0, 0.0, ry, x, y), |c| c.fill(&circle(0.0, 0.0, 1.0), ink));
    }

    /// Draws with the origin at a point and everything scaled.
    pub fn moved(&mut self, (x, y): At, scale: f32, draw: impl FnOnce(&mut Self)) {
        self.within(Transform::from_row(scale, 0.0, 0.0, scale, x, y), draw);
    }

    /// Draws stretched around the origin.
    pub fn stretched(&mut self, sx: f32, sy: f32, draw: impl FnOnce(&mut Self)) {
        self.within(Transform::from_scale(sx, sy), draw);
    }

    /// Draws turned clockwise around a point.
    pub fn turned(&mut self, degrees: f32, (x, y): At, draw: impl FnOnce(&mut Self)) {
        let (cos, sin) = super::shape::on_ellipse((0.0, 0.0), 1.0, 1.0, degrees);
        let turn = Transform::from_row(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y);
        self.within(turn, draw);
    }

    /// Draws twice, the second time mirrored left to right; `draw` gets the side, -1 (left) or 1.
    pub fn both_sides(&mut self, mut draw: impl FnMut(&mut Self, f32)) {
        self.stretched(-1.0, 1.0, |c| draw(c, -1.0));
        draw(self, 1.0);
    }

    /// Draws inside a shape only.
    pub fn clipped(&mut self, shape: &Shape, draw: impl FnOnce(&mut Self)) {
        // What is inside a shape adds nothing to a cut-out's edge.
        let (Some(path), None) = (shape, self.edge) else {
            return;
        };
        let outer = self.clip.take();
        let mut mask = outer.clone();
        match &mut mask {
            Some(mask) => mask.intersect_path(path, FillRule::Winding, true, self.view),
            None => {
                mask = Mask::new(self.pixmap.width(), self.pixmap.height());
                if let Some(mask) = &mut mask {
                    mask.fill_path(path, FillRule::Winding, true, self.view);
                }
            }
        }
        self.clip = mask;
        draw(self);
        self.clip = outer;
    }

    /// Draws the edge of a cut-out: everything in one colour, wider by `width` all around.
    pub fn edging(&mut self, width: f32, colour: Colour, draw: impl FnOnce(&mut Self)) {
        self.edge = Some((width, colour));
        draw(self);
        self.edge = None;
    }

    fn stroke(&mut self, path: &Path, width: f32, ink: Ink) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint(ink), &stroke, self.view, self.clip.as_ref());
    }

    fn within(&mut self, inner: Transform, draw: impl FnOnce(&mut Self)) {
        let outer = self.view;
        self.view = outer.pre_concat(inner);
        draw(self);
        self.view = outer;
    }
}

fn paint(ink: Ink) -> Paint<'static> {
    let spread = SpreadMode::Pad;
    let (fallback, shader) = match ink {
        Ink::Flat(colour) => (colour, None),
        Ink::Linear([from, to], colours) => {
            let (from, to) = (Point::from_xy(from.0, from.1), Point::from_xy(to.0, to.1));
            (colours[0], LinearGradient::new(from, to, stops(&colours), spread, Transform::identity()))
        }
        Ink::Radial((x, y, radius), colours) => {
            let middle = Point::from_xy(x, y);
            let identity = Transform::identity();
            (colours[0], RadialGradient::new(middle, 0.0, middle, radius, stops(&colours), spread, identity))
        }
    };
    Paint {
        shader: shader.unwrap_or(Shader::SolidColor(fallback.rgba())),
        anti_alias: true,
        force_hq_pipeline: true,
        ..Paint::default()
    }
}

fn stops(colours: &[Colour]) -> Vec<GradientStop> {
    let last = (colours.len() - 1) as f32;
    colours.iter().enumerate().map(|(i, colour)| GradientStop::new(i as f32 / last, colour.rgba())).collect()
}
