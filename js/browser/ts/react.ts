// The subpath for React: the provider and hooks that all of Sidekick's clients share.
'use client';

export { type FlagClient, type FlagUser, SidekickProvider, type SidekickProviderProps, useFlag, useSidekick } from '../../shared/src/react.js';
