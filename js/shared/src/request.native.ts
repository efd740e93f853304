// As `request.ts`, for React Native, whose `URL` and `Headers` take anything and lack what would change it. The build of the
// package for React Native takes this file in the other's place.

import { allHeaders, type ClientOptions, invalidHeader, invalidUrl, type RequestHeaders } from './options.js';

/** The server with its path, without slashes at its end; the query; and what nobody sends. */
const ADDRESS = /^(https?:\/\/(?:[^\s/?#@:[\]\\]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/[^\s?#]*?)??)\/*(\?[^\s#]*)?(?:#\S*)?$/i;
// RFC 9110, 5.6.2 and 5.5, without what is no ASCII: Android refuses to send it.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[ -~\t]*$/;

/** The stream's address. Throws INVALID_URL. */
export function streamAddress(serverUrl: string, streamUrl?: string): string {
  const parts = ADDRESS.exec(streamUrl || serverUrl);
  if (!parts) throw invalidUrl(streamUrl);
  const [, server, query = ''] = parts;
  return streamUrl || `${server}/stream${query}`;
}

/** The headers of each request. Throws INVALID_HEADER. */
export function requestHeaders(sdkKey: string, headers: ClientOptions['headers']): RequestHeaders {
  const all = allHeaders(sdkKey, headers);
  for (const [name, value] of Object.entries(all)) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) throw invalidHeader();
  }
  return all;
}
