//! What the environment says of traces: OpenTelemetry's own variables, as its specification has them. A value that cannot be
//! used is told of and counts as none.

use hyper::Uri;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How traces are exported. What is not here, the library reads itself.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    /// Where to; `None`: nothing is traced.
    pub(super) collector: Option<CollectorAddress>,
    /// How long the collector may take to answer.
    pub(super) timeout: Duration,
    /// Spans that may wait for the collector.
    pub(super) queue: usize,
    /// The certificates that the collector is known by, in place of the system's.
    pub(super) certificate: Option<PathBuf>,
    /// Whether a caller's `traceparent` counts.
    pub(super) hears_callers: bool,
    /// What is wrong with the variables.
    pub(super) remarks: Vec<String>,
}

/// Where a collector is. It shows no path, which some vendors have a token in.
#[derive(Clone)]
pub(super) struct CollectorAddress(String, Uri);

const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);
const BATCH_TIMEOUT: Duration = Duration::from_secs(30);
const QUEUE: usize = 2048;
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

impl TraceSettings {
    /// Reads the settings, where `variable` gives the value of an environment variable.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut remarks = Vec::new();
        let collector = collector(&variable, &mut remarks);
        if collector.is_some() {
            check_what_the_library_reads(&variable, &mut remarks);
        }
        let millis = |name: &str, default: Duration, remarks: &mut Vec<String>| {
            let default = default.as_millis() as u64;
            Duration::from_millis(number(name, variable(name), default, remarks))
        };
        let mut ignored = Vec::new();
        // Without a collector nothing here matters, and nobody is told of it.
        let remarks_of_numbers = if collector.is_some() { &mut remarks } else { &mut ignored };
        let signal = if variable("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT").is_some() { "TRACES_" } else { "" };
        let timeout = millis(&format!("OTEL_EXPORTER_OTLP_{signal}TIMEOUT"), EXPORT_TIMEOUT, remarks_of_numbers);
        let batch_timeout = millis("OTEL_BSP_EXPORT_TIMEOUT", BATCH_TIMEOUT, remarks_of_numbers);
        let queue =
            number("OTEL_BSP_MAX_QUEUE_SIZE", variable("OTEL_BSP_MAX_QUEUE_SIZE"), QUEUE as u64, remarks_of_numbers);
        let propagators = variable("OTEL_PROPAGATORS");
        Self {
            collector,
            timeout: timeout.min(batch_timeout),
            queue: usize::try_from(queue).unwrap_or(QUEUE),
            certificate: of_traces("CERTIFICATE", &variable).map(PathBuf::from),
            hears_callers: propagators.is_none_or(|names| names.split(',').any(|name| name.trim() == "tracecontext")),
            remarks,
        }
    }
}

impl CollectorAddress {
    fn parse(text: String) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let is_usable = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        is_usable.then_some(Self(text, uri))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_https(&self) -> bool {
        self.1.scheme_str() == Some("https")
    }
}

impl fmt::Display for CollectorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.1.authority().map_or("", |authority| authority.as_str());
        write!(f, "{}://{authority}", self.1.scheme_str().unwrap_or_default())
    }
}

impl fmt::Debug for CollectorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The value for traces alone, or else the one for all that is exported.
fn of_traces(name: &str, variable: &impl Fn(&str) -> Option<String>) -> Option<String> {
    variable(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}")).or_else(|| variable(&format!("OTEL_EXPORTER_OTLP_{name}")))
}

fn collector(variable: &impl Fn(&str) -> Option<String>, remarks: &mut Vec<String>) -> Option<CollectorAddress> {
    let own = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    let shared = || variable("OTEL_EXPORTER_OTLP_ENDPOINT");
    let name = if own.is_some() { "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" } else { "OTEL_EXPORTER_OTLP_ENDPOINT" };
    let address = own.or_else(|| Some(format!("{}/v1/traces", shared()?.trim().trim_end_matches('/'))))?;
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
        return None;
    }
    let exporters = variable("OTEL_TRACES_EXPORTER").unwrap_or_else(|| "otlp".to_owned());
    if !exporters.split(',').any(|exporter| exporter.trim() == "otlp") {
        if exporters.trim() != "none" {
            remarks.push(format!("OTEL_TRACES_EXPORTER: {exporters:?} is not known; otlp or none is"));
        }
        return None;
    }
    let collector = CollectorAddress::parse(address.trim().to_owned());
    if collector.is_none() {
        // The value may hold a password: it is not shown.
        remarks.push(format!(
            "{name}: http://HOST:PORT or https://HOST:PORT is expected, without a user and password in it \
             (OTEL_EXPORTER_OTLP_HEADERS is for those); no traces are exported"
        ));
    }
    collector
}

