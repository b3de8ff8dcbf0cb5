//! Where InfluxDB may be.

use std::net::IpAddr;

use url::{Host, Url};

use crate::config::InfluxConfig;

/// The address as configured, if it can be used. Its client is built without TLS, so what is not near needs a forwarder in front, or
/// somebody who has decided otherwise. The error is a sentence for whoever configures.
pub(super) fn checked(config: &InfluxConfig, url: &str) -> Result<String, String> {
    let parsed = Url::parse(url).map_err(|cause| format!("influxdb.url: {cause}"))?;
    match parsed.scheme() {
        "http" => {}
        "https" => {
            return Err(
                "influxdb.url: this program does not speak https to InfluxDB. Put a forwarder beside it that does \
                        (deploy/influxdb/README.md has one), and give its address, such as http://127.0.0.1:8087"
                    .into(),
            );
        }
        other => return Err(format!("influxdb.url must begin with http://, not with {other}:")),
    }
    if parsed.path() != "/" || parsed.query().is_some() || !parsed.username().is_empty() || parsed.password().is_some()
    {
        return Err(
            "influxdb.url is an address alone, such as http://127.0.0.1:8086, without path, name or password".into()
        );
    }
    let near = match parsed.host() {
        Some(Host::Ipv4(ip)) => private(ip.into()),
        Some(Host::Ipv6(ip)) => private(ip.into()),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err("influxdb.url names no host".into()),
    };
    if near || config.allow_plain_http {
        return Ok(parsed.to_string());
    }
    Err("influxdb.url leads out of this machine's own networks without encryption, and with it would go the tokens. Put a \
         forwarder beside this program (deploy/influxdb/README.md), or set influxdb.allow_plain_http if the way is safe"
        .into())
}

fn private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}
