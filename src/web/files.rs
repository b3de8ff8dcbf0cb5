//! What pages are made of.

use std::sync::Arc;

use super::fairings::assets::Assets;
use crate::config::AssetsConfig;
use crate::templates::Templates;

/// Templates and static files, as they were when they were read.
#[derive(Clone)]
pub struct Files {
    pub(super) templates: Arc<Templates>,
    pub(super) assets: Arc<Assets>,
}

impl Files {
    /// Reads them all, which takes a tenth of a second in a release build. The error says what is missing and how to get it.
    pub fn load(config: &AssetsConfig) -> Result<Self, String> {
        let assets = Assets::load(config)?;
        let templates = Templates::load(&config.templates(), "", assets.urls(), config.reload);
        let templates = templates.map_err(|cause| cause.to_string())?;
        Ok(Files { templates: Arc::new(templates), assets: Arc::new(assets) })
    }
}
