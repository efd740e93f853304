//! What the module is to export: what its types name. Two variables of wasm-bindgen's that are exported beside serve
//! panics that unwind, and with them gone goes what they hold: 40 bytes (brotli).

/// What `wasm-metadce` is told to keep, by the module's types.
pub(super) fn graph(types: &str) -> String {
    let names: Vec<&str> = types.lines().filter_map(name).collect();
    let reaches: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let mut nodes = vec![format!("{{\"name\":\"types\",\"root\":true,\"reaches\":[{}]}}", reaches.join(","))];
    nodes.extend(names.iter().map(|name| format!("{{\"name\":\"{name}\",\"export\":\"{name}\"}}")));
    format!("[{}]", nodes.join(","))
}

/// The name in `export const name: …`.
fn name(line: &str) -> Option<&str> {
    line.strip_prefix("export const ")?.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_types_name_is_kept() {
        let types =
            "/* eslint-disable */\nexport const memory: WebAssembly.Memory;\nexport const a: (a: number) => void;\n";
        assert_eq!(
            graph(types),
            r#"[{"name":"types","root":true,"reaches":["memory","a"]},{"name":"memory","export":"memory"},{"name":"a","export":"a"}]"#
        );
    }
}
