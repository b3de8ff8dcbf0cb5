//! A bucket of any server that speaks S3.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;

use super::Error;
use crate::config::StorageConfig;

/// Smaller parts of an upload are refused, except for the last one.
pub const LEAST_PART: usize = 5 << 20;

/// Credentials come from the configuration, or from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` and their like.
pub fn open(config: &StorageConfig) -> Result<Arc<dyn ObjectStore>, Error> {
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(&config.bucket).with_region(&config.region);
    if !config.endpoint.is_empty() {
        builder = builder.with_endpoint(&config.endpoint).with_allow_http(config.endpoint.starts_with("http://"));
    }
    if !config.access_key.is_empty() {
        builder = builder.with_access_key_id(&config.access_key).with_secret_access_key(&config.secret_key);
    }
    Ok(Arc::new(builder.build()?))
}
