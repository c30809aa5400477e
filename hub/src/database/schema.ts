import type { Generated } from 'kysely';

/** Times are epoch ms, booleans 0 or 1, JSON is text: the same on libSQL and PostgreSQL. */
export interface Database {
  area: { id: string; level: string; parent: string | null; name: string; name_en: string | null; profile: string | null; centre: string | null; boundary: string | null };
  device: {
    id: string; name: string; kind: string; area: string; codec: string; gateway: string | null; external_id: string | null; payload_codec: string | null; topic_prefix: string | null;
    location: string | null; install: string | null; reporting_interval_s: number; status: string; last_seen_at: number | null; created_at: number;
    /** SHA-256 of the 128-bit secret, hex. */
    secret_hash: string;
    /** The same secret as Mosquitto's `$7$` PBKDF2 entry, for an external broker's password file. */
    mosquitto_hash: string;
    /** SHA-256 of the unused claim code; null when there is none or it was used. */
    claim_hash: string | null;
    /** Do its alerts count? Not before an installer has seen a plausible reading. */
    accepted: Generated<number>;
    /** When an installer took it; its first readings count from then. */
    claimed_at: number | null;
    /** JSON: what the hub wants of it, such as its reporting interval, and what it last said of itself. */
    desired: string | null;
    reported: string | null;
    /** File name of the installer's photo in the data folder. */
    photo: string | null;
  };
  /** HA1 of HTTP digest, hex, realm "liandong", of devices that post over HTTP; as good as the secret for that one way in. */
  device_digest: { device: string; md5: string; sha256: string };
  /** Wrong claim codes by source, for the limit of tries. */
  claim_attempt: { source: string; at: number };
  /** Devices that a gateway speaks of and nobody has registered. */
  discovered: { gateway: string; external_id: string; name: string | null; model: string | null; first_seen_at: number; last_seen_at: number; count: number; sample: string };
  command: {
    id: string; device: string; type: string; data: string | null; by: string; at: number; expires_at: number;
    state: 'pending' | 'done' | 'failed' | 'timed_out'; answered_at: number | null; error: string | null;
  };
  /** Where a deleted device last stood: what is kept under its id belongs to those who may see that area. */
  device_tombstone: { id: string; area: string; deleted_at: number };
  device_refusal: { device: string; reason: string; count: number };
  device_refusal_last: { device: string; at: number; reason: string; detail: string | null; topic: string; payload: string };
  user: { username: string; name: string; role: string; area: string | null; password_hash: string; created_at: number };
  /** Sessions and API tokens are one thing: a random value, kept as its SHA-256. */
  token: { id: string; kind: 'session' | 'api'; name: string; username: string | null; role: string; area: string | null; token_hash: string; created_by: string; created_at: number; expires_at: number | null };
  audit: { id: Generated<number>; at: number; by: string; action: string; target: string; detail: string | null };
  /** `body` is the rule without what stands in the other columns. */
  rule: { id: string; body: string; enabled: number; version: Generated<number>; updated_at: Generated<number>; updated_by: Generated<string> };
  /** Every version there was; `body` null: the rule was deleted. */
  rule_version: { rule_id: string; version: number; at: number; by: string; change: 'created' | 'changed' | 'deleted'; body: string | null };
  /** Holidays, and days of a weekend on which people work; `date` as 2026-10-01. */
  calendar_day: { date: string; kind: 'holiday' | 'workday'; name: string | null };
  /** One row for each time that the calendar was replaced. */
  calendar_version: { version: number; at: number; by: string };
  alert: {
    id: string; rule_id: string; device_id: string | null; area: string; kind: string; severity: string; tier: string; active: number; acked: number; shelved_until: number | null;
    raised_at: number; last_at: number; count: number; value: number | null; threshold: number | null; message: string;
    acked_by: string | null; acked_at: number | null; cleared_at: number | null; group_id: string | null; case_id: string | null; seq: number;
    shelved_by: string | null; shelve_reason: string | null; assignee: string | null; inhibited_by: string | null; chattering: Generated<number>; withheld: Generated<number>; manual_clear: Generated<number>; rule_version: number | null;
    /** Why it is not active, where it has not recovered: `AlertEnd`. */
    ended_by: string | null;
    /** JSON: when it moves up a tier. */
    clock: string | null;
    /** For the order of lists, see `weightOf`. */
    weight: Generated<number>;
  };
  alert_timeline: { id: Generated<number>; alert_id: string; at: number; change: string; by: string | null; severity: string | null; value: number | null; note: string | null; tier: string | null; assignee: string | null; until: number | null; /** Another alert: the parent, the cause. */ ref: string | null; ended_by: string | null };
  /** Out of service between two times: an area with what lies below, or the devices of a JSON list. `ended_at`: ended by hand before its time. */
  maintenance: { id: string; area: string | null; devices: string | null; starts_at: number; ends_at: number; reason: string; by: string; at: number; ended_at: number | null };
  /** Every version of every area's own policy; `body` is null where it was taken back. */
  escalation_policy: { area: string; version: number; body: string | null; at: number; by: string };
  /** `weekdays` and `users` are JSON, `starts` and `ends` HH:MM at UTC+8. */
  shift: { id: string; name: string; tier: string; area: string; weekdays: string; starts: string; ends: string; users: string; valid_from: number | null; valid_to: number | null; holidays: string | null; version: number; updated_at: number | null; updated_by: string | null };
  /** What a rule remembers of a device between samples: running delays and windows. */
  rule_state: { rule_id: string; device_id: string; state: string };
  /** Everything screens may have missed, in order; kept for an hour. */
  change: { seq: Generated<number>; at: number; kind: 'alert' | 'device'; entity: string; area: string; moved_to: string | null; body: string };
  /** Ways a message leaves the hub. `url` and `secret` are never answered. `area` null: every alert. `tiers`, `events`, `recipients`: JSON arrays. */
  channel: {
    id: string; type: string; name: string; enabled: number; area: string | null; min_severity: string; tiers: string; events: string; lang: string;
    url: string | null; secret: string | null; recipients: string | null; allow_private: number;
    created_at: number; last_sent_at: number | null; last_error: string | null; last_error_at: number | null;
  };
  /** What the notifier last saw of an alert: a change is what differs from it. Kept a week past its clearing. */
  notice_alert: { alert_id: string; severity: string; tier: string; active: number; held: Generated<number>; occurrence: number; at: number };
  /** What is to be told and what was. `body`: the alert as it was then, dropped once the row is settled. `digest`: key of the message it goes out in together with others. `rank`: of the worst severity among this and what waits behind it of the same alert; 0 is critical. */
  outbox: {
    id: Generated<number>; key: string; channel: string; alert_id: string; occurrence: number; event: string; severity: string; tier: string; state: string;
    at: number; next_at: number; attempts: Generated<number>; sent_at: number | null; error: string | null; digest: string | null; body: string | null; rank: number;
  };
  /** One window of one metric in one area, as it was last published. `last_ts`: when `last` was measured. `members`: bitmap of the devices in it, by their slots in the community; of communities and grids, and not of days. */
  aggregate: {
    area: string; metric: string; window: string; start: number; change_no: number; revision: number; count: number; sum: number; min: number; max: number; last: number; last_ts: number;
    devices: number; coverage: number; members: string | null;
    /** On a city: the revision its hub gave the row; `revision` goes on from what was there when a hub was set back. */
    source_revision: number | null;
  };
  /** Windows to be worked out, by stage (aggregates/stages.ts). `marks` grows with each mark, so that one that came during the work is not taken for done. */
  aggregate_dirty: { stage: number; start: number; area: string; metric: string; marks: number };
  /** One row. `log`: random, names this change log to cursors. Windows that end up to `watermark` are published. Rows with change numbers up to `dropped_to` may be past their time and gone. */
  aggregate_state: { id: number; log: string; change_no: number; watermark: number; dropped_to: number };
  /** Windows that start at `watermark` or later have change numbers above this one. */
  aggregate_mark: { watermark: number; change_no: number };
  /** Where a device stood from `since` until before `until`, and how often it was to report. `slot`: its number within the community, for good. */
  aggregate_place: { device: string; since: number; until: number | null; area: string; community: string; slot: number; interval_s: number };
  /** From when on a device has reported a metric. */
  aggregate_series: { device: string; metric: string; first_ts: number };
  /**
   * Alerts that an edge raised: up to which entry of the edge's history (`EdgeAlertEntry.n`) they were taken over. `withheld_at`: it stands there, and is not active here since then only because its device
   * is out of service; else null.
   */
  edge_alert: { alert_id: string; edge: string; entry: number; withheld_at: number | null };
  /** At an edge, as JSON: `registry` (the hub's last answer and its ETag), `uplink` (how far it got), `clock` (how far its own is from the hub's). */
  edge_state: { key: string; value: string };
  /** On a city: the hubs it pulls from. `id` is the sub-district. `token` is never answered. `heard_at`: the last good answer. `watermark`, by the hub's clock: what ends up to then is here. */
  city_hub: {
    id: string; name: string | null; url: string; token: string; ca_file: string | null; detail: string; enabled: number; created_at: number;
    heard_at: number | null; skew_ms: number | null; watermark: number | null;
  };
  /** Where a pull stands: `cursor` of the hub, null before the first answer. `restating`: everything comes again, because the hub refused the cursor. */
  city_stream: { hub: string; stream: string; cursor: string | null; restating: number };
  /** What a hub last told of an area of its own; names and places are in `area`. `metrics`: JSON array. */
  city_area: { id: string; hub: string; devices: number; online: number; last_data_at: number | null; metrics: string };
  /** Alerts of the city's tier as their hubs last told them. `seq`: the city's own order of changes. `round`: 1 while a restatement has yet to bring it again. `body`: JSON of the rest. */
  city_alert: { id: string; hub: string; seq: number; area: string; active: number; acked: number; cleared_at: number | null; round: number; body: string };
  /** One row. `log`: random, names the city's order of alerts to cursors. */
  city_state: { id: number; log: string; alert_seq: number };
  /** Which of the hubs on this database server leads; one row. Times by the server's clock. `address`: where the others reach it. */
  lease: { name: string; holder: string; address: string | null; term: number; expires_at: number };
  /** Base64 of what all hubs on this database have in common. */
  shared_key: { name: string; value: string };
  /** Positions of readers whose effects are in this database: in the journal (of a hub on PostgreSQL, `name@folder`: each data folder has a journal of its own), of `notifier` in the change log. */
  reader: { name: string; position: number };
}
