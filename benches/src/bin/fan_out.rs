//! The fan-out load generator's command line.

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("the load generator needs Linux: epoll, /proc, and a processor of its own");
    std::process::ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match linux::main() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use benches::fan_out::generator::{Start, Target};
    use benches::fan_out::machine::allow_open_files;
    use benches::fan_out::options::{Options, Setting};
    use benches::fan_out::process::Process;
    use benches::fan_out::recognizer::Mark;
    use benches::fan_out::scenario::{self, Foreign};
    use benches::fan_out::servers::{epoll_limit, hyper_foil};
    use benches::fan_out::{Failure, Outcome};
    use lexopt::prelude::{Long, Value, ValueExt};
    use std::net::{SocketAddr, ToSocketAddrs};
    use std::path::PathBuf;
    use std::time::Duration;

    const HELP: &str = "\
fan_out SCENARIO [--quick] [--server PATH] [--streams N] [--changes N] [--repeats N]
    Starts what it needs, prints the results and writes them to benches/results/. Scenarios:
{scenarios}
fan_out run --url http://HOST:PORT/PATH --publish 'METHOD /PATH' [--body TEXT] [--header 'NAME: VALUE']...
            [--mark id|data] [--behind N] [--streams N] [--changes N] [--pid N]
            [--patience SECONDS]
    Measures a server that runs already. {n} in the body is the change's number. Events bear their numbers in their ids,
    behind the last colon, or with `--mark data` behind \"revision\": in their data. Streams begin with a replay that ends
    with `event: ready`, or with `--behind N` with the change behind that number.

fan_out serve-limit [--drop-one] PORT
fan_out serve-foil [--flags FILE] PORT
    The servers that Sidekick is compared with.
";

    pub(super) fn main() -> Outcome<()> {
        let mut parser = lexopt::Parser::from_env();
        let Some(Value(command)) = parser.next()? else {
            print!("{}", help());
            return Ok(());
        };
        match command.string()?.as_str() {
            "run" => run(parser),
            "serve-limit" => serve_limit(parser),
            "serve-foil" => serve_foil(parser),
            name => {
                let scenario = scenario::ALL.into_iter().find(|scenario| scenario.name == name);
                let scenario = scenario.ok_or_else(|| format!("{name:?} is no scenario; --help lists them"))?;
                scenario.run(&Setting::new(options(parser)?)?)
            }
        }
    }

    fn help() -> String {
        let lines = scenario::ALL.map(|scenario| format!("      {:<10}{}\n", scenario.name, scenario.about));
        HELP.replace("{scenarios}", &lines.concat())
    }

    fn options(mut parser: lexopt::Parser) -> Outcome<Options> {
        let mut options = Options::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("quick") => options.is_quick = true,
                Long("server") => options.server = Some(parser.value()?.into()),
                Long("streams") => options.streams = Some(parser.value()?.parse()?),
                Long("changes") => options.changes = Some(parser.value()?.parse()?),
                Long("repeats") => options.repeats = Some(parser.value()?.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }

    fn run(mut parser: lexopt::Parser) -> Outcome<()> {
        let (mut url, mut publish, mut body, mut headers) = (None, None, String::new(), Vec::new());
        let mut patience = scenario::PATIENCE;
        let (mut mark, mut start, mut streams, mut changes, mut process) = (Mark::Id, Start::Replay, 1000, 100, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("url") => url = Some(parser.value()?.string()?),
                Long("publish") => publish = Some(parser.value()?.string()?),
                Long("body") => body = parser.value()?.string()?,
                Long("header") => headers.push(header(&parser.value()?.string()?)?),
                Long("mark") => {
                    mark = match parser.value()?.string()?.as_str() {
                        "id" => Mark::Id,
                        "data" => Mark::Data,
                        other => return Err(format!("{other:?} is no mark; id and data are").into()),
                    };
                }
                Long("behind") => start = Start::Behind(parser.value()?.parse()?),
                Long("streams") => streams = parser.value()?.parse()?,
                Long("changes") => changes = parser.value()?.parse()?,
                Long("patience") => patience = Duration::from_secs(parser.value()?.parse()?),
                Long("pid") => process = Some(Process(parser.value()?.parse()?)),
                other => return Err(other.unexpected().into()),
            }
        }
        let (address, path) = address(&url.ok_or("--url is missing")?)?;
        let publish = publish.ok_or("--publish is missing")?;
        let (method, publish_path) =
            publish.split_once(' ').ok_or_else(|| format!("--publish {publish:?} is not `METHOD /PATH`"))?;
        allow_open_files(streams as u64 + 1000)?;
        scenario::run(&Foreign {
            target: Target { address, path, headers: headers.clone(), mark, start, receive_buffer: None },
            publish: (method.to_owned(), publish_path.to_owned()),
            headers,
            body,
            streams,
            changes,
            process,
            patience,
        })
    }

    fn header(text: &str) -> Outcome<(String, String)> {
        let parts = text.split_once(':').ok_or_else(|| format!("--header {text:?} is not `NAME: VALUE`"))?;
        Ok((parts.0.trim().to_owned(), parts.1.trim().to_owned()))
    }

    fn address(url: &str) -> Outcome<(SocketAddr, String)> {
        let wrong = || Failure::from(format!("--url {url:?} is not http://HOST:PORT/PATH"));
        let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut addresses = host.to_socket_addrs().map_err(|error| format!("{host}: {error}"))?;
        // Streams come from loopback addresses of the older kind.
        let address = addresses.find(SocketAddr::is_ipv4).ok_or_else(wrong)?;
        Ok((address, format!("/{path}")))
    }

    fn serve_limit(mut parser: lexopt::Parser) -> Outcome<()> {
        let (mut port, mut drops_one) = (None, false);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("drop-one") => drops_one = true,
                Value(value) => port = Some(value.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        epoll_limit::serve(port.ok_or("the port is missing")?, drops_one)
    }

    fn serve_foil(mut parser: lexopt::Parser) -> Outcome<()> {
        let (mut port, mut flags) = (None, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("flags") => flags = Some(PathBuf::from(parser.value()?)),
                Value(value) => port = Some(value.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        hyper_foil::serve(port.ok_or("the port is missing")?, flags.as_deref())
    }
}
