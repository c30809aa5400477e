import type { ArgsDef } from 'citty';

/** The command line: names and help. `options.ts` checks the values, so that every bad one is listed at once. */
export const ARGUMENTS = {
  hub: { type: 'string', valueHint: 'url', description: 'The hub (LIANDONG_HUB; http://127.0.0.1:8080)' },
  mqtt: { type: 'string', valueHint: 'url', description: 'The broker (LIANDONG_MQTT; mqtt://127.0.0.1:1883)' },
  token: { type: 'string', valueHint: 'token', description: 'An admin token of the hub; better in LIANDONG_TOKEN, where a process list does not show it' },
  state: { type: 'string', valueHint: 'file', description: 'Keeps the device secrets between runs (mode 0600); without it only devices the hub does not have yet can be simulated' },
  rotate: { type: 'boolean', description: 'Gives devices whose secret is not known new ones: whoever runs with the old ones is cut off' },
  prefix: { type: 'string', valueHint: 'text', description: 'Begins every device id, such as x-: a second fleet beside another' },
  devices: { type: 'string', valueHint: 'n', description: 'Size of the fleet (60)' },
  rate: { type: 'string', valueHint: 'n', description: 'Messages per second over the whole fleet, instead of each kind\'s own pace' },
  seed: { type: 'string', valueHint: 'n', description: 'Another seed is another day; the same one can be replayed (1)' },
  scenario: { type: 'string', valueHint: 'name,…', description: 'Scenarios on top of the baseline, once, five seconds after the start' },
  compress: { type: 'string', valueHint: 'n', description: 'With --scenario night: how many times shorter than eight hours it is (160: three minutes)' },
  demo: { type: 'boolean', description: 'A script that never ends: every few minutes an alert that comes and clears' },
  duration: { type: 'string', valueHint: 's', description: 'Stop after so many seconds (never)' },
  speed: { type: 'string', valueHint: 'x', description: 'How much faster the simulated day goes by (1)' },
  quiet: { type: 'boolean', description: 'No progress line' },
  attached: { type: 'boolean', description: 'Stop when standard input closes: a child does not outlive its parent' },
  list: { type: 'boolean', description: 'List the scenarios' },
  help: { type: 'boolean', description: 'This page' },
} as const satisfies ArgsDef;
