// The functions that a client has in JavaScript.

#pragma once

#include <jsi/jsi.h>

#include <cstddef>

namespace sidekick {

/// A new client, as an object of host functions. They hold the client: it ends with the last of them. The arguments are
/// `(seedHigh, seedLow)`: two random numbers of 32 bits, which spread the delays of many clients.
///
/// Those that feed the engine and look at it are the `Engine` of the JavaScript packages; they throw where an argument cannot
/// be used or the client was freed. `handleBytes` takes a string, too: whole characters of the stream. Beside them:
///
/// - `resolve(flagKey)`: the flag as `{ fixed, revision, attributes, evaluate }`, or undefined where there is none. `fixed`
///   is its answer where that is the same for everyone, else -1. All but `evaluate` holds until `FLAGS_CHANGED` names the
///   flag.
/// - `evaluate(userKey, attributes, defaultValue)` of a flag: its answer as packed bits. It never throws.
/// - `shareMemory(memory)`: from now on flags that are resolved have `evaluateWritten()`, too: as `evaluate`, about the texts that
///   were written into this `ArrayBuffer` (`written.h` says how), and with `false` for a default. It gives -1 where they cannot be
///   used.
/// - `bindUser(userKey, attributes)`: a function `(flagKey, defaultValue)` that gives answers for this user in the same way.
/// - `free()`: ends the client at once, not only when it is swept up. What asks it afterwards gets its default.
///
/// Throws where an argument is none of these numbers, and where the C library that was linked is of another version than its
/// header.
facebook::jsi::Object createClient(
    facebook::jsi::Runtime& runtime, const facebook::jsi::Value* arguments, std::size_t count);

}  // namespace sidekick
