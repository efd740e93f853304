// Sidekick's engine in a JavaScript runtime of React Native's, for who holds that runtime.
//
// An app needs none of it: it gets its clients of the TurboModule, `SidekickModule.h`.

#pragma once

#include <jsi/jsi.h>

/// Puts the object `__sidekickJSI` on the runtime's global object. Its one function, `createClient(seedHigh, seedLow)`, gives a
/// client as `client_functions.h` describes it; the seed, two random numbers of 32 bits, spreads the delays of many clients.
///
/// To be called on the thread of the runtime, once for each runtime that is made; a second time replaces the object, and
/// clients that were made before go on. What was made ends with the runtime.
void installSidekickJSI(facebook::jsi::Runtime& runtime);
