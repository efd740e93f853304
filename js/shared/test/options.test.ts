// What callers may give as an address, a key, headers and a time limit, and what becomes of it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initTimeout, requestHeaders, streamAddress } from '../src/options.js';

const SECRET = 'k-0123456789';

describe('the options', () => {
  it('make the address of the stream', () => {
    const addresses: [string, string][] = [
      ['http://localhost:3000', 'http://localhost:3000/stream'],
      ['http://localhost:3000/', 'http://localhost:3000/stream'],
      ['https://example.com/flags', 'https://example.com/flags/stream'],
      ['https://example.com/flags//', 'https://example.com/flags/stream'],
      ['https://example.com/?tenant=1', 'https://example.com/stream?tenant=1'],
    ];
    for (const [given, expected] of addresses) assert.equal(streamAddress(given, undefined), expected);
    assert.equal(streamAddress('not used', 'https://edge.example.com/s?x=1'), 'https://edge.example.com/s?x=1');
  });

  it('refuse what is no address, and say what is expected', () => {
    const refused: [unknown, RegExp][] = [
      [undefined, /^serverUrl must be an http\(s\) address .* such as https:.*; it is undefined$/],
      [null, /it is null$/],
      ['', /it is another text$/],
      ['/flags', /it is \/flags$/],
      ['ftp://example.com', /it is ftp:\/\/example.com$/],
      ['localhost:3000', /it is another text$/],
      ['https://user:pass@example.com', /without a user.*it is another text$/],
    ];
    for (const [given, message] of refused) {
      assert.throws(() => streamAddress(given as string, undefined), { name: 'SidekickError', code: 'INVALID_URL', message });
    }
    assert.throws(() => streamAddress('http://a', 'b'), { code: 'INVALID_URL', message: /streamUrl/ });
  });

  it('show no key that stands where the address should be', () => {
    assert.throws(() => streamAddress(SECRET, undefined), (error: Error) => !error.message.includes(SECRET));
  });

  it('make the headers: the key as a bearer token, and the caller\'s own', () => {
    const headers = requestHeaders(SECRET, { 'X-Tenant': 'a' })() as unknown as Headers;
    assert.deepEqual(Object.fromEntries(headers), { authorization: `Bearer ${SECRET}`, 'x-tenant': 'a' });
    assert.deepEqual([...(requestHeaders('', undefined)() as unknown as Headers)], []);
  });

  it('refuse a key or header that cannot be sent, and do not show it', () => {
    const bad = `${SECRET}\n${SECRET}`;
    for (const [key, headers, what] of [
      [bad, undefined, /^sdkKey cannot/],
      ['', { 'X-Tenant': bad }, /^the header X-Tenant cannot/],
    ] as const) {
      assert.throws(
        () => requestHeaders(key, headers),
        (error: Error & { code: string }) =>
          error.code === 'INVALID_HEADER' && what.test(error.message) && !String(error.stack).includes(SECRET),
      );
    }
  });

  it('take a time limit that is one, and 5 seconds for anything else', () => {
    const given: [unknown, number][] = [
      [undefined, 5_000],
      [250, 250],
      [0, 0],
      [-1, 5_000],
      [Number.NaN, 5_000],
      [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
    ];
    for (const [initTimeoutGiven, expected] of given) {
      assert.equal(initTimeout(initTimeoutGiven as number), expected);
    }
  });
});
