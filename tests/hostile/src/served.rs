//! A way to a server that is not there: connections in memory, over which a function answers.

use std::{net::SocketAddr, sync::Arc};

use ureq::{
    Agent, Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport},
    },
};

/// From a whole request to a whole response, as they go over the wire.
pub(crate) type Server = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// An agent whose requests `server` answers.
pub(crate) fn agent(config: Config, server: Server) -> Agent {
    Agent::with_parts(config, Ways(server), Nowhere)
}

struct Ways(Server);

impl std::fmt::Debug for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ways")
    }
}

impl Connector for Ways {
    type Out = Way;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Way>, Error> {
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Way { server: Arc::clone(&self.0), buffers, request: Vec::new(), response: None, at: 0 }))
    }
}

/// One connection, for one request.
struct Way {
    server: Server,
    buffers: LazyBuffers,
    request: Vec<u8>,
    response: Option<Vec<u8>>,
    at: usize,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Way")
    }
}

impl Transport for Way {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        self.request.extend_from_slice(&self.buffers.output()[..amount]);
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let response = self.response.get_or_insert_with(|| (self.server)(&self.request));
        let left = &response[self.at..];
        let room = self.buffers.input_append_buf();
        let amount = left.len().min(room.len());
        room[..amount].copy_from_slice(&left[..amount]);
        self.buffers.input_appended(amount);
        self.at += amount;
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }
}

#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from(([127, 0, 0, 1], 1)));
        Ok(addresses)
    }
}
