// How native code makes text of a response's bytes, on each platform as its source says: a character that is cut waits.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `ProgressiveStringDecoder.kt`: at most three bytes wait; what is no UTF-8 even without these is lost. */
export function androidDecoder(): (bytes: Uint8Array) => string {
  let remainder: Uint8Array = new Uint8Array();
  return (bytes) => {
    const data = Buffer.concat([remainder, bytes]);
    for (let cut = 0; cut < 4; cut += 1) {
      const text = cut <= data.length ? decoded(data.subarray(0, data.length - cut)) : undefined;
      if (text === undefined) continue;
      remainder = data.subarray(data.length - cut);
      return text;
    }
    remainder = new Uint8Array();
    return '';
  };
}

/** `decodeTextData:fromResponse:withCarryData:` of `RCTNetworking.mm`, for UTF-8: undefined where it is none. */
export function iosDecoder(): (bytes: Uint8Array) => string | undefined {
  /** What `CFStringGetMaximumSizeForEncoding` says of two characters. */
  const mostBytes = 6;
  let carry: Uint8Array = new Uint8Array();
  return (bytes) => {
    const data = Buffer.concat([carry, bytes]);
    let text = decoded(data);
    for (let cut = 1; text === undefined && cut < mostBytes && cut <= data.length; cut += 1) text = decoded(data.subarray(0, data.length - cut));
    carry = data.subarray(Buffer.byteLength(text ?? ''));
    return text;
  };
}
