//! Outlines of things, mostly as smooth curves through a few points. A shape without area is `None`, which draws nothing.

use tiny_skia::{Path, PathBuilder, Rect};

/// A point: x to the right, y down.
pub type At = (f32, f32);
pub type Shape = Option<Path>;

pub fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Shape {
    PathBuilder::from_oval(Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry)?)
}

pub fn circle(x: f32, y: f32, r: f32) -> Shape {
    ellipse(x, y, r, r)
}

pub fn rect(x: f32, y: f32, w: f32, h: f32) -> Shape {
    Some(PathBuilder::from_rect(Rect::from_xywh(x, y, w, h)?))
}

/// A rectangle with round corners.
pub fn slab(x: f32, y: f32, w: f32, h: f32, r: f32) -> Shape {
    let (right, bottom) = (x + w, y + h);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.quad_to(right, y, right, y + r);
    path.line_to(right, bottom - r);
    path.quad_to(right, bottom, right - r, bottom);
    path.line_to(x + r, bottom);
    path.quad_to(x, bottom, x, bottom - r);
    path.line_to(x, y + r);
    path.quad_to(x, y, x + r, y);
    path.close();
    path.finish()
}

pub fn polygon(points: &[At]) -> Shape {
    let mut path = PathBuilder::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.close();
    path.finish()
}

/// A smooth closed curve through the points.
pub fn blob(points: &[At]) -> Shape {
    spline(points, true)
}

/// A smooth open curve through the points.
pub fn curve(points: &[At]) -> Shape {
    spline(points, false)
}

/// A closed curve that is the same on both sides: the points of its right half, from top to bottom.
pub fn even(right: &[At]) -> Shape {
    blob(&mirrored(right))
}

/// As `even`, with an edge of `count` scallops (bump above 0) or tufts (bump below 0) of that height.
pub fn woolly(right: &[At], count: u32, bump: f32) -> Shape {
    edged(&mirrored(right), count, bump)
}

/// A closed curve through the points with an edge of scallops or tufts, as `woolly`.
pub fn edged(points: &[At], count: u32, bump: f32) -> Shape {
    let around = walk(points, count);
    let mut path = PathBuilder::new();
    for (i, &(x, y)) in around.iter().enumerate() {
        let (nx, ny) = around[(i + 1) % around.len()];
        let length = libm::sqrtf((nx - x) * (nx - x) + (ny - y) * (ny - y)).max(0.01);
        let (out_x, out_y) = ((ny - y) / length, (x - nx) / length);
        if i == 0 {
            path.move_to(x, y);
        }
        if bump > 0.0 {
            let reach = bump * 1.9;
            path.cubic_to(x + out_x * reach, y + out_y * reach, nx + out_x * reach, ny + out_y * reach, nx, ny);
        } else {
            let (tip_x, tip_y) = (nx * 0.7 + x * 0.3 - out_x * bump, ny * 0.7 + y * 0.3 - out_y * bump);
            path.quad_to(
                x + (tip_x - x) * 0.4 - out_x * bump * 0.3,
                y + (tip_y - y) * 0.4 - out_y * bump * 0.3,
                tip_x,
                tip_y,
            );
            path.quad_to(nx + (tip_x - nx) * 0.2, ny + (tip_y - ny) * 0.2, nx, ny);
        }
    }
    path.close();
    path.finish()
}

/// `count` points at equal steps along the closed curve through the points.
pub fn walk(points: &[At], count: u32) -> Vec<At> {
    const FINE: usize = 24;
    let n = points.len();
    let fine: Vec<At> = (0..n * FINE)
        .map(|i| {
            let (k, t) = (i / FINE, (i % FINE) as f32 / FINE as f32);
            between(points[(k + n - 1) % n], points[k], points[(k + 1) % n], points[(k + 2) % n], t)
        })
        .collect();
    let step = |i: usize| {
        let ((x, y), (nx, ny)) = (fine[i], fine[(i + 1) % fine.len()]);
        libm::sqrtf((nx - x) * (nx - x) + (ny - y) * (ny - y))
    };
    let around: f32 = (0..fine.len()).map(step).sum();
    let (mut out, mut walked) = (Vec::new(), 0.0);
    for (i, &point) in fine.iter().enumerate() {
        if walked >= around * out.len() as f32 / count as f32 && out.len() < count as usize {
            out.push(point);
        }
        walked += step(i);
    }
    out
}

/// The point at `degrees` (0 is right, 90 is down) on an ellipse.
pub fn on_ellipse((x, y): At, rx: f32, ry: f32, degrees: f32) -> At {
    // libm, because the sine of the standard library is the platform's and may differ in the last bit.
    let angle = degrees * core::f32::consts::PI / 180.0;
    (x + rx * libm::cosf(angle), y + ry * libm::sinf(angle))
}

fn mirrored(right: &[At]) -> Vec<At> {
    let left = right.iter().rev().filter(|(x, _)| *x != 0.0).map(|&(x, y)| (-x, y));
    right.iter().copied().chain(left).collect()
}

fn between(before: At, from: At, to: At, after: At, t: f32) -> At {
    let axis = |p0: f32, p1: f32, p2: f32, p3: f32| {
        let (t2, t3) = (t * t, t * t * t);
        0.5 * (2.0 * p1
            + (p2 - p0) * t
            + (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3) * t2
            + (3.0 * p1 - p0 - 3.0 * p2 + p3) * t3)
    };
    (axis(before.0, from.0, to.0, after.0), axis(before.1, from.1, to.1, after.1))
}

/// A Catmull-Rom spline as cubic curves.
fn spline(points: &[At], closed: bool) -> Shape {
    let n = points.len();
    let point = |i: isize| {
        let n = n as isize;
        points[if closed { i.rem_euclid(n) } else { i.clamp(0, n - 1) } as usize]
    };
    let mut path = PathBuilder::new();
    let first = points.first()?;
    path.move_to(first.0, first.1);
    for i in 0..if closed { n } else { n - 1 } as isize {
        let (before, from, to, after) = (point(i - 1), point(i), point(i + 1), point(i + 2));
        path.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    if closed {
        path.close();
    }
    path.finish()
}
