//! A `postgres://` address as the operator writes it: what the driver understands, and TLS as libpq names it.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where a Postgres is and how it is spoken to. Its `Debug` shows no password.
#[derive(Clone)]
pub struct PostgresAddress {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    shown: String,
}

/// How much of the server's certificate is checked, as libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verification {
    /// `disable`, `prefer`, `require`: encrypted or not, the certificate is not looked at.
    None,
    /// `verify-full`: the certificate must be signed by a known root and name the host.
    Full,
}

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a statement may run before Postgres breaks it off; a lock that is waited for counts.
const STATEMENT_TIMEOUT_MILLIS: u32 = 5_000;
/// How long sent bytes may stay unanswered by the peer's kernel.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(5);

impl PostgresAddress {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`.
    ///
    /// # Errors
    /// What cannot be used, without the password.
    pub fn parse(address: &str) -> Result<Self, String> {
        let (base, query) = address.split_once('?').unwrap_or((address, ""));
        let (mut mode, mut verification, mut root) = (SslMode::Prefer, Verification::None, None);
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("sslmode", "disable") => mode = SslMode::Disable,
                ("sslmode", "prefer") => mode = SslMode::Prefer,
                ("sslmode", "require") => mode = SslMode::Require,
                ("sslmode", "verify-full") => (mode, verification) = (SslMode::Require, Verification::Full),
                ("sslmode", other) => {
                    return Err(format!("sslmode={other} is not known; disable, prefer, require and verify-full are"));
                }
                ("sslrootcert", path) => root = Some(PathBuf::from(path)),
                (name, value) => {
                    rest.append_pair(name, value);
                }
            }
        }
        if root.is_some() && verification == Verification::None {
            return Err("sslrootcert is given, but only sslmode=verify-full looks at certificates".to_owned());
        }
        let query = rest.finish();
        let plain = if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") };
        // The driver's words name the parameter at fault and never a value.
        let mut config: Config = plain.parse().map_err(|error: tokio_postgres::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            source.unwrap_or_else(|| error.to_string())
        })?;
        config.ssl_mode(mode).application_name("sidekick").connect_timeout(CONNECT_TIMEOUT);
        config.tcp_user_timeout(TCP_USER_TIMEOUT).keepalives_idle(Duration::from_secs(10));
        if config.get_options().is_none() {
            config.options(format!(
                "-c statement_timeout={STATEMENT_TIMEOUT_MILLIS} -c idle_in_transaction_session_timeout=10000"
            ));
        }
        let tls = MakeRustlsConnect::new(client_config(verification, root)?);
        let host = base.rsplit_once('@').map_or(base, |(_, host)| host);
        Ok(Self { config, tls, shown: format!("postgres://{}", host.trim_start_matches("postgres://")) })
    }
}

impl std::fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

fn client_config(verification: Verification, root: Option<PathBuf>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(match verification {
        Verification::None => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth(),
        Verification::Full => builder.with_root_certificates(roots(root)?).with_no_client_auth(),
    })
}

/// The roots of a PEM file, or those of the system.
fn roots(file: Option<PathBuf>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    match file {
        Some(file) => {
            let unusable = |what: String| format!("sslrootcert={}: {what}", file.display());
            let certificates = CertificateDer::pem_file_iter(&file).map_err(|error| unusable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
                store.add(certificate).map_err(|error| unusable(error.to_string()))?;
            }
            if store.is_empty() {
                return Err(unusable("it holds no PEM certificate".to_owned()));
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(
                    "sslmode=verify-full: this system has no root certificates; name a file by sslrootcert".to_owned()
                );
            }
        }
    }
    Ok(store)
}

/// Accepts any certificate, as libpq does for `prefer` and `require`: against listeners, not against impostors.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_named_as_libpq_names_it() {
        let mode = |query: &str| {
            PostgresAddress::parse(&format!("postgres://u:secret@h/d{query}")).map(|a| a.config.get_ssl_mode())
        };
        assert_eq!(mode(""), Ok(SslMode::Prefer));
        assert_eq!(mode("?sslmode=disable"), Ok(SslMode::Disable));
        assert_eq!(mode("?sslmode=require&connect_timeout=9"), Ok(SslMode::Require));
        for wrong in
            ["?sslmode=allow", "?sslrootcert=/x.pem", "?sslmode=verify-full&sslrootcert=/nowhere.pem", "?nonsense=1"]
        {
            let error = mode(wrong).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let address = PostgresAddress::parse("postgres://sidekick:secret@localhost:5433/flags").unwrap();
        assert_eq!(format!("{address:?}"), "postgres://localhost:5433/flags");
    }
}
