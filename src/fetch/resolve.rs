//! Names to addresses. A connection goes to the very addresses that were checked, so a name that answers differently
//! the next time (DNS rebinding) gains nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address;

/// The system's resolver.
pub(super) struct SystemDns;

impl Resolve for SystemDns {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Lets through the public addresses of another resolver's answers.
pub(super) struct PublicOnly(pub(super) Arc<dyn Resolve>);

/// A name that has addresses, none of them public.
#[derive(Debug, thiserror::Error)]
#[error("{name} is {what}; only public hosts are asked")]
pub(super) struct NotPublic {
    name: String,
    what: &'static str,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let answer = self.0.resolve(name);
        Box::pin(async move {
            let mut denied = None;
            let public: Vec<SocketAddr> = answer
                .await?
                .filter(|socket| {
                    let what = address::denied(socket.ip());
                    denied = denied.or(what);
                    what.is_none()
                })
                .collect();
            match denied {
                Some(what) if public.is_empty() => Err(NotPublic { name: host, what }.into()),
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}
