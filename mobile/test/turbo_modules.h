// React Native's TurboModules in a runtime, as an app without a bridge has them, with Sidekick's among them.

#pragma once

#include <jsi/jsi.h>

/// To be called before any JavaScript runs.
void installTurboModules(facebook::jsi::Runtime& runtime);
