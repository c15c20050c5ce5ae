//! All proxies, and what is done with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Map, Value};

use crate::event::{Address, CloseMode, Command, ConnectionCommand, NewListener};
use crate::server::api::address::{is_same, resolve};
use crate::server::api::error::ApiError;
use crate::server::api::input::{ProxyInput, ToxicInput};
use crate::server::api::proxy::{Proxy, Target};
use crate::server::api::toxic::Toxic;
use crate::server::net::route::Route;
use crate::server::net::upstream::Upstream;
use crate::server::switch::commands::{Commands, Completion};

/// All proxies by their names.
pub(super) struct ProxyTable {
    commands: Commands,
    proxies: BTreeMap<String, Proxy>,
}

/// What became of the proxies of one request.
pub(super) struct Populated {
    /// Those that are as they were asked for.
    pub(super) proxies: Vec<Value>,
    /// Why the one after them is not.
    pub(super) error: Option<ApiError>,
}

impl ProxyTable {
    /// The proxies of the listeners that there are; each has its address as its name.
    pub(super) fn new(commands: Commands) -> Self {
        let service = commands.shared.services.word();
        let proxy = |route: &Route| Proxy {
            name: route.address.to_string(),
            listen: route.address.clone(),
            file_mode: route.file_mode,
            target: match &route.upstream {
                Some(upstream) => Target::Upstream(upstream.to_string()),
                None => Target::Service(service),
            },
            listener: Some(route.id),
            toxics: Vec::new(),
        };
        let routes = commands.shared.routes();
        let proxies = routes.iter().map(|route| proxy(route)).map(|proxy| (proxy.name.clone(), proxy));
        Self { proxies: proxies.collect(), commands }
    }

    pub(super) fn all(&self) -> Value {
        let proxies = self.proxies.iter().map(|(name, proxy)| (name.clone(), proxy.to_json()));
        Value::Object(proxies.collect::<Map<_, _>>())
    }

    pub(super) fn get(&self, name: &str) -> Result<&Proxy, ApiError> {
        self.proxies.get(name).ok_or_else(ApiError::no_proxy)
    }

