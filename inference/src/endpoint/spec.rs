//! How a user names an endpoint: `DIALECT:URL#MODEL`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;

use super::EndpointError;

/// The interfaces that can be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// vLLM's server: log-probabilities of all given tokens.
    Vllm,
    /// llama.cpp's own server: log-probabilities of all given tokens, by forcing them.
    LlamaCpp,
    /// Any server with `OpenAI`'s completions interface: the most likely tokens after a given text.
    OpenAi,
    /// Ollama's own interface, 0.12.11 or newer: the most likely tokens after a given text.
    Ollama,
}

impl Dialect {
    const ALL: [Self; 4] = [Self::Vllm, Self::LlamaCpp, Self::OpenAi, Self::Ollama];

    /// The name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vllm => "vllm",
            Self::LlamaCpp => "llamacpp",
            Self::OpenAi => "openai",
            Self::Ollama => "ollama",
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Vllm => "vllm:http://HOST:PORT#MODEL",
            Self::LlamaCpp => "llamacpp:http://HOST:PORT, with #MODEL to insist on a model",
            Self::OpenAi => "openai:https://HOST/v1#MODEL",
            Self::Ollama => "ollama:http://HOST:PORT#MODEL",
        }
    }
}

/// A checked endpoint name. It holds no credentials, so it may be shown and recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSpec {
    dialect: Dialect,
    base: String,
    model: Option<String>,
    plain_and_distant: bool,
}

impl EndpointSpec {
    /// Whether `name` begins like an endpoint, so that it is no file and no built-in model. A bare URL does too: it is
    /// read, and refused with the form to write.
    pub fn is_endpoint(name: &str) -> bool {
        name.contains("://")
            || Dialect::ALL.iter().any(|d| name.strip_prefix(d.name()).is_some_and(|rest| rest.starts_with(':')))
    }

    /// The interface.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The URL before the paths of the interface, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The model's name there; nothing when the server serves only one.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Scheme, host and port: where a key given for this endpoint goes.
    pub fn origin(&self) -> &str {
        let host = self.base.find("://").map_or(0, |at| at + 3);
        let end = self.base[host..].find('/').map_or(self.base.len(), |at| host + at);
        &self.base[..end]
    }

    /// Whether what is sent can be read on the way: plain http to another machine.
    pub(super) fn plain_and_distant(&self) -> bool {
        self.plain_and_distant
    }
}

impl fmt::Display for EndpointSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.dialect.name(), self.base)?;
        self.model.as_ref().map_or(Ok(()), |model| write!(f, "#{model}"))
    }
}

impl FromStr for EndpointSpec {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let unknown = || EndpointError::BadSpec {
            reason: "it does not begin with a known interface".to_owned(),
            instead: "vllm:URL#MODEL, llamacpp:URL, openai:URL#MODEL or ollama:URL#MODEL",
        };
        let (name, rest) = text.split_once(':').ok_or_else(unknown)?;
        let dialect = Dialect::ALL.into_iter().find(|d| d.name() == name).ok_or_else(unknown)?;
        let refuse = |reason: &str| EndpointError::BadSpec { reason: reason.to_owned(), instead: dialect.form() };
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(refuse("white space or a control character"));
        }
        let (url, model) = rest.split_once('#').map_or((rest, None), |(url, model)| (url, Some(model)));
        let model = match model {
            Some("") => return Err(refuse("nothing after '#'")),
            None if dialect != Dialect::LlamaCpp => return Err(refuse("the model's name is missing")),
            other => other.map(str::to_owned),
        };
        let uri: Uri = url.parse().map_err(|_| refuse("the URL cannot be read"))?;
        let scheme = uri.scheme_str().unwrap_or_default().to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(refuse("the URL begins with neither http:// nor https://"));
        }
        let authority = uri.authority().ok_or_else(|| refuse("the URL has no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("a user name or password in the URL; keys come from an environment variable"));
        }
        if uri.query().is_some() {
            return Err(refuse("a query string in the URL; keys come from an environment variable"));
        }
        let host = authority.host();
        if host.is_empty() {
            return Err(refuse("the URL has no host"));
        }
        let path = uri.path().trim_end_matches('/');
        if dialect != Dialect::OpenAi && path.ends_with("/v1") {
            return Err(refuse("the URL goes down to /v1, this interface begins above it"));
        }
        let plain_and_distant = scheme == "http" && !is_loopback(host);
        Ok(Self { dialect, base: format!("{scheme}://{authority}{path}"), model, plain_and_distant })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_shown() {
        for (text, base, model) in [
            ("vllm:http://localhost:8000#org/m", "http://localhost:8000", Some("org/m")),
            ("llamacpp:http://127.0.0.1:8080/", "http://127.0.0.1:8080", None),
            ("openai:https://host/v1/#m:7b", "https://host/v1", Some("m:7b")),
            ("ollama:HTTP://[::1]:11434#m", "http://[::1]:11434", Some("m")),
        ] {
            let spec: EndpointSpec = text.parse().unwrap();
            assert_eq!((spec.base(), spec.model()), (base, model), "{text}");
            assert_eq!(spec.to_string().parse::<EndpointSpec>().unwrap(), spec, "{text}");
            assert!(EndpointSpec::is_endpoint(text) && !spec.plain_and_distant(), "{text}");
            assert!(base.strip_prefix(spec.origin()).is_some_and(|path| matches!(path, "" | "/v1")), "{text}");
        }
        assert!("vllm:http://example.org#m".parse::<EndpointSpec>().unwrap().plain_and_distant());
        assert!(!EndpointSpec::is_endpoint("builtin:base") && !EndpointSpec::is_endpoint("vllm"));
        for bare in ["http://localhost:8000", "HTTPS://h/v1#m", "openai//://h"] {
            assert!(EndpointSpec::is_endpoint(bare) && bare.parse::<EndpointSpec>().is_err(), "{bare}");
        }
    }

    #[test]
    fn bad_names_are_refused_with_the_form_to_write_and_without_their_secrets() {
        for (text, reason) in [
            ("vllm", "known interface"),
            ("tgi:http://h#m", "known interface"),
            ("vllm:http://h", "model's name is missing"),
            ("vllm:http://h#", "nothing after"),
            ("vllm:ftp://h#m", "neither http"),
            ("vllm:h:80#m", "neither http"),
            ("vllm:http://#m", "URL"),
            ("vllm:http://me:hunter2@h#m", "password in the URL"),
            ("openai:https://hunter2@h/v1#m", "password in the URL"),
            ("openai:https://h/v1?key=hunter2#m", "query string"),
            ("vllm:http://h/v1#m", "/v1"),
            ("vllm:http://h#a b", "white space"),
            ("vllm:http://h#a\nb", "white space"),
        ] {
            let error = text.parse::<EndpointSpec>().unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.contains(reason) && said.contains("write"), "{text}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
