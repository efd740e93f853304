// What a stream is asked for with, checked by the platform's own `URL` and `Headers`.

import { allHeaders, type ClientOptions, invalidHeader, invalidUrl, type RequestHeaders } from './options.js';

/** The stream's address. Throws INVALID_URL. */
export function streamAddress(serverUrl: string, streamUrl?: string): string {
  try {
    const address = new URL(streamUrl || serverUrl);
    if (!streamUrl) address.pathname = address.pathname.replace(/\/*$/, '/stream');
    if (/^https?:..[^@/]+\//.test(address.href)) return address.href;
  } catch {
    // The message below says more than the platform's.
  }
  throw invalidUrl(streamUrl);
}

/** The headers of each request. Throws INVALID_HEADER. */
export function requestHeaders(sdkKey: string, headers: ClientOptions['headers']): RequestHeaders {
  const all = allHeaders(sdkKey, headers);
  try {
    new Headers(all);
  } catch {
    throw invalidHeader();
  }
  return all;
}
