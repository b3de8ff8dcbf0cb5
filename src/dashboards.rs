//! Pages of charts: which figures each chart asks for, how they are put together, and what they mean in words. All charts of a page are
//! read in one statement, and once for everybody who looks at the same time.

pub mod hosts;
pub mod kept;
mod known;
pub mod kpis;
pub mod pages;
mod panel;
pub mod sheet;
pub mod system;
pub mod verdict;

pub use self::known::Known;
pub use self::panel::{Headline, Line, Panel};
pub use self::sheet::{Board, Figure, Sheet};