    pub(super) async fn create(&mut self, input: ProxyInput) -> Result<Value, ApiError> {
        let name = input.name.clone().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| ApiError::missing("name"))?;
        if self.proxies.contains_key(&name) {
            return Err(ApiError::new(StatusCode::CONFLICT, "proxy already exists"));
        }
        let upstream = input.upstream.as_deref().filter(|upstream| !upstream.is_empty());
        let target = self.target(upstream.ok_or_else(|| ApiError::missing("upstream"))?)?;
        let listen = self.address(input.listen.as_deref().unwrap_or_default()).await?;
        let mut proxy =
            Proxy { name: name.clone(), listen, file_mode: None, target, listener: None, toxics: Vec::new() };
        if input.enabled != Some(false) {
            self.start(&mut proxy).await?;
        }
        let created = proxy.to_json();
        self.proxies.insert(name, proxy);
        Ok(created)
    }

    /// Changes a proxy. Its toxics stay.
    pub(super) async fn update(&mut self, name: &str, input: &ProxyInput) -> Result<Value, ApiError> {
        let mut proxy = self.get(name)?.clone();
        let is_enabled = input.enabled.unwrap_or(proxy.listener.is_some());
        let target = match input.upstream.as_deref().filter(|upstream| !upstream.is_empty()) {
            Some(upstream) => self.target(upstream)?,
            None => proxy.target.clone(),
        };
        let listen = match input.listen.as_deref().filter(|&listen| listen != proxy.listen.to_string()) {
            Some(listen) => self.address(listen).await?,
            None => proxy.listen.clone(),
        };
        let stays = match (proxy.listen.inet(), listen.inet()) {
            (Some(current), Some(wanted)) => is_same(current, wanted),
            _ => proxy.listen == listen,
        };
        let has_changed = !stays || target != proxy.target;
        proxy.target = target;
        if proxy.listener.is_some() && (has_changed || !is_enabled) {
            self.stop(&mut proxy).await?;
        }
        if !stays {
            proxy.listen = listen;
        }
        let started =
            if is_enabled && proxy.listener.is_none() { self.start(&mut proxy).await } else { Ok(()) };
        let updated = proxy.to_json();
        self.proxies.insert(name.to_owned(), proxy);
        started.map(|()| updated)
    }

    pub(super) async fn delete(&mut self, name: &str) -> Result<(), ApiError> {
        let mut proxy = self.get(name)?.clone();
        self.stop(&mut proxy).await?;
        self.proxies.remove(name);
        Ok(())
    }

    /// Creates these proxies, or changes those that exist and differ. One that is as it is asked for keeps its
    /// connections and toxics; one that listens elsewhere or goes elsewhere loses its toxics.
    pub(super) async fn populate(&mut self, inputs: Vec<ProxyInput>) -> Result<Populated, ApiError> {
        for (place, input) in inputs.iter().enumerate() {
            for (field, value) in [("name", &input.name), ("upstream", &input.upstream)] {
                if value.as_deref().is_none_or(str::is_empty) {
                    return Err(ApiError::missing(format!("{field} at proxy {}", place + 1)));
                }
            }
        }
        let mut populated = Populated { proxies: Vec::new(), error: None };
        for input in inputs {
            match self.put(input).await {
                Ok(proxy) => populated.proxies.push(proxy),
                Err(error) => {
                    populated.error = Some(error);
                    break;
                }
            }
        }
        Ok(populated)
    }

    async fn put(&mut self, input: ProxyInput) -> Result<Value, ApiError> {
        let name = input.name.clone().unwrap_or_default();
        let Ok(existing) = self.get(&name) else { return self.create(input).await };
        let wanted = self.address(input.listen.as_deref().unwrap_or_default()).await?;
        let listens = existing.listen.inet().zip(wanted.inet());
        let is_same = listens.is_some_and(|(current, wanted)| is_same(current, wanted))
            && Some(existing.target.text()) == input.upstream.as_deref();
        let input = ProxyInput { enabled: Some(input.enabled.unwrap_or(true)), ..input };
        if is_same {
            return self.update(&name, &input).await;
        }
        // Before the old one is gone.
        self.target(input.upstream.as_deref().unwrap_or_default())?;
        self.delete(&name).await?;
        self.create(input).await
    }

    /// Enables all proxies and removes all toxics.
    pub(super) async fn reset(&mut self) -> Result<(), ApiError> {
        for mut proxy in self.proxies.values().cloned().collect::<Vec<_>>() {
            proxy.toxics.clear();
            let started = if proxy.listener.is_none() { self.start(&mut proxy).await } else { Ok(()) };
            self.put_toxics(proxy);
            started?;
        }
        Ok(())
    }

    pub(super) fn toxic(&self, proxy: &str, toxic: &str) -> Result<Value, ApiError> {
        let found = self.get(proxy)?.toxics.iter().find(|known| known.name == toxic);
        found.map(Toxic::to_json).ok_or_else(ApiError::no_toxic)
    }

    pub(super) fn add_toxic(&mut self, proxy: &str, input: ToxicInput) -> Result<Value, ApiError> {
        let mut proxy = self.get(proxy)?.clone();
        let toxic = Toxic::new(input)?;
        if proxy.toxics.iter().any(|known| known.name == toxic.name) {
            return Err(ApiError::new(StatusCode::CONFLICT, "toxic already exists"));
        }
        if toxic.needs_upstream() && matches!(proxy.target, Target::Service(_)) {
            let why = "this listener has no upstream: the stream of its toxics is downstream";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, why));
        }
        let added = toxic.to_json();
        proxy.toxics.push(toxic);
        self.put_toxics(proxy);
        Ok(added)
    }

    pub(super) fn update_toxic(
        &mut self,
        proxy: &str,
        toxic: &str,
        input: &ToxicInput,
    ) -> Result<Value, ApiError> {
        let mut proxy = self.get(proxy)?.clone();
        let found = proxy.toxics.iter_mut().find(|known| known.name == toxic);
        let found = found.ok_or_else(ApiError::no_toxic)?;
        found.change(input.toxicity, input.attributes.as_ref())?;
        let updated = found.to_json();
        self.put_toxics(proxy);
        Ok(updated)
    }

    pub(super) fn delete_toxic(&mut self, proxy: &str, toxic: &str) -> Result<(), ApiError> {
        let mut proxy = self.get(proxy)?.clone();
        let place = proxy.toxics.iter().position(|known| known.name == toxic);
        proxy.toxics.remove(place.ok_or_else(ApiError::no_toxic)?);
        self.put_toxics(proxy);
        Ok(())
    }

    /// Replaces a proxy by one that differs in its toxics, and lets its connections have them.
    fn put_toxics(&mut self, proxy: Proxy) {
        if let Some(listener) = proxy.listener {
            drop(self.commands.execute(Command::SetFaultPlan(listener, proxy.plan())));
        }
        self.proxies.insert(proxy.name.clone(), proxy);
    }

    fn target(&self, upstream: &str) -> Result<Target, ApiError> {
        let service = self.commands.shared.services.word();
        if upstream == service && service != RELAY {
            return Ok(Target::Service(service));
        }
        match Upstream::parse(upstream) {
            Ok(_) => Ok(Target::Upstream(upstream.to_owned())),
            Err(why) => Err(ApiError::bad_body(format!("upstream: {why}"))),
        }
    }

    async fn address(&self, listen: &str) -> Result<Address, ApiError> {
        let resolved = resolve(listen).await;
        resolved.map(Address::Inet).map_err(|error| ApiError::of_listener(listen, &error))
    }

    async fn start(&self, proxy: &mut Proxy) -> Result<(), ApiError> {
        let (address, file_mode) = (proxy.listen.clone(), proxy.file_mode);
        let id = self.commands.shared.next_listener();
        let upstream = match &proxy.target {
            Target::Service(_) => None,
            Target::Upstream(upstream) => Some(upstream.clone()),
        };
        let new = NewListener { id, address, file_mode, upstream, plan: proxy.plan() };
        self.done(proxy, self.commands.execute(Command::Listen(Arc::new(new)))).await?;
        if let Some(route) = self.commands.shared.route(id) {
            proxy.listen = route.address.clone();
        }
        proxy.listener = Some(id);
        Ok(())
    }

    /// Closes the listener of a proxy, and then its connections: no client can come in between.
    async fn stop(&self, proxy: &mut Proxy) -> Result<(), ApiError> {
        let Some(listener) = proxy.listener else { return Ok(()) };
        self.done(proxy, self.commands.execute(Command::CloseListener(listener))).await?;
        let close = Command::OfListener(listener, ConnectionCommand::Close(CloseMode::Finish));
        drop(self.commands.execute(close));
        proxy.listener = None;
        Ok(())
    }

    async fn done(&self, proxy: &Proxy, completion: Completion) -> Result<(), ApiError> {
        let done = completion.await.map_err(|_| ApiError::stopped())?;
        done.map_err(|error| ApiError::of_listener(&proxy.listen, &error))
    }
}

/// The service of a server whose listeners all have upstreams.
const RELAY: &str = "relay";
