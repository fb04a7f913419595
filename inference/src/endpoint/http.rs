//! One blocking HTTP client with limits on everything a server could stretch.

use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::config::Config;
use ureq::http::{HeaderMap, Response, header};
use ureq::{Agent, Body, Timeout};

use super::pace::Pace;
use super::secret::Secret;
use super::{EndpointError, EndpointOptions, EndpointSpec};

/// A connection to one server. Proxies are not used and redirects not followed: the key goes where the user said.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    base: String,
    secret: Secret,
    pace: Pace,
    limit: u64,
}

impl Client {
    /// A client whose requests go the `way` that is made of its settings.
    pub(super) fn new(
        spec: &EndpointSpec,
        options: &EndpointOptions,
        way: impl FnOnce(Config) -> Agent,
    ) -> Result<Self, EndpointError> {
        options.check()?;
        let secret = Secret::from_env(options.api_key_env.as_deref())?;
        if secret.is_set() && spec.plain_and_distant() && !options.allow_insecure {
            return Err(EndpointError::InsecureKey { url: spec.base().to_owned() });
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("pot/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            // A compressed answer could be small on the way and huge in memory.
            .accept_encoding("identity")
            // Model servers drop idle connections after a few seconds.
            .max_idle_age(Duration::from_secs(2))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_global(Some(options.timeout))
            .build();
        Ok(Self {
            agent: way(config),
            base: spec.base().to_owned(),
            secret,
            pace: Pace::new(options.requests_per_second),
            limit: options.max_response_bytes,
        })
    }

    /// Text from the server made fit to be shown or recorded.
    pub(super) fn clean(&self, text: &str) -> String {
        self.secret.clean(text)
    }

    /// An error about the shape of an answer to `path`.
    pub(super) fn shape(&self, path: &str, reason: impl Into<String>) -> EndpointError {
        EndpointError::Shape { url: self.url(path), reason: reason.into(), excerpt: String::new() }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, EndpointError> {
        self.pace.wait();
        let mut request = self.agent.get(self.url(path));
        if let Some(key) = self.secret.header() {
            request = request.header(header::AUTHORIZATION, key.as_str());
        }
        self.read(path, request.call())
    }

    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, EndpointError> {
        self.pace.wait();
        let mut request = self.agent.post(self.url(path)).content_type("application/json");
        if let Some(key) = self.secret.header() {
            request = request.header(header::AUTHORIZATION, key.as_str());
        }
        self.read(path, request.send(body.to_string()))
    }

    fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        response: Result<Response<Body>, ureq::Error>,
    ) -> Result<T, EndpointError> {
        let mut response = response.map_err(|e| self.transport(path, e))?;
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(self.redirect(path, status, response.headers()));
        }
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|v| v.as_bytes().to_owned());
        if encoding.is_some_and(|e| !e.eq_ignore_ascii_case(b"identity")) {
            return Err(self.shape(path, "it is compressed, which was not asked for"));
        }
        let retry_after = retry_after(response.headers(), SystemTime::now());
        let page = is_web_page(response.headers());
        let body =
            response.body_mut().with_config().limit(self.limit).read_to_vec().map_err(|e| self.transport(path, e))?;
        if !(200..300).contains(&status) {
            return Err(EndpointError::Status { url: self.url(path), status, said: self.said(&body), retry_after });
        }
        let misshapen = |reason| {
            let excerpt = self.clean(&String::from_utf8_lossy(&body));
            EndpointError::Shape { url: self.url(path), reason, excerpt }
        };
        if page {
            return Err(misshapen(WEB_PAGE.to_owned()));
        }
        serde_json::from_slice(&body).map_err(|e| misshapen(self.clean(&e.to_string())))
    }

    /// The message of an error body, or how the body begins.
    fn said(&self, body: &[u8]) -> String {
        let parsed: Option<Value> = serde_json::from_slice(body).ok();
        let message = parsed.as_ref().and_then(|value| {
            let places = ["/error/message", "/error", "/message", "/detail"];
            places.iter().find_map(|place| value.pointer(place).and_then(Value::as_str))
        });
        let said = message.map_or_else(|| self.clean(&String::from_utf8_lossy(body)), |text| self.clean(text));
        if said.is_empty() { "the server says no more".to_owned() } else { said }
    }

    fn redirect(&self, path: &str, status: u16, headers: &HeaderMap) -> EndpointError {
        let location = headers.get(header::LOCATION).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        let location = location.unwrap_or_default();
        // Query strings and user names can carry secrets.
        let place = location.split(['?', '#']).next().unwrap_or_default();
        let place = match place.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
            }
            None => place.to_owned(),
        };
        EndpointError::Redirect { url: self.url(path), status, location: self.clean(&place) }
    }

    fn transport(&self, path: &str, error: ureq::Error) -> EndpointError {
        let url = self.url(path);
        let reason = |error: &dyn std::fmt::Display| self.clean(&error.to_string());
        match error {
            ureq::Error::Timeout(timeout) => EndpointError::Timeout { url, phase: phase(timeout) },
            ureq::Error::BodyExceedsLimit(limit) => EndpointError::TooLarge { url, limit },
            // Reading gone wrong halfway is reported as an error of I/O, whatever the reason was.
            ureq::Error::Io(e) if matches!(e.kind(), ErrorKind::InvalidData | ErrorKind::Other) => {
                EndpointError::Protocol { url, reason: reason(&e) }
            }
            ureq::Error::Io(e) if matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
                EndpointError::Timeout { url, phase: "reading".to_owned() }
            }
            e @ (ureq::Error::Io(_)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::BodyStalled) => EndpointError::Unreachable { url, reason: reason(&e) },
            e => EndpointError::Protocol { url, reason: reason(&e) },
        }
    }
}

/// What is said of an answer that calls itself a web page.
const WEB_PAGE: &str = "the server says that it is a web page: check what serves this address";

/// Whether the server says that it sends a web page, as sign-in pages and proxies in the way do. No model server calls its
/// answers that, and whatever the body looks like, it is none. Other types than JSON, and none, are common among servers
/// that people write themselves: the body shows what it is.
fn is_web_page(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_TYPE).iter().any(|value| {
        let kind = value.as_bytes().split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
        [&b"text/html"[..], b"application/xhtml+xml"].iter().any(|page| kind.eq_ignore_ascii_case(page))
    })
}

fn phase(timeout: Timeout) -> String {
    match timeout {
        Timeout::Connect => "connecting".to_owned(),
        Timeout::Resolve => "looking up the host".to_owned(),
        Timeout::Global => "the whole exchange".to_owned(),
        other => other.to_string(),
    }
}

/// `Retry-After` as a waiting time, from seconds or a date (RFC 9110, 10.2.3). A date that has passed means at once.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_one_in_any_spelling_and_nothing_else_is() {
        let page = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_TYPE, value.parse().unwrap());
            }
            is_web_page(&headers)
        };
        for html in ["text/html", "Text/HTML; charset=utf-8", " text/html ;charset=utf-8", "application/xhtml+xml"] {
            assert!(page(&[html]), "{html}");
        }
        assert!(page(&["application/json", "text/html"]));
        for other in
            ["application/json", "text/plain; x=text/html", "application/octet-stream", "text/htmlish", "", "?"]
        {
            assert!(!page(&[other]), "{other}");
        }
        assert!(!page(&[]));
    }

    #[test]
    fn retry_after_takes_seconds_and_dates() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(read("Sun, 06 Nov 1994 08:48:37 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-3"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
