// What callers may give as an address, a key, headers and a time limit, and what becomes of it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as request from '../src/request.js';
import * as native from '../src/request.native.js';

const SECRET = 'k-0123456789';

for (const [name, { requestHeaders, streamAddress }] of Object.entries({ 'by the platform': request, 'by themselves, for React Native': native })) {
  describe(`the options, checked ${name}`, () => {
    it('make the address of the stream', () => {
      const addresses: [string, string][] = [
        ['http://localhost:3000', 'http://localhost:3000/stream'],
        ['http://localhost:3000/', 'http://localhost:3000/stream'],
        ['https://example.com/flags', 'https://example.com/flags/stream'],
        ['https://example.com/flags//', 'https://example.com/flags/stream'],
        ['https://example.com/?tenant=1', 'https://example.com/stream?tenant=1'],
        ['https://example.com/a@b', 'https://example.com/a@b/stream'],
        ['https://example.com//a//b', 'https://example.com//a//b/stream'],
        ['http://[::1]:3000', 'http://[::1]:3000/stream'],
        ['https://example.com?tenant=1', 'https://example.com/stream?tenant=1'],
      ];
      for (const [given, expected] of addresses) assert.equal(streamAddress(given), expected);
      assert.equal(streamAddress('not used', 'https://edge.example.com/s?x=1'), 'https://edge.example.com/s?x=1');
    });

    it('refuse what is no address, and say what is expected', () => {
      const refused: unknown[] = [undefined, null, '', '/flags', 'ftp://example.com', 'localhost:3000', 'https://user:pass@example.com', 'https://user@example.com', 'https://', 'http://a b', 'http://a:b', 'http://[::1', ' '];
      const message = /^serverUrl is no http\(s\) address like https:.*, without a user name$/;
      for (const given of refused) {
        assert.throws(() => streamAddress(given as string), { name: 'SidekickError', code: 'INVALID_URL', message }, String(given));
      }
      assert.throws(() => streamAddress('http://a', 'b'), { code: 'INVALID_URL', message: /^streamUrl/ });
    });

    it('show no key that stands where the address should be', () => {
      assert.throws(() => streamAddress(SECRET), (error: Error) => !error.message.includes(SECRET));
    });

    it('make the headers: the key as a bearer token, and the caller\'s own, which come first', () => {
      const Accept = 'text/event-stream';
      assert.deepEqual(requestHeaders(SECRET, { 'X-Tenant': 'a' }), { Accept, Authorization: `Bearer ${SECRET}`, 'X-Tenant': 'a' });
      assert.deepEqual(requestHeaders('', undefined), { Accept });
      assert.deepEqual(requestHeaders(SECRET, { Authorization: 'Basic x' }), { Accept, Authorization: 'Basic x' });
    });

    it('refuse a key or header that cannot be sent, and do not show it', () => {
      const bad = `${SECRET}\n${SECRET}`;
      for (const [key, headers] of [
        [bad, undefined],
        ['', { 'X-Tenant': bad }],
        ['', { 'no name': 'a' }],
      ] as const) {
        assert.throws(
          () => requestHeaders(key, headers),
          (error: Error & { code: string }) =>
            error.code === 'INVALID_HEADER' && /cannot be sent/.test(error.message) && !String(error.stack).includes(SECRET),
        );
      }
    });
  });
}