fn check_what_the_library_reads(variable: &impl Fn(&str) -> Option<String>, remarks: &mut Vec<String>) {
    let sampler = variable("OTEL_TRACES_SAMPLER").unwrap_or_else(|| "parentbased_always_on".to_owned());
    if !SAMPLERS.contains(&sampler.as_str()) {
        let known = SAMPLERS.join(", ");
        remarks.push(format!("OTEL_TRACES_SAMPLER: {sampler:?} is not known, and all is sampled; {known} are"));
    }
    if sampler.ends_with("traceidratio") {
        let ratio = variable("OTEL_TRACES_SAMPLER_ARG");
        let is_ratio = |text: &String| text.parse().is_ok_and(|ratio| (0.0..=1.0_f64).contains(&ratio));
        if !ratio.as_ref().is_some_and(is_ratio) {
            let given = ratio.unwrap_or_default();
            remarks.push(format!(
                "OTEL_TRACES_SAMPLER_ARG: {given:?} is no share, and all is sampled; a number from 0 to 1 is expected"
            ));
        }
    }
    if let Some(other) = of_traces("PROTOCOL", variable).filter(|protocol| protocol != "http/protobuf") {
        remarks.push(format!("OTEL_EXPORTER_OTLP_PROTOCOL: {other:?} is not spoken; http/protobuf is used"));
    }
    if let Some(other) = of_traces("COMPRESSION", variable).filter(|compression| compression != "none") {
        remarks.push(format!("OTEL_EXPORTER_OTLP_COMPRESSION: {other:?} is not known; spans go uncompressed"));
    }
    if of_traces("CLIENT_CERTIFICATE", variable).is_some() {
        remarks.push("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: the server shows the collector none".to_owned());
    }
    for name in ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] {
        // The library falls back to its default by itself.
        number(name, variable(name), 1, remarks);
    }
}

/// A number above zero.
fn number(name: &str, value: Option<String>, default: u64, remarks: &mut Vec<String>) -> u64 {
    let Some(value) = value else { return default };
    match value.trim().parse() {
        Ok(number) if number > 0 => number,
        _ => {
            remarks.push(format!("{name}: {value:?} cannot be used and counts as unset; a whole number above 0 is"));
            default
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> TraceSettings {
        TraceSettings::from_environment(|name| {
            variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn address(variables: &[(&str, &str)]) -> Option<String> {
        of(variables).collector.map(|collector| collector.as_str().to_owned())
    }

    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");

    #[test]
    fn the_endpoint_of_all_gets_a_path_and_that_of_traces_is_whole() {
        assert_eq!(address(&[ENDPOINT]).as_deref(), Some("http://collector:4318/v1/traces"));
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://other/spans");
        assert_eq!(address(&[ENDPOINT, own]).as_deref(), Some("https://other/spans"));
        assert_eq!(address(&[]), None);
        assert_eq!(address(&[ENDPOINT, ("OTEL_SDK_DISABLED", "TRUE")]), None);
        assert_eq!(address(&[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")]), None);
    }

    #[test]
    fn an_endpoint_that_cannot_be_used_is_told_of_and_not_shown() {
        for endpoint in ["collector:4318", "ftp://collector", "http://user:canary@collector:4318", "http:// canary"] {
            let settings = of(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
            assert!(settings.collector.is_none(), "{endpoint}");
            assert_eq!(settings.remarks.len(), 1, "{endpoint}");
            assert!(!format!("{settings:?}").contains("canary"));
        }
        let whole = of(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector/canary")]);
        assert!(format!("{whole:?}").contains("https://collector") && !format!("{whole:?}").contains("canary"));
    }

    #[test]
    fn a_value_that_cannot_be_used_is_told_of_and_counts_as_unset() {
        for (name, value) in [
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ] {
            let settings = of(&[ENDPOINT, (name, value)]);
            assert_eq!(settings.remarks.len(), 1, "{name}={value}: {:?}", settings.remarks);
            assert_eq!((settings.timeout, settings.queue), (EXPORT_TIMEOUT, QUEUE));
            // Without a collector it does not matter.
            assert!(of(&[(name, value)]).remarks.is_empty());
        }
        let ratio = [ENDPOINT, ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")];
        assert!(of(&ratio).remarks.is_empty());
    }

    #[test]
    fn callers_are_heard_unless_the_propagators_leave_them_out() {
        assert!(of(&[ENDPOINT]).hears_callers);
        assert!(of(&[ENDPOINT, ("OTEL_PROPAGATORS", "baggage, tracecontext")]).hears_callers);
        assert!(!of(&[ENDPOINT, ("OTEL_PROPAGATORS", "none")]).hears_callers);
    }
}
