import { describe, expect, it } from 'vitest';
import { CODECS, gatewayCodecs, PAYLOAD_CODECS, payloadCodecs } from '@liandong/protocols';

describe('codec registry', () => {
  it('has a decoder for every codec a gateway may name', () => {
    // Hikvision panels post over HTTP; an edge has a topic of its own.
    expect([...gatewayCodecs.keys()].sort()).toEqual(CODECS.filter((name) => name !== 'hikvision' && name !== 'edge').sort());
    expect([...payloadCodecs.keys()].sort()).toEqual([...PAYLOAD_CODECS].sort());
  });

  it('subscribes below the gateway’s own prefix only, and refuses what is not below it', () => {
    for (const codec of gatewayCodecs.values()) {
      for (const filter of codec.filters('a/b')) expect(filter.startsWith('a/b/')).toBe(true);
      expect(codec.create({ topicPrefix: 'a/b' }).decode({ topic: 'a/bc/x/y', payload: new Uint8Array(), now: 1 })).toMatchObject({ uplinks: [], refusals: [{ reason: 'unknown_topic' }] });
    }
  });
});
